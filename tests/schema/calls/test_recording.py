"""The switches of recording, and what is done with the recording of a live call."""

from typing import Any

import pytest

from domain.access.models import AuditEntry
from domain.agents.commands import AgentChanged
from domain.agents.errors import NothingOnTheLine
from domain.calls.commands import RecordAction, RecordCall
from domain.calls.errors import NotRecording
from domain.campaigns.commands import CampaignChanged
from domain.core.errors import DomainError
from domain.core.floors import FloorCommand
from domain.core.ids import new_id
from domain.trunks.commands import TrunksChanged
from domain.trunks.models import Trunk
from tests import rows
from tests.fakes import FakePorts
from tests.schema.asking import ask

CHANGE = {
    "campaign": """
mutation ($id: UUID!, $record: Boolean!) {
  campaignChange(id: $id, input: {record: $record}) {
    ... on CampaignChanged { changed: campaign { record } }
  }
}
""",
    "agent": """
mutation ($id: UUID!, $record: Boolean!) {
  agentChange(id: $id, input: {record: $record}) {
    ... on AgentChanged { changed: agent { record } }
  }
}
""",
    "trunk": """
mutation ($id: UUID!, $record: Boolean!) {
  trunkChange(id: $id, settings: {record: $record}) {
    ... on TrunkSaved { changed: trunk { record } }
  }
}
""",
}
RECORD = """
mutation ($action: RecordAction!, $agent: UUID) {
  callRecord(action: $action, agentId: $agent) {
    ... on AgentAccepted { agent { id } }
    ... on Refusal { code }
  }
}
"""


@pytest.mark.parametrize("switch", CHANGE)
async def test_recording_is_switched_on_and_off_and_the_floor_is_told(
    database: str, fakes: FakePorts, switch: str
) -> None:
    account = await rows.an_account()
    who = rows.an_admin(account)
    made: dict[str, Any] = {
        "campaign": await rows.a_campaign(account),
        "agent": await rows.an_agent(account),
        "trunk": await Trunk.create(account=account, name="alpha"),
    }
    row = made[switch]
    commands: dict[str, FloorCommand] = {
        "campaign": CampaignChanged(campaign=row.id),
        "agent": AgentChanged(agent=row.id),
        "trunk": TrunksChanged(),
    }

    for record in (True, False):
        answer = await ask(CHANGE[switch], who, fakes, id=str(row.id), record=record)

        assert answer == {"changed": {"record": record}}
        await row.refresh_from_db()
        assert row.record is record
        heard = [command for _, command in fakes.floors.asked + fakes.floors.told]
        assert heard[-1] == commands[switch]
        entry = await AuditEntry.all().order_by("-id").first()
        assert entry is not None
        assert entry.difference == {"record": [not record, record]}
    assert [other.record for name, other in made.items() if name != switch] == [False, False]


@pytest.mark.parametrize("action", RecordAction)
@pytest.mark.parametrize("by", ["agent", "supervisor"])
async def test_the_recording_of_a_live_call_is_asked_of_the_floor(
    database: str, fakes: FakePorts, action: RecordAction, by: str
) -> None:
    account = await rows.an_account()
    agent = await rows.an_agent(account)
    who = rows.at_the_desk_of(agent) if by == "agent" else rows.an_admin(account)
    whose = None if by == "agent" else str(agent.id)

    answer = await ask(RECORD, who, fakes, action=action.name, agent=whose)

    assert answer == {"agent": {"id": str(agent.id)}}
    assert fakes.floors.asked == [(account.id, RecordCall(agent=agent.id, action=action))]


@pytest.mark.parametrize(
    "refusal",
    [NotRecording(new_id()), NothingOnTheLine(new_id())],
    ids=lambda refusal: refusal.code,
)
async def test_a_floor_that_refuses_is_told_as_it_is(
    database: str, fakes: FakePorts, refusal: DomainError
) -> None:
    agent = await rows.an_agent(await rows.an_account())
    fakes.floors.answers[RecordCall] = refusal

    answer = await ask(RECORD, rows.at_the_desk_of(agent), fakes, action="PAUSE")

    assert answer == {"code": refusal.code}
    assert await AuditEntry.all().count() == 0
