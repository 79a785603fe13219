"""Which calls are recorded: those that the campaign, the agent or the trunk says."""

import pytest

from domain.agents.commands import AgentChanged, AgentEndWrapUp
from domain.agents.models import Agent, AgentStateEntry
from domain.agents.rules import AgentState
from domain.calls.models import Attempt
from domain.campaigns.commands import CampaignChanged
from domain.campaigns.models import Campaign
from domain.campaigns.rules import DialMode
from domain.core.floors import FloorCommand
from domain.telephony.port import StartRecording
from domain.trunks.commands import TrunksChanged
from domain.trunks.models import Trunk
from tests.domain.floor.rig import Rig


@pytest.mark.parametrize("switch", ["campaign", "agent", "trunk"])
async def test_a_switch_holds_from_the_next_call_on_for_as_long_as_it_is_on(
    rig: Rig, switch: str
) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE, max_attempts=1, wrap_up_s=None)
    await rig.targets(campaign, *[f"+1202555{n}0013" for n in (1, 2, 3)])  # each talks for 3 s
    trunk = await Trunk.create(account=rig.row, name="alpha")
    (agent,) = await rig.agents(1)
    await rig.carrier()
    await rig.floor()
    rows: dict[str, tuple[Campaign | Agent | Trunk, FloorCommand]] = {
        "campaign": (campaign, CampaignChanged(campaign=campaign.id)),
        "agent": (agent, AgentChanged(agent=agent.id)),
        "trunk": (trunk, TrunksChanged()),
    }
    row, command = rows[switch]
    await rig.at_work(agent)

    for calls, record in enumerate((True, False), start=1):
        await rig.until(lambda n=calls: _have_ended(agent, n))  # type: ignore[misc]
        row.record = record
        await row.save(update_fields=["record"])
        assert (await rig.ask(command)).code is None
        assert (await rig.ask(AgentEndWrapUp(agent=agent.id))).code is None
    await rig.until(lambda: _have_ended(agent, 3))

    first, second, third = await Attempt.filter(account=rig.row).order_by("created_at")
    assert [command.leg for command in rig.commands(StartRecording)] == [second.id]
    assert {attempt.trunk_id for attempt in (first, second, third)} == {trunk.id}


async def _have_ended(agent: Agent, calls: int) -> bool:
    """Whether the agent wraps so many calls up, or did."""
    return await AgentStateEntry.filter(agent=agent, state=AgentState.WRAP_UP).count() == calls
