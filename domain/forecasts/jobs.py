"""Forecasts that outlive a request."""

from dataclasses import dataclass
from uuid import UUID

from domain.core.jobs import Job


@dataclass(frozen=True)
class PlayForecast(Job):
    """Play a forecast's runs and keep the answer."""

    forecast: UUID
