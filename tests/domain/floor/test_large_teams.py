"""Hundreds of agents on one campaign, offered calls by their level."""

import pytest

from domain.agents.commands import AgentGoAvailable, AgentSignIn
from domain.agents.models import Agent, Team
from domain.calls.models import Attempt
from domain.campaigns.models import CampaignTeam
from domain.campaigns.rules import CampaignState, DialMode
from domain.floor.director import Floor
from tests.domain.floor.rig import Rig

NOVICES, EXPERTS, CUSTOMERS = 500, 12, 30


@pytest.mark.feature("CAM-12")
@pytest.mark.parametrize(
    ("mode", "lines"), [(DialMode.PROGRESSIVE, 2.0), (DialMode.AGENT_FIRST, 1.0)]
)
async def test_five_hundred_agents_are_offered_calls_after_those_of_a_lower_level(
    rig: Rig, mode: DialMode, lines: float
) -> None:
    campaign = await rig.campaign(mode, lines_per_agent=lines, state=CampaignState.STOPPED)
    await CampaignTeam.filter(campaign=campaign).update(level=5)
    experts = await Team.create(account=rig.row, name="Experts")
    await CampaignTeam.create(campaign=campaign, team=experts, level=1)
    agents = await rig.agents(NOVICES + EXPERTS)
    # The experts come last, so the others have been idle longer.
    chosen = {agent.id for agent in agents[NOVICES:]}
    await Agent.filter(id__in=list(chosen)).update(team_id=experts.id)
    await rig.targets(campaign, *[f"+1202{n:03d}0010" for n in range(200, 200 + CUSTOMERS)])
    await rig.carrier()
    floor = await rig.floor()
    for agent in agents:
        await rig.tell(AgentSignIn(agent=agent.id))
        await rig.tell(AgentGoAvailable(agent=agent.id))
    await rig.until(lambda: _are_free(floor, len(agents)), seconds=120)

    campaign.state = CampaignState.RUNNING
    await campaign.save(update_fields=["state"])
    await rig.changed(campaign)
    await rig.until(lambda: _are_connected(CUSTOMERS), seconds=60)

    served = [a.agent_id for a in await Attempt.filter(campaign=campaign)]
    assert len(set(served)) == CUSTOMERS
    assert chosen < set(served)  # all experts, and the rest by others
    run = floor.state.runs[campaign.id]
    assert len(list(floor.state.crew(campaign.id))) == NOVICES + EXPERTS
    assert run.tally.abandoned == 0


async def _are_free(floor: Floor, count: int) -> bool:
    return sum(seat.free for seat in floor.state.seats.values()) == count


async def _are_connected(count: int) -> bool:
    return await Attempt.filter(state="connected").count() == count
