"""Agents who serve callers and several campaigns: who comes first."""

import math
from uuid import UUID

import pytest

from domain.agents.commands import AgentHangUp
from domain.agents.rules import AgentState
from domain.calls.models import Attempt, Call
from domain.calls.rules import AttemptState
from domain.campaigns.commands import CampaignChanged
from domain.campaigns.models import Campaign, CampaignTeam
from domain.campaigns.rules import DialMode
from domain.floor.director import Floor
from domain.numbers.models import InboundNumber, NumberPurpose
from tests.domain.floor.rig import Rig
from workers.gateway.simulator.profile import Behaviour, Nature

LINE = "+12025558000"


async def _opened(rig: Rig) -> None:
    await InboundNumber.create(
        account=rig.row, number=LINE, name="Line", purpose=NumberPurpose.TEAM, team=rig.team
    )


async def _calls_in(rig: Rig, floor: Floor) -> UUID:
    patient = Behaviour(nature=Nature.LIVE, answers_s=math.inf, talk_s=3.0)
    leg = rig.dial_in(LINE, behaviour=patient)
    await rig.until(lambda: _knows(floor, leg))
    return leg


async def _rank(rig: Rig, campaign: Campaign, rank: int) -> None:
    await CampaignTeam.filter(campaign=campaign, team=rig.team).update(rank=rank)
    await rig.ask(CampaignChanged(campaign=campaign.id))


async def _served(rig: Rig) -> list[str]:
    """Whom agents took, in order: "in" or "out"."""
    calls = await Call.filter(account=rig.row).exclude(connected_at=None).order_by("connected_at")
    return [{"inbound": "in", "outbound": "out"}[call.direction] for call in calls]


@pytest.mark.feature("CAM-19")
@pytest.mark.parametrize(("rank", "order"), [(None, ["out", "in"]), (12, ["out", "out"])])
async def test_callers_come_first_unless_the_team_ranks_a_campaign_above_them(
    rig: Rig, rank: int | None, order: list[str]
) -> None:
    campaign = await rig.campaign(
        DialMode.PROGRESSIVE, lines_per_agent=2.0, patience_s=600.0, max_attempts=1
    )
    await rig.targets(campaign, "+12025550010", "+12025560010")  # until we hang up
    await _opened(rig)
    (agent,) = await rig.agents(1)
    await rig.carrier()
    floor = await rig.floor()
    if rank is not None:
        await _rank(rig, campaign, rank)
    await rig.at_work(agent)
    await rig.until(lambda: _one_waits(floor))

    await _calls_in(rig, floor)  # last in line

    async def two_were_served() -> bool:
        if floor.state.seats[agent.id].state is AgentState.TALKING:
            await rig.ask(AgentHangUp(agent=agent.id))
        return len(await _served(rig)) >= len(order)

    await rig.until(two_were_served)

    served = await _served(rig)
    assert served[: len(order)] == order


@pytest.mark.feature("CAM-19")
async def test_agents_are_kept_from_callers_while_a_higher_campaign_has_targets(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE, lines_per_agent=2.0, max_attempts=1)
    # Nobody answers, so the agent is free all the time.
    await rig.targets(campaign, *[f"+1202555{n}0003" for n in range(6)])
    await _opened(rig)
    (agent,) = await rig.agents(1)
    await rig.carrier()
    floor = await rig.floor()
    await _rank(rig, campaign, 12)
    await rig.at_work(agent)
    await rig.until(lambda: _dials(floor))

    leg = await _calls_in(rig, floor)
    await rig.until(lambda: _is(floor, leg, AttemptState.WAITING))
    assert floor.state.seats[agent.id].free

    await rig.until(lambda: _is(floor, leg, AttemptState.CONNECTED), seconds=60)
    assert not floor.state.runs[campaign.id].hopper


@pytest.mark.feature("CAM-19")
async def test_between_campaigns_the_rank_of_the_team_beats_their_priority(rig: Rig) -> None:
    loud = await rig.campaign(DialMode.PROGRESSIVE, name="Loud", priority=9, max_attempts=1)
    ranked = await rig.campaign(DialMode.PROGRESSIVE, name="Ranked", priority=1, max_attempts=1)
    await rig.targets(loud, "+12025550013", "+12025560013")
    await rig.targets(ranked, "+12025570013", "+12025580013")
    (agent,) = await rig.agents(1)
    await rig.carrier()
    await rig.floor()
    await _rank(rig, ranked, 10)

    await rig.at_work(agent)
    await rig.until(lambda: rig.ended(4))

    order = [a.campaign_id for a in await Attempt.filter(account=rig.row).order_by("created_at")]
    assert order == [ranked.id, ranked.id, loud.id, loud.id]


async def _knows(floor: Floor, leg: UUID) -> bool:
    return leg in floor.state.lines


async def _one_waits(floor: Floor) -> bool:
    return len(floor.state.waiting) == 1


async def _dials(floor: Floor) -> bool:
    return bool(floor.state.lines)


async def _is(floor: Floor, leg: UUID, state: AttemptState) -> bool:
    line = floor.state.lines.get(leg)
    return line is not None and line.state is state
