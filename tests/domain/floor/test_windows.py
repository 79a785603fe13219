"""The floor holds the abandon target over the window and the pool that were set."""

from datetime import timedelta
from typing import Any

import pytest

from domain.calls.models import Attempt
from domain.calls.rules import AttemptState, Disposition
from domain.campaigns.models import Campaign
from domain.campaigns.rules import AbandonWindow, CampaignState, DialMode
from domain.floor.director import Floor
from domain.ledgers.figures import figures_of
from tests import rows
from tests.domain.floor.rig import Rig

# docs/simulated-carrier.md: the last four digits say what happens
NO_ANSWER = [f"+12025{n:02}0003" for n in range(60, 80)]
TALKS = [f"+12025{n:02}0013" for n in range(10, 40)]


async def answered(
    rig: Rig, campaign: Campaign, *, live: int, abandoned: int, ago: timedelta
) -> None:
    at = rig.clock.now() - ago
    for n in range(live):
        lost = n < abandoned
        target = await rows.a_target(campaign, state="closed")
        await Attempt.create(
            account_id=campaign.account_id,
            campaign=campaign,
            target=target,
            ordinal=1,
            number=target.number,
            node="sim",
            epoch=0,
            state=AttemptState.ENDED,
            disposition=Disposition.ABANDONED if lost else Disposition.CONNECTED,
            created_at=at,
            answered_at=at,
            connected_at=None if lost else at,
            ended_at=at,
        )


async def why(rig: Rig, floor: Floor, campaign: Campaign) -> str:
    """What the campaign's pacer says once it has decided with agents at work."""

    async def said() -> bool:
        return "live answers were abandoned" in floor.state.runs[campaign.id].why

    await rig.until(said)
    return floor.state.runs[campaign.id].why


async def two(rig: Rig, **first: Any) -> tuple[Campaign, Campaign]:
    one = await rig.campaign(DialMode.PREDICTIVE, analysis=False, **first)
    other = await rig.campaign(
        DialMode.PREDICTIVE, abandon_pool="Spring", state=CampaignState.STOPPED
    )
    await rig.targets(one, *NO_ANSWER)
    await answered(rig, other, live=50, abandoned=20, ago=timedelta(hours=2))
    return one, other


@pytest.mark.feature("CAM-24")
@pytest.mark.parametrize(("pool", "spent"), [("Spring", "20 of 50"), ("", "0 of 0")])
async def test_what_a_pool_abandoned_counts_for_each_of_its_campaigns(
    rig: Rig, pool: str, spent: str
) -> None:
    one, _ = await two(rig, abandon_pool=pool)
    agents = await rig.agents(2)
    await rig.carrier()
    floor = await rig.floor()

    await rig.at_work(*agents)

    assert spent in await why(rig, floor, one)


@pytest.mark.feature("CAM-24")
async def test_a_campaign_that_joins_a_pool_goes_by_it_at_once(rig: Rig) -> None:
    one, _ = await two(rig)
    agents = await rig.agents(2)
    await rig.carrier()
    floor = await rig.floor()
    await rig.at_work(*agents)
    assert "0 of 0" in await why(rig, floor, one)

    await Campaign.filter(id=one.id).update(abandon_pool="Spring")
    await rig.changed(one)

    async def counts_the_pool() -> bool:
        return "20 of 50" in floor.state.runs[one.id].why

    await rig.until(counts_the_pool)


@pytest.mark.feature("CAM-24")
@pytest.mark.parametrize(
    ("window", "spent"),
    [(AbandonWindow.ROLLING_24H, "0 of 0"), (AbandonWindow.SUCCESSIVE_30_DAYS, "5 of 30")],
)
async def test_each_window_reaches_as_far_back_as_it_says(
    rig: Rig, window: AbandonWindow, spent: str
) -> None:
    one = await rig.campaign(
        DialMode.PREDICTIVE, analysis=False, abandon_window=window, false_positive_rate=0.01
    )
    await Campaign.filter(id=one.id).update(created_at=rig.clock.now() - timedelta(days=40))
    await answered(rig, one, live=30, abandoned=5, ago=timedelta(days=2))
    await answered(rig, one, live=40, abandoned=7, ago=timedelta(days=20))  # the period before
    await rig.targets(one, *NO_ANSWER)
    agents = await rig.agents(2)
    await rig.carrier()
    floor = await rig.floor()

    await rig.at_work(*agents)

    assert spent in await why(rig, floor, one)


@pytest.mark.feature("CAM-24")
async def test_a_new_owner_goes_by_the_same_figures_as_the_ledger(rig: Rig) -> None:
    one = await rig.campaign(DialMode.PREDICTIVE, analysis=False, wrap_up_s=0.5)
    await rig.targets(one, *TALKS)
    agents = await rig.agents(3)
    await rig.carrier()
    first = await rig.floor()
    await rig.at_work(*agents)
    await rig.until(lambda: rig.ended(8))
    await rig.let_go(first)

    second = await rig.floor()

    async def all_are_over() -> bool:
        return await rig.ended(len(TALKS)) and not second.state.lines

    await rig.until(all_are_over)
    window = second.campaigns.windows.held_by(one).window
    live, abandoned = window.count.totals(rig.clock.now().timestamp())
    ledger = await figures_of(await Campaign.get(id=one.id), at=rig.clock.now())
    assert (live, abandoned) == (ledger.rolling.counts.live, ledger.rolling.counts.abandoned)
    assert live > 8
