"""Agents who sign out: nothing of their work stays with them, and none of it is lost."""

from datetime import datetime
from uuid import UUID

import pytest

from domain.agents.commands import AgentHangUp, AgentSignOut
from domain.agents.rules import AgentState
from domain.calls.events import AgentStateChanged, decode_desk_event
from domain.calls.models import Call
from domain.campaigns.rules import DialMode
from domain.core.bus import Notice
from domain.floor.state import Line, Seat
from domain.suppression.models import Suppression
from domain.targets.rules import ClosedReason
from domain.telephony.events import EndedBy, LegArrived
from tests.domain.floor.paper import ACCOUNT, PaperFloor, paper_floor
from tests.domain.floor.rig import Rig
from tests.domain.floor.test_breaks import is_in
from tests.domain.floor.test_campaign_rules import VIP, person, rule

BUSY = [AgentState.TALKING, AgentState.WRAP_UP]


def busy_on_paper(state: AgentState) -> tuple[PaperFloor, Seat]:
    floor = paper_floor(talking=True)
    seat = floor.agents[0]
    if state is AgentState.WRAP_UP:
        assert seat.line is not None
        floor.gone(seat.line.id, EndedBy.FAR_END)
        floor.settle()
    assert seat.state is state
    return floor, seat


def signs_out(floor: PaperFloor, seat: Seat) -> None:
    floor.floor.seats.sign_out(seat, reason=None, force=True)
    floor.settle()
    assert seat.state is AgentState.OFFLINE


def takes_calls(floor: PaperFloor, seat: Seat) -> None:
    floor.floor.seats.sign_in(seat)
    floor.floor.seats.go_available(seat)
    floor.settle()
    floor.phones_are_picked_up()
    assert seat.state is AgentState.AVAILABLE


def calls_us(floor: PaperFloor, seat: Seat, code: str) -> UUID:
    """The agent dials a code at the desk phone."""
    leg = UUID(int=900 + len(floor.legs))
    floor.legs[leg] = "up"
    event = LegArrived(account=ACCOUNT, at=0.0, leg=leg, number=code, trunk=seat.endpoint)
    assert floor.floor.phones.dialed_a_code(event, "sim")
    floor.settle()
    return leg


@pytest.mark.parametrize("state", BUSY)
def test_an_agent_on_a_break_has_no_call_of_yesterday(state: AgentState) -> None:
    floor, seat = busy_on_paper(state)

    signs_out(floor, seat)
    floor.floor.seats.sign_in(seat)

    assert (seat.line, seat.offer, seat.wrap_up_ends) == (None, None, None)
    shown = {agent.agent: agent for agent in floor.floor.boards.of_floor().agents}
    assert (shown[seat.agent_id].campaign, shown[seat.agent_id].call) == (None, None)
    assert sorted(floor.state.lines) == sorted(floor.customers("up"))


def test_no_end_of_a_wrap_up_is_told_of_an_agent_who_signed_out() -> None:
    floor, seat = busy_on_paper(AgentState.WRAP_UP)
    told: list[AgentStateChanged] = []

    def publish(notice: Notice) -> None:
        event = decode_desk_event(notice.payload)
        if isinstance(event, AgentStateChanged):
            told.append(event)

    floor.journal.publish = publish  # type: ignore[method-assign]
    signs_out(floor, seat)
    takes_calls(floor, seat)

    assert [event.state for event in told] == ["offline", "break", "ringing", "available"]
    assert [event.wrap_up_ends_at for event in told] == [None] * 4


@pytest.mark.parametrize("state", BUSY)
def test_a_break_asked_for_before_signing_out_does_not_come_after_the_next_call(
    state: AgentState,
) -> None:
    floor, seat = busy_on_paper(state)
    floor.floor.seats.take_break(seat, reason="lunch")
    signs_out(floor, seat)

    calls_us(floor, seat, "*10")
    floor.add_targets(1)
    floor.customers_answer()
    assert seat.line is not None
    assert [seat.state] == [AgentState.TALKING]
    floor.gone(seat.line.id, EndedBy.FAR_END)
    floor.floor.seats.end_wrap_up(seat, code=None, note="", then_break=False)

    assert seat.state is AgentState.AVAILABLE


def test_who_was_signed_out_by_somebody_else_may_hang_up_the_next_day() -> None:
    floor = paper_floor()
    seat = floor.agents[0]
    seat.by_phone = True  # as code and PIN do

    signs_out(floor, seat)
    takes_calls(floor, seat)
    assert seat.leg is not None
    floor.gone(seat.leg, EndedBy.FAR_END)

    assert (seat.state, seat.reason) == (AgentState.BREAK, "phone_hung_up")


def test_who_goes_on_at_the_desk_phone_is_not_signed_out_by_hanging_it_up() -> None:
    floor = paper_floor()
    seat = floor.agents[0]
    seat.by_phone = True  # as code and PIN do

    desk_phone = calls_us(floor, seat, "*10")
    assert seat.leg == desk_phone
    floor.gone(desk_phone, EndedBy.FAR_END)

    assert (seat.state, seat.reason) == (AgentState.BREAK, "phone_hung_up")


def test_the_customer_of_an_agent_who_is_made_to_leave_is_hung_up() -> None:
    floor, seat = busy_on_paper(AgentState.TALKING)
    line = seat.line
    assert line is not None

    signs_out(floor, seat)

    assert line.id in floor.ended
    assert line.wrap_up_ended_at is None  # there was none


def test_a_telephone_that_is_hung_up_in_wrap_up_ends_it() -> None:
    floor, seat = busy_on_paper(AgentState.WRAP_UP)
    seat.by_phone = True
    ended: list[tuple[UUID, datetime | None]] = []

    def wrapped_up(line: Line, again_at: datetime | None) -> None:
        ended.append((line.id, again_at))

    floor.floor.seats.was_wrapped_up = wrapped_up
    line, leg = seat.line, seat.leg
    assert line is not None
    assert leg is not None
    floor.gone(leg, EndedBy.FAR_END)

    assert (seat.state, seat.reason) == (AgentState.OFFLINE, "phone_hung_up")
    assert ended == [(line.id, None)]
    assert line.wrap_up_ended_at == floor.clock.now()


@pytest.mark.feature("AGT-03")
@pytest.mark.feature("CAM-25")
async def test_signing_out_in_the_wrap_up_asks_the_rules_as_its_end_does(rig: Rig) -> None:
    campaign = await rig.campaign(
        DialMode.PROGRESSIVE,
        wrap_up_s=None,
        rules=[rule(VIP, {"kind": "suppress"}, moment="wrap_up")],
    )
    target = await person(rig, campaign, "+12025550019", Plan="gold")
    (agent,) = await rig.agents(1)
    await rig.carrier()
    floor = await rig.floor()
    await rig.at_work(agent)
    await rig.until(is_in(floor, agent, AgentState.TALKING))
    await rig.ask(AgentHangUp(agent=agent.id))
    await rig.until(is_in(floor, agent, AgentState.WRAP_UP))

    assert (await rig.ask(AgentSignOut(agent=agent.id))).code is None

    assert (await Call.get(account=rig.row)).wrap_up_ended_at is not None
    await target.refresh_from_db()
    assert target.closed_reason is ClosedReason.SUPPRESSED
    assert await Suppression.filter(account=rig.row).count() == 1
