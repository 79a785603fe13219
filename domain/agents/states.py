"""What agents do now, and what they did. Written by the floor alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tortoise import connections
from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from domain.access.permissions import Permission
from domain.access.principal import Principal
from domain.agents.models import AgentStateEntry
from domain.agents.rules import AgentState

NEWEST_FIRST = ("-started_at", "-id")

# One short index range per agent, however long the log is.
_CURRENT = """
SELECT s.* FROM unnest($1::uuid[]) AS a(id)
CROSS JOIN LATERAL (
    SELECT agent_id, state, reason, campaign_id, call_id, started_at,
        then_break, then_break_reason
    FROM agent_state WHERE agent_id = a.id
    ORDER BY started_at DESC, (ended_at IS NULL) DESC, id DESC LIMIT 1
) AS s
"""


@dataclass(frozen=True, slots=True)
class CurrentState:
    """What an agent does now. `since` is None for one who never signed in."""

    agent_id: UUID
    state: AgentState = AgentState.OFFLINE
    reason: str | None = None
    since: datetime | None = None
    campaign_id: UUID | None = None
    call_id: UUID | None = None
    then_break: bool = False
    then_break_reason: str | None = None


async def current_states(agent_ids: Sequence[UUID]) -> dict[UUID, CurrentState]:
    """What each agent does now: one for each id, offline if nothing is known. One statement.

    Agents that the caller reached through an access function, or the answer leaks.
    """
    rows = await connections.get("default").execute_query_dict(_CURRENT, [list(agent_ids)])
    found = {
        row["agent_id"]: CurrentState(
            agent_id=row["agent_id"],
            state=AgentState(row["state"]),
            reason=row["reason"],
            since=row["started_at"],
            campaign_id=row["campaign_id"],
            call_id=row["call_id"],
            then_break=row["then_break"],
            then_break_reason=row["then_break_reason"],
        )
        for row in rows
    }
    return {agent_id: found.get(agent_id, CurrentState(agent_id)) for agent_id in agent_ids}


def visible_states(
    principal: Principal,
    *,
    agent_id: UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> QuerySet[AgentStateEntry]:
    """Stretches of time that touch the interval. Page them by NEWEST_FIRST."""
    principal.require(Permission.AGENT_VIEW)
    query = AgentStateEntry.filter(account_id=principal.account_id)
    if principal.teams is not None:
        query = query.filter(agent__team_id__in=list(principal.teams))
    if agent_id is not None:
        query = query.filter(agent_id=agent_id)
    if since is not None:
        query = query.filter(Q(ended_at=None) | Q(ended_at__gt=since))
    if until is not None:
        query = query.filter(started_at__lt=until)
    return query
