"""A date acts once, and whoever starts or stops the campaign after it has the last word."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.campaigns.models import Campaign, CampaignAgent
from domain.campaigns.rules import CampaignState
from domain.campaigns.schedule import start_and_stop
from tests import rows

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
STOPPED, RUNNING, CLOSED = CampaignState.STOPPED, CampaignState.RUNNING, CampaignState.CLOSED


def at(hours: float) -> datetime:
    """So many hours after noon."""
    return NOON + timedelta(hours=hours)


@pytest.mark.feature("CAM-07")
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        # Start dates, seen at noon.
        ({"starts_at": at(0)}, RUNNING),
        ({"starts_at": at(1)}, STOPPED),
        ({"starts_at": at(-9)}, RUNNING),  # nobody was there to see it: late is better than never
        ({"starts_at": at(-9), "stops_at": at(-1)}, STOPPED),  # too late
        ({"starts_at": at(-9), "stops_at": at(0)}, STOPPED),
        ({"starts_at": at(-1), "started_at": at(-1), "stopped_at": at(-0.5)}, STOPPED),
        ({"starts_at": at(-1), "started_at": at(-9), "stopped_at": at(-2)}, RUNNING),
        ({"starts_at": at(-1), "state": CLOSED, "closed_at": at(-2)}, CLOSED),
        # Stop dates.
        ({"stops_at": at(0), "state": RUNNING, "started_at": at(-1)}, STOPPED),
        ({"stops_at": at(1), "state": RUNNING, "started_at": at(-1)}, RUNNING),
        ({"stops_at": at(-1), "state": RUNNING, "started_at": at(-0.5)}, RUNNING),  # by a person
        ({"stops_at": at(-1), "state": CLOSED, "closed_at": at(-2)}, CLOSED),
    ],
)
async def test_what_a_date_does(
    given: dict[str, Any], expected: CampaignState, database: str
) -> None:
    account = await rows.an_account()
    campaign = await rows.a_campaign(account, **given)
    await CampaignAgent.create(campaign=campaign, agent=await rows.an_agent(account))
    before = campaign.state

    changed = await start_and_stop(account.id, now=NOON)
    again = await start_and_stop(account.id, now=at(0.1))

    await campaign.refresh_from_db()
    assert campaign.state is expected
    assert changed == ([campaign.id] if expected is not before else [])
    assert again == []


@pytest.mark.feature("CAM-07")
async def test_a_date_waits_for_somebody_who_takes_the_calls(database: str) -> None:
    account = await rows.an_account()
    campaign = await rows.a_campaign(account, starts_at=NOON)

    early = await start_and_stop(account.id, now=at(1))
    await CampaignAgent.create(campaign=campaign, agent=await rows.an_agent(account))
    late = await start_and_stop(account.id, now=at(2))

    assert (early, late) == ([], [campaign.id])
    assert (await Campaign.get()).started_at == at(2)


async def test_dates_of_another_account_are_left_alone(database: str) -> None:
    ours, theirs = await rows.an_account("ours"), await rows.an_account("theirs")
    campaign = await rows.a_campaign(theirs, starts_at=NOON)
    await CampaignAgent.create(campaign=campaign, agent=await rows.an_agent(theirs))

    assert await start_and_stop(ours.id, now=NOON) == []
    await campaign.refresh_from_db()
    assert campaign.state is STOPPED
