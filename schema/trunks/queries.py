"""What can be asked about trunks."""

import strawberry

from domain.access.permissions import Permission
from domain.core.pages import PageRequest, page_of
from domain.trunks import service
from schema.connections import After, Connection, First, connection_of
from schema.context import Info
from schema.guards import requires
from schema.trunks.types import Trunk


@strawberry.type
class TrunkQueries:
    @strawberry.field(
        description="Trunks in the order in which campaigns try them that name none.",
        extensions=[requires(Permission.CAMPAIGN_VIEW)],
    )
    async def trunks(self, info: Info, first: First = 50, after: After = None) -> Connection[Trunk]:
        query = service.visible_trunks(info.context.principal)
        page = await page_of(query, service.IN_ORDER, PageRequest(first, after))
        return connection_of(page, Trunk.of, count=query.count)
