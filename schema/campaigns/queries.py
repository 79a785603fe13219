"""What can be asked about campaigns."""

from typing import Annotated
from uuid import UUID

import strawberry

from domain.access.permissions import Permission
from domain.campaigns import assignments, boards, life, service
from domain.campaigns.rules import CampaignState, DialMode
from domain.core.pages import PageRequest, page_of
from schema.campaigns.boards import CampaignBoard, FloorBoard
from schema.campaigns.types import Campaign, CampaignAgent
from schema.connections import After, Connection, First, connection_of
from schema.context import Info
from schema.guards import requires

CampaignId = Annotated[UUID, strawberry.argument(description="The campaign.")]


@strawberry.type
class CampaignQueries:
    @strawberry.field(
        description="Campaigns, newest first. The closed ones are a list of their own.",
        extensions=[requires(Permission.CAMPAIGN_VIEW)],
    )
    async def campaigns(
        self,
        info: Info,
        finished: Annotated[
            bool, strawberry.argument(description="The closed ones instead of the active ones.")
        ] = False,
        archived: Annotated[
            bool, strawberry.argument(description="With `finished`: the archived ones, too.")
        ] = False,
        states: Annotated[
            list[CampaignState] | None, strawberry.argument(description="Only in these states.")
        ] = None,
        modes: Annotated[
            list[DialMode] | None, strawberry.argument(description="Only in these modes.")
        ] = None,
        first: First = 50,
        after: After = None,
    ) -> Connection[Campaign]:
        query = service.visible_campaigns(
            info.context.principal,
            finished=finished,
            archived=archived,
            states=states or (),
            modes=modes or (),
        )
        page = await page_of(query, service.NEWEST_FIRST, PageRequest(first, after))
        return connection_of(page, Campaign.of, count=query.count)

    @strawberry.field(
        description="Closed campaigns, the last closed first. Ask for their `results` here.",
        extensions=[requires(Permission.CAMPAIGN_VIEW)],
    )
    async def finished_campaigns(
        self,
        info: Info,
        archived: Annotated[
            bool, strawberry.argument(description="The archived ones instead of the others.")
        ] = False,
        first: First = 50,
        after: After = None,
    ) -> Connection[Campaign]:
        query = service.visible_campaigns(info.context.principal, finished=True)
        query = query.filter(archived_at__isnull=not archived)
        page = await page_of(query, life.LATEST_CLOSED_FIRST, PageRequest(first, after))
        return connection_of(page, Campaign.of, count=query.count)

    @strawberry.field(description="One campaign.", extensions=[requires(Permission.CAMPAIGN_VIEW)])
    async def campaign(self, info: Info, id: CampaignId) -> Campaign:
        return Campaign.of(await service.access_campaign(info.context.principal, id))

    @strawberry.field(
        description="Agents who work on a campaign alone, not through a team.",
        extensions=[requires(Permission.CAMPAIGN_VIEW)],
    )
    async def campaign_agents(
        self, info: Info, id: CampaignId, first: First = 50, after: After = None
    ) -> Connection[CampaignAgent]:
        query = await assignments.visible_campaign_agents(info.context.principal, id)
        page = await page_of(query, ("id",), PageRequest(first, after))
        return connection_of(page, CampaignAgent.of, count=query.count)

    @strawberry.field(
        description="A campaign's figures now.", extensions=[requires(Permission.MONITOR_VIEW)]
    )
    async def campaign_board(self, info: Info, id: CampaignId) -> CampaignBoard:
        ctx = info.context
        campaign = await service.access_campaign(ctx.principal, id, Permission.MONITOR_VIEW)
        return CampaignBoard.of(await boards.campaign_board(campaign, ports=ctx.ports))

    @strawberry.field(
        description="The agents at work now.", extensions=[requires(Permission.MONITOR_VIEW)]
    )
    async def floor_board(self, info: Info) -> FloorBoard:
        ctx = info.context
        return FloorBoard.of(await boards.floor_board(ctx.principal, ports=ctx.ports))
