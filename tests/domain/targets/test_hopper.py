"""Which targets are dialed next."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from tortoise import connections
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.transactions import in_transaction

from domain.access.models import Account
from domain.campaigns.models import Campaign
from domain.campaigns.rules import DialMode
from domain.conditions.order import Order, order_key
from domain.conditions.parts import Kind
from domain.targets.hopper import NEXT_TARGETS, count_left, next_targets
from domain.targets.models import Contact, Target
from domain.targets.rules import ClosedReason, TargetState

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)


@pytest.fixture
async def connection(database: str) -> AsyncIterator[BaseDBAsyncClient]:
    async with in_transaction() as open_connection:
        yield open_connection


@pytest.fixture
async def campaign(database: str) -> Campaign:
    account = await Account.create(name="Acme", slug="acme")
    return await new_campaign(account)


async def new_campaign(account: Account, serial: int = 1) -> Campaign:
    return await Campaign.create(
        account_id=account.id,
        serial=serial,
        name=f"Campaign {serial}",
        api_code=f"c{serial}",
        mode=DialMode.PROGRESSIVE,
    )


async def add(campaign: Campaign, number: str, **columns: Any) -> Target:
    contact = await Contact.create(
        account_id=campaign.account_id, name=f"Name of {number}", variables={"city": "Haifa"}
    )
    return await Target.create(
        account_id=campaign.account_id,
        campaign_id=campaign.id,
        contact_id=contact.id,
        number=number,
        max_attempts=3,
        **columns,
    )


async def numbers(
    campaign: Campaign, *, limit: int = 100, not_ids: list[UUID] | None = None
) -> str:
    found = await next_targets(
        connections.get("default"), campaign.id, now=NOW, limit=limit, not_ids=not_ids or []
    )
    return " ".join(target.number for target in found)


async def test_the_next_targets_come_by_priority_then_due_retries_then_the_oldest_new_ones(
    campaign: Campaign,
) -> None:
    await add(campaign, "+1new5a")
    await add(campaign, "+1new5b")
    await add(campaign, "+1new9", priority=9)
    await add(campaign, "+1later", state=TargetState.RETRY, next_at=NOW - timedelta(minutes=1))
    await add(campaign, "+1sooner", state=TargetState.RETRY, next_at=NOW - timedelta(hours=1))
    await add(campaign, "+1low", priority=1)
    await add(campaign, "+1retry9", priority=9, state=TargetState.RETRY, next_at=NOW)

    assert await numbers(campaign) == "+1retry9 +1new9 +1sooner +1later +1new5a +1new5b +1low"
    assert await numbers(campaign, limit=3) == "+1retry9 +1new9 +1sooner"


async def test_targets_not_due_closed_being_dialed_held_or_of_another_campaign_are_left_out(
    campaign: Campaign,
) -> None:
    other = await new_campaign(await Account.get(id=campaign.account_id), serial=2)
    await add(other, "+1other")
    await add(campaign, "+1later", state=TargetState.RETRY, next_at=NOW + timedelta(seconds=1))
    await add(campaign, "+1dialing", state=TargetState.DIALING)
    await add(campaign, "+1closed", state=TargetState.CLOSED, closed_reason=ClosedReason.CONNECTED)
    held = await add(campaign, "+1held")
    await add(campaign, "+1free")

    assert await numbers(campaign, not_ids=[held.id]) == "+1free"


async def test_a_hopper_target_carries_what_the_attempt_and_the_pop_need(
    campaign: Campaign, connection: BaseDBAsyncClient
) -> None:
    row = await add(
        campaign,
        "+12025550100",
        caller_id="+12025550199",
        priority=7,
        attempts=2,
        state=TargetState.RETRY,
        next_at=NOW,
    )

    [found] = await next_targets(connections.get("default"), campaign.id, now=NOW, limit=1)

    assert (found.id, found.contact_id) == (row.id, row.contact_id)
    assert (found.number, found.caller_id, found.priority) == ("+12025550100", "+12025550199", 7)
    assert (found.attempts, found.max_attempts, found.state) == (2, 3, TargetState.RETRY)
    assert (found.name, found.variables) == ("Name of +12025550100", {"city": "Haifa"})


async def test_the_count_of_what_is_left_names_every_campaign_asked_for(
    campaign: Campaign,
) -> None:
    await add(campaign, "+1new")
    await add(campaign, "+1retry", state=TargetState.RETRY, next_at=NOW + timedelta(days=1))
    await add(campaign, "+1dialing", state=TargetState.DIALING)
    unknown = uuid4()

    left = await count_left(connections.get("default"), [campaign.id, unknown])

    assert left == {campaign.id: 2, unknown: 0}


async def test_within_a_priority_the_campaigns_order_comes_before_age_and_those_without_it_last(
    campaign: Campaign,
) -> None:
    order = (Order("Amount", Kind.NUMBER, descending=True),)
    for amount in ("5", "40", "", "7"):
        await add(campaign, f"+1{amount}", order_key=order_key(order, {"Amount": amount}))
    await add(campaign, "+1unordered")
    await add(campaign, "+1first", priority=9)
    await add(campaign, "+1due", state=TargetState.RETRY, next_at=NOW)

    assert await numbers(campaign) == "+1first +1due +140 +17 +15 +1 +1unordered"
    assert await numbers(campaign, limit=3) == "+1first +1due +140"


@pytest.mark.feature("CAM-06")
@pytest.mark.feature("CAM-25")
@pytest.mark.parametrize("ordered", [False, True])
async def test_the_plan_reads_only_the_two_partial_indexes_however_large_the_campaign(
    ordered: bool, campaign: Campaign, connection: BaseDBAsyncClient
) -> None:
    contact = await Contact.create(account_id=campaign.account_id)
    await connection.execute_query(
        """
        INSERT INTO target (id, account_id, campaign_id, contact_id, number, priority, state,
                            attempts, last_ordinal, max_attempts, next_at, created_at, order_key)
        SELECT gen_random_uuid(), $1, $2, $3, '+1' || n, 1 + n % 10,
               CASE WHEN n % 3 = 0 THEN 'retry' ELSE 'new' END, 0, 0, 3,
               CASE WHEN n % 3 = 0 THEN $4::timestamptz - n * interval '1 second' END, $4,
               CASE WHEN $5 THEN decode(md5(n::text), 'hex') END
        FROM generate_series(1, 20000) AS n
        """,
        [campaign.account_id, campaign.id, contact.id, NOW, ordered],
    )
    await connection.execute_script("ANALYZE target")

    [row] = await connection.execute_query_dict(
        f"EXPLAIN (ANALYZE, FORMAT JSON) {NEXT_TARGETS}", [campaign.id, NOW, 100, []]
    )

    nodes = list(_nodes(json.loads(row["QUERY PLAN"])[0]["Plan"]))
    scans = [node for node in nodes if node.get("Relation Name") == "target"]
    assert {node["Index Name"] for node in scans} >= {"target_new", "target_retry"}
    assert {node["Node Type"] for node in scans} <= {"Index Scan", "Index Only Scan"}
    # Two ranges of 100 and the rows themselves, of 20,000.
    assert sum(node["Actual Rows"] * node["Actual Loops"] for node in scans) <= 400


def _nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan] + [node for child in plan.get("Plans", []) for node in _nodes(child)]
