"""Consulted agents who leave before the customer is theirs."""

from collections.abc import Callable
from uuid import UUID

import pytest

from domain.agents.rules import AgentState
from domain.calls.commands import TransferTo
from domain.calls.errors import NoConsultation
from domain.floor.state import Line, Seat
from domain.telephony.events import EndedBy, LegArrived
from domain.telephony.port import Command, Hold, Join, Role
from tests.domain.floor.paper import ACCOUNT, PaperFloor, paper_floor


def consulting() -> tuple[PaperFloor, Line, Seat, Seat]:
    """One agent asks another about the customer, who hears music; the third is at lunch."""
    floor = paper_floor()
    first, second, third = floor.agents
    floor.floor.seats.take_break(third, reason="lunch")
    floor.add_targets(1)
    floor.customers_answer()
    if first.line is None:
        first, second = second, first
    line = first.line
    assert line is not None
    floor.floor.transfers.transfer(
        first, TransferTo(agent=first.agent_id, to_agent=second.agent_id, consult=True)
    )
    floor.settle()
    assert second.state is AgentState.RESERVED
    return floor, line, first, second


def takes_a_break(floor: PaperFloor, seat: Seat) -> None:
    floor.floor.seats.take_break(seat, reason="lunch")


def signs_out(floor: PaperFloor, seat: Seat) -> None:
    floor.floor.seats.sign_out(seat, reason=None, force=False)


def hangs_up(floor: PaperFloor, seat: Seat) -> None:
    assert seat.leg is not None
    floor.gone(seat.leg, EndedBy.FAR_END)


def loses_the_phone(floor: PaperFloor, seat: Seat) -> None:
    """It is called again, and picked up."""
    assert seat.leg is not None
    floor.gone(seat.leg, EndedBy.SWITCH)
    floor.settle()
    floor.phones_are_picked_up()


def calls_from_the_desk_phone(floor: PaperFloor, seat: Seat) -> None:
    leg = UUID(int=900)
    floor.legs[leg] = "up"
    event = LegArrived(account=ACCOUNT, at=0.0, leg=leg, number="*10", trunk=seat.endpoint)
    assert floor.floor.phones.dialed_a_code(event, "sim")


LEAVES = [takes_a_break, signs_out, hangs_up, loses_the_phone, calls_from_the_desk_phone]


def sent_since(floor: PaperFloor, count: int, *kinds: type) -> list[Command]:
    return [command for command in floor.sent[count:] if isinstance(command, kinds)]


@pytest.mark.feature("AGT-11")
@pytest.mark.parametrize("leaves", LEAVES)
def test_the_customer_comes_back_when_the_consulted_agent_leaves(
    leaves: Callable[[PaperFloor, Seat], None],
) -> None:
    floor, line, first, second = consulting()
    before = len(floor.sent)

    leaves(floor, second)
    floor.settle()

    assert line.consultation is None
    assert sent_since(floor, before, Hold) == [Hold(leg=line.id, on=False)]
    assert (first.state, first.line) == (AgentState.TALKING, line)
    assert second.state is not AgentState.RESERVED


@pytest.mark.parametrize("leaves", LEAVES)
def test_nobody_is_given_to_an_agent_who_left(
    leaves: Callable[[PaperFloor, Seat], None],
) -> None:
    floor, line, first, second = consulting()
    leaves(floor, second)
    floor.settle()
    before = len(floor.sent)

    for deed in (floor.floor.transfers.complete, floor.floor.transfers.cancel):
        with pytest.raises(NoConsultation):
            deed(first)

    assert floor.sent[before:] == []
    assert (line.seat, first.state) == (first, AgentState.TALKING)


def test_a_consulted_agent_who_takes_a_break_is_out_of_the_others_room() -> None:
    floor, _, _, second = consulting()
    phone, before = second.leg, len(floor.sent)
    assert phone is not None

    takes_a_break(floor, second)

    assert (second.state, second.leg) == (AgentState.BREAK, phone)
    assert sent_since(floor, before, Join) == [
        Join(leg=phone, room=second.agent_id, role=Role.AGENT)
    ]


@pytest.mark.parametrize("ends", ["canceled", "customer gone"])
def test_what_a_consulted_agent_does_later_is_no_concern_of_the_consultation(ends: str) -> None:
    floor, line, first, second = consulting()
    loses_the_phone(floor, second)
    floor.add_targets(1)
    floor.customers_answer()
    theirs = second.line
    assert theirs is not None

    if ends == "canceled":
        with pytest.raises(NoConsultation):
            floor.floor.transfers.cancel(first)
    else:
        floor.gone(line.id, EndedBy.FAR_END)
    floor.settle()
    assert (second.state, second.line) == (AgentState.TALKING, theirs)

    floor.gone(theirs.id, EndedBy.FAR_END)
    assert second.state is AgentState.WRAP_UP


@pytest.mark.feature("AGT-11")
def test_a_customer_who_was_given_away_on_hold_can_be_held_again() -> None:
    floor, line, first, second = consulting()
    floor.floor.transfers.cancel(first)
    floor.floor.transfers.hold(first, on=True)
    floor.floor.transfers.transfer(
        first, TransferTo(agent=first.agent_id, to_agent=second.agent_id)
    )
    before = len(floor.sent)

    floor.floor.transfers.hold(second, on=True)

    assert line.held
    assert sent_since(floor, before, Hold) == [Hold(leg=line.id, on=True)]


def test_a_customer_held_for_a_former_owner_of_the_floor_is_taken_back() -> None:
    floor, line, first, _ = consulting()
    line.held = False  # no row says it, so the next owner does not know
    before = len(floor.sent)

    floor.floor.transfers.hold(first, on=False)

    assert sent_since(floor, before, Hold) == [Hold(leg=line.id, on=False)]
