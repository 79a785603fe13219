"""Copying campaigns, and putting those that are over out of sight."""

from typing import Annotated
from uuid import UUID

import strawberry

from domain.access.permissions import Permission
from domain.campaigns import life
from schema.campaigns.refusals import CampaignIsNotClosed
from schema.campaigns.types import Campaign
from schema.context import Info
from schema.guards import requires
from schema.refusals import InvalidInput, NotFound

CampaignId = Annotated[UUID, strawberry.argument(description="The campaign.")]


@strawberry.type(description="There is a new campaign with the settings of another.")
class CampaignCopied:
    campaign: Campaign = strawberry.field(description="The new campaign, stopped.")


@strawberry.type(description="A closed campaign is left out of lists.")
class CampaignArchived:
    campaign: Campaign = strawberry.field(description="The campaign as it is now.")


@strawberry.type(description="A closed campaign is in the list of finished ones.")
class CampaignUnarchived:
    campaign: Campaign = strawberry.field(description="The campaign as it is now.")


CampaignCopyResult = Annotated[
    CampaignCopied | NotFound | InvalidInput,
    strawberry.union("CampaignCopyResult", description="The copy, or why there is none."),
]
CampaignArchiveResult = Annotated[
    CampaignArchived | NotFound | CampaignIsNotClosed,
    strawberry.union("CampaignArchiveResult", description="The campaign, or why nothing changed."),
]
CampaignUnarchiveResult = Annotated[
    CampaignUnarchived | NotFound,
    strawberry.union(
        "CampaignUnarchiveResult", description="The campaign, or why nothing changed."
    ),
]


@strawberry.type
class CampaignLifeMutations:
    @strawberry.mutation(
        description="Make a campaign with the settings, people and trunks of another. It has no "
        "targets, no start and stop dates, and works with no other campaign.",
        extensions=[requires(Permission.CAMPAIGN_MANAGE)],
    )
    async def campaign_copy(
        self,
        info: Info,
        id: CampaignId,
        name: Annotated[
            str | None,
            strawberry.argument(description='At most 100 characters; null: "Copy of" the other.'),
        ] = None,
    ) -> CampaignCopyResult:
        ctx = info.context
        row = await life.copy(ctx.principal, id, name=name, ports=ctx.ports)
        return CampaignCopied(campaign=Campaign.of(row))

    @strawberry.mutation(
        description="Leave a closed campaign out of lists. Nothing of it is lost.",
        extensions=[requires(Permission.CAMPAIGN_MANAGE)],
    )
    async def campaign_archive(self, info: Info, id: CampaignId) -> CampaignArchiveResult:
        ctx = info.context
        row = await life.archive(ctx.principal, id, ports=ctx.ports)
        return CampaignArchived(campaign=Campaign.of(row))

    @strawberry.mutation(
        description="Show an archived campaign in the list of finished ones again.",
        extensions=[requires(Permission.CAMPAIGN_MANAGE)],
    )
    async def campaign_unarchive(self, info: Info, id: CampaignId) -> CampaignUnarchiveResult:
        ctx = info.context
        row = await life.unarchive(ctx.principal, id, ports=ctx.ports)
        return CampaignUnarchived(campaign=Campaign.of(row))
