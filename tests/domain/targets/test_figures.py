import asyncio
import random
from uuid import UUID

from tortoise import connections
from tortoise.transactions import in_transaction

from domain.core.ids import new_id
from domain.targets.figures import TargetCounts, newest_targets, target_counts
from domain.targets.models import Target
from domain.targets.rules import TargetState
from tests import rows
from tests.queries import at_most


async def counted(campaign_id: UUID) -> TargetCounts:
    """The counts as they would be if somebody counted."""
    found = await connections.get("default").execute_query_dict(
        "SELECT count(*) AS total, count(*) FILTER (WHERE state = 'new') AS new,"
        " count(*) FILTER (WHERE state = 'retry') AS retry FROM target WHERE campaign_id = $1",
        [campaign_id],
    )
    return TargetCounts(**found[0])


async def test_the_counts_are_those_of_the_rows_after_any_change(database: str) -> None:
    account, chance = await rows.an_account(), random.Random(7)
    campaigns = [await rows.a_campaign(account) for _ in range(2)]
    states = list(TargetState)

    for _ in range(60):
        campaign = chance.choice(campaigns)
        match chance.randrange(4):
            case 0 | 1:
                await rows.a_target(campaign, state=chance.choice(states))
            case 2:
                old, new = chance.choice(states), chance.choice(states)
                await Target.filter(state=old).update(state=new)
            case 3:
                one = await Target.filter(campaign=campaign).first()
                if one is not None:
                    await one.delete()
    for campaign in campaigns:
        found = await target_counts([campaign.id])
        assert found[campaign.id] == await counted(campaign.id)


async def test_what_is_rolled_back_is_not_counted(database: str) -> None:
    campaign = await rows.a_campaign(await rows.an_account())
    await rows.a_target(campaign)

    try:
        async with in_transaction():
            await Target.all().update(state=TargetState.CLOSED)
            raise LookupError
    except LookupError:
        pass

    assert (await target_counts([campaign.id]))[campaign.id] == TargetCounts(1, new=1)


async def test_a_change_that_counts_nothing_leaves_no_trace(database: str) -> None:
    campaign = await rows.a_campaign(await rows.an_account())
    await rows.a_target(campaign)

    await Target.all().update(priority=9)

    assert len(await _tally(campaign.id)) == 1


async def test_adding_up_keeps_the_sum_and_waits_for_nobody(database: str) -> None:
    campaign = await rows.a_campaign(await rows.an_account())
    for _ in range(5):
        await rows.a_target(campaign)
    add_up = "SELECT target_tally_add_up($1)"

    async with in_transaction() as other:
        await other.execute_query(add_up, [campaign.id])
        await asyncio.wait_for(_outside(add_up, campaign.id), 10)

    assert (await target_counts([campaign.id]))[campaign.id].total == 5
    assert len(await _tally(campaign.id)) == 1


async def test_every_campaign_asked_for_has_counts(database: str) -> None:
    missing = new_id()
    assert await target_counts([missing]) == {missing: TargetCounts()}
    assert await newest_targets([missing]) == {}
    assert await target_counts([]) == {}


async def test_the_newest_target_is_found_in_one_statement_for_all(database: str) -> None:
    account = await rows.an_account()
    campaigns = [await rows.a_campaign(account) for _ in range(3)]
    for campaign in campaigns:
        for _ in range(2):
            last = await rows.a_target(campaign)

    with at_most(1):
        found = await newest_targets([campaign.id for campaign in campaigns])

    assert len(found) == 3
    assert found[last.campaign_id].number == last.number


async def _tally(campaign_id: UUID) -> list[dict[str, object]]:
    found: list[dict[str, object]] = await connections.get("default").execute_query_dict(
        "SELECT * FROM target_tally WHERE campaign_id = $1", [campaign_id]
    )
    return found


async def _outside(statement: str, campaign_id: UUID) -> None:
    """Run a statement on a connection of its own, not in the transaction around the caller."""
    async with connections.get("default").acquire_connection() as connection:
        await connection.execute(statement, campaign_id)
