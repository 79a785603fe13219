"""What can be asked about agents and teams."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from domain.access.permissions import Permission
from domain.agents import colleagues, desk, service, states, teams
from domain.core.pages import PageRequest, page_of
from schema.agents.types import Agent, AgentStateEntry, Colleague, Team
from schema.connections import After, Connection, First, connection_of
from schema.context import Info
from schema.guards import requires


@strawberry.type
class AgentQueries:
    @strawberry.field(
        description="Agents by code, with what each does now.",
        extensions=[requires(Permission.AGENT_VIEW)],
    )
    async def agents(
        self,
        info: Info,
        team_id: Annotated[
            UUID | None, strawberry.argument(description="Only those of this team.")
        ] = None,
        archived: Annotated[
            bool, strawberry.argument(description="Those who work here no more, instead.")
        ] = False,
        first: First = 50,
        after: After = None,
    ) -> Connection[Agent]:
        query = service.visible_agents(info.context.principal, archived=archived, team_id=team_id)
        page = await page_of(query, service.IN_ORDER, PageRequest(first, after))
        return connection_of(page, Agent.of, count=query.count)

    @strawberry.field(description="One agent.", extensions=[requires(Permission.AGENT_VIEW)])
    async def agent(
        self, info: Info, id: Annotated[UUID, strawberry.argument(description="The agent.")]
    ) -> Agent:
        return Agent.of(await service.access_agent(info.context.principal, id))

    @strawberry.field(
        description="The agent whose desk this is.", extensions=[requires(Permission.DESK)]
    )
    async def desk_agent(self, info: Info) -> Agent:
        return Agent.of(await desk.access_desk(info.context.principal, None))

    @strawberry.field(
        description="The other agents of the account by name, for the viewer's own desk: whom a "
        "customer may be given to, or asked about.",
        extensions=[requires(Permission.DESK)],
    )
    async def desk_colleagues(
        self,
        info: Info,
        search: Annotated[
            str | None,
            strawberry.argument(
                description="Only those whose name has this, or whose code begins with it."
            ),
        ] = None,
        available: Annotated[
            bool, strawberry.argument(description="Only those who are AVAILABLE.")
        ] = False,
        first: First = 50,
        after: After = None,
    ) -> Connection[Colleague]:
        query = colleagues.colleagues(info.context.principal, search=search, available=available)
        page = await page_of(query, colleagues.IN_ORDER, PageRequest(first, after))
        return connection_of(page, Colleague.of, count=query.count)

    @strawberry.field(description="Teams by name.", extensions=[requires(Permission.AGENT_VIEW)])
    async def teams(self, info: Info, first: First = 50, after: After = None) -> Connection[Team]:
        query = teams.visible_teams(info.context.principal)
        page = await page_of(query, teams.IN_ORDER, PageRequest(first, after))
        return connection_of(page, Team.of, count=query.count)

    @strawberry.field(
        description="Who was in which state, when and how long, newest first.",
        extensions=[requires(Permission.AGENT_VIEW)],
    )
    async def agent_states(
        self,
        info: Info,
        agent_id: Annotated[
            UUID | None, strawberry.argument(description="Only those of this agent.")
        ] = None,
        since: Annotated[
            datetime | None, strawberry.argument(description="Only those that ended after this.")
        ] = None,
        until: Annotated[
            datetime | None, strawberry.argument(description="Only those that began before this.")
        ] = None,
        first: First = 50,
        after: After = None,
    ) -> Connection[AgentStateEntry]:
        query = states.visible_states(
            info.context.principal, agent_id=agent_id, since=since, until=until
        )
        page = await page_of(query, states.NEWEST_FIRST, PageRequest(first, after))
        return connection_of(page, AgentStateEntry.of, count=query.count)
