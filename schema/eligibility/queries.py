"""What can be asked about the rules that calls must keep."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from domain.access.permissions import Permission
from domain.eligibility import explain, packs, service
from schema.context import Info
from schema.eligibility.types import (
    CampaignExplanation,
    DialingPolicy,
    RegulationPack,
    TargetExplanation,
)
from schema.guards import requires


@strawberry.type
class EligibilityQueries:
    @strawberry.field(
        description="Why is this target not dialed? The rule, what it was decided by, and when "
        "it ends. Decided by the code that dials.",
        extensions=[requires(Permission.TARGET_VIEW)],
    )
    async def target_explain(
        self, info: Info, id: Annotated[UUID, strawberry.argument(description="The target.")]
    ) -> TargetExplanation:
        ctx = info.context
        return TargetExplanation.of(
            await explain.explain_target(ctx.principal, id, ports=ctx.ports)
        )

    @strawberry.field(
        description="How many targets of a campaign may be dialed, and what forbids the others; "
        "also before it starts.",
        extensions=[requires(Permission.CAMPAIGN_VIEW)],
    )
    async def campaign_explain(
        self,
        info: Info,
        id: Annotated[UUID, strawberry.argument(description="The campaign.")],
        at: Annotated[
            datetime | None,
            strawberry.argument(description="Another instant, as a planned start; null: now."),
        ] = None,
    ) -> CampaignExplanation:
        ctx = info.context
        answer = await explain.explain_campaign(ctx.principal, id, at=at, ports=ctx.ports)
        return CampaignExplanation.of(answer)

    @strawberry.field(
        description="What countries and states prescribe, as far as it is known here; by country.",
        extensions=[requires(Permission.CAMPAIGN_VIEW)],
    )
    async def regulation_packs(self, info: Info) -> list[RegulationPack]:
        return [RegulationPack.of(pack) for pack in packs.all_packs().values()]

    @strawberry.field(
        description="What binds all calls of the account.",
        extensions=[requires(Permission.CAMPAIGN_VIEW)],
    )
    async def dialing_policy(self, info: Info) -> DialingPolicy:
        ctx = info.context
        return DialingPolicy.of(await service.access_policy(ctx.principal, ports=ctx.ports))
