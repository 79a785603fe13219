import asyncio
from contextvars import copy_context

import pytest
from tortoise.transactions import in_transaction

from domain.access.models import AuditEntry
from domain.campaigns.commands import CampaignChanged
from domain.campaigns.models import Campaign, CampaignAgent, CampaignTeam
from domain.campaigns.rules import CampaignState
from domain.core.floors import FloorUnavailable
from tests import rows
from tests.fakes import FakePorts
from tests.locks import waits_for_a_lock
from tests.schema.asking import ask, refusal_code

START = """
mutation ($id: UUID!) {
  campaignStart(id: $id) {
    ... on CampaignStarted { campaign { state startedAt } }
    ... on Refusal { code message }
  }
}
"""
STOP = """
mutation ($id: UUID!) {
  campaignStop(id: $id) {
    ... on CampaignStopped { settled campaign { state stoppedAt } }
    ... on Refusal { code }
  }
}
"""
CLOSE = """
mutation ($id: UUID!) {
  campaignClose(id: $id) {
    ... on CampaignClosed { settled campaign { state closedAt stoppedAt } }
    ... on Refusal { code }
  }
}
"""


async def with_an_agent(state: CampaignState = CampaignState.STOPPED) -> Campaign:
    account = await rows.an_account()
    campaign = await rows.a_campaign(account, state=state)
    await CampaignAgent.create(campaign=campaign, agent=await rows.an_agent(account))
    await campaign.fetch_related("account")
    return campaign


@pytest.mark.feature("CAM-03")
async def test_a_started_campaign_runs_and_the_floor_is_told(
    database: str, fakes: FakePorts
) -> None:
    campaign = await with_an_agent()

    answer = await ask(START, rows.an_admin(campaign.account), fakes, id=str(campaign.id))

    assert answer["campaign"] == {"state": "RUNNING", "startedAt": "2026-03-02T10:00:00+00:00"}
    assert fakes.floors.told == [(campaign.account_id, CampaignChanged(campaign=campaign.id))]
    entry = await AuditEntry.get()
    assert (entry.action, entry.difference) == (
        "campaignStart",
        {"state": ["stopped", "running"]},
    )


@pytest.mark.feature("CAM-03")
async def test_starting_twice_only_tells_the_floor_again(database: str, fakes: FakePorts) -> None:
    campaign = await with_an_agent()
    who = rows.an_admin(campaign.account)
    first = await ask(START, who, fakes, id=str(campaign.id))
    fakes.forget()
    fakes.clock.advance(60)

    second = await ask(START, who, fakes, id=str(campaign.id))

    assert second == first
    assert await AuditEntry.all().count() == 1
    told = (campaign.account_id, CampaignChanged(campaign=campaign.id))  # it may have missed it
    assert fakes.floors.told == [told]
    fakes.forget()
    fakes.assert_untouched()


async def test_two_starts_at_once_are_one(database: str, fakes: FakePorts) -> None:
    campaign = await with_an_agent()
    who = rows.an_admin(campaign.account)

    await asyncio.gather(*(ask(START, who, fakes, id=str(campaign.id)) for _ in range(5)))

    assert await AuditEntry.all().count() == 1
    assert len(set(fakes.floors.told)) == 1


@pytest.mark.feature("CAM-03")
async def test_a_stopped_campaign_goes_on_when_it_is_started_again(
    database: str, fakes: FakePorts
) -> None:
    campaign = await with_an_agent()
    who = rows.an_admin(campaign.account)
    await ask(START, who, fakes, id=str(campaign.id))
    await ask(STOP, who, fakes, id=str(campaign.id))

    answer = await ask(START, who, fakes, id=str(campaign.id))

    assert answer["campaign"]["state"] == "RUNNING"


