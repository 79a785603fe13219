"""Agents in wrap-up when their floor dies: what they say of the call is written all the same."""

import pytest

from domain.agents.commands import AgentEndWrapUp
from domain.agents.models import AgentStateEntry
from domain.agents.rules import AgentState
from domain.calls.commands import TransferTo
from domain.calls.models import Call
from domain.campaigns.rules import DialMode
from domain.floor.director import Floor
from domain.telephony.events import EndedBy
from tests.domain.floor.rig import Rig
from tests.domain.floor.test_call_backs import CALLER, OURS, a_line


@pytest.mark.feature("OPS-03")
@pytest.mark.parametrize("inbound", [False, True])
async def test_what_an_agent_says_of_a_call_counts_after_a_change_of_owner(
    rig: Rig, inbound: bool
) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE, wrap_up_s=None)
    (agent,) = await rig.agents(1)
    await rig.carrier()
    if inbound:
        await a_line(rig, None)
    first = await rig.floor()
    await rig.at_work(agent)
    if inbound:
        await rig.until(lambda: _available(first))
        leg = rig.carrier_of().arrive(OURS, CALLER, account=rig.row.id)
        assert leg is not None
        await rig.until(lambda: _state(rig, AgentState.TALKING))
        rig.carrier_of().hang_up_far_end(leg)
    else:
        await rig.targets(campaign, "+12025550013")
    await rig.until(lambda: _state(rig, AgentState.WRAP_UP))
    before = await Call.get(account=rig.row)

    await rig.die(first)
    await rig.floor()
    said = await rig.ask(AgentEndWrapUp(agent=agent.id, code="Sold", note="Twice"))

    assert said.code is None
    call = await Call.get(account=rig.row)
    assert (call.wrap_up_code, call.note) == ("Sold", "Twice")
    assert call.wrap_up_ended_at is not None
    assert call.ended_by is before.ended_by is EndedBy.FAR_END
    assert call.ended_at == before.ended_at


@pytest.mark.feature("OPS-03")
async def test_who_gave_a_customer_away_ends_the_wrap_up_after_a_change_of_owner(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE, wrap_up_s=None)
    await rig.targets(campaign, "+12025550010")
    giver, taker = await rig.agents(2)
    await rig.carrier()
    first = await rig.floor()
    await rig.at_work(giver)
    await rig.until(lambda: _state(rig, AgentState.TALKING))
    await rig.at_work(taker)
    await rig.until(lambda: _state(rig, AgentState.AVAILABLE))
    given = await rig.ask(TransferTo(agent=giver.id, to_agent=taker.id))
    assert given.code is None
    await rig.until(lambda: _state(rig, AgentState.WRAP_UP))
    await rig.until(lambda: _state(rig, AgentState.TALKING))

    await rig.die(first)
    second = await rig.floor()
    said = await rig.ask(AgentEndWrapUp(agent=giver.id, code="Given away", note=""))

    assert said.code is None
    assert second.state.seats[giver.id].state is AgentState.AVAILABLE
    assert second.state.seats[taker.id].state is AgentState.TALKING
    assert (await Call.get(account=rig.row)).wrap_up_code == "Given away"


async def _state(rig: Rig, state: AgentState) -> bool:
    return await AgentStateEntry.filter(account=rig.row, state=state, ended_at=None).exists()


async def _available(floor: Floor) -> bool:
    return any(seat.free for seat in floor.state.seats.values())
