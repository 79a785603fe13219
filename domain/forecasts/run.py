"""Playing a forecast: the campaign is read, a process plays, the row learns what it said."""

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta
from logging import getLogger
from uuid import UUID

from domain.core import claims
from domain.core.claims import Claim, ClaimLost
from domain.core.ports import Ports
from domain.core.unit_of_work import unit_of_work
from domain.forecasts.child import Order
from domain.forecasts.history import known_of
from domain.forecasts.jobs import PlayForecast
from domain.forecasts.models import Forecast, ForecastState
from domain.forecasts.players import PlayerCrashed, playing
from domain.forecasts.rules import Answer, assumed, plan_of
from domain.forecasts.service import notice_of, plain, variants_of

logger = getLogger(__name__)

STARTS = 3  # each begins anew, so each may cost all of it
SAID_EVERY_S = 0.5
BEAT_S = 2.0  # also how soon a canceled forecast is played no further
KEPT = timedelta(days=90)


@dataclass(slots=True)
class _Run:
    row: Forecast
    claim: Claim[Forecast]
    ports: Ports
    answers: list[Answer]
    said_at: float = float("-inf")

    async def save(self) -> None:
        """Write what is known and say so. Raises ClaimLost."""
        written = await self.claim.held().update(
            answers=plain(self.answers),
            runs_done=self.row.runs_done,
            heartbeat_at=self.ports.clock.now(),
        )
        if not written:
            raise ClaimLost
        await self.ports.bus.publish([notice_of(self.row.id)])


async def run_forecast(id: UUID, *, ports: Ports) -> None:
    """Play a forecast to its end. May run any number of times; only the newest claim counts."""
    run = await _claim(id, ports)
    if run is None:
        return
    beating = asyncio.create_task(_beat(run))
    playing_it = asyncio.create_task(_play(run))
    try:
        await asyncio.wait({beating, playing_it}, return_when=asyncio.FIRST_COMPLETED)
        if not playing_it.done():  # it is somebody else's, or nobody's
            return
        playing_it.result()
    except ClaimLost:
        return
    except PlayerCrashed as crash:
        logger.error("forecast %s: %s", id, crash)
        await _end(run, ForecastState.FAILED, failure="It could not be played. Try again.")
    except BaseException:
        await run.claim.let_go()
        raise
    else:
        await _end(run, ForecastState.DONE)
    finally:
        for task in (beating, playing_it):
            task.cancel()
        await asyncio.gather(beating, playing_it, return_exceptions=True)


async def _claim(id: UUID, ports: Ports) -> _Run | None:
    claim = await claims.take(Forecast, id, now=ports.clock.now(), starts=STARTS)
    if claim is None:
        return None
    claim.row.runs_done = 0  # it begins anew
    run = _Run(claim.row, claim, ports, [])
    if claim.is_vain:
        await _end(run, ForecastState.FAILED, failure="It could not be played. Tell the operator.")
        return None
    return run


async def _play(run: _Run) -> None:
    row, clock = run.row, run.ports.clock
    variants = variants_of(row)
    await row.fetch_related("campaign")
    known = await known_of(row.campaign, now=clock.now())
    run.answers = [
        Answer(each.name, each.mode or known.mode, list(assumed(each, known).values()))
        for each in variants
    ]
    order = Order([plan_of(each, known) for each in variants], row.runs, row.seed)
    await run.save()
    async with playing(order) as runs:
        async for played in runs:
            run.row.runs_done += 1
            run.answers[played.variant] = replace(
                run.answers[played.variant], forecast=played.forecast
            )
            if clock.monotonic() - run.said_at >= SAID_EVERY_S:
                run.said_at = clock.monotonic()
                await run.save()


async def _beat(run: _Run) -> None:
    """Say that this run lives; ends when it is not ours any more."""
    while True:
        if not await run.claim.held().update(heartbeat_at=run.ports.clock.now()):
            return
        await asyncio.sleep(BEAT_S)


async def _end(run: _Run, state: ForecastState, *, failure: str | None = None) -> None:
    async with unit_of_work(run.ports) as work:
        mine = run.claim.held(work.connection)
        if await mine.update(
            state=state,
            failure=failure,
            answers=plain(run.answers),
            runs_done=run.row.runs_done,
            finished_at=run.ports.clock.now(),
            runner=None,
        ):
            work.publish(notice_of(run.row.id))


async def tend_forecasts(*, ports: Ports) -> None:
    """Enqueue forecasts that nobody plays, and forget those of three months ago."""
    await claims.enqueue_orphans(Forecast, PlayForecast, ports=ports)
    await Forecast.filter(finished_at__lt=ports.clock.now() - KEPT).delete()
