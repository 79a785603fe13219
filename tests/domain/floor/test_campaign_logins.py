"""Campaigns that agents log into: by telephone, at the desk, and what ends a login."""

from uuid import UUID

import pytest

from domain.agents.commands import (
    AgentGoAvailable,
    AgentSignIn,
    AgentSignOut,
    AgentTakeBreak,
    CampaignLogIn,
    CampaignLogOut,
)
from domain.agents.models import Agent, AgentStateEntry
from domain.agents.rules import AgentState
from domain.calls.models import Attempt
from domain.calls.rules import Disposition
from domain.campaigns.models import Campaign, CampaignLogin, CampaignTeam
from domain.campaigns.rules import AgentLogin, CampaignState, DialMode
from domain.floor.director import Floor
from domain.numbers.models import InboundNumber, NumberPurpose
from tests.domain.floor.rig import Rig

NOBODY = "no agent is logged into the campaign"
DIALING = [mode for mode in DialMode if not mode.startswith("ivr")]


async def _at_work(
    rig: Rig, *, like: str = "0013", **given: object
) -> tuple[Floor, Campaign, Agent]:
    """A campaign with manual login, three customers alike who talk for 3 s, an available agent."""
    fields = {"mode": DialMode.PROGRESSIVE, "max_attempts": 1, "agent_login": AgentLogin.MANUAL}
    campaign = await rig.campaign(**(fields | given))  # type: ignore[arg-type]  # its columns
    await rig.targets(campaign, *[f"+120255{n}{like}" for n in (5, 6, 7)])
    (agent,) = await rig.agents(1)
    await rig.carrier()
    floor = await rig.floor()
    await rig.at_work(agent)
    await rig.until(lambda: _in_state(agent, AgentState.AVAILABLE))
    return floor, campaign, agent


async def _log_in(rig: Rig, agent: Agent, campaign: Campaign) -> str | None:
    return (await rig.ask(CampaignLogIn(agent=agent.id, campaign=campaign.id))).code


async def _log_out(rig: Rig, agent: Agent, campaign: Campaign) -> str | None:
    return (await rig.ask(CampaignLogOut(agent=agent.id, campaign=campaign.id))).code


def _why(floor: Floor, campaign: Campaign) -> str:
    return floor.boards.of_run(floor.state.runs[campaign.id]).why


@pytest.mark.feature("AGT-02")
@pytest.mark.parametrize("mode", DIALING)
async def test_nothing_is_dialed_until_an_agent_logs_in_and_the_board_says_why(
    rig: Rig, mode: DialMode
) -> None:
    floor, campaign, agent = await _at_work(rig, mode=mode)

    await rig.pass_time(5)
    assert await Attempt.all().count() == 0
    assert floor.state.seats[agent.id].offer is None
    assert NOBODY in _why(floor, campaign)
    assert sum(floor.boards.of_run(floor.state.runs[campaign.id]).agents.values()) == 0

    assert await _log_in(rig, agent, campaign) is None
    assert await _log_in(rig, agent, campaign) is None
    await rig.until(lambda: _is_busy(floor, agent))

    assert NOBODY not in _why(floor, campaign)
    login = await CampaignLogin.get()
    assert (login.account_id, login.agent_id, login.campaign_id, login.ended_at) == (
        rig.row.id,
        agent.id,
        campaign.id,
        None,
    )


@pytest.mark.feature("AGT-02")
async def test_star_ten_logs_into_the_agents_campaigns_and_star_eleven_out(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PREVIEW, agent_login=AgentLogin.MANUAL)
    await rig.campaign(DialMode.PREVIEW, state=CampaignState.CLOSED, agent_login=AgentLogin.MANUAL)
    await rig.campaign(DialMode.PREVIEW, state=CampaignState.STOPPED)
    (agent,) = await rig.agents(1)
    await rig.carrier()
    floor = await rig.floor()

    rig.dial_in("*10", "phone-1")
    await rig.until(lambda: _in_state(agent, AgentState.AVAILABLE))
    assert floor.state.seats[agent.id].serves(campaign.id)
    assert (await CampaignLogin.get()).campaign_id == campaign.id

    rig.dial_in("*11", "phone-1")
    await rig.until(lambda: _in_state(agent, AgentState.OFFLINE))
    await rig.until(lambda: _has_ended(agent, campaign))
    assert not floor.state.seats[agent.id].serves(campaign.id)


