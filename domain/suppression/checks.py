"""Whether a number must not be called: asked when it comes in, and at the instant of dialing."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient


def suppressed_sql(number: str, *, scopes: str, now: str) -> str:
    """A condition that holds for numbers not to be called. The arguments are SQL.

    Exact entries are one look-up in the unique index; prefixes one for each length in use.
    """
    alive = f"(entry.expires_at IS NULL OR entry.expires_at > {now})"
    return f"""(
        EXISTS (SELECT FROM suppression AS entry WHERE entry.scope_id = ANY({scopes})
            AND entry.pattern = {number} AND NOT entry.is_prefix AND {alive})
        OR EXISTS (
            SELECT FROM (SELECT DISTINCT length(entry.pattern) AS n FROM suppression AS entry
                         WHERE entry.scope_id = ANY({scopes}) AND entry.is_prefix) AS lengths
            JOIN suppression AS entry ON entry.pattern = left({number}, lengths.n)
            WHERE entry.scope_id = ANY({scopes}) AND entry.is_prefix AND {alive})
    )"""


_AMONG = f"""
SELECT wanted.number FROM unnest($1::text[]) AS wanted(number)
WHERE {suppressed_sql("wanted.number", scopes="$2::uuid[]", now="$3::timestamptz")}
"""


async def suppressed_numbers(
    connection: BaseDBAsyncClient,
    numbers: Iterable[str],
    *,
    account_id: UUID,
    campaign_id: UUID,
    now: datetime,
) -> set[str]:
    """Those of the numbers that must not be called now, for this campaign. One statement."""
    rows = await connection.execute_query_dict(
        _AMONG, [list(numbers), [account_id, campaign_id], now]
    )
    return {row["number"] for row in rows}


async def is_suppressed(
    connection: BaseDBAsyncClient,
    number: str,
    *,
    account_id: UUID,
    campaign_id: UUID,
    now: datetime,
) -> bool:
    """Whether the number must not be called now, for this campaign."""
    return bool(
        await suppressed_numbers(
            connection, [number], account_id=account_id, campaign_id=campaign_id, now=now
        )
    )
