"""Writing a campaign's order, and the priorities that its rules give, onto its waiting targets.

A claim must cost the same among a million targets as among ten. So nothing is sorted when targets
are claimed: each row carries the key that it is sorted by, and the index holds it. This writes the
keys, in blocks, when the order is set and when targets came in since.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from tortoise import connections

from domain.campaigns.models import Campaign
from domain.campaigns.rules import CampaignState
from domain.conditions.holds import Known
from domain.conditions.order import Order, order_key
from domain.conditions.parts import ActionKind, Moment, Rule
from domain.conditions.reading import order_of, rules_of
from domain.conditions.rules import judge
from domain.core.ports import Ports
from domain.core.transactions import in_transaction
from domain.eligibility.places import place_of
from domain.targets.commands import TargetsChanged
from domain.targets.jobs import OrderTargets

BLOCK_ROWS = 2000  # of one transaction, so that nothing waits long for its locks

_BLOCK = """
SELECT target.id, target.number, target.priority, target.attempts, target.last_disposition,
    target.last_wrap_up_code, target.order_key, contact.variables, contact.timezone,
    coalesce(target.last_attempt_at, target.created_at) AS since
FROM target JOIN contact ON contact.id = target.contact_id
WHERE target.campaign_id = $1 AND target.id > $2 AND target.state IN ('new', 'retry')
    AND ($4 OR target.order_key IS NULL)
ORDER BY target.id LIMIT $3
"""
# What a floor has a lock on is being dialed just now; waiting for it could be a circle.
_WRITE = """
WITH free AS (
    SELECT id FROM target WHERE id = ANY($1) AND state IN ('new', 'retry') FOR UPDATE SKIP LOCKED
)
UPDATE target SET order_key = u.order_key, priority = coalesce(u.priority, target.priority)
FROM free JOIN unnest($1::uuid[], $2::bytea[], $3::int[]) AS u(id, order_key, priority) USING (id)
WHERE target.id = free.id
"""
# For each priority one look at the index that the hopper reads.
_UNORDERED = """
SELECT campaign.id FROM campaign
WHERE campaign.state <> 'closed' AND (order_due
    OR (jsonb_array_length(target_order) > 0 OR rules @> $1::jsonb) AND EXISTS (
        SELECT FROM generate_series(1, 10) AS band(priority) CROSS JOIN LATERAL (
            SELECT id FROM target
            WHERE state = 'new' AND campaign_id = campaign.id AND priority = band.priority
                AND order_key IS NULL
            LIMIT 1
        ) AS fresh
    ))
"""
_PRIORITIZING = orjson.dumps(
    [{"moment": Moment.BEFORE_CALL, "then": [{"kind": ActionKind.SET_PRIORITY}]}]
).decode()


async def order_targets(campaign_id: UUID, *, ports: Ports) -> None:
    """Give every waiting target its key; those that have one only if the order was set anew.

    Bears repetition, and a change of the order while it runs: then the next run begins again.
    """
    campaign = await Campaign.filter(id=campaign_id).exclude(state=CampaignState.CLOSED).first()
    if campaign is None:
        return
    order, rules = order_of(campaign.target_order), _prioritizing(rules_of(campaign.rules))
    if not (campaign.order_due or order or rules):
        return
    anew, now = campaign.order_due, ports.clock.now()
    last, told = UUID(int=0), 0
    while rows := await connections.get("default").execute_query_dict(
        _BLOCK, [campaign_id, last, BLOCK_ROWS, anew]
    ):
        last = rows[-1]["id"]
        await _write(rows, order, rules, now)
        told += 1
        if told == 1:  # so that what is dialed next is right soon
            await _tell(campaign, ports)
    if anew:
        async with in_transaction():
            (row,) = await Campaign.filter(id=campaign_id).select_for_update()
            if (row.target_order, row.rules) == (campaign.target_order, campaign.rules):
                await Campaign.filter(id=campaign_id).update(order_due=False)
    if told:
        await _tell(campaign, ports)


async def enqueue_unordered(*, ports: Ports) -> int:
    """Enqueue the job for campaigns with targets that have no key yet; how many they are.

    Again each minute while they have none: the queue keeps the name of a job that died with its
    worker for as long as it might have run. Two at once write the same.
    """
    now = ports.clock.now()
    found = await connections.get("default").execute_query_dict(_UNORDERED, [_PRIORITIZING])
    for row in found:
        name = f"OrderTargets:{row['id']}:{now:%d%H%M}"
        await ports.jobs.enqueue(OrderTargets(row["id"]), job_id=name)
    return len(found)


async def _write(
    rows: list[dict[str, Any]], order: tuple[Order, ...], rules: tuple[Rule, ...], now: datetime
) -> None:
    ids, keys, priorities = [], [], []
    for row in rows:
        variables = orjson.loads(row["variables"])
        key = order_key(order, variables) if order or rules else None
        priority = _priority(rules, row, variables, now)
        if key != row["order_key"] or priority not in (None, row["priority"]):
            ids.append(row["id"])
            keys.append(key)
            priorities.append(priority)
    if not ids:
        return
    async with in_transaction() as connection:
        # A power cut may take the last blocks: then they have no key, and are found again.
        await connection.execute_query("SET LOCAL synchronous_commit = off")
        await connection.execute_query(_WRITE, [ids, keys, priorities])


def _prioritizing(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    return tuple(
        rule
        for rule in rules
        if rule.moment is Moment.BEFORE_CALL
        and any(action.kind is ActionKind.SET_PRIORITY for action in rule.then)
    )


def _priority(
    rules: tuple[Rule, ...], row: dict[str, Any], variables: dict[str, str], now: datetime
) -> int | None:
    if not rules:
        return None
    known = Known(
        number=row["number"],
        variables=variables,
        attempts=row["attempts"],
        last_disposition=row["last_disposition"],
        wrap_up_code=row["last_wrap_up_code"],
        since=row["since"],
    )
    place = place_of(row["number"], row["timezone"])
    return judge(rules, Moment.BEFORE_CALL, known, place, now).priority


async def _tell(campaign: Campaign, ports: Ports) -> None:
    await ports.floors.tell(campaign.account_id, TargetsChanged(campaign=campaign.id))
