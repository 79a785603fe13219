"""Customers whom agents gave to a number outside: they keep no agent any more."""

import pytest

from domain.agents.rules import AgentState
from domain.calls.commands import TransferTo
from domain.floor.state import Line, Seat
from domain.pacing.interface import Decision, FloorView, Observation, Seen
from domain.telephony.events import EndedBy
from tests.domain.floor.paper import PaperFloor, paper_floor


class Watched:
    """A pacer that keeps what it is told."""

    def __init__(self) -> None:
        self.seen: list[Observation] = []

    def observe(self, event: Observation, now: float) -> None:
        self.seen.append(event)

    def decide(self, floor: FloorView, now: float) -> Decision:
        return Decision(launch=0)

    def talks(self) -> list[float]:
        return [event.age for event in self.seen if event.kind is Seen.TALK_ENDED]


def given_away(*, consult: bool) -> tuple[PaperFloor, Watched, Seat, Line]:
    """Three agents talk; after ten seconds one gives the customer to a number outside."""
    floor = paper_floor(talking=True)
    floor.run.policy = pacer = Watched()
    seat = floor.agents[0]
    line = seat.line
    assert line is not None
    floor.wait(10.0)
    transfers = floor.floor.transfers
    transfers.transfer(
        seat, TransferTo(agent=seat.agent_id, to_number="+12025550199", consult=consult)
    )
    (third,) = floor.state.thirds
    floor.answers(third)
    if consult:
        transfers.complete(seat)
    floor.settle()
    return floor, pacer, seat, line


@pytest.mark.feature("AGT-11")
@pytest.mark.parametrize("consult", [False, True])
def test_a_pacer_expects_no_agent_from_a_customer_given_away(consult: bool) -> None:
    floor, _, seat, line = given_away(consult=consult)
    floor.floor.seats.end_wrap_up(seat, code=None, note="", then_break=False)
    assert seat.state is AgentState.AVAILABLE
    assert line.id in floor.state.lines

    seen = floor.floor.dialing.view(floor.run, free=1, now=floor.clock.monotonic())

    assert (seen.agents, len(seen.talking), seen.free) == (3, 2, 1)
    board = floor.floor.boards.of_run(floor.run)
    assert (board.talking, board.agents[AgentState.TALKING]) == (2, 2)


@pytest.mark.parametrize("consult", [False, True])
def test_an_agents_talk_ends_when_the_customer_is_given_away_and_only_then(consult: bool) -> None:
    floor, pacer, _, line = given_away(consult=consult)
    assert pacer.talks() == [pytest.approx(10.0)]

    floor.clock.advance(300.0)
    floor.gone(line.id, EndedBy.FAR_END)

    assert line.id in floor.ended
    assert pacer.talks() == [pytest.approx(10.0)]
