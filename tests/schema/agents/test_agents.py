import asyncio
from datetime import timedelta

import pytest

from domain.access.models import AuditEntry, Session
from domain.access.permissions import Permission
from domain.access.tokens import open_session
from domain.agents.commands import AgentChanged
from domain.agents.models import Agent, Team
from domain.agents.rules import AgentState
from tests import rows
from tests.fakes import FakePorts
from tests.queries import at_most
from tests.schema.asking import ask, execute, refusal_code

CREATE = """
mutation ($input: AgentCreateInput!) {
  agentCreate(input: $input) {
    ... on AgentCreated { agent { id code endpointKind team { name } now { state since } } }
    ... on Refusal { code message }
    ... on InvalidInput { problems { path } }
  }
}
"""
CHANGE = """
mutation ($id: UUID!, $input: AgentChangeInput!) {
  agentChange(id: $id, input: $input) {
    ... on AgentChanged { agent { name code endpoint callerId team { name } } }
    ... on Refusal { code }
    ... on InvalidInput { problems { path } }
  }
}
"""
ARCHIVE = """
mutation ($id: UUID!) {
  agentArchive(id: $id) {
    ... on AgentArchived { agent { archivedAt } }
    ... on Refusal { code }
    ... on AgentSignedIn { state }
  }
}
"""
AGENTS = """
query ($team: UUID, $archived: Boolean! = false) {
  agents(teamId: $team, archived: $archived) {
    nodes { code team { name } now { state reason since campaignId callId } }
  }
}
"""
STATES = """
query ($agent: UUID, $since: DateTime, $until: DateTime) {
  agentStates(agentId: $agent, since: $since, until: $until) {
    nodes { state reason startedAt endedAt seconds agent { code } }
  }
}
"""
TEAM_CREATE = """
mutation ($name: String!) {
  teamCreate(name: $name) { ... on TeamCreated { team { id } } ... on Refusal { code } }
}
"""
TEAM_RENAME = """
mutation ($id: UUID!, $name: String!) {
  teamRename(id: $id, name: $name) { ... on TeamRenamed { team { name } } ... on Refusal { code } }
}
"""
TEAM_DELETE = """
mutation ($id: UUID!) {
  teamDelete(id: $id) { ... on TeamDeleted { id } ... on Refusal { code } }
}
"""
NEW = {"name": "Bo", "code": "1001", "pin": "2468", "endpoint": "bo"}


