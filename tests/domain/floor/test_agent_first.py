"""Agent-first campaigns: the agent is there before the customer is called."""

from datetime import timedelta

import pytest

from domain.agents.models import Agent, AgentStateEntry
from domain.agents.rules import AgentState
from domain.calls.events import ScreenPop, decode_desk_event, desk_topic
from domain.calls.models import Attempt
from domain.calls.rules import Disposition
from domain.campaigns.models import CampaignAgent, CampaignTeam
from domain.campaigns.rules import DialMode
from domain.eligibility.weeks import DAYS
from domain.floor.director import Floor
from domain.targets.models import Target
from domain.targets.rules import TargetState
from domain.telephony.port import (
    EarlyMediaOf,
    Join,
    PlaceLeg,
    Play,
    StopPlaying,
    ToEndpoint,
    Tone,
    ToNumber,
)
from tests.domain.floor.rig import Rig


@pytest.mark.feature("CAM-04")
async def test_the_agent_is_there_hears_it_ring_and_sees_the_contact_first(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.AGENT_FIRST, max_attempts=1)
    await rig.targets(campaign, "+12025550019")  # rings for ten seconds
    (agent,) = await rig.agents(1)
    await rig.carrier()
    await rig.floor()

    await rig.at_work(agent)
    await rig.until(lambda: rig.ended(1))

    kinds = [type(command.to) for command in rig.commands(PlaceLeg)]
    assert kinds == [ToEndpoint, ToNumber]
    customer = rig.commands(PlaceLeg)[1]
    assert customer.analysis is None  # who is there hears it in person
    (ringing,) = [c for c in rig.commands(Play) if Tone(name="ringing") in c.media]
    assert ringing.room == agent.id
    assert [c.playback for c in rig.commands(StopPlaying)] == [ringing.playback]
    order = [type(c) for c in rig.executed if isinstance(c, Play | StopPlaying | Join)]
    assert order == [Play, StopPlaying, Join]
    pops = [decode_desk_event(p) for p in rig.bus.payloads(desk_topic(agent.id))]
    stages = [pop.stage for pop in pops if isinstance(pop, ScreenPop)]
    assert stages == ["dialing", "connected"]
    attempt = await Attempt.get(account=rig.row)
    assert (attempt.agent_id, attempt.disposition) == (agent.id, Disposition.CONNECTED)


@pytest.mark.feature("CAM-04")
async def test_the_agent_hears_the_network_where_it_lets_itself_be_heard(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.AGENT_FIRST, max_attempts=1)
    await rig.targets(campaign, "+12025550012")  # rings, and plays something while it does
    (agent,) = await rig.agents(1)
    await rig.carrier()
    await rig.floor()

    await rig.at_work(agent)
    await rig.until(lambda: rig.ended(1))

    customer = rig.commands(PlaceLeg)[1]
    ringing, network = rig.commands(Play)
    assert (network.room, network.media) == (agent.id, (EarlyMediaOf(leg=customer.leg),))
    assert ringing.playback in [c.playback for c in rig.commands(StopPlaying)]
    order = [type(c) for c in rig.executed if isinstance(c, Play | StopPlaying | Join)]
    assert order[:3] == [Play, StopPlaying, Play]


async def test_an_agent_who_does_not_pick_up_costs_no_target(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.AGENT_FIRST)
    (target,) = await rig.targets(campaign, "+12025550013")
    (agent,) = await rig.agents(1)
    await Agent.filter(id=agent.id).update(endpoint="noanswer-1")
    await rig.carrier()
    await rig.floor()

    await rig.at_work(agent)
    await rig.until(
        lambda: AgentStateEntry.filter(
            agent=agent, state=AgentState.BREAK, reason="phone_no_answer"
        ).exists()
    )
    await rig.pass_time(5)

    assert await Attempt.filter(account=rig.row).count() == 0
    await target.refresh_from_db()
    assert (target.state, target.attempts) == (TargetState.NEW, 0)


async def test_an_agent_has_one_customer_at_a_time(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.AGENT_FIRST, max_attempts=1, lines_per_agent=10.0)
    await rig.targets(campaign, *[f"+1202555{n}0013" for n in range(8)])
    agents = await rig.agents(2)
    await rig.carrier()
    floor = await rig.floor()
    most = _watch_lines(floor)

    await rig.at_work(*agents)
    await rig.until(lambda: rig.ended(8))

    assert max(most) <= 2
    attempts = await Attempt.filter(account=rig.row)
    assert {a.disposition for a in attempts} == {Disposition.CONNECTED}
    assert {a.agent_id for a in attempts} == {agent.id for agent in agents}


