"""The job of one forecast, and the cron that tends to them."""

from datetime import timedelta

from domain.forecasts import run
from domain.forecasts.jobs import PlayForecast
from workers.functions import Cron, JobContext, JobFunction


async def play_forecast(job: PlayForecast, context: JobContext) -> None:
    """Play a forecast. Runs at least once; the use case bears repetition."""
    await run.run_forecast(job.forecast, ports=context.ports)


async def tend_forecasts(context: JobContext) -> None:
    """Start forecasts again that nobody plays; forget old ones."""
    await run.tend_forecasts(ports=context.ports)


PLAY_FORECAST = JobFunction(PlayForecast, play_forecast, timeout=timedelta(minutes=30))
TEND_FORECASTS = Cron(tend_forecasts, every_s=30)
