"""What a floor knows of rows that others change: always the newest, also after an outage."""

import asyncio

import pytest

from domain.campaigns.commands import CampaignChanged
from domain.campaigns.models import Campaign
from domain.campaigns.rules import AbandonWindow, CampaignState, DialMode
from domain.floor import rows
from domain.floor.runs.windows import Windows
from tests.domain.floor.rig import Rig
from tests.domain.floor.test_outages import database_away


@pytest.mark.feature("CAM-03")
async def test_what_changed_while_the_database_went_away_is_read_when_it_is_back(
    rig: Rig, database: str, database_server: str
) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE)
    floor = await rig.floor()
    run = floor.state.runs[campaign.id]
    await Campaign.filter(id=campaign.id).update(state=CampaignState.STOPPED)

    async with database_away(database_server, database):
        await rig.tell(CampaignChanged(campaign=campaign.id))
        await rig.pass_time(6)
        assert run.settings.state is CampaignState.RUNNING

    async def is_stopped() -> bool:
        return run.settings.state is CampaignState.STOPPED

    await rig.until(is_stopped, seconds=60)


async def test_of_two_changes_at_once_the_newer_row_is_taken_over(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE)
    floor = await rig.floor()
    read, first = rows.read_campaigns, asyncio.Event()

    async def read_slowly(*args: object) -> list[Campaign]:
        found = await read(*args)  # type: ignore[arg-type]
        if not first.is_set():
            first.set()
            await asyncio.sleep(0.5)
        return found

    monkeypatch.setattr(rows, "read_campaigns", read_slowly)
    older = asyncio.create_task(floor.campaigns.changed(campaign.id))
    await first.wait()
    await Campaign.filter(id=campaign.id).update(state=CampaignState.STOPPED)
    await floor.campaigns.changed(campaign.id)
    await older

    assert floor.state.runs[campaign.id].settings.state is CampaignState.STOPPED


@pytest.mark.feature("CAM-24")
async def test_a_campaign_counts_in_windows_of_its_pool_that_came_later(rig: Rig) -> None:
    one = await rig.campaign(DialMode.PREDICTIVE, abandon_pool="Spring")
    windows = Windows(rig.clock.now().timestamp)
    await windows.read([one])
    held = windows.held_by(one)
    later = await rig.campaign(
        DialMode.PREDICTIVE,
        name="Later",
        abandon_pool="Spring",
        abandon_window=AbandonWindow.SUCCESSIVE_30_DAYS,
    )
    await windows.read([later])
    now = rig.clock.now().timestamp()

    held.presented(now)
    held.met(now, abandoned=True)

    for campaign in (one, later):
        counted = windows.held_by(campaign).seen(now)
        assert (counted.live, counted.abandoned) == (1, 1)
