"""Campaigns that agents log into, as desks, supervisors and reports see them."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.access.models import AuditEntry
from domain.access.permissions import Permission
from domain.agents.commands import CampaignLogIn, CampaignLogOut
from domain.agents.errors import AgentSignedOut, LoginIsPermanent
from domain.agents.models import Agent
from domain.campaigns.commands import CampaignChanged
from domain.campaigns.models import Campaign, CampaignAgent, CampaignLogin, CampaignTeam
from domain.campaigns.rules import AgentLogin, CampaignState
from domain.core.floors import FloorUnavailable
from tests import rows
from tests.fakes import FakePorts
from tests.queries import at_most
from tests.schema.asking import ask, execute, refusal_code

CREATE = """
mutation ($input: CampaignCreateInput!) {
  campaignCreate(input: $input) { ... on CampaignCreated { campaign { id agentLogin } } }
}
"""
CHANGE = """
mutation ($id: UUID!, $input: CampaignChangeInput!) {
  campaignChange(id: $id, input: $input) { ... on CampaignChanged { campaign { agentLogin } } }
}
"""
COPY = """
mutation ($id: UUID!) {
  campaignCopy(id: $id) { ... on CampaignCopied { campaign { agentLogin } } }
}
"""
LOG_IN = """
mutation ($campaign: UUID!, $agent: UUID) {
  campaignLogIn(campaignId: $campaign, agentId: $agent) {
    ... on AgentAccepted { agent { id } } ... on Refusal { code }
  }
}
"""
LOG_OUT = LOG_IN.replace("campaignLogIn", "campaignLogOut")
MINE = """
query ($agent: UUID) {
  deskCampaigns(agentId: $agent) { nodes { name agentLogin loggedInSince } totalCount }
}
"""
LOGINS = """
query ($campaign: UUID, $agent: UUID, $since: DateTime, $until: DateTime) {
  campaignLogins(campaignId: $campaign, agentId: $agent, since: $since, until: $until) {
    nodes { agentId campaignId startedAt endedAt seconds agent { name } } totalCount
  }
}
"""


async def an_agent_at_work(**given: Any) -> tuple[Agent, Campaign]:
    """An agent and the manual campaign that the agent's team works on."""
    account = await rows.an_account("acme")
    team = await rows.a_team(account)
    agent = await rows.an_agent(account, team=team)
    campaign = await rows.a_campaign(account, **{"agent_login": AgentLogin.MANUAL, **given})
    await CampaignTeam.create(campaign=campaign, team=team)
    return agent, campaign


async def a_login(
    agent: Agent, campaign: Campaign, began: datetime, ended: datetime | None = None
) -> CampaignLogin:
    return await CampaignLogin.create(
        account_id=agent.account_id,
        agent=agent,
        campaign=campaign,
        started_at=began,
        ended_at=ended,
    )


@pytest.mark.feature("AGT-02")
async def test_a_campaign_is_permanent_until_it_is_made_manual_and_a_copy_is_like_it(
    database: str, fakes: FakePorts
) -> None:
    who = rows.an_admin(await rows.an_account("acme"))

    made = (await ask(CREATE, who, fakes, input={"name": "Spring", "mode": "PREVIEW"}))["campaign"]
    changed = await ask(CHANGE, who, fakes, id=made["id"], input={"agentLogin": "MANUAL"})
    copied = await ask(COPY, who, fakes, id=made["id"])

    assert made["agentLogin"] == "PERMANENT"
    assert changed["campaign"]["agentLogin"] == copied["campaign"]["agentLogin"] == "MANUAL"
    assert fakes.floors.told[0][1] == CampaignChanged(campaign=UUID(made["id"]))
    entry = await AuditEntry.get(action="campaignChange")
    assert entry.difference == {"agentLogin": ["permanent", "manual"]}


@pytest.mark.feature("AGT-02")
@pytest.mark.parametrize(
    ("document", "command"), [(LOG_IN, CampaignLogIn), (LOG_OUT, CampaignLogOut)]
)
async def test_an_agent_asks_the_floor_and_nothing_is_written_down(
    document: str, command: Any, database: str, fakes: FakePorts
) -> None:
    agent, campaign = await an_agent_at_work()

    answer = await ask(document, rows.at_the_desk_of(agent), fakes, campaign=str(campaign.id))

    assert answer == {"agent": {"id": str(agent.id)}}
    assert fakes.floors.commands == [command(agent=agent.id, campaign=campaign.id)]
    assert await AuditEntry.all().count() == await CampaignLogin.all().count() == 0


