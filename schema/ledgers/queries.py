"""What can be asked about abandoned calls."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from domain.access.permissions import Permission
from domain.ledgers import figures
from schema.context import Info
from schema.guards import requires
from schema.ledgers.types import AbandonLedger


@strawberry.type
class LedgerQueries:
    @strawberry.field(
        description="A campaign's live answers and abandoned ones, over 24 hours and 30 days.",
        extensions=[requires(Permission.CAMPAIGN_VIEW)],
    )
    async def abandon_ledger(
        self,
        info: Info,
        campaign_id: Annotated[UUID, strawberry.argument(description="The campaign.")],
        at: Annotated[
            datetime | None, strawberry.argument(description="As of when; null: now.")
        ] = None,
        confidence: Annotated[
            float, strawberry.argument(description="Of `upperRate`, 0.5 to 0.9999.")
        ] = figures.USUAL_CONFIDENCE,
    ) -> AbandonLedger:
        ctx = info.context
        found = await figures.ledger_of(
            ctx.principal, campaign_id, at=at or ctx.ports.clock.now(), confidence=confidence
        )
        return AbandonLedger.of(found)