@pytest.mark.feature("CAM-05")
async def test_the_higher_priority_dials_alone_until_its_retries_are_done(rig: Rig) -> None:
    high = await rig.campaign(
        DialMode.AGENT_FIRST, name="High", priority=8, max_attempts=2, retry_delays_s={"busy": 300}
    )
    low = await rig.campaign(DialMode.AGENT_FIRST, name="Low", priority=3, max_attempts=1)
    await rig.targets(high, "+12025550002")  # busy: again in 300 seconds, then never
    await rig.targets(low, "+12025560013", "+12025570013")
    agents = await rig.agents(2)
    await rig.carrier()
    floor = await rig.floor()

    await rig.at_work(*agents)
    await rig.until(lambda: rig.ended(1))
    await rig.pass_time(10)

    assert await Attempt.filter(campaign=low).count() == 0
    why = floor.state.runs[low.id].why
    assert "wait for campaign 'High', which has priority 8" in why

    await rig.until(lambda: rig.ended(4), seconds=60)

    order = [a.campaign_id for a in await Attempt.filter(account=rig.row).order_by("created_at")]
    assert order == [high.id, high.id, low.id, low.id]
    assert "wait for campaign" not in floor.state.runs[low.id].why


@pytest.mark.feature("CAM-05")
async def test_a_campaign_is_not_held_back_for_agents_it_does_not_share(rig: Rig) -> None:
    high = await rig.campaign(DialMode.AGENT_FIRST, name="High", priority=8)
    low = await rig.campaign(DialMode.AGENT_FIRST, name="Low", priority=3, max_attempts=1)
    await CampaignTeam.filter(campaign=high).delete()
    await CampaignTeam.filter(campaign=low).delete()
    shared, alone = await rig.agents(2)
    await CampaignAgent.create(campaign=high, agent=shared)
    await CampaignAgent.create(campaign=low, agent=shared)
    await CampaignAgent.create(campaign=low, agent=alone)
    await rig.targets(high, "+12025550002")  # busy, and again in five minutes
    await rig.targets(low, *[f"+1202556{n}0013" for n in range(3)])
    await rig.carrier()
    await rig.floor()

    await rig.at_work(shared, alone)
    await rig.until(lambda: rig.ended(4))

    served = {a.agent_id for a in await Attempt.filter(campaign=low)}
    assert served == {alone.id}
    assert [a.agent_id for a in await Attempt.filter(campaign=high)] == [shared.id]


@pytest.mark.feature("CAM-05")
async def test_what_a_rule_holds_back_holds_nobody_else_back(rig: Rig) -> None:
    day = DAYS[(rig.clock.now() + timedelta(days=3)).weekday()]
    closed = {"days": [day], "from": "10:00", "until": "10:01"}
    high = await rig.campaign(
        DialMode.AGENT_FIRST, name="High", priority=8, calling_windows=[closed]
    )
    low = await rig.campaign(DialMode.AGENT_FIRST, name="Low", priority=3, max_attempts=1)
    (held,) = await rig.targets(high, "+12025550013")
    await rig.targets(low, "+12025560013")
    (agent,) = await rig.agents(1)
    await rig.carrier()
    await rig.floor()

    await rig.at_work(agent)
    await rig.until(lambda: rig.ended(1))

    assert (await Attempt.get(account=rig.row)).campaign_id == low.id
    assert (await Target.get(id=held.id)).held_by == "outside_hours"


async def test_a_new_owner_ends_the_ringing_tone_of_the_old_one(slow_rig: Rig) -> None:
    rig = slow_rig
    campaign = await rig.campaign(DialMode.AGENT_FIRST, max_attempts=1)
    await rig.targets(campaign, "+12025550019")
    (agent,) = await rig.agents(1)
    await rig.carrier()
    first = await rig.floor()
    await rig.at_work(agent)
    await rig.until(lambda: _rings(rig))

    await rig.let_go(first)
    await rig.floor()
    await rig.until(lambda: _stopped(rig))

    (ringing,) = [c for c in rig.commands(Play) if c.room == agent.id]
    assert rig.commands(StopPlaying)[0].playback == ringing.playback


def _watch_lines(floor: Floor) -> list[int]:
    """How many lines were up after each launch."""
    seen: list[int] = []
    launch = floor.lines.placing.launch

    def watched(*args: object, **kwargs: object) -> object:
        made = launch(*args, **kwargs)  # type: ignore[arg-type]
        seen.append(len(floor.state.lines))
        return made

    floor.lines.placing.launch = watched  # type: ignore[assignment,method-assign]
    return seen


async def _rings(rig: Rig) -> bool:
    return bool(rig.commands(Play))


async def _stopped(rig: Rig) -> bool:
    return bool(rig.commands(StopPlaying))
