import pytest

from domain.access.models import AuditEntry
from domain.access.permissions import Permission
from domain.campaigns.commands import CampaignChanged
from domain.campaigns.models import CampaignAgent, CampaignTeam
from domain.campaigns.rules import CampaignState
from tests import rows
from tests.fakes import FakePorts
from tests.queries import at_most
from tests.schema.asking import ask, refusal_code

ASSIGN = """
mutation ($id: UUID!, $teams: [AssignedInput!], $agents: [AssignedInput!]) {
  campaignAssign(id: $id, teams: $teams, agents: $agents) {
    ... on CampaignChanged { campaign { teams { level team { id } } } }
    ... on Refusal { code }
    ... on InvalidInput { problems { path } }
  }
}
"""
UNASSIGN = """
mutation ($id: UUID!, $teams: [UUID!], $agents: [UUID!]) {
  campaignUnassign(id: $id, teamIds: $teams, agentIds: $agents) {
    ... on CampaignChanged { campaign { teams { level } } }
    ... on Refusal { code }
    ... on InvalidInput { problems { path } }
  }
}
"""
AGENTS = """
query ($id: UUID!) {
  campaignAgents(id: $id) { nodes { level agent { code now { state } team { name } } } }
}
"""


async def test_teams_and_agents_are_assigned_and_their_level_changed(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    campaign, team = await rows.a_campaign(account), await rows.a_team(account)
    agent, who = await rows.an_agent(account), rows.an_admin(account)

    await ask(
        ASSIGN,
        who,
        fakes,
        id=str(campaign.id),
        teams=[{"id": str(team.id)}],
        agents=[{"id": str(agent.id), "level": 2}],
    )
    answer = await ask(
        ASSIGN, who, fakes, id=str(campaign.id), teams=[{"id": str(team.id), "level": 9}]
    )

    assert answer["campaign"]["teams"] == [{"level": 9, "team": {"id": str(team.id)}}]
    assert (await CampaignAgent.get()).level == 2
    assert fakes.floors.told == [(account.id, CampaignChanged(campaign=campaign.id))] * 2
    entries = await AuditEntry.all().order_by("-id")
    assert entries[0].difference == {f"team {team.id}": [1, 9]}


@pytest.mark.feature("CAM-19")
async def test_a_team_is_ranked_and_an_agent_is_not(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account()
    campaign, team = await rows.a_campaign(account), await rows.a_team(account)
    agent, who = await rows.an_agent(account), rows.an_admin(account)
    id, ranked = str(campaign.id), {"id": str(team.id), "rank": 12}

    await ask(ASSIGN, who, fakes, id=id, teams=[ranked])
    assert (await CampaignTeam.get()).rank == 12
    entry = await AuditEntry.get()
    assert entry.difference[f"rank of team {team.id}"] == [None, 12]

    wrong = await ask(
        ASSIGN,
        who,
        fakes,
        id=id,
        teams=[{**ranked, "rank": 21}],
        agents=[{"id": str(agent.id), "rank": 3}],
    )
    assert [each["path"] for each in wrong["problems"]] == ["teams.0.rank", "agents.0.rank"]
    assert (await CampaignTeam.get()).rank == 12
    assert await CampaignAgent.all().count() == 0


async def test_assigning_what_is_assigned_changes_nothing(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account()
    campaign, team = await rows.a_campaign(account), await rows.a_team(account)
    await CampaignTeam.create(campaign=campaign, team=team)

    await ask(
        ASSIGN, rows.an_admin(account), fakes, id=str(campaign.id), teams=[{"id": str(team.id)}]
    )

    assert await AuditEntry.all().count() == 0
    fakes.assert_untouched()


async def test_the_unassigned_work_on_it_no_more(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account()
    campaign, team = await rows.a_campaign(account), await rows.a_team(account)
    agent = await rows.an_agent(account)
    await CampaignTeam.create(campaign=campaign, team=team)
    await CampaignAgent.create(campaign=campaign, agent=agent)

    await ask(
        UNASSIGN,
        rows.an_admin(account),
        fakes,
        id=str(campaign.id),
        teams=[str(team.id)],
        agents=[str(agent.id)],
    )

    assert await CampaignTeam.all().count() == await CampaignAgent.all().count() == 0


async def test_too_many_to_unassign_are_told_by_the_arguments_name(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    campaign, team = await rows.a_campaign(account), await rows.a_team(account)
    await CampaignTeam.create(campaign=campaign, team=team)
    many, who = [str(team.id)] * 101, rows.an_admin(account)

    answer = await ask(UNASSIGN, who, fakes, id=str(campaign.id), teams=many, agents=[])

    assert [problem["path"] for problem in answer["problems"]] == ["teamIds"]
    assert await CampaignTeam.all().count() == 1
    fakes.assert_untouched()


async def test_every_problem_is_told_and_nobody_assigned(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account()
    campaign, team = await rows.a_campaign(account), await rows.a_team(account)
    twice = [{"id": str(team.id), "level": 0}, {"id": str(team.id), "level": 101}]

    answer = await ask(ASSIGN, rows.an_admin(account), fakes, id=str(campaign.id), teams=twice)

    paths = [problem["path"] for problem in answer["problems"]]
    assert paths == ["teams", "teams.0.level", "teams.1.level"]
    assert await CampaignTeam.all().count() == 0
    fakes.assert_untouched()


async def test_a_supervisor_assigns_only_the_supervised(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account()
    campaign = await rows.a_campaign(account)
    own, other = await rows.a_team(account), await rows.a_team(account)
    agent = await rows.an_agent(account, team=other)
    who = rows.somebody(
        account,
        Permission.CAMPAIGN_MANAGE,
        Permission.CAMPAIGN_VIEW,
        Permission.AGENT_VIEW,
        teams=frozenset({own.id}),
    )

    async def refused(**given: list[dict[str, str]]) -> str:
        return await refusal_code(ASSIGN, who, fakes, id=str(campaign.id), **given)

    assert await refused(teams=[{"id": str(other.id)}]) == "NOT_FOUND"
    assert await refused(agents=[{"id": str(agent.id)}]) == "NOT_FOUND"
    assert await CampaignTeam.all().count() == await CampaignAgent.all().count() == 0
    fakes.assert_untouched()


async def test_nobody_is_assigned_to_a_closed_campaign(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account()
    campaign = await rows.a_campaign(account, state=CampaignState.CLOSED)
    team = await rows.a_team(account)

    code = await refusal_code(
        ASSIGN, rows.an_admin(account), fakes, id=str(campaign.id), teams=[{"id": str(team.id)}]
    )

    assert code == "CAMPAIGN_CLOSED"
    assert await CampaignTeam.all().count() == 0
    fakes.assert_untouched()


async def test_the_agents_of_a_campaign_cost_four_statements(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    campaign, team = await rows.a_campaign(account), await rows.a_team(account, "North")
    for _ in range(5):
        agent = await rows.an_agent(account, team=team)
        await CampaignAgent.create(campaign=campaign, agent=agent)

    with at_most(4):  # the campaign, its agents, their states, their teams
        page = await ask(AGENTS, rows.an_admin(account), fakes, id=str(campaign.id))

    assert len(page["nodes"]) == 5
    assert page["nodes"][0]["agent"]["team"] == {"name": "North"}
