"""What can be followed about forecasts."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated
from uuid import UUID

import strawberry

from domain.access.permissions import Permission
from domain.forecasts import service
from domain.forecasts.events import forecast_topic
from schema.context import Info
from schema.following import follow
from schema.forecasts.types import Forecast
from schema.guards import requires
from schema.sharing import Share, shared


@strawberry.type
class ForecastSubscriptions:
    @strawberry.subscription(
        description="A forecast as it is: now, then at most twice a second, until it is over.",
        extensions=[requires(Permission.CAMPAIGN_VIEW), shared(Share.LATEST)],
    )
    async def forecast_progress(
        self, info: Info, id: Annotated[UUID, strawberry.argument(description="The forecast.")]
    ) -> AsyncGenerator[Forecast, None]:
        ctx = info.context
        following = follow(
            ctx.ports.bus,
            forecast_topic(id),
            read=lambda: service.access_forecast(ctx.principal, id),
            is_over=lambda row: row.state not in service.UNDER_WAY,
        )
        async with aclosing(following) as news:
            async for row in news:
                yield Forecast.of(row)
