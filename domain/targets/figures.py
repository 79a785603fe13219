"""What a campaign's row says about its targets, at a cost that a million of them doesn't change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tortoise import connections

# The database adds a row for every change (migrations/0002_target_tally.py) and sums them up again.
_COUNTS = """
SELECT campaign_id, sum(total)::bigint AS total, sum(fresh)::bigint AS fresh,
    sum(retry)::bigint AS retry
FROM target_tally WHERE campaign_id = ANY($1) GROUP BY campaign_id
"""

# Ids sort by the time of their making, so the last one is the end of the index.
_NEWEST = """
SELECT t.* FROM unnest($1::uuid[]) AS c(id)
CROSS JOIN LATERAL (
    SELECT campaign_id, number, created_at FROM target WHERE campaign_id = c.id
    ORDER BY id DESC LIMIT 1
) AS t
"""


@dataclass(frozen=True, slots=True)
class TargetCounts:
    """How many targets a campaign has, and how many are still to be dialed."""

    total: int = 0
    new: int = 0  # never dialed
    retry: int = 0  # dialed, to be dialed again

    @property
    def left(self) -> int:
        return self.new + self.retry


@dataclass(frozen=True, slots=True)
class NewestTarget:
    """The target that was added last."""

    number: str
    added_at: datetime


async def target_counts(campaign_ids: Sequence[UUID]) -> dict[UUID, TargetCounts]:
    """The counts of each campaign. One statement. Ids that the caller may see, or it leaks."""
    rows = await connections.get("default").execute_query_dict(_COUNTS, [list(campaign_ids)])
    found = {
        row["campaign_id"]: TargetCounts(row["total"], row["fresh"], row["retry"]) for row in rows
    }
    return {campaign_id: found.get(campaign_id, TargetCounts()) for campaign_id in campaign_ids}


async def newest_targets(campaign_ids: Sequence[UUID]) -> dict[UUID, NewestTarget]:
    """The newest target of each campaign that has any. One statement."""
    rows = await connections.get("default").execute_query_dict(_NEWEST, [list(campaign_ids)])
    return {row["campaign_id"]: NewestTarget(row["number"], row["created_at"]) for row in rows}
