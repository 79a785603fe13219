"""A switch that refuses calls, since others filled it after its last heartbeat."""

import msgspec
import pytest

from domain.agents.rules import AgentState
from domain.campaigns.rules import DialMode
from domain.pacing.interface import Decision, FloorView, Observation, PacingPolicy, Seen
from domain.telephony.events import Failure
from tests.domain.floor.paper import AGENTS, NODE, PaperFloor, paper_floor


class Watched:
    """A policy that remembers what it was shown."""

    def __init__(self, policy: PacingPolicy) -> None:
        self._policy = policy
        self.seen: list[Seen] = []

    def observe(self, event: Observation, now: float) -> None:
        self.seen.append(event.kind)
        self._policy.observe(event, now)

    def decide(self, floor: FloorView, now: float) -> Decision:
        return self._policy.decide(floor, now)


def full(mode: DialMode) -> PaperFloor:
    """Three free agents, forty contacts, and a switch that refuses every call from now on."""
    paper = PaperFloor()
    paper.open(mode, targets=0)
    paper.add_targets(40)
    return paper


def refuse_for(paper: PaperFloor, seconds: float) -> int:
    """Let the switch refuse all that is asked of it, as soon as it is; how many calls it was."""
    before = len(paper.dialed)
    for _ in range(int(seconds / 0.1)):
        for leg in [leg for leg, state in paper.legs.items() if state == "dialing"]:
            paper.carrier_fails(leg, Failure.STALE)
        paper.wait(0.1)
    return len(paper.dialed) - before


@pytest.mark.feature("OPS-02")
@pytest.mark.parametrize("mode", [DialMode.PROGRESSIVE, DialMode.AGENT_FIRST, DialMode.PREDICTIVE])
def test_a_switch_that_refuses_is_left_alone_until_its_heartbeat_tells_why(mode: DialMode) -> None:
    paper = full(mode)

    asked = refuse_for(paper, 10.0)

    # Three at once, every two seconds: else the same contacts were tried five times a second.
    assert AGENTS <= asked <= 6 * AGENTS
    paper.wait(3.0)
    assert paper.customers("dialing")


@pytest.mark.feature("OPS-02")
def test_calls_go_to_another_switch_while_one_refuses() -> None:
    paper = full(DialMode.PROGRESSIVE)
    paper.context.nodes["other"] = msgspec.structs.replace(NODE, node="other")
    refuse_for(paper, 0.5)
    seat = paper.agents[0]
    assert seat.leg is not None
    paper.floor.seats.take_break(seat, reason=None)
    paper.floor.seats.phones.hang_up(seat)

    paper.floor.seats.go_available(seat)
    assert (seat.node, seat.state) == ("other", AgentState.RINGING)
    paper.settle()
    paper.phones_are_picked_up()
    paper.wait(0.3)

    assert {line.node for line in paper.run.lines.values()} == {"other"}


@pytest.mark.feature("OPS-02")
def test_what_was_never_dialed_teaches_the_pacer_nothing() -> None:
    paper = full(DialMode.PROGRESSIVE)
    paper.run.policy = watched = Watched(paper.run.policy)
    paper.wait(1.0)

    assert refuse_for(paper, 1.0) == 0  # those that left before it refused

    assert paper.run.tally.dialed == 0
    assert Seen.FAILED not in watched.seen


@pytest.mark.feature("OPS-02")
def test_an_agents_phone_that_a_full_switch_refuses_is_called_each_second() -> None:
    paper = paper_floor()
    seat = paper.agents[0]
    paper.floor.seats.take_break(seat, reason=None)
    paper.floor.seats.phones.hang_up(seat)
    paper.floor.seats.go_available(seat)

    asked = refuse_for(paper, 10.0)
    assert seat.state is AgentState.RINGING
    paper.wait(1.0)
    paper.phones_are_picked_up()

    assert 5 <= asked <= 11
    assert seat.free
