"""A floor dials nobody whom a rule protects, and those again whom it protects no more."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from tortoise import connections

from domain.calls.models import Attempt
from domain.calls.rules import Disposition
from domain.campaigns.commands import CampaignChanged
from domain.campaigns.models import Campaign
from domain.campaigns.rules import CampaignState, DialMode
from domain.core.ids import new_id
from domain.eligibility.commands import PolicyChanged
from domain.eligibility.models import DialingPolicy
from domain.eligibility.parts import BlockCode
from domain.eligibility.weeks import DAYS
from domain.floor.director import Floor
from domain.suppression.models import Suppression
from domain.suppression.rules import SuppressionSource
from domain.targets.commands import TargetsChanged
from domain.targets.models import Target
from domain.targets.rules import ClosedReason, TargetState
from tests.domain.floor.rig import Rig

MORNING = [{"days": list(DAYS), "from": "06:00", "until": "14:00"}]


def zone_where_it_is(rig: Rig, hour: int) -> str:
    """A zone in which the clock shows this hour now."""
    east = (hour - rig.clock.now().hour) % 24
    east = east if east <= 12 else east - 24
    return f"Etc/GMT{-east:+d}" if east else "Etc/GMT"


async def living(target: Target, zone: str) -> None:
    contact = await target.contact
    contact.timezone = zone
    await contact.save()


async def dialed(rig: Rig) -> set[str]:
    return set(await Attempt.filter(account=rig.row).values_list("number", flat=True))  # type: ignore[arg-type]  # flat gives texts


def held(campaign: Campaign, count: int) -> Callable[[], Awaitable[bool]]:
    async def are() -> bool:
        return await Target.filter(campaign=campaign, held_by__isnull=False).count() == count

    return are


@pytest.mark.feature("CAM-07")
async def test_a_target_whose_window_is_shut_waits_and_the_others_are_dialed(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE, calling_windows=MORNING)
    asleep = await rig.targets(campaign, "+12025550013", priority=9)
    awake = await rig.targets(campaign, "+12025560013", priority=1)
    zone = zone_where_it_is(rig, 23)
    await living(asleep[0], zone)
    await living(awake[0], zone_where_it_is(rig, 10))
    agents = await rig.agents(1)
    await rig.carrier()
    await rig.floor()
    await rig.at_work(*agents)

    await rig.until(lambda: rig.ended(1))

    assert await dialed(rig) == {"+12025560013"}
    (row,) = await Target.filter(id=asleep[0].id)
    assert (row.state, row.attempts, row.held_by) == (
        TargetState.RETRY,
        0,
        BlockCode.OUTSIDE_HOURS,
    )
    assert row.next_at is not None
    local = row.next_at.astimezone(ZoneInfo(zone))
    assert (local.hour, local.minute) == (6, 0)


@pytest.mark.feature("CAM-07")
async def test_a_window_that_is_opened_lets_the_held_ones_go(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE, calling_windows=MORNING)
    targets = await rig.targets(campaign, "+12025550013", "+12025560013")
    for target in targets:
        await living(target, zone_where_it_is(rig, 23))
    agents = await rig.agents(1)
    await rig.carrier()
    await rig.floor()
    await rig.at_work(*agents)
    await rig.until(held(campaign, 2))
    assert await dialed(rig) == set()

    await Campaign.filter(id=campaign.id).update(
        calling_windows=[], rules_changed_at=rig.clock.now()
    )
    await rig.ask(CampaignChanged(campaign=campaign.id))
    await rig.until(lambda: rig.ended(2))

    assert await dialed(rig) == {"+12025550013", "+12025560013"}
    assert await Target.filter(campaign=campaign, held_by__isnull=False).count() == 0


@pytest.mark.feature("CAM-07")
async def test_rules_that_changed_while_no_floor_ran_are_found_by_the_next(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE, calling_windows=MORNING)
    (target,) = await rig.targets(campaign, "+12025550013")
    await living(target, zone_where_it_is(rig, 23))
    agents = await rig.agents(1)
    await rig.carrier()
    first = await rig.floor()
    await rig.at_work(*agents)
    await rig.until(held(campaign, 1))
    await rig.let_go(first)

    await Campaign.filter(id=campaign.id).update(
        calling_windows=[], rules_changed_at=rig.clock.now()
    )
    await rig.floor()
    await rig.until(lambda: rig.ended(1))

    assert await dialed(rig) == {"+12025550013"}


@pytest.mark.feature("CAM-08")
async def test_a_cap_of_the_account_counts_calls_of_all_campaigns(rig: Rig) -> None:
    one = await rig.campaign(DialMode.PROGRESSIVE)
    two = await rig.campaign(DialMode.PROGRESSIVE)
    await rig.targets(one, "+12025550002")  # busy
    await rig.targets(two, "+12025550002", "+12025560002")
    await DialingPolicy.create(
        account=rig.row, number_caps=[{"calls": 1, "hours": 24}], changed_at=rig.clock.now()
    )
    agents = await rig.agents(2)
    await rig.carrier()
    await rig.floor()
    await rig.at_work(*agents)

    await rig.until(lambda: rig.ended(2))
    await rig.until(lambda: _held_by_cap(rig))
    await rig.pass_time(5)

    numbers = await Attempt.filter(account=rig.row).values_list("number", flat=True)
    assert sorted(map(str, numbers)) == ["+12025550002", "+12025560002"]


async def _held_by_cap(rig: Rig) -> bool:
    return await Target.filter(account=rig.row, held_by=BlockCode.CAP_REACHED).count() == 1


@pytest.mark.parametrize(("lines", "called_again"), [(3.0, False), (1.0, True)])
async def test_an_abandoned_number_is_called_again_only_for_a_reserved_agent(
    lines: float, called_again: bool, rig: Rig
) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE, lines_per_agent=lines)
    (target,) = await rig.targets(campaign, "+12025550013", attempts=1, last_ordinal=1)
    await Target.filter(id=target.id).update(state=TargetState.RETRY, next_at=rig.clock.now())
    await an_abandoned(rig, target, rig.clock.now() - timedelta(hours=70))
    agents = await rig.agents(1)
    await rig.carrier()
    await rig.floor()
    await rig.at_work(*agents)

    if called_again:
        await rig.until(lambda: rig.ended(2))
        return
    await rig.until(held(campaign, 1))
    (row,) = await Target.filter(id=target.id)
    assert row.held_by == BlockCode.ABANDONED_LATELY
    assert row.next_at is not None
    assert timedelta(hours=1) < row.next_at - rig.clock.now() < timedelta(hours=2, minutes=1)
    assert await Attempt.filter(account=rig.row).count() == 1


async def an_abandoned(rig: Rig, target: Target, at: datetime) -> None:
    await Attempt.create(
        id=new_id(),
        account=rig.row,
        campaign_id=target.campaign_id,
        target=target,
        ordinal=1,
        number=target.number,
        node="sim",
        epoch=1,
        state="ended",
        disposition=Disposition.ABANDONED,
        created_at=at,
        answered_at=at,
        ended_at=at,
    )


async def test_an_entry_made_while_a_target_waits_stops_it(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE)
    targets = await rig.targets(campaign, "+12025550013", "+12025560013")
    agents = await rig.agents(1)
    await rig.carrier()
    floor = await rig.floor()
    await rig.until(lambda: _has(floor, campaign.id, 2))

    await on_list(rig, "+12025550013")
    await rig.ask(TargetsChanged(campaign=campaign.id))
    await rig.at_work(*agents)
    await rig.until(lambda: rig.ended(1))
    await rig.pass_time(5)

    assert await dialed(rig) == {"+12025560013"}
    (row,) = await Target.filter(id=targets[0].id)
    assert (row.state, row.closed_reason) == (TargetState.CLOSED, ClosedReason.SUPPRESSED)


async def test_a_prefix_with_an_expiry_puts_targets_off_until_it_ends(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE)
    (target,) = await rig.targets(campaign, "+12025550013")
    ends = rig.clock.now() + timedelta(days=3)
    await on_list(rig, "+1202555", is_prefix=True, expires_at=ends)
    agents = await rig.agents(1)
    await rig.carrier()
    await rig.floor()
    await rig.at_work(*agents)

    await rig.until(held(campaign, 1))

    (row,) = await Target.filter(id=target.id)
    assert (row.held_by, row.next_at) == (BlockCode.DO_NOT_CALL, ends)
    assert await dialed(rig) == set()


async def on_list(rig: Rig, pattern: str, **given: Any) -> None:
    await Suppression.create(
        account=rig.row,
        scope_id=rig.row.id,
        pattern=pattern,
        source=SuppressionSource.CUSTOMER,
        **given,
    )


async def test_a_pack_chosen_for_the_account_holds_at_once(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE)
    (target,) = await rig.targets(campaign, "+12025550013")
    await living(target, zone_where_it_is(rig, 3))
    await DialingPolicy.create(account=rig.row, packs=["us"], changed_at=rig.clock.now())
    floor = await rig.floor()
    await rig.ask(PolicyChanged())
    await rig.until(held(campaign, 1))
    assert not floor.state.runs[campaign.id].hopper


@pytest.mark.feature("CAM-07")
async def test_a_campaign_starts_and_stops_by_its_dates(rig: Rig) -> None:
    campaign = await rig.campaign(
        DialMode.PROGRESSIVE,
        state=CampaignState.STOPPED,
    )
    await rig.targets(campaign, *[f"+12025{n:03d}002" for n in range(200)])
    agents = await rig.agents(1)
    await rig.carrier()
    await rig.floor()
    await rig.at_work(*agents)
    now = rig.clock.now()
    starts_at, stops_at = now + timedelta(seconds=100), now + timedelta(seconds=300)
    await Campaign.filter(id=campaign.id).update(starts_at=starts_at, stops_at=stops_at)
    assert await dialed(rig) == set()

    await rig.until(lambda: rig.ended(1))
    await rig.until(lambda: _is(campaign, CampaignState.STOPPED), seconds=60)
    count = await Attempt.filter(account=rig.row).count()
    await rig.pass_time(20)

    (row,) = await Campaign.filter(id=campaign.id)
    assert row.started_at is not None
    assert row.starts_at is not None
    assert row.started_at >= row.starts_at
    assert await Attempt.filter(account=rig.row).count() == count < 200
    late = await Attempt.filter(account=rig.row, created_at__gte=row.stops_at).count()
    assert late == 0


async def _is(campaign: Campaign, state: CampaignState) -> bool:
    return await Campaign.filter(id=campaign.id, state=state).exists()


async def _has(floor: Floor, campaign: UUID, count: int) -> bool:
    return len(floor.state.runs[campaign].hopper) == count


async def test_a_held_target_is_taken_by_no_launch_whatever_a_hopper_says(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE)
    (target,) = await rig.targets(campaign, "+12025550013")
    agents = await rig.agents(1)
    await rig.carrier()
    floor = await rig.floor()
    await rig.until(lambda: _has(floor, campaign.id, 1))
    await connections.get("default").execute_query(
        "UPDATE target SET state = 'retry', next_at = $2 WHERE id = $1",
        [target.id, rig.clock.now() + timedelta(days=1)],
    )

    await rig.at_work(*agents)
    await rig.pass_time(20)

    assert await dialed(rig) == set()
