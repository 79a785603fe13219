"""What is heard about forecasts."""

from uuid import UUID

import msgspec


def forecast_topic(forecast_id: UUID) -> str:
    """Progress of one forecast, at most twice a second and at its end."""
    return f"forecast:{forecast_id}"


class ForecastProgressed(msgspec.Struct, frozen=True, kw_only=True):
    """A forecast knows more. The listener reads it with its own rights."""

    forecast: UUID
