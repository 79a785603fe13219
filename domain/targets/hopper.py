"""Which targets are dialed next, and how many are left."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson
from tortoise.backends.base.client import BaseDBAsyncClient

from domain.eligibility.rules import OnList, Past
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


# One short range of a partial index for each priority and state, so that the cost depends on the
# limit and not on the table: asked for this order over the whole campaign, PostgreSQL sorts it all.
# LIMIT 1 in the look-up of contacts keeps the planner from reading that whole table instead.
_COLUMNS = (
    "id, contact_id, number, caller_id, priority, attempts, max_attempts, last_ordinal, state,"
    " CASE WHEN held_by IS NULL THEN next_at ELSE due_at END AS due_at"
)
NEXT_TARGETS = f"""
WITH next AS (
    SELECT found.* FROM generate_series(10, 1, -1) AS band(priority)
    CROSS JOIN LATERAL (
        (SELECT {_COLUMNS}, 0 AS rank, next_at AS due FROM target
         WHERE state = 'retry' AND campaign_id = $1 AND priority = band.priority
           AND next_at <= $2 AND NOT id = ANY($4)
         ORDER BY next_at, id LIMIT $3)
        UNION ALL
        (SELECT {_COLUMNS}, 1 AS rank, NULL AS due FROM target
         WHERE state = 'new' AND campaign_id = $1 AND priority = band.priority
           AND NOT id = ANY($4)
         ORDER BY id LIMIT $3)
    ) AS found
    ORDER BY found.priority DESC, found.rank, found.due, found.id
    LIMIT $3
)
SELECT next.*, contact.name, contact.variables, contact.timezone FROM next
CROSS JOIN LATERAL (
    SELECT name, variables, timezone FROM contact WHERE contact.id = next.contact_id LIMIT 1
) AS contact
ORDER BY next.priority DESC, next.rank, next.due, next.id
"""

# The database keeps the counts (migrations/0002_target_tally.py).
COUNT_LEFT = """
SELECT campaign_id, sum(fresh + retry)::bigint AS left_over FROM target_tally
WHERE campaign_id = ANY($1) GROUP BY campaign_id
"""


async def next_targets(
    connection: BaseDBAsyncClient,
    campaign_id: UUID,
    *,
    now: datetime,
    limit: int,
    not_ids: Iterable[UUID] = (),
) -> list[HopperTarget]:
    """The next `limit` targets to dial: highest priority first, due retries before new, then age.

    Leaves out `not_ids`, which the caller holds already. Takes no lock: an account's floor is the
    only one that dials.
    """
    rows = await connection.execute_query_dict(
        NEXT_TARGETS, [campaign_id, now, limit, list(not_ids)]
    )
    return [
        HopperTarget(
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
        )
        for row in rows
    ]


async def count_left(
    connection: BaseDBAsyncClient, campaign_ids: Iterable[UUID]
) -> dict[UUID, int]:
    """Targets of each campaign that are new or wait for a retry; 0 where there are none."""
    ids = list(campaign_ids)
    rows = await connection.execute_query_dict(COUNT_LEFT, [ids])
    return dict.fromkeys(ids, 0) | {row["campaign_id"]: row["left_over"] for row in rows}
