"""What can be asked about decisions of the past."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from domain.access.permissions import Permission
from domain.replays import service
from schema.context import Info
from schema.guards import requires
from schema.replays.types import PacingReplay


@strawberry.type
class ReplayQueries:
    @strawberry.field(
        description="Why so many calls then: a campaign's decisions around an instant, decided "
        "again from what its pacer saw. Kept for a day, or as the operator set. Campaigns that "
        "dial one call for each agent have no pacer and no decisions.",
        extensions=[requires(Permission.MONITOR_VIEW)],
    )
    async def pacing_decisions(
        self,
        info: Info,
        campaign_id: Annotated[UUID, strawberry.argument(description="The campaign.")],
        at: Annotated[datetime, strawberry.argument(description="The instant.")],
        seconds: Annotated[
            float, strawberry.argument(description="Before and after it, at most 60.")
        ] = 5.0,
    ) -> PacingReplay:
        found = await service.decisions_around(
            info.context.principal, campaign_id, at=at, seconds=seconds
        )
        return PacingReplay.of(found)
