"""What can be followed about forecasts."""

from collections.abc import AsyncGenerator
from typing import Annotated
from uuid import UUID

import strawberry

from domain.access.permissions import Permission
from domain.forecasts import service
from domain.forecasts.events import forecast_topic
from schema.context import Info
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
        # Listen first, then read: what is said between the two must not be lost.
        async with ctx.ports.bus.listen(forecast_topic(id)) as heard:
            row = await service.access_forecast(ctx.principal, id)
            yield Forecast.of(row)
            if row.state not in service.UNDER_WAY:
                return
            async for _ in heard:
                row = await service.access_forecast(ctx.principal, id)
                yield Forecast.of(row)
                if row.state not in service.UNDER_WAY:
                    return
