"""A switch that refuses calls, since others filled it after its last heartbeat."""

from uuid import UUID, uuid4

import msgspec
import pytest

from domain.agents.errors import NoLineFree
from domain.agents.rules import AgentState
from domain.calls.commands import Supervise, TransferTo
from domain.campaigns.rules import DialMode
from domain.floor.state import Line
from domain.pacing.interface import Decision, FloorView, Observation, PacingPolicy, Seen
from domain.telephony.events import EndedBy, Failure
from domain.telephony.port import Role
from tests.domain.floor.paper import AGENTS, NODE, PaperFloor, paper_floor

THIRD = "+12025560010"


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


def transferring(*, consult: bool) -> tuple[PaperFloor, Line, UUID]:
    """An agent calls a number for the customer; the line, and the leg to the number."""
    paper = paper_floor(talking=True)
    seat = paper.agents[0]
    line = seat.line
    assert line is not None
    wish = TransferTo(agent=seat.agent_id, to_number=THIRD, consult=consult)
    paper.floor.transfers.transfer(seat, wish)
    assert line.consultation is not None
    return paper, line, line.consultation.leg


@pytest.mark.feature("AGT-11")
@pytest.mark.parametrize("consult", [True, False])
def test_a_party_whom_a_full_switch_refused_is_called_again(consult: bool) -> None:
    paper, line, leg = transferring(consult=consult)

    paper.carrier_fails(leg, Failure.STALE)
    paper.wait(1.0)

    assert line.consultation is not None
    again = line.consultation.leg
    assert again != leg
    assert paper.legs[again] == "dialing"
    assert [trunk.busy for trunk in paper.state.trunks.values()] == [2, 2, 0]
    paper.answers(again)
    assert line.consultation.up
    assert line.id in paper.legs
    paper.gone(line.id, EndedBy.FAR_END)
    paper.settle()
    assert again not in paper.legs
    assert paper.state.thirds == {}


@pytest.mark.feature("AGT-11")
def test_a_party_whom_the_switch_refuses_for_long_is_given_up() -> None:
    paper, line, _ = transferring(consult=True)

    asked = refuse_for(paper, 30.0)

    assert 5 <= asked <= 11
    assert (line.consultation, line.held) == (None, False)
    assert [trunk.busy for trunk in paper.state.trunks.values()] == [2, 1, 0]


@pytest.mark.feature("AGT-11")
def test_nobody_is_called_for_a_customer_who_hung_up_meanwhile() -> None:
    paper, line, leg = transferring(consult=False)
    paper.carrier_fails(leg, Failure.STALE)

    paper.gone(line.id, EndedBy.FAR_END)
    paper.wait(5.0)

    assert "dialing" not in paper.legs.values()
    assert sum(trunk.busy for trunk in paper.state.trunks.values()) == 2


@pytest.mark.feature("AGT-11")
@pytest.mark.parametrize("consult", [True, False])
def test_a_customer_at_a_full_switch_is_not_given_to_a_number(consult: bool) -> None:
    paper = paper_floor(talking=True)
    seat, asked = paper.agents[0], len(paper.sent)
    paper.context.nodes["sim"] = msgspec.structs.replace(NODE, legs=NODE.capacity)

    wish = TransferTo(agent=seat.agent_id, to_number=THIRD, consult=consult)
    with pytest.raises(NoLineFree, match="full"):
        paper.floor.transfers.transfer(seat, wish)

    assert seat.line is not None
    assert (seat.state, seat.line.consultation) == (AgentState.TALKING, None)
    assert paper.sent[asked:] == []
    assert [trunk.busy for trunk in paper.state.trunks.values()] == [2, 1, 0]


@pytest.mark.feature("MON-04")
def test_no_supervisor_is_called_at_a_full_switch() -> None:
    paper = paper_floor(talking=True)
    seat, asked = paper.agents[0], len(paper.sent)
    paper.context.nodes["sim"] = msgspec.structs.replace(NODE, legs=NODE.capacity)
    wish = Supervise(
        agent=seat.agent_id, supervisor=uuid4(), endpoint="boss", number=None, role=Role.LISTEN
    )

    with pytest.raises(NoLineFree, match="full"):
        paper.floor.supervisions.supervise(seat, wish)

    assert (paper.sent[asked:], paper.state.visitors) == ([], set())
