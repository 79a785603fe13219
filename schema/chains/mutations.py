"""Letting campaigns draw from each other, and dial one after the other."""

from typing import Annotated
from uuid import UUID

import strawberry

from domain.access.permissions import Permission
from domain.chains import linking, sources
from domain.chains.rules import Include
from domain.chains.sources import SourceSettings
from schema.campaigns.refusals import CampaignIsClosed
from schema.campaigns.types import Campaign
from schema.chains.refusals import ChainCircle, ChainedElsewhere
from schema.chains.types import CampaignSource
from schema.context import Info
from schema.guards import requires
from schema.refusals import InvalidInput, NotFound
from schema.statuses import ClosedReason, Disposition

CampaignId = Annotated[UUID, strawberry.argument(description="The campaign.")]
SourceId = Annotated[UUID, strawberry.argument(description="The campaign that it draws from.")]


@strawberry.input(description="Which finished targets are drawn; name at least one status.")
class CampaignDrawInput:
    include: Include = strawberry.field(
        description="With any of the statuses, or with none of them. With none: never what a "
        "person removed or what must not be called.",
        default=Include.MATCHING,
    )
    closed_reasons: list[ClosedReason] = strawberry.field(
        description="Statuses: why it closed.", default_factory=list
    )
    dispositions: list[Disposition] = strawberry.field(
        description="Statuses: how its last attempt ended.", default_factory=list
    )
    wrap_up_codes: list[str] = strawberry.field(
        description="Statuses: what the agent said of its last call. At most 100.",
        default_factory=list,
    )
    delay_minutes: int = strawberry.field(
        description="From its end there to the first attempt here, 0 to 129600.", default=0
    )


@strawberry.type(description="A campaign draws from another.")
class CampaignDraws:
    source: CampaignSource = strawberry.field(description="How, and how much so far.")


@strawberry.type(description="A campaign draws from another no more, or never did.")
class CampaignDrawEnded:
    campaign: Campaign = strawberry.field(description="The campaign as it is now.")


@strawberry.type(description="A campaign dials when another has nothing left.")
class CampaignLinked:
    campaign: Campaign = strawberry.field(
        description="The campaign as it is now, with the settings that its chain shares."
    )


@strawberry.type(description="A campaign is of no chain; its settings stay.")
class CampaignUnlinked:
    campaign: Campaign = strawberry.field(description="The campaign; stopped, if it waited.")


CampaignDrawResult = Annotated[
    CampaignDraws | NotFound | InvalidInput | CampaignIsClosed | ChainCircle,
    strawberry.union("CampaignDrawResult", description="The link, or why nothing changed."),
]
CampaignDrawEndResult = Annotated[
    CampaignDrawEnded | NotFound,
    strawberry.union("CampaignDrawEndResult", description="The campaign, or why nothing changed."),
]
CampaignLinkResult = Annotated[
    CampaignLinked | NotFound | InvalidInput | CampaignIsClosed | ChainCircle | ChainedElsewhere,
    strawberry.union("CampaignLinkResult", description="The campaign, or why nothing changed."),
]
CampaignUnlinkResult = Annotated[
    CampaignUnlinked | NotFound,
    strawberry.union("CampaignUnlinkResult", description="The campaign, or why nothing changed."),
]


@strawberry.type
class ChainMutations:
    @strawberry.mutation(
        description="Let a campaign draw the targets that another finishes, each once, and those "
        "that it finished before; or change which.",
        extensions=[requires(Permission.CAMPAIGN_MANAGE)],
    )
    async def campaign_draw(
        self,
        info: Info,
        id: CampaignId,
        source_id: SourceId,
        input: Annotated[CampaignDrawInput, strawberry.argument(description="Which, and when.")],
    ) -> CampaignDrawResult:
        ctx = info.context
        settings = SourceSettings(
            include=input.include,
            closed_reasons=input.closed_reasons,
            dispositions=input.dispositions,
            wrap_up_codes=input.wrap_up_codes,
            delay_minutes=input.delay_minutes,
        )
        row = await sources.set_source(ctx.principal, id, source_id, settings, ports=ctx.ports)
        return CampaignDraws(source=CampaignSource.of(row))

    @strawberry.mutation(
        description="Let a campaign draw no more from another; what was drawn stays.",
        extensions=[requires(Permission.CAMPAIGN_MANAGE)],
    )
    async def campaign_draw_end(
        self, info: Info, id: CampaignId, source_id: SourceId
    ) -> CampaignDrawEndResult:
        ctx = info.context
        row = await sources.remove_source(ctx.principal, id, source_id, ports=ctx.ports)
        return CampaignDrawEnded(campaign=Campaign.of(row))

    @strawberry.mutation(
        description="Let a campaign dial when another has nothing left, and pause when it can dial "
        "again. It takes over the settings that their chain shares.",
        extensions=[requires(Permission.CAMPAIGN_MANAGE)],
    )
    async def campaign_link(
        self,
        info: Info,
        id: CampaignId,
        after_id: Annotated[
            UUID, strawberry.argument(description="The campaign that dials before it.")
        ],
        chain_name: Annotated[
            str | None,
            strawberry.argument(
                description="Of the chain, if there is none yet; null: as the one before."
            ),
        ] = None,
    ) -> CampaignLinkResult:
        ctx = info.context
        row = await linking.link(
            ctx.principal, id, after_id, chain_name=chain_name, ports=ctx.ports
        )
        return CampaignLinked(campaign=Campaign.of(row))

    @strawberry.mutation(
        description="Take a campaign out of its chain. Those after it come after the one before.",
        extensions=[requires(Permission.CAMPAIGN_MANAGE)],
    )
    async def campaign_unlink(self, info: Info, id: CampaignId) -> CampaignUnlinkResult:
        ctx = info.context
        row = await linking.unlink(ctx.principal, id, ports=ctx.ports)
        return CampaignUnlinked(campaign=Campaign.of(row))
