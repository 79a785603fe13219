"""What can be asked about forecasts."""

from typing import Annotated
from uuid import UUID

import strawberry

from domain.access.permissions import Permission
from domain.core.pages import PageRequest, page_of
from domain.forecasts import service
from schema.connections import After, Connection, First, connection_of
from schema.context import Info
from schema.forecasts.types import Forecast
from schema.guards import requires


@strawberry.type
class ForecastQueries:
    @strawberry.field(description="One forecast.", extensions=[requires(Permission.CAMPAIGN_VIEW)])
    async def forecast(
        self, info: Info, id: Annotated[UUID, strawberry.argument(description="The forecast.")]
    ) -> Forecast:
        return Forecast.of(await service.access_forecast(info.context.principal, id))

    @strawberry.field(
        description="Forecasts of a campaign, newest first; each is kept for 90 days.",
        extensions=[requires(Permission.CAMPAIGN_VIEW)],
    )
    async def forecasts(
        self,
        info: Info,
        campaign_id: Annotated[UUID, strawberry.argument(description="The campaign.")],
        first: First = 50,
        after: After = None,
    ) -> Connection[Forecast]:
        found = await service.visible_forecasts(info.context.principal, campaign_id)
        page = await page_of(found, service.NEWEST_FIRST, PageRequest(first, after))
        return connection_of(page, Forecast.of, count=found.count)
