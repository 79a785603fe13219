"""Rows of the agents slice for many parents at once. Each is one query."""

from uuid import UUID

from domain.agents.models import Agent, Team
from domain.agents.states import CurrentState, current_states


async def agents_by_id(agent_ids: list[UUID]) -> list[Agent]:
    """The agents, in the order of the ids."""
    rows = {row.id: row for row in await Agent.filter(id__in=agent_ids)}
    return [rows[agent_id] for agent_id in agent_ids]


async def teams_by_id(team_ids: list[UUID]) -> list[Team]:
    """The teams, in the order of the ids."""
    rows = {row.id: row for row in await Team.filter(id__in=team_ids)}
    return [rows[team_id] for team_id in team_ids]


async def current_states_by_agent_id(agent_ids: list[UUID]) -> list[CurrentState]:
    """What each agent does now, in the order of the ids; offline if nothing is known."""
    found = await current_states(agent_ids)
    return [found[agent_id] for agent_id in agent_ids]
