"""Refusals about forecasts."""

import strawberry

from domain.forecasts import errors
from schema.refusals import Refusal, refusal


@refusal(errors.NobodyToForecast)
class NobodyToForecast(Refusal):
    """A variant would be played with nobody to take its calls."""

    variant: str = strawberry.field(description="Its name.")


@refusal(errors.TooManyForecasts)
class TooManyForecasts(Refusal):
    """The account has as many forecasts under way as it may."""

    limit: int = strawberry.field(description="How many that is.")


@refusal(errors.ForecastFinished)
class ForecastFinished(Refusal):
    """The forecast is over already."""

    state: str = strawberry.field(description="How it ended.")
