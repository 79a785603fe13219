"""That a filter which few targets pass reads few of them, on PostgreSQL's own word."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from tortoise import connections
from tortoise.queryset import QuerySet

from domain.access.models import Account
from domain.access.permissions import Role
from domain.agents.models import Agent
from domain.calls.models import Attempt
from domain.calls.rules import Disposition
from domain.campaigns.models import Campaign
from domain.core.pages import Page, PageRequest, _cursor
from domain.targets.listing import (
    KEYS,
    TargetFilter,
    TargetOrder,
    page_of_targets,
    visible_targets,
)
from domain.targets.models import Contact, Target, TargetBatch
from domain.targets.rules import ClosedReason, TargetSource, TargetState
from tests.domain.targets.conftest import new_campaign, principal_of

TARGETS = 12_000
RARE = 7
# Half of the table is another campaign's, in which what is rare here is usual: so the planner
# cannot know from its statistics how rare it is.
FILL = """
INSERT INTO target (id, account_id, campaign_id, contact_id, batch_id, number, priority, state,
    closed_reason, attempts, last_ordinal, max_attempts, next_at, last_disposition, call_back_at,
    last_attempt_at, created_at)
SELECT lpad(to_hex($4::bigint + n), 32, '0')::uuid, $1, $2, $3, $5,
    $6::text || (2000000 + n)::text, 5, $7::text, $8::text, 1, 1, 3,
    CASE WHEN $7::text = 'retry' THEN now() END, $9::text, $10::timestamptz, now(), now()
