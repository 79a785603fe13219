"""What can be asked about numbers."""

import strawberry

from domain.access.permissions import Permission
from domain.core.pages import PageRequest, page_of
from domain.numbers import service
from schema.connections import After, Connection, First, connection_of
from schema.context import Info
from schema.guards import requires
from schema.numbers.types import InboundNumber


@strawberry.type
class NumberQueries:
    @strawberry.field(
        description="The account's own numbers.",
        extensions=[requires(Permission.CAMPAIGN_VIEW)],
    )
    async def inbound_numbers(
        self, info: Info, first: First = 50, after: After = None
    ) -> Connection[InboundNumber]:
        query = service.visible_numbers(info.context.principal)
        page = await page_of(query, service.IN_ORDER, PageRequest(first, after))
        return connection_of(page, InboundNumber.of, count=query.count)
