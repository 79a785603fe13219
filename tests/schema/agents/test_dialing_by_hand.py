from datetime import datetime
from typing import Any

import pytest

from domain.access.models import AuditEntry
from domain.access.permissions import Permission
from domain.agents import errors
from domain.agents.commands import AgentDial
from domain.agents.models import Agent
from domain.agents.rules import AgentState
from domain.campaigns.rules import CampaignState
from domain.core.errors import DomainError
from domain.core.floor_wire import decode_answer, error_of, refusal
from domain.core.ids import new_id
from domain.eligibility.parts import Block, BlockCode
from domain.targets.errors import TargetLimitReached
from tests import rows
from tests.fakes import FakePorts
from tests.schema.asking import ask, refusal_code

DIAL = """
mutation ($number: String! = "(202) 555-0147", $agent: UUID) {
  agentDial(number: $number, agentId: $agent) {
    ... on AgentAccepted { agent { id } }
    ... on Refusal { code message }
    ... on CallForbidden { rule endsAt }
  }
}
"""
CHANGE = """
mutation ($id: UUID!, $campaign: UUID) {
  agentChange(id: $id, input: {defaultCampaignId: $campaign}) {
    ... on AgentChanged { agent { defaultCampaignId } }
    ... on Refusal { code }
  }
}
"""
CREATE = """
mutation ($campaign: UUID) {
  agentCreate(
    input: {name: "Bo", code: "77", pin: "2468", endpoint: "bo", defaultCampaignId: $campaign}
  ) {
    ... on AgentCreated { agent { defaultCampaignId } }
    ... on Refusal { code }
  }
}
"""


@pytest.mark.feature("AGT-01")
async def test_an_administrator_sets_and_clears_the_default_campaign(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    campaign, agent = await rows.a_campaign(account), await rows.an_agent(account)
    who, id = rows.an_admin(account), str(campaign.id)

    made = await ask(CREATE, who, fakes, campaign=id)
    given = await ask(CHANGE, who, fakes, id=str(agent.id), campaign=id)
    cleared = await ask(CHANGE, who, fakes, id=str(agent.id), campaign=None)

    assert [each["agent"]["defaultCampaignId"] for each in (made, given, cleared)] == [id, id, None]
    entries = await AuditEntry.filter(action="agentChange").order_by("id")
    assert [entry.difference for entry in entries] == [
        {"defaultCampaignId": [None, id]},
        {"defaultCampaignId": [id, None]},
    ]


@pytest.mark.parametrize("theirs", [False, True], ids=["closed", "foreign"])
async def test_a_closed_or_foreign_campaign_is_nobodys_default(
    theirs: bool, database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    owner = await rows.an_account("other") if theirs else account
    campaign = await rows.a_campaign(
        owner, state=CampaignState.RUNNING if theirs else CampaignState.CLOSED
    )
    agent, who = await rows.an_agent(account), rows.an_admin(account)
    given: dict[str, Any] = {"campaign": str(campaign.id)}

    codes = [
        await refusal_code(CHANGE, who, fakes, id=str(agent.id), **given),
        await refusal_code(CREATE, who, fakes, **given),
    ]

    assert codes == ["NOT_FOUND" if theirs else "CAMPAIGN_CLOSED"] * 2
    assert [each.default_campaign_id for each in await Agent.all()] == [None]
    fakes.assert_untouched()


@pytest.mark.feature("AGT-01")
async def test_an_agent_asks_the_floor_to_dial_what_was_typed(
    database: str, fakes: FakePorts
) -> None:
    agent = await rows.an_agent(await rows.an_account())

    answer = await ask(DIAL, rows.at_the_desk_of(agent), fakes)

    assert answer == {"agent": {"id": str(agent.id)}}
    assert fakes.floors.commands == [AgentDial(agent=agent.id, number="(202) 555-0147")]
    assert await AuditEntry.all().count() == 0


async def test_what_a_supervisor_dials_for_an_agent_is_written_down_without_the_number(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    team = await rows.a_team(account)
    agent = await rows.an_agent(account, team=team)
    who = rows.somebody(account, Permission.AGENT_SUPERVISE, teams=frozenset({team.id}))

    await ask(DIAL, who, fakes, agent=str(agent.id))

    entry = await AuditEntry.get()
    assert (entry.action, entry.principal_id, entry.subject_id) == ("agentDial", who.id, agent.id)
    assert "0147" not in repr(entry.difference)


@pytest.mark.parametrize("number", ["", " ", "1" * 41, "+1\r\nAction: Originate"])
async def test_what_is_no_number_by_far_does_not_reach_the_floor(
    number: str, database: str, fakes: FakePorts
) -> None:
    agent = await rows.an_agent(await rows.an_account())

    code = await refusal_code(DIAL, rows.at_the_desk_of(agent), fakes, number=number)

    assert code == "INVALID_INPUT"
    fakes.assert_untouched()


REFUSALS: list[tuple[DomainError, str]] = [
    (errors.AgentSignedOut(new_id()), "AGENT_SIGNED_OUT"),
    (errors.AgentBusy(new_id(), AgentState.RESERVED), "AGENT_BUSY"),
    (errors.NoDefaultCampaign(new_id()), "NO_DEFAULT_CAMPAIGN"),
    (errors.NoLineFree("the trunks are full"), "NO_LINE_FREE"),
    (TargetLimitReached(5), "TARGET_LIMIT_REACHED"),
]


@pytest.mark.parametrize(("error", "code"), REFUSALS)
async def test_what_the_floor_refuses_to_dial_is_refused(
    error: DomainError, code: str, database: str, fakes: FakePorts
) -> None:
    agent = await rows.an_agent(await rows.an_account())
    fakes.floors.answers[AgentDial] = error

    assert await refusal_code(DIAL, rows.at_the_desk_of(agent), fakes) == code


@pytest.mark.feature("AGT-01")
async def test_a_forbidden_call_names_its_rule_and_when_it_ends(
    database: str, fakes: FakePorts
) -> None:
    agent = await rows.an_agent(await rows.an_account())
    ends_at = datetime.fromisoformat("2026-03-03T09:00:00+00:00")
    block = Block(BlockCode.OUTSIDE_HOURS, "It is late there.", ends_at)
    # As it comes over the wire: the class is found by its code, its constructor is not run.
    said = error_of(decode_answer(refusal("1", errors.CallForbidden(block))))
    fakes.floors.answers[AgentDial] = said

    answer = await ask(DIAL, rows.at_the_desk_of(agent), fakes)

    assert answer == {
        "code": "CALL_FORBIDDEN",
        "message": "Nothing was dialed: it is late there.",
        "rule": "OUTSIDE_HOURS",
        "endsAt": "2026-03-03T09:00:00+00:00",
    }