@pytest.mark.feature("AGT-02")
async def test_an_agent_with_a_telephone_alone_is_logged_in_with_code_and_pin(
    slow_rig: Rig,
) -> None:
    rig = slow_rig
    campaign = await rig.campaign(DialMode.PREVIEW, agent_login=AgentLogin.MANUAL)
    (agent,) = await rig.agents(1)
    await rig.signs_in_with(agent, "4711")
    await InboundNumber.create(
        account=rig.row, number="+12025559000", purpose=NumberPurpose.PHONE_LOGIN
    )
    await rig.carrier()
    await rig.floor()

    leg = rig.dial_in("+12025559000")
    await rig.type_in(leg, agent.code, "4711")
    await rig.until(lambda: _in_state(agent, AgentState.AVAILABLE))
    assert (await CampaignLogin.get()).campaign_id == campaign.id

    rig.carrier_of().hang_up_far_end(leg)
    await rig.until(lambda: _has_ended(agent, campaign))


async def test_who_signs_out_is_logged_out_and_signing_in_again_does_not_log_in(rig: Rig) -> None:
    floor, campaign, agent = await _at_work(rig, state=CampaignState.STOPPED)
    await _log_in(rig, agent, campaign)

    await rig.ask(AgentSignOut(agent=agent.id))
    assert (await CampaignLogin.get()).ended_at is not None
    await rig.ask(AgentSignIn(agent=agent.id))
    await rig.ask(AgentGoAvailable(agent=agent.id))
    await Campaign.filter(id=campaign.id).update(state=CampaignState.RUNNING)
    await rig.changed(campaign)

    await rig.pass_time(5)
    assert NOBODY in _why(floor, campaign)
    assert await Attempt.all().count() == 0


async def test_a_break_ends_no_login(rig: Rig) -> None:
    floor, campaign, agent = await _at_work(rig, mode=DialMode.PREVIEW)
    await _log_in(rig, agent, campaign)

    await rig.ask(AgentTakeBreak(agent=agent.id))
    assert NOBODY not in _why(floor, campaign)
    await rig.ask(AgentGoAvailable(agent=agent.id))

    await rig.until(lambda: _is_busy(floor, agent))
    assert (await CampaignLogin.get()).ended_at is None


async def test_logging_out_takes_an_offer_back_and_leaves_other_campaigns_alone(rig: Rig) -> None:
    floor, campaign, agent = await _at_work(rig, mode=DialMode.PREVIEW, priority=9)
    other = await rig.campaign(DialMode.PREVIEW, priority=1)
    (target,) = await rig.targets(other, "+12025554010")
    await _log_in(rig, agent, campaign)
    await rig.until(lambda: _is_offered(floor, agent, campaign.id))

    assert await _log_out(rig, agent, campaign) is None
    assert await _log_out(rig, agent, campaign) is None
    await rig.changed(other)
    await rig.until(lambda: _is_offered(floor, agent, other.id))

    offer = floor.state.seats[agent.id].offer
    assert offer is not None
    assert offer.target.id == target.id
    assert (await CampaignLogin.get()).ended_at is not None
    assert await Attempt.all().count() == 0


async def test_a_call_goes_on_when_its_agent_logs_out_and_is_the_last(rig: Rig) -> None:
    floor, campaign, agent = await _at_work(rig, like="0010")  # they never hang up by themselves
    await _log_in(rig, agent, campaign)
    await rig.until(lambda: _in_state(agent, AgentState.TALKING))

    await _log_out(rig, agent, campaign)
    await rig.pass_time(5)
    assert await _in_state(agent, AgentState.TALKING)
    (leg,) = floor.state.lines
    rig.carrier_of().hang_up_far_end(leg)
    await rig.until(lambda: rig.ended(1))
    await rig.until(lambda: _in_state(agent, AgentState.AVAILABLE))
    await rig.pass_time(5)

    assert (await Attempt.get()).disposition is Disposition.CONNECTED
    assert NOBODY in _why(floor, campaign)


