"""Live answers in the database, as one relation; and how many a window holds."""

from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise import connections

from domain.ledgers.rules import MACHINE_CODES, Counts, Window

# An answer comes after its attempt's row by no more than the longest ring limit.
_LONGEST_RING = "interval '10 minutes'"
_MACHINES = ", ".join(f"'{code}'" for code in MACHINE_CODES)

# $1: campaigns, $2: from, $3: to before. A connected or abandoned attempt was a live answer;
# not one that an agent dialed by hand and was there for, which would only thin the rate.
LIVE_ANSWERS = f"""
SELECT id, campaign_id, answered_at, connected_at, ended_at, agent_id, wrap_up_code,
    CASE WHEN connected_at IS NULL THEN 'abandoned'
         WHEN wrap_up_code IN ({_MACHINES}) THEN 'machine' ELSE 'connected' END AS outcome
FROM (
    SELECT attempt.id, attempt.campaign_id, attempt.answered_at, attempt.connected_at,
        attempt.ended_at, attempt.agent_id, c.wrap_up_code
    FROM attempt LEFT JOIN "call" AS c ON c.id = attempt.id
    WHERE attempt.campaign_id = ANY($1::uuid[])
        AND attempt.created_at >= $2::timestamptz - {_LONGEST_RING}
        AND attempt.created_at < $3::timestamptz
        AND attempt.answered_at >= $2::timestamptz AND attempt.answered_at < $3::timestamptz
        AND (attempt.connected_at IS NOT NULL AND NOT attempt.by_hand
            OR attempt.disposition = 'abandoned')
    UNION ALL
    SELECT id, campaign_id, answered_at, connected_at, ended_at, agent_id, wrap_up_code
    FROM past_answer
    WHERE campaign_id = ANY($1::uuid[])
        AND answered_at >= $2::timestamptz AND answered_at < $3::timestamptz
) AS answered
"""

_COUNTS = f"""
SELECT count(*) FILTER (WHERE outcome = 'connected') AS connected,
    count(*) FILTER (WHERE outcome = 'machine') AS machines,
    count(*) FILTER (WHERE outcome = 'abandoned') AS abandoned
FROM ({LIVE_ANSWERS}) AS live
"""

_MINUTES = f"""
SELECT floor(extract(epoch FROM answered_at) / 60)::bigint AS minute, count(*) AS live,
    count(*) FILTER (WHERE outcome = 'abandoned') AS abandoned
FROM ({LIVE_ANSWERS}) AS live GROUP BY 1 ORDER BY 1
"""

_POOL = """
SELECT other.id, other.created_at FROM campaign
JOIN campaign AS other ON other.account_id = campaign.account_id AND (
    other.id = campaign.id OR (campaign.abandon_pool <> ''
        AND other.abandon_pool = campaign.abandon_pool)
)
WHERE campaign.id = $1 ORDER BY other.id
"""

_MEMBERS = """
SELECT id, created_at FROM campaign WHERE account_id = $1 AND abandon_pool = $2 ORDER BY id
"""


async def pool_of(campaign_id: UUID) -> tuple[list[UUID], datetime]:
    """The campaigns that are counted together with this one, and when the first was made."""
    members = await _query(_POOL, campaign_id)
    return [row["id"] for row in members], min(row["created_at"] for row in members)


async def members_of(account_id: UUID, pool: str) -> tuple[list[UUID], datetime] | None:
    """The campaigns of a pool, and when the first was made; None: it has none."""
    members = await _query(_MEMBERS, account_id, pool)
    if not members:
        return None
    return [row["id"] for row in members], min(row["created_at"] for row in members)


async def counts_of(campaign_ids: list[UUID], window: Window) -> Counts:
    """The live answers of a window."""
    [row] = await _query(_COUNTS, campaign_ids, window.begins, window.ends)
    return Counts(row["connected"], row["machines"], row["abandoned"])


async def minutes_of(
    campaign_ids: list[UUID], begins: datetime, ends: datetime
) -> list[tuple[int, int, int]]:
    """(minute since 1970, live answers, abandoned), oldest first."""
    rows = await _query(_MINUTES, campaign_ids, begins, ends)
    return [(row["minute"], row["live"], row["abandoned"]) for row in rows]


async def _query(sql: str, *values: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = await connections.get("default").execute_query_dict(
        sql, list(values)
    )
    return rows
