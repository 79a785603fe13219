"""Logging agents into the campaigns that want it, and who was logged in when."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from domain.access.permissions import Permission
from domain.agents import desk
from domain.campaigns import logins, models
from domain.campaigns.rules import AgentLogin
from domain.core.pages import PageRequest, page_of
from schema.agents.desk import AgentAccepted, AgentId
from schema.agents.loaders import agents_by_id
from schema.agents.refusals import AgentSignedOut, LoginIsPermanent
from schema.agents.types import Agent
from schema.connections import After, Connection, First, connection_of
from schema.context import Info
from schema.guards import requires
from schema.refusals import FloorUnavailable, NotFound
from schema.related import related

CampaignId = Annotated[
    UUID, strawberry.argument(description="A campaign that the agent works on and is not closed.")
]


@strawberry.type(description="A campaign, as an agent who works on it sees it.")
class DeskCampaign:
    id: UUID = strawberry.field(description="Never changes.")
    name: str = strawberry.field(description="At most 100 characters.")
    agent_login: AgentLogin = strawberry.field(
        description="Whether the agent takes its calls whenever at work, or must log into it."
    )
    pair: strawberry.Private[tuple[UUID, UUID]]
    logged_in_since: datetime | None = related(
        logins.logged_in_since,
        by="pair",
        of=lambda since: since,
        text="Since when the agent is logged into it; null: is not, or need not be.",
    )


@strawberry.type(description="A stretch of time in which an agent was logged into a campaign.")
class CampaignLogin:
    id: UUID = strawberry.field(description="Never changes.")
    agent_id: UUID = strawberry.field(description="Who was.")
    campaign_id: UUID = strawberry.field(description="Into what.")
    started_at: datetime = strawberry.field(description="When it began.")
    ended_at: datetime | None = strawberry.field(description="When it ended; null: goes on.")
    agent: Agent = related(agents_by_id, by="agent_id", of=Agent.of, text="The agent.")

    @strawberry.field(description="How long it lasted, or has lasted so far.")
    def seconds(self, info: Info) -> float:
        end = self.ended_at or info.context.ports.clock.now()
        return max(0.0, (end - self.started_at).total_seconds())

    @classmethod
    def of(cls, row: models.CampaignLogin) -> "CampaignLogin":
        return cls(
            id=row.id,
            agent_id=row.agent_id,
            campaign_id=row.campaign_id,
            started_at=row.started_at,
            ended_at=row.ended_at,
        )


CampaignLogInResult = Annotated[
    AgentAccepted | NotFound | AgentSignedOut | FloorUnavailable,
    strawberry.union("CampaignLogInResult", description="The agent, or why not."),
]
CampaignLogOutResult = Annotated[
    AgentAccepted | NotFound | LoginIsPermanent | FloorUnavailable,
    strawberry.union("CampaignLogOutResult", description="The agent, or why not."),
]


@strawberry.type
class CampaignLoginQueries:
    @strawberry.field(
        description="The campaigns that an agent works on and that are not closed, by name.",
        extensions=[requires(Permission.DESK, Permission.AGENT_SUPERVISE)],
    )
    async def desk_campaigns(
        self, info: Info, agent_id: AgentId = None, first: First = 50, after: After = None
    ) -> Connection[DeskCampaign]:
        agent = await desk.access_desk(info.context.principal, agent_id)
        query = logins.campaigns_of(agent)
        page = await page_of(query, logins.IN_ORDER, PageRequest(first, after))

        def shown(row: models.Campaign) -> DeskCampaign:
            pair = (agent.id, row.id)
            return DeskCampaign(id=row.id, name=row.name, agent_login=row.agent_login, pair=pair)

        return connection_of(page, shown, count=query.count)

    @strawberry.field(
        description="Who was logged into which campaign, when and how long, newest first. Only "
        "campaigns with manual login are logged into.",
        extensions=[requires(Permission.AGENT_VIEW)],
    )
    async def campaign_logins(
        self,
        info: Info,
        campaign_id: Annotated[
            UUID | None, strawberry.argument(description="Only those of this campaign.")
        ] = None,
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
    ) -> Connection[CampaignLogin]:
        query = logins.visible_logins(
            info.context.principal,
            campaign_id=campaign_id,
            agent_id=agent_id,
            since=since,
            until=until,
        )
        page = await page_of(query, logins.NEWEST_FIRST, PageRequest(first, after))
        return connection_of(page, CampaignLogin.of, count=query.count)


@strawberry.type
class CampaignLoginMutations:
    @strawberry.mutation(
        description="Take the calls of a campaign with manual login, as `*10` on the agent's own "
        "phone does for all of them. Lost when the agent signs out; twice changes nothing.",
        extensions=[requires(Permission.DESK, Permission.AGENT_SUPERVISE)],
    )
    async def campaign_log_in(
        self, info: Info, campaign_id: CampaignId, agent_id: AgentId = None
    ) -> CampaignLogInResult:
        ctx = info.context
        row = await logins.log_in(ctx.principal, agent_id, campaign_id, ports=ctx.ports)
        return AgentAccepted(agent=Agent.of(row))

    @strawberry.mutation(
        description="Take the calls of a campaign with manual login no more; one that is on goes "
        "on, an offered contact is taken back.",
        extensions=[requires(Permission.DESK, Permission.AGENT_SUPERVISE)],
    )
    async def campaign_log_out(
        self, info: Info, campaign_id: CampaignId, agent_id: AgentId = None
    ) -> CampaignLogOutResult:
        ctx = info.context
        row = await logins.log_out(ctx.principal, agent_id, campaign_id, ports=ctx.ports)
        return AgentAccepted(agent=Agent.of(row))
