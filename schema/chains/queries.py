"""What can be asked about campaigns that work together."""

from typing import Annotated
from uuid import UUID

import strawberry

from domain.access.permissions import Permission
from domain.chains import sources
from domain.chains.rules import DrawResult
from domain.core.pages import PageRequest, page_of
from schema.chains.types import TargetDraw
from schema.connections import After, Connection, First, connection_of
from schema.context import Info
from schema.guards import requires


@strawberry.type
class ChainQueries:
    @strawberry.field(
        description="What became of the finished targets that a campaign was to draw from "
        "another, the earliest first.",
        extensions=[requires(Permission.TARGET_VIEW)],
    )
    async def target_draws(
        self,
        info: Info,
        source_id: Annotated[
            UUID, strawberry.argument(description="The link between the two: a CampaignSource.")
        ],
        results: Annotated[
            list[DrawResult] | None, strawberry.argument(description="Only these; null: all.")
        ] = None,
        first: First = 50,
        after: After = None,
    ) -> Connection[TargetDraw]:
        principal = info.context.principal
        found = await sources.visible_draws(principal, source_id, results=results or ())
        page = await page_of(found, ("id",), PageRequest(first, after))
        return connection_of(page, TargetDraw.of, count=found.count)
