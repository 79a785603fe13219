"""What the rules are decided by: earlier attempts to reach a number, and do-not-call entries."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.eligibility.parts import OnList, Past
from domain.eligibility.rules import LONGEST_CAP_DAYS

# An attempt that was never placed reached nobody, so it counts for nothing; nor does one that its
# carrier failed and another trunk made up for.
_PAST = """
SELECT id, campaign_id, number, created_at,
    CASE WHEN disposition = 'abandoned' THEN coalesce(ended_at, created_at) END AS abandoned_at
FROM attempt
WHERE account_id = $1 AND number = ANY($2) AND created_at > $3
    AND disposition IS DISTINCT FROM 'not_placed' AND NOT failed_over
"""

# Exact entries are one look-up in the unique index; prefixes one for each length in use.
_ON_LIST = """
WITH lengths AS (
    SELECT DISTINCT length(pattern) AS n FROM suppression
    WHERE scope_id = ANY($2::uuid[]) AND is_prefix
)
SELECT wanted.number, entry.reason, entry.expires_at
FROM unnest($1::text[]) AS wanted(number)
JOIN suppression AS entry ON entry.scope_id = ANY($2::uuid[])
    AND entry.pattern = wanted.number AND NOT entry.is_prefix
WHERE entry.expires_at IS NULL OR entry.expires_at > $3
UNION ALL
SELECT wanted.number, entry.reason, entry.expires_at
FROM unnest($1::text[]) AS wanted(number) CROSS JOIN lengths
JOIN suppression AS entry ON entry.scope_id = ANY($2::uuid[])
    AND entry.pattern = left(wanted.number, lengths.n) AND entry.is_prefix
WHERE entry.expires_at IS NULL OR entry.expires_at > $3
"""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of some numbers; one that has no entry has no past and is on no list."""

    past: dict[str, tuple[Past, ...]] = field(default_factory=dict)
    on_list: dict[str, OnList] = field(default_factory=dict)


async def read_facts(
    connection: BaseDBAsyncClient,
    numbers: Iterable[str],
    *,
    account_id: UUID,
    campaign_id: UUID,
    now: datetime,
) -> Facts:
    """What is known of these numbers, for one campaign. Two statements."""
    wanted = list(set(numbers))
    past: dict[str, list[Past]] = {}
    since = now - timedelta(days=LONGEST_CAP_DAYS)
    for row in await connection.execute_query_dict(_PAST, [account_id, wanted, since]):
        past.setdefault(row["number"], []).append(
            Past(row["id"], row["campaign_id"], row["created_at"], row["abandoned_at"])
        )
    on_list: dict[str, OnList] = {}
    scopes = [account_id, campaign_id]
    for row in await connection.execute_query_dict(_ON_LIST, [wanted, scopes, now]):
        entry = OnList(row["reason"], row["expires_at"])
        on_list[row["number"]] = _longer(on_list.get(row["number"]), entry)
    return Facts({number: tuple(each) for number, each in past.items()}, on_list)


def _longer(one: OnList | None, other: OnList) -> OnList:
    if one is None:
        return other
    if one.until is None or (other.until is not None and other.until <= one.until):
        return one
    return other
