"""An agent, a customer and a third party who all hear each other."""

from uuid import UUID, uuid4

import pytest

from domain.agents.rules import AgentState
from domain.calls.commands import CallHold, TransferCancel, TransferTo
from domain.calls.events import CallStateChanged, decode_desk_event, desk_topic
from domain.calls.models import Call, CallEvent
from domain.calls.rules import AttemptState
from domain.campaigns.rules import DialMode
from domain.floor.director import Floor
from domain.telephony.port import Hold, PlaceLeg
from tests.domain.floor.rig import Rig


@pytest.mark.feature("AGT-11")
async def test_a_customer_comes_in_while_the_third_party_is_there(slow_rig: Rig) -> None:
    rig = slow_rig
    campaign = await rig.campaign(DialMode.PROGRESSIVE, wrap_up_s=None)
    await rig.targets(campaign, "+12025550010")
    (agent,) = await rig.agents(1)
    await rig.carrier()
    floor = await rig.floor()
    await rig.at_work(agent)
    await rig.until(lambda: _talks(floor, agent.id))
    await rig.until(lambda: Call.filter(account=rig.row).exists())
    call = await Call.get(account=rig.row)
    phone = floor.state.seats[agent.id].leg
    assert phone is not None

    await rig.ask(TransferTo(agent=agent.id, to_number="+12025560010", consult=True))
    await rig.until(lambda: _answered(call.id))
    third = rig.commands(PlaceLeg)[-1].leg
    await rig.ask(CallHold(agent=agent.id, on=False))
    await rig.until(lambda: _hear_each_other(rig, agent.id, {phone, call.id, third}))

    await rig.ask(TransferCancel(agent=agent.id))
    await rig.until(lambda: _hear_each_other(rig, agent.id, {phone, call.id}))
    assert floor.state.lines[call.id].state is AttemptState.CONNECTED


@pytest.mark.feature("AGT-11")
async def test_the_desk_hears_of_hold_and_how_far_the_third_party_is(slow_rig: Rig) -> None:
    rig = slow_rig
    campaign = await rig.campaign(DialMode.PROGRESSIVE, wrap_up_s=None)
    await rig.targets(campaign, "+12025550010")
    (agent,) = await rig.agents(1)
    await rig.carrier()
    floor = await rig.floor()
    await rig.at_work(agent)
    await rig.until(lambda: _talks(floor, agent.id))
    await rig.until(lambda: Call.filter(account=rig.row).exists())
    call = await Call.get(account=rig.row)

    await rig.ask(CallHold(agent=agent.id, on=True))
    await rig.ask(CallHold(agent=agent.id, on=True))  # changes nothing, so nothing is told
    await rig.ask(CallHold(agent=agent.id, on=False))
    await rig.ask(TransferTo(agent=agent.id, to_number="+12025560010", consult=True))
    await rig.until(lambda: _answered(call.id))
    await rig.ask(CallHold(agent=agent.id, on=False))
    await rig.ask(TransferCancel(agent=agent.id))

    await rig.until(lambda: _is_told(rig, agent.id, 7))
    told = [
        (event.held, event.third_party and str(event.third_party.status), event.call)
        for event in _told(rig, agent.id)
    ]
    assert told == [
        (True, None, call.id),
        (False, None, call.id),
        (True, "calling", call.id),
        (True, "ringing", call.id),
        (True, "answered", call.id),
        (False, "answered", call.id),
        (False, None, call.id),
    ]


def _told(rig: Rig, agent: UUID) -> list[CallStateChanged]:
    heard = map(decode_desk_event, rig.bus.payloads(desk_topic(agent)))
    return [event for event in heard if isinstance(event, CallStateChanged)]


async def _is_told(rig: Rig, agent: UUID, count: int) -> bool:
    return len(_told(rig, agent)) >= count


async def _talks(floor: Floor, agent: UUID) -> bool:
    return floor.state.seats[agent].state is AgentState.TALKING


async def _answered(call: UUID) -> bool:
    return await CallEvent.filter(call_id=call, kind="third_party_answered").exists()


async def _hear_each_other(rig: Rig, room: UUID, legs: set[UUID]) -> bool:
    """Whether exactly these are in the room, and none of them was last sent to hear music."""
    snapshot = await rig.carrier_of().snapshot(rig.row.id, uuid4())
    inside = next((set(each.legs) for each in snapshot.rooms if each.room == room), set())
    return inside == legs and not {hold.leg for hold in rig.commands(Hold)[-1:] if hold.on}