FROM generate_series(1, $11::int) AS n
"""


@pytest.fixture
async def campaign(database: str) -> Campaign:
    account = await Account.create(name="Acme", slug="acme", country="US")
    here, there = await new_campaign(account), await new_campaign(account, serial=2)
    contact = await Contact.create(account=account, name="Ana")
    usual, rare = [await TargetBatch.create(campaign=here, name=name) for name in ("a", "b")]
    connection = connections.get("default")

    async def fill(campaign: Campaign, first: int, count: int, *columns: Any) -> None:
        batch, begins, state, reason, disposition, call_back_at = columns
        await connection.execute_query(
            FILL,
            [
                *(account.id, campaign.id, contact.id, first, batch, begins, state, reason),
                *(disposition, call_back_at, count),
            ],
        )

    at = datetime(2026, 3, 2, 10, tzinfo=UTC)
    await fill(here, 0, TARGETS, usual.id, "+1202", "closed", "connected", "connected", None)
    await fill(here, TARGETS, RARE, rare.id, "+1303", "retry", None, "machine", at)
    await fill(here, TARGETS + RARE, RARE, rare.id, "+1404", "closed", "final", "fax", at)
    await fill(there, 2 * TARGETS, TARGETS // 2, None, "+1505", "retry", None, "machine", at)
    await fill(there, 3 * TARGETS, TARGETS // 2, None, "+1606", "closed", "final", "fax", at)
    agent = await Agent.create(account=account, name="Bo", code="1", pin_hash="", endpoint="a")
    for target in await Target.filter(campaign=here, state=TargetState.RETRY):
        await Attempt.create(
            account=account,
            campaign=here,
            target=target,
            ordinal=1,
            number=target.number,
            node="n",
            epoch=1,
            agent_id=agent.id,
            created_at=at,
        )
    await connection.execute_script("VACUUM ANALYZE target")
    await connection.execute_script("ANALYZE attempt")
    return here


def rows_read(plan: dict[str, Any]) -> int:
    """Rows that the scans of a plan looked at, those that a filter threw away too."""
    own = 0
    if "Scan" in plan["Node Type"]:
        removed = sum(plan.get(f"Rows Removed by {why}", 0) for why in ("Filter", "Index Recheck"))
        own = (plan["Actual Rows"] + removed) * plan["Actual Loops"]
    return int(own) + sum(rows_read(each) for each in plan.get("Plans", []))


async def page_and_plan(
    query: QuerySet[Target], wanted: TargetFilter, order: TargetOrder, after: str | None = None
) -> tuple[Page[Target], dict[str, Any]]:
    """A page, and what PostgreSQL does for it."""
    asked = list[QuerySet[Target]]()
    limit = QuerySet.limit

    def noted(query: QuerySet[Target], rows: int) -> QuerySet[Target]:
        asked.append(limit(query, rows))
        return asked[-1]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(QuerySet, "limit", noted)
        page = await page_of_targets(query, wanted, order, PageRequest(50, after))
    return page, await plan_of(asked[0])


async def plan_of(query: QuerySet[Target]) -> dict[str, Any]:
    """What PostgreSQL did, and with how many rows."""
    query.sql()  # builds the query
    sql, values = query.query.get_parameterized_sql()
    [row] = await connections.get("default").execute_query_dict(
        f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", values
    )
    plan = row["QUERY PLAN"]
    plan = json.loads(plan) if isinstance(plan, str) else plan
    first: dict[str, Any] = plan[0]["Plan"]
    return first


def nodes_of(plan: dict[str, Any]) -> set[str]:
    """The kinds of steps in a plan."""
    below = (nodes_of(each) for each in plan.get("Plans", []))
    return {str(plan["Node Type"])}.union(*below)


@pytest.mark.feature("TGT-07")
@pytest.mark.parametrize("order", [TargetOrder.ADDED, TargetOrder.NEWEST])
async def test_what_few_targets_pass_reads_few_of_them(
    campaign: Campaign, order: TargetOrder
) -> None:
    principal = principal_of(await Account.get(id=campaign.account_id), Role.SUPERVISOR)
    rare = await TargetBatch.get(name="b")
    agent = await Agent.get(code="1")
    filters = {
        "state": TargetFilter(states=(TargetState.RETRY,)),
        "nothing": TargetFilter(states=(TargetState.DIALING,)),
        "reason": TargetFilter(closed_reasons=(ClosedReason.FINAL,)),
        "disposition": TargetFilter(dispositions=(Disposition.MACHINE,)),
        "batch": TargetFilter(batch_id=rare.id),
        "number": TargetFilter(number_begins="+1303"),
        "agent": TargetFilter(agent_id=agent.id),
        "source": TargetFilter(source=TargetSource.CALL_BACK),
    }
    wanted = {"nothing": 0, "batch": 2 * RARE, "source": 2 * RARE}

    for name, chosen in filters.items():
        query = await visible_targets(principal, campaign.id, chosen, order)
        page, plan = await page_and_plan(query, chosen, order)
        assert len(page.nodes) == wanted.get(name, RARE), name
        assert rows_read(plan) <= 200, (name, plan)


@pytest.fixture
async def among_others(database: str) -> Campaign:
    """A campaign between an older one and a younger one of the same kind, each with a batch."""
    account = await Account.create(name="Acme", slug="acme", country="US")
    contact = await Contact.create(account=account, name="Ana")
    connection = connections.get("default")
    campaigns = [await new_campaign(account, serial=serial) for serial in (1, 2, 3)]
    for place, campaign in enumerate(campaigns):
        batch = await TargetBatch.create(campaign=campaign, name="a")
        values = [account.id, campaign.id, contact.id, place * TARGETS, batch.id, "+1202"]
        values += ["closed", "connected", "connected", datetime(2026, 3, 2, 10, tzinfo=UTC)]
        await connection.execute_query(FILL, [*values, TARGETS])
    await connection.execute_script("VACUUM ANALYZE target")
    return campaigns[1]


@pytest.mark.feature("TGT-07")
@pytest.mark.parametrize("order", [TargetOrder.ADDED, TargetOrder.NEWEST])
async def test_what_most_targets_pass_reads_none_of_another_campaign(
    among_others: Campaign, order: TargetOrder
) -> None:
    principal = principal_of(await Account.get(id=among_others.account_id), Role.SUPERVISOR)
    batch = await TargetBatch.get(campaign=among_others)
    filters = {
        "all": TargetFilter(),
        "state": TargetFilter(states=(TargetState.CLOSED,)),
        "states": TargetFilter(states=(TargetState.CLOSED, TargetState.RETRY)),
        "reason": TargetFilter(closed_reasons=(ClosedReason.CONNECTED,)),
        "disposition": TargetFilter(dispositions=(Disposition.CONNECTED,)),
        "batch": TargetFilter(batch_id=batch.id),
        "number": TargetFilter(number_begins="+1202"),
        "source": TargetFilter(source=TargetSource.CALL_BACK),
        "attempts": TargetFilter(attempts_at_least=1),
    }

    for name, chosen in filters.items():
        query = await visible_targets(principal, among_others.id, chosen, order)
        first, plan = await page_and_plan(query, chosen, order)
        assert rows_read(plan) <= 60, (name, plan)
        second, plan = await page_and_plan(query, chosen, order, first.edges[-1].cursor)
        assert rows_read(plan) <= 60, (name, plan)
        ids = [target.id for target in first.nodes + second.nodes]
        assert ids == sorted(ids, reverse=order is TargetOrder.NEWEST), name
        assert len(set(ids)) == 100, name
        assert {target.campaign_id for target in first.nodes + second.nodes} == {among_others.id}


@pytest.mark.feature("TGT-07")
@pytest.mark.parametrize("order", [TargetOrder.ADDED, TargetOrder.NEWEST])
async def test_those_dialed_often_are_found_without_reading_the_others(
    among_others: Campaign, order: TargetOrder
) -> None:
    principal = principal_of(await Account.get(id=among_others.account_id), Role.SUPERVISOR)
    ids = await Target.filter(campaign=among_others).order_by("id").values_list("id", flat=True)
    often = ids[:: TARGETS // RARE][:RARE]
    await Target.filter(id__in=often).update(attempts=9)
    await connections.get("default").execute_script("VACUUM ANALYZE target")
    chosen = TargetFilter(attempts_at_least=9)

    query = await visible_targets(principal, among_others.id, chosen, order)
    page, plan = await page_and_plan(query, chosen, order)

    assert sorted(target.id for target in page.nodes) == often
    assert rows_read(plan) <= 200, plan


@pytest.fixture
async def dialed(campaign: Campaign) -> Campaign:
    """The campaign with all its targets waiting, each dialed at an instant of its own."""
    await Target.filter(campaign=campaign).update(state=TargetState.RETRY, closed_reason=None)
    connection = connections.get("default")
    await connection.execute_query(
        "UPDATE target SET next_at = created_at + n * interval '1 s', "
        "last_attempt_at = created_at - n * interval '1 s' FROM "
        "(SELECT id, row_number() OVER (ORDER BY number) AS n FROM target) AS numbered "
        "WHERE numbered.id = target.id AND campaign_id = $1",
        [campaign.id],
    )
    await connection.execute_script("VACUUM ANALYZE target")
    return campaign


@pytest.mark.feature("TGT-07")
@pytest.mark.parametrize(
    ("order", "place"),
    [
        (TargetOrder.ADDED, "first"),
        (TargetOrder.ADDED, "deep"),
        (TargetOrder.NEWEST, "first"),
        (TargetOrder.NEWEST, "deep"),
        (TargetOrder.NUMBER, "first"),
        (TargetOrder.NUMBER, "deep"),
        (TargetOrder.LAST_ATTEMPT, "first"),
        (TargetOrder.LAST_ATTEMPT, "deep"),
        (TargetOrder.NEXT_ATTEMPT, "first"),
        (TargetOrder.NEXT_ATTEMPT, "deep"),
    ],
)
async def test_a_page_reads_its_own_rows_by_an_index_however_deep_it_is(
    dialed: Campaign, order: TargetOrder, place: str
) -> None:
    principal = principal_of(await Account.get(id=dialed.account_id), Role.SUPERVISOR)
    everything = await visible_targets(principal, dialed.id, TargetFilter(), order)
    after = None
    if place == "deep":
        before = await everything.order_by(*KEYS[order]).offset(TARGETS // 2).limit(1)
        after = _cursor([getattr(before[0], key.removeprefix("-")) for key in KEYS[order]])

    page, plan = await page_and_plan(everything, TargetFilter(), order, after)

    assert len(page.nodes) == 50
    assert page.has_next
    assert rows_read(plan) <= 60, plan
    assert nodes_of(plan) <= {"Limit", "Index Scan", "Incremental Sort"}, plan
