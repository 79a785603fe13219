"""What a campaign's rows say of its list, its team and how its calls went."""

from datetime import datetime, timedelta
from typing import Any

from tortoise import connections

from domain.campaigns.models import Campaign
from domain.campaigns.pacing import pacing_settings
from domain.forecasts.rules import Known, Samples, exposed

LOOKED_BACK = timedelta(days=30)

# One campaign's team: those assigned alone and those of assigned teams, once each.
_TEAM = """
SELECT count(*) AS assigned,
    count(*) FILTER (WHERE EXISTS (
        SELECT FROM agent_state AS now
        WHERE now.agent_id = agent.id AND now.ended_at IS NULL AND now.state <> 'offline'
    )) AS signed_in
FROM agent
WHERE agent.account_id = $1 AND agent.archived_at IS NULL AND (
    EXISTS (SELECT FROM campaign_agent WHERE campaign_id = $2 AND agent_id = agent.id)
    OR EXISTS (SELECT FROM campaign_team WHERE campaign_id = $2 AND team_id = agent.team_id)
)
"""

_LIST = """
SELECT greatest(max_attempts - attempts, 1) AS attempts_left, count(*) AS targets
FROM target WHERE campaign_id = $1 AND state IN ('new', 'retry')
GROUP BY 1 ORDER BY 1
"""

# A call that never left says nothing, nor does one that is still under way, nor one that an agent
# dialed by hand.
_CALLS = """
WITH ended AS (
    SELECT attempt.disposition,
        attempt.connected_at IS NOT NULL OR attempt.disposition = 'abandoned' AS live,
        extract(epoch FROM attempt.answered_at - attempt.created_at)::float8 AS ring,
        extract(epoch FROM c.ended_at - c.connected_at)::float8 AS talk,
        extract(epoch FROM c.wrap_up_ended_at - c.ended_at)::float8 AS wrap
    FROM attempt LEFT JOIN "call" AS c ON c.id = attempt.id
    WHERE attempt.campaign_id = $1 AND attempt.created_at >= $2
        AND attempt.ended_at IS NOT NULL AND attempt.disposition <> 'not_placed'
        AND NOT attempt.by_hand
)
SELECT count(*) AS placed,
    count(*) FILTER (WHERE disposition = 'canceled') AS given_up,
    count(*) FILTER (WHERE live) AS answers,
    count(*) FILTER (WHERE disposition IN ('machine', 'fax')) AS machines,
    count(ring) AS rings, avg(ring) AS ring_mean, stddev_pop(ring) AS ring_spread,
    count(talk) AS talks, avg(talk) AS talk_mean, stddev_pop(talk) AS talk_spread,
    count(wrap) AS wraps, avg(wrap) AS wrap_mean, stddev_pop(wrap) AS wrap_spread
FROM ended
"""


async def team_of(campaign: Campaign) -> tuple[int, int]:
    """How many agents are assigned, and how many of them are signed in now."""
    [row] = await _query(_TEAM, campaign.account_id, campaign.id)
    return row["assigned"], row["signed_in"]


async def known_of(campaign: Campaign, *, now: datetime) -> Known:
    """Everything that a forecast of this campaign may rest on. Reads its whole list."""
    assigned, signed_in = await team_of(campaign)
    [calls] = await _query(_CALLS, campaign.id, now - LOOKED_BACK)
    settings = pacing_settings(campaign)
    ring = _samples(calls, "rings", "ring")
    placed = exposed(calls["placed"], calls["given_up"], ring, settings.minimum_ring)
    return Known(
        mode=campaign.mode,
        settings=settings,
        analysis=campaign.analysis,
        calls=placed,
        answers=calls["answers"],
        machines=calls["machines"],
        ring=ring,
        talk=_samples(calls, "talks", "talk"),
        wrap=_samples(calls, "wraps", "wrap"),
        assigned=assigned,
        signed_in=signed_in,
        targets=tuple(
            (row["attempts_left"], row["targets"]) for row in await _query(_LIST, campaign.id)
        ),
        max_attempts=campaign.max_attempts,
    )


async def team_only(campaign: Campaign) -> Known:
    """What tells whether anybody is there at all, at the cost of a few rows."""
    assigned, signed_in = await team_of(campaign)
    return Known(
        mode=campaign.mode,
        settings=pacing_settings(campaign),
        analysis=campaign.analysis,
        calls=0.0,
        answers=0,
        machines=0,
        ring=Samples(),
        talk=Samples(),
        wrap=Samples(),
        assigned=assigned,
        signed_in=signed_in,
        targets=(),
        max_attempts=campaign.max_attempts,
    )


def _samples(row: dict[str, Any], count: str, what: str) -> Samples:
    mean, spread = row[f"{what}_mean"] or 0.0, row[f"{what}_spread"] or 0.0
    return Samples(row[count], float(mean), float(spread) / float(mean) if mean > 0.0 else 0.0)


async def _query(sql: str, *values: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = await connections.get("default").execute_query_dict(
        sql, list(values)
    )
    return rows