async def test_a_new_agent_is_signed_out_and_the_floor_is_told(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    team = await rows.a_team(account, "North")

    answer = await ask(CREATE, rows.an_admin(account), fakes, input={**NEW, "teamId": str(team.id)})

    agent = await Agent.get()
    assert answer["agent"] == {
        "id": str(agent.id),
        "code": "1001",
        "endpointKind": "SIP",
        "team": {"name": "North"},
        "now": {"state": "OFFLINE", "since": None},
    }
    assert fakes.floors.told == [(account.id, AgentChanged(agent=agent.id))]
    kept = repr((await AuditEntry.get()).difference)
    assert "2468" not in kept
    assert "argon2" not in kept


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"name": ""}, "name"),
        ({"code": "1a"}, "code"),
        ({"code": "1"}, "code"),
        ({"pin": "123"}, "pin"),
        ({"pin": "123456789"}, "pin"),
        ({"pin": "١٢٣٤"}, "pin"),  # digits, but on no telephone
        ({"endpoint": "a b"}, "endpoint"),
        ({"endpoint": "a\r\nAction: Originate"}, "endpoint"),
        ({"endpointKind": "NUMBER", "endpoint": "bo"}, "endpoint"),
    ],
)
async def test_a_wrong_field_makes_no_agent(
    wrong: dict[str, str], path: str, database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()

    answer = await ask(CREATE, rows.an_admin(account), fakes, input={**NEW, **wrong})

    assert [problem["path"] for problem in answer["problems"]] == [path]
    assert await Agent.all().count() == await AuditEntry.all().count() == 0
    fakes.assert_untouched()


async def test_a_code_is_one_agents_even_after_archiving(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account()
    await rows.an_agent(account, code="1001", archived_at=fakes.clock.now())
    who = rows.an_admin(account)

    assert await refusal_code(CREATE, who, fakes, input=NEW) == "AGENT_CODE_TAKEN"
    assert await Agent.all().count() == 1
    fakes.assert_untouched()


async def test_the_same_code_twice_at_once_makes_one_agent(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account()
    answers = await asyncio.gather(
        *(execute(CREATE, rows.an_admin(account), fakes, input=NEW) for _ in range(4))
    )

    assert all(answer.errors is None for answer in answers)
    assert await Agent.all().count() == 1


async def test_what_is_left_out_of_a_change_stays(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account()
    team = await rows.a_team(account, "North")
    agent = await rows.an_agent(account, team=team, caller_id="+12025550100", code="77")

    answer = await ask(
        CHANGE, rows.an_admin(account), fakes, id=str(agent.id), input={"teamId": None}
    )

    assert answer["agent"] == {
        "name": "Bo",
        "code": "77",
        "endpoint": "agent-77",
        "callerId": "+12025550100",
        "team": None,
    }
    assert (await AuditEntry.get()).difference == {"teamId": [str(team.id), None]}


async def test_another_kind_of_endpoint_needs_an_endpoint_of_that_kind(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    agent = await rows.an_agent(account)
    who, id = rows.an_admin(account), str(agent.id)

    assert (
        await refusal_code(CHANGE, who, fakes, id=id, input={"endpointKind": "NUMBER"})
        == "INVALID_INPUT"
    )
    await ask(
        CHANGE, who, fakes, id=id, input={"endpointKind": "NUMBER", "endpoint": "+12025550100"}
    )


async def test_a_new_pin_ends_the_agents_sessions(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account()
    agent = await rows.an_agent(account)
    await open_session(account.id, clock=fakes.clock, agent_id=agent.id)

    await ask(CHANGE, rows.an_admin(account), fakes, id=str(agent.id), input={"pin": "9753"})

    assert (await Session.get()).revoked_at == fakes.clock.now()
    assert (await AuditEntry.get()).difference == {"pin": [None, "changed"]}


async def test_an_agent_at_work_is_not_archived(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account()
    agent = await rows.an_agent(account)
    await rows.a_state(agent, AgentState.BREAK, fakes.clock.now())

    answer = await ask(ARCHIVE, rows.an_admin(account), fakes, id=str(agent.id))

    assert answer == {"code": "AGENT_SIGNED_IN", "state": "break"}
    assert (await Agent.get()).archived_at is None
    fakes.assert_untouched()


async def test_an_archived_agent_is_on_a_list_of_its_own(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account()
    agent = await rows.an_agent(account, code="10")
    await rows.an_agent(account, code="20")
    who = rows.an_admin(account)

    await ask(ARCHIVE, who, fakes, id=str(agent.id))

    assert [row["code"] for row in (await ask(AGENTS, who, fakes))["nodes"]] == ["20"]
    archived = await ask(AGENTS, who, fakes, archived=True)
    assert [row["code"] for row in archived["nodes"]] == ["10"]


@pytest.mark.parametrize("count", [1, 12])
async def test_agents_with_state_and_team_cost_three_statements(
    count: int, database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    team, now = await rows.a_team(account, "North"), fakes.clock.now()
    for _ in range(count):
        agent = await rows.an_agent(account, team=team)
        before = now - timedelta(minutes=5)
        await rows.a_state(agent, AgentState.BREAK, before, ended_at=now, reason="lunch")
        await rows.a_state(agent, AgentState.AVAILABLE, now)

    with at_most(3):
        page = await ask(AGENTS, rows.an_admin(account), fakes)

    assert [(row["team"]["name"], row["now"]["state"]) for row in page["nodes"]] == [
        ("North", "AVAILABLE")
    ] * count


@pytest.mark.feature("AGT-03")
async def test_the_log_says_who_was_in_which_state_when_and_how_long(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    agent, other = await rows.an_agent(account, code="10"), await rows.an_agent(account, code="20")
    start = fakes.clock.now()
    then = start + timedelta(seconds=90)
    await rows.a_state(agent, AgentState.BREAK, start, ended_at=then, reason="lunch")
    await rows.a_state(agent, AgentState.AVAILABLE, then)
    await rows.a_state(other, AgentState.BREAK, start)
    fakes.clock.advance(100)
    who = rows.an_admin(account)

    with at_most(2):
        log = (await ask(STATES, who, fakes, agent=str(agent.id)))["nodes"]

    assert log == [
        {
            "state": "AVAILABLE",
            "reason": None,
            "startedAt": then.isoformat(),
            "endedAt": None,
            "seconds": 10.0,
            "agent": {"code": "10"},
        },
        {
            "state": "BREAK",
            "reason": "lunch",
            "startedAt": start.isoformat(),
            "endedAt": then.isoformat(),
            "seconds": 90.0,
            "agent": {"code": "10"},
        },
    ]
    later = await ask(STATES, who, fakes, agent=str(agent.id), since=then.isoformat())
    assert [entry["state"] for entry in later["nodes"]] == ["AVAILABLE"]
    earlier = await ask(STATES, who, fakes, agent=str(agent.id), until=then.isoformat())
    assert [entry["state"] for entry in earlier["nodes"]] == ["BREAK"]


async def test_a_supervisor_sees_the_supervised_alone(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account()
    own, other = await rows.a_team(account, "Own"), await rows.a_team(account, "Other")
    await rows.an_agent(account, code="10", team=own)
    theirs = await rows.an_agent(account, code="20", team=other)
    loose = await rows.an_agent(account, code="30")
    for agent in (theirs, loose):
        await rows.a_state(agent, AgentState.BREAK, fakes.clock.now())
    who = rows.somebody(account, Permission.AGENT_VIEW, teams=frozenset({own.id}))

    assert [row["code"] for row in (await ask(AGENTS, who, fakes))["nodes"]] == ["10"]
    assert (await ask(STATES, who, fakes))["nodes"] == []
    teams = await ask("{ teams { nodes { name } } }", who, fakes)
    assert teams["nodes"] == [{"name": "Own"}]


async def test_a_team_has_a_name_of_its_own(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account()
    await rows.a_team(account, "North")
    south = await rows.a_team(account, "South")
    who = rows.an_admin(account)

    assert await refusal_code(TEAM_CREATE, who, fakes, name=" North ") == "TEAM_NAME_TAKEN"
    code = await refusal_code(TEAM_RENAME, who, fakes, id=str(south.id), name="North")
    assert code == "TEAM_NAME_TAKEN"
    assert await AuditEntry.all().count() == 0

    answer = await ask(TEAM_RENAME, who, fakes, id=str(south.id), name="East")
    assert answer["team"] == {"name": "East"}
    assert (await AuditEntry.get()).difference == {"name": ["South", "East"]}


async def test_only_an_empty_team_is_deleted(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account()
    team = await rows.a_team(account)
    agent = await rows.an_agent(account, team=team)
    who = rows.an_admin(account)

    assert await refusal_code(TEAM_DELETE, who, fakes, id=str(team.id)) == "TEAM_NOT_EMPTY"
    assert await Team.all().count() == 1

    await Agent.filter(id=agent.id).update(archived_at=fakes.clock.now())
    await ask(TEAM_DELETE, who, fakes, id=str(team.id))
    assert await Team.all().count() == 0
    assert (await Agent.get()).team_id is None
