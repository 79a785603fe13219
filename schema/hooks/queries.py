"""What can be asked about pre-dial hooks."""

from typing import Annotated
from uuid import UUID

import strawberry

from domain.access.permissions import Permission
from domain.hooks import service
from schema.context import Info
from schema.guards import requires
from schema.hooks.types import PreDialHook

HookCampaignId = Annotated[UUID, strawberry.argument(description="The campaign.")]


@strawberry.type
class HookQueries:
    @strawberry.field(
        description="Where a campaign asks before each call; null: nowhere.",
        extensions=[requires(Permission.CAMPAIGN_MANAGE)],
    )
    async def pre_dial_hook(self, info: Info, campaign_id: HookCampaignId) -> PreDialHook | None:
        row = await service.find_hook(info.context.principal, campaign_id)
        return None if row is None else PreDialHook.of(row)
