"""What agents and supervisors ask of live calls, and what is written down of it."""

import pytest

from domain.access.models import AuditEntry
from domain.access.permissions import Permission
from domain.access.principal import Principal
from domain.agents.errors import NoLineFree
from domain.agents.models import Agent
from domain.calls.commands import CallHold, Supervise, TransferTo
from domain.core.floors import FloorCommand
from domain.telephony.port import Role
from tests import rows
from tests.fakes import FakePorts
from tests.schema.asking import ask, refusal_code

HOLD = """
mutation ($agent: UUID) {
  callHold(on: true, agentId: $agent) { __typename ... on Refusal { code } }
}
"""
TRANSFER = """
mutation ($agent: UUID) {
  callTransfer(toNumber: "+12025550199", agentId: $agent) { __typename ... on Refusal { code } }
}
"""
SUPERVISE = """
mutation ($agent: UUID!, $role: SupervisorRole!) {
  agentSupervise(agentId: $agent, role: $role, number: "+12025550199") {
    __typename ... on Refusal { code }
  }
}
"""
SUPERVISE_AT = """
mutation ($agent: UUID!, $endpoint: String!) {
  agentSupervise(agentId: $agent, role: LISTEN, endpoint: $endpoint) {
    ... on InvalidInput { problems { path } }
  }
}
"""


async def supervisor_of(agent: Agent) -> Principal:
    account = await agent.account
    assert agent.team_id is not None
    return rows.somebody(account, Permission.AGENT_SUPERVISE, teams=frozenset({agent.team_id}))


@pytest.mark.feature("MON-04")
async def test_who_listens_in_is_written_down_with_the_role(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    agent = await rows.an_agent(account, team=await rows.a_team(account))
    who = await supervisor_of(agent)

    answer = await ask(SUPERVISE, who, fakes, agent=str(agent.id), role="WHISPER")

    assert answer == {"__typename": "AgentAccepted"}
    assert fakes.floors.commands == [
        Supervise(agent=agent.id, supervisor=who.id, number="+12025550199", role=Role.WHISPER)
    ]
    entry = await AuditEntry.get()
    assert (entry.action, entry.subject_type, entry.subject_id) == (
        "agentSupervise",
        "agent",
        agent.id,
    )
    assert entry.difference == {"role": [None, "whisper"]}


@pytest.mark.parametrize("whose", ["own", "another's"])
async def test_only_what_is_done_with_anothers_customer_is_written_down(
    whose: str, database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    agent = await rows.an_agent(account, team=await rows.a_team(account))
    who = rows.at_the_desk_of(agent) if whose == "own" else await supervisor_of(agent)

    await ask(HOLD, who, fakes, agent=str(agent.id))

    assert fakes.floors.commands == [CallHold(agent=agent.id, on=True)]
    written = [entry.action for entry in await AuditEntry.all()]
    assert written == ([] if whose == "own" else ["callHold"])


@pytest.mark.parametrize(("asked", "command"), [(TRANSFER, TransferTo), (SUPERVISE, Supervise)])
async def test_a_number_that_no_trunk_has_room_for_is_refused_and_nothing_written_down(
    asked: str, command: type[FloorCommand], database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    agent = await rows.an_agent(account, team=await rows.a_team(account))
    fakes.floors.answers[command] = NoLineFree("the trunks are full")
    given = {"role": "LISTEN"} if asked is SUPERVISE else {}

    code = await refusal_code(
        asked, await supervisor_of(agent), fakes, agent=str(agent.id), **given
    )

    assert code == "NO_LINE_FREE"
    assert await AuditEntry.all().count() == 0


@pytest.mark.parametrize("endpoint", ["", "-boss", "boss/sip:+1900@elsewhere", "b\0ss", "x" * 65])
async def test_a_telephone_that_no_switch_could_know_is_refused_and_nobody_asked(
    endpoint: str, database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    agent = await rows.an_agent(account, team=await rows.a_team(account))

    answer = await ask(
        SUPERVISE_AT, await supervisor_of(agent), fakes, agent=str(agent.id), endpoint=endpoint
    )

    assert [problem["path"] for problem in answer["problems"]] == ["endpoint"]
    assert await AuditEntry.all().count() == 0
    fakes.assert_untouched()