async def test_an_agent_who_works_on_it_without_a_team_logs_in(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account("acme")
    agent, campaign = await rows.an_agent(account), await rows.a_campaign(account)
    await CampaignAgent.create(campaign=campaign, agent=agent)

    await ask(LOG_IN, rows.at_the_desk_of(agent), fakes, campaign=str(campaign.id))

    assert fakes.floors.commands == [CampaignLogIn(agent=agent.id, campaign=campaign.id)]


async def test_what_a_supervisor_does_for_an_agent_is_written_down(
    database: str, fakes: FakePorts
) -> None:
    agent, campaign = await an_agent_at_work()
    assert agent.team_id is not None
    who = rows.somebody(
        await agent.account, Permission.AGENT_SUPERVISE, teams=frozenset({agent.team_id})
    )

    await ask(LOG_OUT, who, fakes, campaign=str(campaign.id), agent=str(agent.id))

    assert fakes.floors.commands == [CampaignLogOut(agent=agent.id, campaign=campaign.id)]
    entry = await AuditEntry.get()
    assert (entry.action, entry.subject_id) == ("campaignLogOut", agent.id)
    assert entry.difference == {"campaign": [None, str(campaign.id)]}


@pytest.mark.parametrize("document", [LOG_IN, LOG_OUT])
async def test_a_campaign_that_the_agent_does_not_work_on_is_not_found(
    document: str, database: str, fakes: FakePorts
) -> None:
    agent, closed = await an_agent_at_work(state=CampaignState.CLOSED)
    other = await rows.a_campaign(await agent.account, agent_login=AgentLogin.MANUAL)
    foreign = await rows.a_campaign(await rows.an_account("other"))
    who = rows.at_the_desk_of(agent)

    for campaign in (closed, other, foreign):
        code = await refusal_code(document, who, fakes, campaign=str(campaign.id))
        assert code == "NOT_FOUND"

    fakes.assert_untouched()


@pytest.mark.parametrize(
    ("document", "command", "error"),
    [
        (LOG_IN, CampaignLogIn, lambda agent, campaign: AgentSignedOut(agent.id)),
        (LOG_OUT, CampaignLogOut, lambda agent, campaign: LoginIsPermanent(campaign.id)),
        (LOG_IN, CampaignLogIn, lambda agent, campaign: FloorUnavailable(5.0)),
    ],
)
async def test_what_the_floor_refuses_is_refused(
    document: str, command: Any, error: Any, database: str, fakes: FakePorts
) -> None:
    agent, campaign = await an_agent_at_work()
    fakes.floors.answers[command] = refused = error(agent, campaign)

    code = await refusal_code(
        document, rows.at_the_desk_of(agent), fakes, campaign=str(campaign.id)
    )

    assert code == refused.code
    assert await AuditEntry.all().count() == 0


@pytest.mark.feature("AGT-02")
async def test_a_desk_sees_its_own_open_campaigns_and_what_it_is_logged_into(
    database: str, fakes: FakePorts
) -> None:
    now = fakes.clock.now()
    agent, campaign = await an_agent_at_work()
    account = await agent.account
    colleague = await rows.an_agent(account, team_id=agent.team_id)
    alone = await rows.a_campaign(account)
    await CampaignAgent.create(campaign=alone, agent=agent)
    await CampaignAgent.create(campaign=campaign, agent=agent)  # by team as well: shown once
    await rows.a_campaign(account)  # nobody's
    closed = await rows.a_campaign(account, state=CampaignState.CLOSED)
    await CampaignAgent.create(campaign=closed, agent=agent)
    await a_login(agent, campaign, now - timedelta(hours=2), now - timedelta(hours=1))
    await a_login(agent, campaign, now - timedelta(minutes=3))
    await a_login(colleague, alone, now)

    with at_most(4):  # the agent, the page, the logins, the count
        answer = await ask(MINE, rows.at_the_desk_of(agent), fakes)

    assert answer["totalCount"] == 2
    assert [(n["name"], n["agentLogin"]) for n in answer["nodes"]] == [
        (campaign.name, "MANUAL"),
        (alone.name, "PERMANENT"),
    ]
    since = [node["loggedInSince"] for node in answer["nodes"]]
    assert datetime.fromisoformat(since[0]) == now - timedelta(minutes=3)
    assert since[1] is None


async def test_an_agent_sees_nobody_elses_campaigns(database: str, fakes: FakePorts) -> None:
    agent, _ = await an_agent_at_work()
    colleague = await rows.an_agent(await agent.account)

    result = await execute(MINE, rows.at_the_desk_of(agent), fakes, agent=str(colleague.id))

    assert result.errors is not None
    assert (result.errors[0].extensions or {})["code"] == "NOT_FOUND"


@pytest.mark.feature("AGT-02")
async def test_the_report_says_who_was_logged_in_and_how_long(
    database: str, fakes: FakePorts
) -> None:
    now = fakes.clock.now()
    agent, campaign = await an_agent_at_work()
    account = await agent.account
    other_agent = await rows.an_agent(account)
    other = await rows.a_campaign(account)
    await a_login(agent, campaign, now - timedelta(hours=5), now - timedelta(hours=4))
    await a_login(agent, campaign, now - timedelta(hours=3), now - timedelta(hours=1))
    await a_login(agent, other, now - timedelta(minutes=2))
    await a_login(other_agent, campaign, now - timedelta(minutes=1))
    who = rows.an_admin(account)

    everything = await ask(LOGINS, who, fakes)
    narrowed = await ask(
        LOGINS,
        who,
        fakes,
        campaign=str(campaign.id),
        agent=str(agent.id),
        since=(now - timedelta(hours=2)).isoformat(),
        until=now.isoformat(),
    )

    assert [node["seconds"] for node in everything["nodes"]] == [60, 120, 7200, 3600]
    assert narrowed["totalCount"] == 1
    (node,) = narrowed["nodes"]
    assert (node["agentId"], node["campaignId"], node["seconds"], node["agent"]["name"]) == (
        str(agent.id),
        str(campaign.id),
        7200,
        agent.name,
    )


async def test_a_limited_supervisor_reads_of_the_own_teams_alone(
    database: str, fakes: FakePorts
) -> None:
    now = fakes.clock.now()
    agent, campaign = await an_agent_at_work()
    account = await agent.account
    assert agent.team_id is not None
    await a_login(agent, campaign, now)
    await a_login(await rows.an_agent(account), campaign, now)
    who = rows.somebody(account, Permission.AGENT_VIEW, teams=frozenset({agent.team_id}))

    answer = await ask(LOGINS, who, fakes)

    assert [node["agentId"] for node in answer["nodes"]] == [str(agent.id)]
