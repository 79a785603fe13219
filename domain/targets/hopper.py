"""Which targets are dialed next, and how many are left."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from tortoise.backends.base.client import BaseDBAsyncClient

from domain.eligibility.parts import OnList, Past
from domain.eligibility.several import NumberFacts
from domain.targets.contact_numbers import ContactNumbers
from domain.targets.rules import TargetState


@dataclass(frozen=True, slots=True)
class HopperTarget:
    """A target that may be dialed now, with what its attempt and its screen pop need."""

    id: UUID
    contact_id: UUID
    number: str  # E.164
    caller_id: str | None  # None: the campaign's
    priority: int  # 1..10
    attempts: int
    max_attempts: int
    last_ordinal: int
    name: str
    variables: dict[str, str]
    state: TargetState  # NEW or RETRY
    timezone: str | None = None  # the contact's, IANA; None: that of the number
    due_at: datetime | None = None  # of its retry, whatever rule held it since
    past: tuple[Past, ...] = ()  # attempts to reach the number, of any campaign
    on_list: OnList | None = None  # a do-not-call entry
    read_at: float = 0.0  # when the two were read; monotonic seconds
    last_disposition: str | None = None
    last_wrap_up_code: str | None = None
    since: datetime | None = None  # its last attempt, or else when it was added
    preview: bool = False  # a rule wants an agent to look first
    typed: bool = False  # made for a call by hand: the campaign does not dial it by itself
    # Of a contact with several numbers: all of them, and what is known of each.
    numbers: ContactNumbers | None = None
    facts: Mapping[str, NumberFacts] = field(default_factory=dict)
    tried: frozenset[UUID] = frozenset()  # trunks that failed it since its last true attempt


# From the highest priority down, until there are enough: for each, one short range of either
# partial index. So the cost depends on the limit and not on the table; asked for this order over
# the whole campaign, PostgreSQL would sort it all. LIMIT 1 in the look-ups keeps the planner from
# reading those whole tables instead.
NEXT_TARGETS = """
WITH RECURSIVE walk AS (
    SELECT 11 AS priority, 0 AS taken, '{}'::uuid[] AS ids
    UNION ALL
    SELECT walk.priority - 1, walk.taken + cardinality(band.ids), band.ids
    FROM walk CROSS JOIN LATERAL (
        SELECT coalesce(
            array_agg(first.id ORDER BY first.rank, first.due, first.order_key, first.id), '{}'
        ) AS ids
        FROM (
            SELECT * FROM (
                (SELECT id, 0 AS rank, next_at AS due, NULL::bytea AS order_key FROM target
                 WHERE state = 'retry' AND campaign_id = $1 AND priority = walk.priority - 1
                   AND next_at <= $2 AND NOT id = ANY($4)
                 ORDER BY next_at, id LIMIT $3)
                UNION ALL
                (SELECT id, 1 AS rank, NULL AS due, order_key FROM target
                 WHERE state = 'new' AND campaign_id = $1 AND priority = walk.priority - 1
                   AND NOT id = ANY($4)
                 ORDER BY order_key, id LIMIT $3)
            ) AS found
            ORDER BY rank, due, order_key, id LIMIT $3
        ) AS first
    ) AS band
    WHERE walk.priority > 1 AND walk.taken < $3
)
SELECT target.*, contact.name, contact.variables, contact.timezone
FROM walk CROSS JOIN LATERAL unnest(walk.ids) WITH ORDINALITY AS next(id, place)
CROSS JOIN LATERAL (
    SELECT id, contact_id, number, numbers, caller_id, priority, attempts, max_attempts,
        last_ordinal, state, last_disposition, last_wrap_up_code,
        coalesce(last_attempt_at, created_at) AS since,
        CASE WHEN held_by IS NULL THEN next_at ELSE due_at END AS due_at
    FROM target WHERE target.id = next.id LIMIT 1
) AS target
CROSS JOIN LATERAL (
    SELECT name, variables, timezone FROM contact WHERE contact.id = target.contact_id LIMIT 1
) AS contact
ORDER BY walk.priority DESC, next.place
LIMIT $3
"""

# The database keeps the counts (migrations/0002_target_tally.py).
COUNT_LEFT = """
SELECT campaign_id, sum(fresh + retry)::bigint AS left_over FROM target_tally
WHERE campaign_id = ANY($1) GROUP BY campaign_id
"""


# A target that a rule holds back is no retry: nobody knows whether it will ever be dialed. No more
# than these many are looked at, since a night may hold back a million.
_WAITS_FOR_RETRY = """
SELECT EXISTS (
    SELECT FROM (
        SELECT held_by FROM target WHERE state = 'retry' AND campaign_id = $1 LIMIT 1000
    ) AS looked_at WHERE held_by IS NULL
) AS waits
"""


async def waits_for_retry(connection: BaseDBAsyncClient, campaign_id: UUID) -> bool:
    """Whether a campaign has targets to dial again, due or not, that no rule holds back.

    An answer from the first 1,000 of them.
    """
    rows = await connection.execute_query_dict(_WAITS_FOR_RETRY, [campaign_id])
    return bool(rows[0]["waits"])


async def next_targets(
    connection: BaseDBAsyncClient,
    campaign_id: UUID,
    *,
    now: datetime,
    limit: int,
    not_ids: Iterable[UUID] = (),
) -> list[HopperTarget]:
    """The next `limit` targets to dial: highest priority first, due retries before new, then by
    the campaign's order, then by age.

    Leaves out `not_ids`, which the caller holds already. Takes no lock: an account's floor is the
    only one that dials.
    """
    rows = await connection.execute_query_dict(
        NEXT_TARGETS, [campaign_id, now, limit, list(not_ids)]
    )
    return [hopper_target(row) for row in rows]


def hopper_target(row: dict[str, Any]) -> HopperTarget:
    """The target of a row that has what NEXT_TARGETS reads."""
    return HopperTarget(
        id=row["id"],
        contact_id=row["contact_id"],
        number=row["number"],
        caller_id=row["caller_id"],
        priority=row["priority"],
        attempts=row["attempts"],
        max_attempts=row["max_attempts"],
        last_ordinal=row["last_ordinal"],
        name=row["name"],
        variables=orjson.loads(row["variables"]),
        state=TargetState(row["state"]),
        timezone=row["timezone"],
        due_at=row["due_at"],
        last_disposition=row["last_disposition"],
        last_wrap_up_code=row["last_wrap_up_code"],
        since=row["since"],
        numbers=numbers_of(row),
    )


def numbers_of(row: dict[str, Any]) -> ContactNumbers | None:
    """All numbers of a target's row; None where `number` is the only one."""
    stored = row["numbers"]
    return None if stored is None else ContactNumbers.read(stored)


async def count_left(
    connection: BaseDBAsyncClient, campaign_ids: Iterable[UUID]
) -> dict[UUID, int]:
    """Targets of each campaign that are new or wait for a retry; 0 where there are none."""
    ids = list(campaign_ids)
    rows = await connection.execute_query_dict(COUNT_LEFT, [ids])
    return dict.fromkeys(ids, 0) | {row["campaign_id"]: row["left_over"] for row in rows}
