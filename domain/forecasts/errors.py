"""Why a forecast is refused.

DomainError
├── NobodyToForecast   the campaign has no agents, and none were given
├── TooManyForecasts   the account has as many under way as it may
└── ForecastFinished   it is over, so it can't be canceled
"""

from uuid import UUID

from domain.core.errors import DomainError


class NobodyToForecast(DomainError):
    """A variant would be played with nobody to take its calls."""

    code = "NOBODY_TO_FORECAST"

    def __init__(self, variant: str, *, team: str) -> None:
        super().__init__(
            f"No forecast was started: nobody is {team} for the variant {variant!r}. "
            "Give it a number of agents (or ports), or assign agents first."
        )
        self.variant = variant


class TooManyForecasts(DomainError):
    """The account has as many forecasts under way as it may."""

    code = "TOO_MANY_FORECASTS"

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"No forecast was started: {limit} are under way already. "
            "Wait until one is done, or cancel one."
        )
        self.limit = limit


class ForecastFinished(DomainError):
    """The forecast is over already."""

    code = "FORECAST_FINISHED"

    def __init__(self, forecast_id: UUID, state: str) -> None:
        super().__init__(
            f"Forecast {forecast_id} was not canceled: it is {state} already. "
            "Start another one if you want to know more."
        )
        self.forecast_id = forecast_id
        self.state = state
