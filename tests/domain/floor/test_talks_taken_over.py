"""Consultations and third parties that go on with the floor's next owner."""

from uuid import UUID

import pytest

from domain.agents.commands import AgentTakeBreak
from domain.agents.models import Agent
from domain.agents.rules import AgentState
from domain.calls.commands import CallHold, TransferCancel, TransferComplete, TransferTo
from domain.calls.events import CallStateChanged, decode_desk_event, desk_topic
from domain.floor.director import Floor
from domain.numbers.models import InboundNumber, NumberPurpose
from domain.telephony.port import HangUp, Hold, Join, Role
from tests.domain.floor.rig import Rig
from tests.domain.floor.test_outside_calls import (
    THIRD,
    a_trunk,
    called_by,
    holds,
    is_in,
    noted,
    with_a_caller,
)


async def consulting(rig: Rig) -> tuple[Floor, Agent, Agent, UUID]:
    """One agent asks another about a caller, who hears music; the caller's leg."""
    one, two = await rig.agents(2)
    await InboundNumber.create(
        account=rig.row,
        number="+12025558000",
        name="Sales line",
        purpose=NumberPurpose.TEAM,
        team=rig.team,
    )
    await rig.carrier()
    floor = await rig.floor()
    await rig.at_work(one)
    await rig.until(is_in(one, AgentState.AVAILABLE))
    call = rig.dial_in("+12025558000")
    await rig.until(is_in(one, AgentState.TALKING))
    await rig.at_work(two)
    await rig.until(is_in(two, AgentState.AVAILABLE))
    asked = TransferTo(agent=one.id, to_agent=two.id, consult=True)
    assert (await rig.ask(asked)).code is None
    await rig.until(is_in(two, AgentState.RESERVED))
    return floor, one, two, call


@pytest.mark.feature("AGT-11")
@pytest.mark.parametrize("ends", ["completed", "canceled", "other leaves", "caller"])
async def test_a_consultation_with_an_agent_goes_on_with_the_next_owner(
    slow_rig: Rig, ends: str
) -> None:
    rig = slow_rig
    first, one, two, call = await consulting(rig)
    phone = first.state.seats[two.id].leg
    assert phone is not None

    await rig.die(first)
    second = await rig.floor()
    await rig.pass_time(20)  # snapshots settle what is up

    line = second.state.lines[call]
    assert line.held
    assert line.consultation is not None
    assert second.state.seats[two.id].state is AgentState.RESERVED
    assert rig.commands(HangUp) == []
    home = Join(leg=phone, room=two.id, role=Role.AGENT)
    assert home not in rig.commands(Join)

    if ends == "completed":
        assert (await rig.ask(TransferComplete(agent=one.id))).code is None
        await rig.until(is_in(two, AgentState.TALKING))
        assert second.state.seats[two.id].line is line
        assert second.state.seats[one.id].state is not AgentState.TALKING
    elif ends == "canceled":
        assert (await rig.ask(TransferCancel(agent=one.id))).code is None
        await rig.until(is_in(two, AgentState.AVAILABLE))
    elif ends == "other leaves":
        assert (await rig.ask(AgentTakeBreak(agent=two.id))).code is None
    else:
        rig.carrier_of().hang_up_far_end(call)
        await rig.until(is_in(two, AgentState.AVAILABLE))
    await rig.until(lambda: _did(rig, home))
    if ends in ("canceled", "other leaves"):
        assert second.state.seats[one.id].state is AgentState.TALKING
        assert rig.commands(Hold)[-1] == Hold(leg=call, on=False)


async def test_the_next_owner_tells_the_desk_of_hold_and_the_third_party(slow_rig: Rig) -> None:
    rig = slow_rig
    first, one, two, call = await consulting(rig)
    await rig.ask(CallHold(agent=one.id, on=False))  # all three together
    await rig.die(first)
    rig.bus.published.clear()

    second = await rig.floor()

    await rig.until(lambda: _is_told(rig, one))
    (told,) = _told(rig, one)
    assert (told.call, told.held) == (call, False)
    assert told.third_party is not None
    assert (told.third_party.agent, told.third_party.status) == (two.id, "answered")
    assert not second.state.lines[call].held


async def test_a_consultation_that_was_over_is_not_believed_in(slow_rig: Rig) -> None:
    rig = slow_rig
    first, one, two, call = await consulting(rig)
    await rig.ask(TransferCancel(agent=one.id))

    await rig.die(first)
    second = await rig.floor()

    assert second.state.lines[call].shown == (False, None)
    assert second.state.seats[two.id].state is AgentState.AVAILABLE


@pytest.mark.feature("AGT-11")
@pytest.mark.feature("CAM-21")
@pytest.mark.parametrize("consult", [True, False])
async def test_a_party_whose_carrier_fails_after_a_takeover_is_called_by_the_next_trunk(
    slow_rig: Rig, consult: bool
) -> None:
    rig = slow_rig
    await a_trunk(rig, "full-1", 1)
    await a_trunk(rig, "living", 2)
    first, agent, call = await with_a_caller(rig)
    rig.gateway_works.clear()
    await rig.ask(TransferTo(agent=agent.id, to_number=THIRD, consult=consult))
    await rig.die(first)
    second = await rig.floor()
    assert await holds(second, 1, 0)()

    rig.gateway_works.set()
    await rig.until(called_by(rig, THIRD, "full-1", "living"))
    await rig.until(noted(call, "third_party_answered"))

    assert await holds(second, 0, 1)()
    assert call in second.state.lines


async def _did(rig: Rig, command: Join) -> bool:
    return command in rig.commands(Join)


def _told(rig: Rig, agent: Agent) -> list[CallStateChanged]:
    heard = map(decode_desk_event, rig.bus.payloads(desk_topic(agent.id)))
    return [event for event in heard if isinstance(event, CallStateChanged)]


async def _is_told(rig: Rig, agent: Agent) -> bool:
    return bool(_told(rig, agent))