async def test_the_next_owner_of_the_floor_knows_who_is_logged_in(rig: Rig) -> None:
    first, campaign, agent = await _at_work(rig, state=CampaignState.STOPPED)
    await _log_in(rig, agent, campaign)

    await rig.die(first)
    await Campaign.filter(id=campaign.id).update(state=CampaignState.RUNNING)
    await rig.floor()
    await rig.until(lambda: rig.ended(3))

    assert (await CampaignLogin.get()).ended_at is None
    assert {a.disposition for a in await Attempt.all()} == {Disposition.CONNECTED}


async def test_nobody_logs_out_of_a_campaign_with_permanent_login(rig: Rig) -> None:
    floor, campaign, agent = await _at_work(rig, agent_login=AgentLogin.PERMANENT)

    assert await _log_in(rig, agent, campaign) is None
    assert await _log_out(rig, agent, campaign) == "LOGIN_IS_PERMANENT"

    assert floor.state.seats[agent.id].serves(campaign.id)
    assert await CampaignLogin.all().count() == 0


async def test_who_is_signed_out_is_not_logged_in(rig: Rig) -> None:
    floor, campaign, agent = await _at_work(rig)
    await rig.ask(AgentSignOut(agent=agent.id))

    assert await _log_in(rig, agent, campaign) == "AGENT_SIGNED_OUT"

    assert not floor.state.seats[agent.id].serves(campaign.id)
    assert await CampaignLogin.all().count() == 0


async def test_who_does_not_work_on_a_campaign_is_not_logged_into_it(rig: Rig) -> None:
    _, campaign, agent = await _at_work(rig)
    await CampaignTeam.all().delete()
    await rig.changed(campaign)

    assert await _log_in(rig, agent, campaign) == "NOT_FOUND"
    assert await _log_out(rig, agent, campaign) == "NOT_FOUND"
    assert await CampaignLogin.all().count() == 0


@pytest.mark.parametrize("change", ["permanent", "unassigned", "closed"])
async def test_a_login_ends_with_what_it_was_for(rig: Rig, change: str) -> None:
    floor, campaign, agent = await _at_work(rig, state=CampaignState.STOPPED)
    await _log_in(rig, agent, campaign)

    if change == "permanent":
        await Campaign.filter(id=campaign.id).update(agent_login=AgentLogin.PERMANENT)
    elif change == "closed":
        await Campaign.filter(id=campaign.id).update(state=CampaignState.CLOSED)
    else:
        await CampaignTeam.all().delete()
    await rig.changed(campaign)

    assert floor.state.seats[agent.id].logins == {}
    assert (await CampaignLogin.get()).ended_at is not None


async def test_a_campaign_that_is_made_manual_loses_its_agents(rig: Rig) -> None:
    floor, campaign, agent = await _at_work(
        rig, state=CampaignState.STOPPED, agent_login=AgentLogin.PERMANENT
    )
    await Campaign.filter(id=campaign.id).update(
        state=CampaignState.RUNNING, agent_login=AgentLogin.MANUAL
    )
    await rig.changed(campaign)

    await rig.pass_time(5)
    assert NOBODY in _why(floor, campaign)
    assert await Attempt.all().count() == 0
    assert await _in_state(agent, AgentState.AVAILABLE)


async def _in_state(agent: Agent, state: AgentState) -> bool:
    return await AgentStateEntry.filter(agent=agent, ended_at=None, state=state).exists()


async def _is_busy(floor: Floor, agent: Agent) -> bool:
    seat = floor.state.seats[agent.id]
    return seat.offer is not None or seat.line is not None


async def _is_offered(floor: Floor, agent: Agent, campaign_id: UUID) -> bool:
    offer = floor.state.seats[agent.id].offer
    return offer is not None and offer.campaign_id == campaign_id


async def _has_ended(agent: Agent, campaign: Campaign) -> bool:
    login = await CampaignLogin.get_or_none(agent=agent, campaign=campaign)
    return login is not None and login.ended_at is not None
