"""What can be asked about do-not-call lists."""

from typing import Annotated
from uuid import UUID

import strawberry

from domain.access.permissions import Permission
from domain.core.pages import PageRequest, page_of
from domain.suppression import service
from schema.connections import After, Connection, First, connection_of
from schema.context import Info
from schema.guards import requires
from schema.scalars import PhoneNumber
from schema.suppression.types import Suppression


@strawberry.type
class SuppressionQueries:
    @strawberry.field(
        description="Numbers that are not called, newest entry first.",
        extensions=[requires(Permission.TARGET_VIEW)],
    )
    async def suppressions(
        self,
        info: Info,
        campaign_id: Annotated[
            UUID | None,
            strawberry.argument(description="Of this campaign's own list; null: of all lists."),
        ] = None,
        number: Annotated[
            PhoneNumber | None, strawberry.argument(description="Only the entry of this number.")
        ] = None,
        first: First = 50,
        after: After = None,
    ) -> Connection[Suppression]:
        found = await service.visible_suppressions(
            info.context.principal, campaign_id=campaign_id, number=number
        )
        page = await page_of(found, service.NEWEST_FIRST, PageRequest(first, after))
        return connection_of(page, Suppression.of, count=found.count)
