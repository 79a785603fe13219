"""Chained campaigns on a real floor: draws and turns."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from domain.agents.commands import AgentGoAvailable, AgentTakeBreak
from domain.calls.models import Attempt
from domain.campaigns.commands import CampaignChanged
from domain.campaigns.models import Campaign
from domain.campaigns.rules import CampaignState, DialMode
from domain.chains.models import CampaignSource, Chain
from domain.targets.commands import TargetsChanged
from domain.targets.models import Target, TargetBatch
from domain.targets.rules import TargetState
from domain.telephony.port import PlaceLeg
from domain.trunks.models import CampaignTrunk, Trunk
from tests.domain.floor.rig import Rig

ONCE: dict[str, Any] = {"retry_delays_s": {}}
IS_WANTED = {
    "subject": "variable",
    "kind": "text",
    "name": "Wanted",
    "operator": "is",
    "values": ["yes"],
}


async def chained(rig: Rig, *, count: int = 2) -> list[Campaign]:
    """Campaigns in a row; the first dials, the others wait."""
    chain = await Chain.create(account=rig.row, name="Spring", created_at=rig.clock.now())
    found: list[Campaign] = []
    for n in range(count):
        given = dict(ONCE)
        if found:
            given |= {"state": CampaignState.WAITING, "after_id": found[-1].id}
        found.append(
            await rig.campaign(
                DialMode.PROGRESSIVE, name=f"Number {n + 1}", chain_id=chain.id, **given
            )
        )
    return found


async def drawing_busy(rig: Rig, campaign: Campaign, source: Campaign) -> None:
    """Let a campaign draw those who were busy."""
    batch = await TargetBatch.create(campaign=campaign, name="From", created_at=rig.clock.now())
    await CampaignSource.create(
        account=rig.row,
        campaign=campaign,
        source=source,
        dispositions=["busy"],
        batch_id=batch.id,
        created_at=rig.clock.now(),
    )


def in_states(*expected: tuple[Campaign, str]) -> Callable[[], Awaitable[bool]]:
    async def are() -> bool:
        for campaign, state in expected:
            await campaign.refresh_from_db()
            if campaign.state != state:
                return False
        return True

    return are


def closed(campaign: Campaign, count: int) -> Callable[[], Awaitable[bool]]:
    async def are() -> bool:
        found = await Target.filter(campaign=campaign, state=TargetState.CLOSED).count()
        return found == count

    return are


async def test_the_next_campaign_dials_when_the_first_has_nothing_left_and_pauses_for_it(
    rig: Rig,
) -> None:
    first, second = await chained(rig)
    await rig.targets(first, "+12025550013", "+12025560013")
    later = await rig.targets(second, "+12025570013", "+12025580013")
    agents = await rig.agents(1)
    await rig.carrier()
    floor = await rig.floor()

    async def waits() -> bool:
        await second.refresh_from_db()
        return second.waits_for_id == first.id

    await rig.until(waits)
    assert second.state is CampaignState.WAITING

    await rig.at_work(*agents)
    await rig.until(in_states((second, "running")))
    assert await Target.filter(campaign=first, state__in=["new", "retry"]).count() == 0
    assert second.waits_for_id is None
    await rig.until(closed(second, 2))

    await rig.ask(AgentTakeBreak(agent=agents[0].id))
    await Target.filter(id=later[0].id).update(state=TargetState.NEW, closed_reason=None)
    await rig.targets(first, "+12025590013")
    await rig.ask(TargetsChanged(campaign=first.id))
    await rig.until(in_states((second, "waiting")))

    async def says_why() -> bool:
        return floor.state.runs[second.id].why == "waits for campaign 'Number 1'"

    await rig.until(says_why)
    await rig.ask(AgentGoAvailable(agent=agents[0].id))
    await rig.until(closed(first, 3))
    await rig.until(in_states((second, "running")))


async def test_a_stop_of_a_person_outlasts_its_turn(rig: Rig) -> None:
    first, second = await chained(rig)
    await rig.targets(first, "+12025550013")
    await rig.targets(second, "+12025570013")
    agents = await rig.agents(1)
    await rig.carrier()
    await rig.floor()
    await rig.until(in_states((second, "waiting")))
    await Campaign.filter(id=second.id).update(state=CampaignState.STOPPED, waits_for_id=None)
    await rig.ask(CampaignChanged(campaign=second.id))

    await rig.at_work(*agents)
    await rig.until(closed(first, 1))
    await rig.pass_time(5)

    await second.refresh_from_db()
    assert second.state is CampaignState.STOPPED
    assert await Attempt.filter(campaign=second).count() == 0


@pytest.mark.feature("CAM-18")
@pytest.mark.parametrize(
    "held",
    [
        {"target_filter": {"test": IS_WANTED}},
        {
            "rules": [
                {
                    "name": "Not these",
                    "moment": "before_call",
                    "when": {"not": {"test": IS_WANTED}},
                    "then": [{"kind": "skip"}],
                }
            ]
        },
    ],
    ids=["filter", "rule"],
)
async def test_whom_nobody_will_ever_dial_does_not_keep_the_next_waiting(
    rig: Rig, held: dict[str, Any]
) -> None:
    first, second = await chained(rig)
    await Campaign.filter(id=first.id).update(**held)
    (left_out,) = await rig.targets(first, "+12025550013", variables={"Wanted": "no"})
    await rig.targets(first, "+12025560013", variables={"Wanted": "yes"})
    await rig.targets(second, "+12025570013")
    agents = await rig.agents(1)
    await rig.carrier()
    await rig.floor()
    await rig.at_work(*agents)

    await rig.until(closed(second, 1))
    assert await Target.filter(campaign=first, state=TargetState.CLOSED).count() == 1
    await left_out.refresh_from_db()
    assert (left_out.state, left_out.attempts) == (TargetState.RETRY, 0)

    # A day later it is looked at again, and the turn does not go back and forth for it.
    await Target.filter(id=left_out.id).update(
        held_at=rig.clock.now() - timedelta(hours=24), next_at=rig.clock.now()
    )
    await rig.pass_time(5)
    await second.refresh_from_db()
    assert second.state is CampaignState.RUNNING


@pytest.mark.feature("CAM-18")
async def test_whom_a_rule_holds_until_an_hour_that_is_known_keeps_the_next_waiting(
    rig: Rig,
) -> None:
    first, second = await chained(rig)
    later = {
        "name": "Later",
        "moment": "before_call",
        "when": {"not": {"test": IS_WANTED}},
        "then": [{"kind": "reschedule", "after_s": 7200}],
    }
    await Campaign.filter(id=first.id).update(rules=[later])
    (put_off,) = await rig.targets(first, "+12025550013")
    await rig.targets(second, "+12025570013")
    agents = await rig.agents(1)
    await rig.carrier()
    await rig.floor()
    await rig.at_work(*agents)

    async def is_put_off() -> bool:
        await put_off.refresh_from_db()
        return put_off.held_by == "rule"

    await rig.until(is_put_off)
    await rig.pass_time(5)
    await second.refresh_from_db()
    assert second.state is CampaignState.WAITING
    assert await Attempt.all().count() == 0


async def test_a_retry_that_is_to_come_keeps_the_next_waiting(rig: Rig) -> None:
    first, second = await chained(rig)
    await Campaign.filter(id=first.id).update(retry_delays_s={"busy": 200})
    (busy,) = await rig.targets(first, "+12025550002")
    agents = await rig.agents(1)
    await rig.carrier()
    await rig.floor()
    await rig.at_work(*agents)

    async def tried_once() -> bool:
        await busy.refresh_from_db()
        return busy.attempts == 1 and busy.state is TargetState.RETRY

    await rig.until(tried_once)
    await rig.pass_time(5)
    await second.refresh_from_db()
    assert second.state is CampaignState.WAITING
    await rig.until(closed(first, 1), seconds=60)
    await rig.until(in_states((second, "running")))
    await busy.refresh_from_db()
    assert busy.attempts == 3


async def test_what_one_campaign_could_not_reach_another_dials_at_once(rig: Rig) -> None:
    first = await rig.campaign(DialMode.PROGRESSIVE, **ONCE)
    second = await rig.campaign(DialMode.PROGRESSIVE, name="Second", **ONCE)
    await drawing_busy(rig, second, first)
    await rig.targets(first, "+12025550002", "+12025560013")
    agents = await rig.agents(1)
    await rig.carrier()
    floor = await rig.floor()
    await rig.at_work(*agents)

    await rig.until(closed(second, 1))

    (drawn,) = await Target.filter(campaign=second)
    assert (drawn.number, drawn.attempts) == ("+12025550002", 1)
    assert await Attempt.filter(number="+12025550002").count() == 2
    assert floor.state.runs[second.id].targets_left == 0


@pytest.mark.parametrize("count", [3])
async def test_a_new_owner_of_the_floor_goes_on_with_the_chain(count: int, rig: Rig) -> None:
    chain = await chained(rig, count=count)
    for n, campaign in enumerate(chain):
        await rig.targets(campaign, f"+1202555{n}013", f"+1202556{n}013")
    agents = await rig.agents(1)
    await rig.carrier()
    floor = await rig.floor()
    await rig.at_work(*agents)
    await rig.until(in_states((chain[1], "running")))
    await rig.let_go(floor)

    await rig.floor()
    await rig.until(closed(chain[2], 2))

    numbers = (
        await Attempt.filter(account=rig.row)
        .order_by("created_at")
        .values_list("campaign_id", flat=True)
    )
    assert list(numbers) == [campaign.id for campaign in chain for _ in range(2)]


@pytest.mark.feature("CAM-02")
async def test_what_is_changed_while_it_dials_holds_from_the_next_call_on(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE, **ONCE)
    await rig.targets(campaign, *(f"+12025{n:03d}002" for n in range(300)))
    agents = await rig.agents(3)
    await rig.carrier()
    await rig.floor()
    await rig.at_work(*agents)
    await rig.until(lambda: rig.ended(5))
    before = {row.id for row in await Attempt.filter(account=rig.row, state="ended")}

    await Campaign.filter(id=campaign.id).update(ring_limit_s=17.0)
    assert (await rig.ask(CampaignChanged(campaign=campaign.id))).code is None
    placed = {row.id for row in await Attempt.filter(account=rig.row)}
    await rig.until(lambda: rig.ended(len(placed) + 10))

    later = {row.id for row in await Attempt.filter(account=rig.row)} - placed
    limits = {command.leg: command.ring_limit_s for command in rig.commands(PlaceLeg)}
    assert {limits[id] for id in before} == {28.0}
    assert {limits[id] for id in later if id in limits} == {17.0}


@pytest.mark.feature("CAM-17")
@pytest.mark.feature("CAM-18")
async def test_a_chained_campaign_dials_the_same_list_by_status_and_through_another_trunk(
    rig: Rig,
) -> None:
    first, second = await chained(rig)
    trunks = [await Trunk.create(account=rig.row, name=name) for name in ("alpha", "beta")]
    for campaign, trunk in zip((first, second), trunks, strict=True):
        await CampaignTrunk.create(campaign=campaign, trunk=trunk)
    await drawing_busy(rig, second, first)
    busy = ["+12025510002", "+12025520002"]
    await rig.targets(first, *busy, "+12025560013", "+12025570013", "+12025580013")
    agents = await rig.agents(1)
    await rig.carrier()
    await rig.floor()
    await rig.at_work(*agents)

    await rig.until(closed(second, 2))

    attempts = await Attempt.filter(account=rig.row).order_by("created_at", "id")
    assert [each.campaign_id for each in attempts] == [first.id] * 5 + [second.id] * 2
    assert {each.trunk_id for each in attempts[:5]} == {trunks[0].id}
    assert {each.trunk_id for each in attempts[5:]} == {trunks[1].id}
    assert sorted(each.number for each in attempts[5:]) == busy
