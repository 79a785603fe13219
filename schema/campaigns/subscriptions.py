"""Campaigns and agents as they change: a snapshot, then at most one message a second.

A generator that is left while it waits is closed at once (`aclosing`), so that its listener goes
with the socket and not when memory is tidied.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated
from uuid import UUID

import strawberry

from domain.access.permissions import Permission
from domain.campaigns import boards
from schema.campaigns.boards import CampaignBoard, FloorBoard
from schema.campaigns.types import Campaign, CampaignsChanged
from schema.context import Info
from schema.guards import requires
from schema.sharing import Share, shared


@strawberry.type
class CampaignSubscriptions:
    @strawberry.subscription(
        description="A campaign's figures: as they are now, then each change, at most one a "
        "second.",
        extensions=[requires(Permission.MONITOR_VIEW), shared(Share.LATEST)],
    )
    async def campaign_board(
        self, info: Info, id: Annotated[UUID, strawberry.argument(description="The campaign.")]
    ) -> AsyncGenerator[CampaignBoard, None]:
        ctx = info.context
        async with aclosing(boards.follow_campaign(ctx.principal, id, ports=ctx.ports)) as news:
            async for board in news:
                yield CampaignBoard.of(board)

    @strawberry.subscription(
        description="The agents at work: as they are now, then each change, at most one a second.",
        extensions=[requires(Permission.MONITOR_VIEW), shared(Share.LATEST)],
    )
    async def floor_board(self, info: Info) -> AsyncGenerator[FloorBoard, None]:
        ctx = info.context
        async with aclosing(boards.follow_floor(ctx.principal, ports=ctx.ports)) as news:
            async for board in news:
                yield FloorBoard.of(board)

    @strawberry.subscription(
        description="Each campaign that is made or changed from now on.",
        extensions=[requires(Permission.CAMPAIGN_VIEW), shared(Share.EVENTS)],
    )
    async def campaigns_changed(self, info: Info) -> AsyncGenerator[CampaignsChanged, None]:
        ctx = info.context
        async with aclosing(boards.follow_changes(ctx.principal, ports=ctx.ports)) as news:
            async for row in news:
                yield CampaignsChanged(campaign=Campaign.of(row) if row else None)
