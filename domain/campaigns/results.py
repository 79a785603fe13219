"""What came of campaigns: the figures of the list of finished ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from tortoise import connections

# What the figures of campaigns count, wherever rows are counted; a floor counts so as it goes.
DIALED = "disposition IS DISTINCT FROM 'not_placed'"
ANSWERED = "(connected_at IS NOT NULL OR disposition = 'abandoned')"  # live; nothing else was
MACHINES = "disposition IN ('machine', 'fax')"

_RESULTS = f"""
SELECT campaign_id, count(*) FILTER (WHERE {DIALED}) AS dialed,
    count(DISTINCT target_id) FILTER (WHERE connected_at IS NOT NULL) AS reached,
    count(*) FILTER (WHERE {ANSWERED}) AS answered,
    count(connected_at) AS connected,
    count(*) FILTER (WHERE disposition = 'abandoned') AS abandoned,
    count(*) FILTER (WHERE {MACHINES}) AS machines,
    coalesce(sum(extract(epoch FROM ended_at - connected_at)), 0)::float8 AS talk_seconds
FROM attempt WHERE campaign_id = ANY($1) GROUP BY campaign_id
"""


@dataclass(frozen=True, slots=True)
class CampaignResults:
    """Attempts over a campaign's whole life, by how they ended."""

    dialed: int = 0  # those never placed left out
    reached: int = 0  # targets that spoke with an agent
    answered: int = 0  # live
    connected: int = 0
    abandoned: int = 0
    machines: int = 0
    talk_seconds: float = 0.0


async def campaign_results(campaign_ids: Sequence[UUID]) -> dict[UUID, CampaignResults]:
    """The results of each campaign that has attempts. One statement, which reads all of them.

    Ids that the caller may see, or it leaks.
    """
    rows = await connections.get("default").execute_query_dict(_RESULTS, [list(campaign_ids)])
    return {row.pop("campaign_id"): CampaignResults(**row) for row in map(dict, rows)}