async def test_a_campaign_without_agents_does_not_start(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account()
    campaign = await rows.a_campaign(account)
    await CampaignTeam.create(campaign=campaign, team=await rows.a_team(account))
    gone = await rows.an_agent(account, archived_at=fakes.clock.now())
    await CampaignAgent.create(campaign=campaign, agent=gone)

    code = await refusal_code(START, rows.an_admin(account), fakes, id=str(campaign.id))

    assert code == "NO_AGENTS_ASSIGNED"
    assert (await Campaign.get(id=campaign.id)).state is CampaignState.STOPPED
    assert await AuditEntry.all().count() == 0
    fakes.assert_untouched()


async def test_an_agent_in_an_assigned_team_is_enough(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account()
    campaign, team = await rows.a_campaign(account), await rows.a_team(account)
    await CampaignTeam.create(campaign=campaign, team=team)
    await rows.an_agent(account, team=team)

    answer = await ask(START, rows.an_admin(account), fakes, id=str(campaign.id))

    assert answer["campaign"]["state"] == "RUNNING"


@pytest.mark.feature("CAM-03")
async def test_a_stop_returns_when_the_floor_says_that_no_call_can_leave(
    database: str, fakes: FakePorts
) -> None:
    campaign = await with_an_agent(CampaignState.RUNNING)

    async def state_when_asked() -> CampaignState:
        return (await Campaign.get(id=campaign.id)).state

    answer = await ask(STOP, rows.an_admin(campaign.account), fakes, id=str(campaign.id))

    assert answer == {
        "settled": True,
        "campaign": {"state": "STOPPED", "stoppedAt": "2026-03-02T10:00:00+00:00"},
    }
    assert fakes.floors.asked == [(campaign.account_id, CampaignChanged(campaign=campaign.id))]
    assert await state_when_asked() is CampaignState.STOPPED


async def test_without_a_floor_a_stop_holds_but_says_that_it_is_not_settled(
    database: str, fakes: FakePorts
) -> None:
    campaign = await with_an_agent(CampaignState.RUNNING)
    who = rows.an_admin(campaign.account)
    fakes.floors.error = FloorUnavailable(5.0)

    unsettled = await ask(STOP, who, fakes, id=str(campaign.id))
    assert (unsettled["settled"], unsettled["campaign"]["state"]) == (False, "STOPPED")

    fakes.floors.error = None
    settled = await ask(STOP, who, fakes, id=str(campaign.id))
    assert settled["settled"]
    assert await AuditEntry.all().count() == 1


@pytest.mark.feature("CAM-03")
async def test_a_stop_waits_for_a_launch_that_is_being_committed(
    database: str, fakes: FakePorts
) -> None:
    campaign = await with_an_agent(CampaignState.RUNNING)
    who = rows.an_admin(campaign.account)

    outside = copy_context()  # or the stop would run in the launch's own transaction
    async with in_transaction() as launch:
        # As the floor does: domain/floor/statements.py, TAKE_TARGETS.
        await launch.execute_query(
            "SELECT id FROM campaign WHERE id = $1 AND state = 'running' FOR SHARE", [campaign.id]
        )
        stopping = asyncio.get_running_loop().create_task(
            ask(STOP, who, fakes, id=str(campaign.id)), context=outside
        )
        assert await waits_for_a_lock(stopping, launch)
    assert (await stopping)["settled"]

    async with in_transaction() as launch:
        _, found = await launch.execute_query(
            "SELECT id FROM campaign WHERE id = $1 AND state = 'running' FOR SHARE", [campaign.id]
        )
    assert list(found) == []


@pytest.mark.feature("CAM-03")
async def test_a_closed_campaign_never_starts_or_stops_again(
    database: str, fakes: FakePorts
) -> None:
    campaign = await with_an_agent(CampaignState.RUNNING)
    who = rows.an_admin(campaign.account)
    closed = await ask(CLOSE, who, fakes, id=str(campaign.id))
    assert closed["campaign"] == {
        "state": "CLOSED",
        "closedAt": "2026-03-02T10:00:00+00:00",
        "stoppedAt": "2026-03-02T10:00:00+00:00",
    }
    fakes.forget()

    for operation in (START, STOP):
        assert await refusal_code(operation, who, fakes, id=str(campaign.id)) == "CAMPAIGN_CLOSED"

    assert (await Campaign.get(id=campaign.id)).state is CampaignState.CLOSED
    assert await AuditEntry.all().count() == 1
    fakes.assert_untouched()


async def test_closing_twice_changes_nothing(database: str, fakes: FakePorts) -> None:
    campaign = await with_an_agent(CampaignState.STOPPED)
    who = rows.an_admin(campaign.account)
    first = await ask(CLOSE, who, fakes, id=str(campaign.id))
    fakes.clock.advance(60)

    assert await ask(CLOSE, who, fakes, id=str(campaign.id)) == first
    assert await AuditEntry.all().count() == 1
