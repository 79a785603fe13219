"""Campaigns that start and stop by themselves."""

from datetime import datetime
from logging import getLogger
from uuid import UUID

from tortoise import connections

from domain.campaigns.models import Campaign
from domain.campaigns.rules import ON_PORTS, DialMode
from domain.campaigns.service import has_agents

logger = getLogger(__name__)

# A date acts once: whoever starts or stops the campaign after it has the last word.
_TO_START = """
SELECT id, mode FROM campaign WHERE account_id = $1 AND state = 'stopped' AND starts_at <= $2
    AND (stops_at IS NULL OR stops_at > $2)
    AND coalesce(greatest(started_at, stopped_at) < starts_at, true)
"""
# One that comes after another waits for its turn, which the floor gives it (domain/chains).
_START = """
UPDATE campaign SET state = CASE WHEN after_id IS NULL THEN 'running' ELSE 'waiting' END,
    waits_for_id = after_id, started_at = $2
WHERE id = $1 AND state = 'stopped' AND starts_at <= $2 RETURNING id
"""
_STOP = """
UPDATE campaign SET state = 'stopped', stopped_at = $2, waits_for_id = NULL
WHERE account_id = $1 AND state IN ('running', 'waiting') AND stops_at <= $2
    AND coalesce(started_at < stops_at, true)
RETURNING id
"""


async def waits_for_agents(campaign: Campaign, now: datetime) -> bool:
    """Whether a campaign's start date has come, and it was not started for want of agents."""
    if campaign.mode in ON_PORTS:
        return False
    due = await connections.get("default").execute_query_dict(
        f"{_TO_START} AND id = $3", [campaign.account_id, now, campaign.id]
    )
    return bool(due) and not await has_agents(campaign.id)


async def start_and_stop(account_id: UUID, *, now: datetime) -> list[UUID]:
    """Start and stop what is due; gives the campaigns that changed.

    A campaign that needs agents and has none is not started: every answer would be abandoned.
    """
    connection = connections.get("default")
    changed: list[UUID] = []
    for row in await connection.execute_query_dict(_TO_START, [account_id, now]):
        if DialMode(row["mode"]) in ON_PORTS or await has_agents(row["id"]):
            started = await connection.execute_query_dict(_START, [row["id"], now])
            changed += [each["id"] for each in started]
    stopped = await connection.execute_query_dict(_STOP, [account_id, now])
    changed += [row["id"] for row in stopped]
    for campaign_id in changed:
        logger.info("campaign %s changed by its schedule", campaign_id)
    return changed
