"""One lane of a worker process: an arq worker that is made anew whenever Redis went away."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from logging import getLogger
from typing import Any

import msgspec
from arq import cron, func
from arq.constants import job_key_prefix, retry_key_prefix
from arq.cron import CronJob
from arq.worker import Function, Worker
from redis.exceptions import RedisError

from domain.adapters.arq_queue import arq_redis, decode, encode, queue_name
from domain.core.backoff import Backoff
from domain.core.jobs import Lane
from domain.core.ports import Ports
from domain.core.settings import Settings
from workers.functions import AnyFunction, Cron, JobContext

logger = getLogger(__name__)

# How long cancelled jobs may take to put down what they hold. With the longest `finish_s` it is
# less than what `outdial up` waits before it kills.
SETTLE_S = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneRules:
    """How one lane is run."""

    poll_s: float
    at_once: int
    picked_per_poll: int  # few, where workers should share what comes at once
    finish_s: float  # how long jobs may go on after a stop is asked for
    # arq looks at every job of the queue in every poll, also at those that run for days; and one
    # whose worker was killed would wait for its time limit. A floor is started again by the cron.
    leaves_queue_when_started: bool


REMEMBERED_S = 30  # what arq knows of a job that has left its queue

RULES = {
    Lane.JOBS: LaneRules(
        poll_s=0.03,
        at_once=20,
        picked_per_poll=100,
        finish_s=10.0,
        leaves_queue_when_started=False,
    ),
    Lane.FLOORS: LaneRules(
        poll_s=0.25,
        at_once=1000,
        picked_per_poll=8,
        finish_s=0.0,
        leaves_queue_when_started=True,
    ),
}


@dataclass(slots=True, kw_only=True)
class LaneWorker:
    """Serves one lane until told to stop."""

    lane: Lane
    functions: Sequence[AnyFunction]
    crons: Sequence[Cron]
    settings: Settings
    ports: Ports
    stop: asyncio.Event
    _backoff: Backoff = field(default_factory=Backoff)
    _lost_at: float | None = None

    async def serve(self) -> None:
        """Run until `stop`. A lane with nothing to do only waits.

        When Redis goes away, what runs is cancelled: its queue entry may be gone, and then
        another worker starts the same work again.
        """
        if not self.functions and not self.crons:
            await self.stop.wait()
        while not self.stop.is_set():
            worker = self._worker()
            main = asyncio.create_task(worker.async_run(), name=f"arq {self.lane}")
            stopping = asyncio.create_task(self.stop.wait())
            await asyncio.wait({main, stopping}, return_when=asyncio.FIRST_COMPLETED)
            stopping.cancel()
            await self._put_down(worker, main)
            if not self.stop.is_set():
                self._note_loss(main)
                await self._pause(self._backoff.failed())

    def _worker(self) -> Worker:
        assert self.settings.redis_url is not None  # checked when the process started
        rules = RULES[self.lane]
        worker = Worker(
            functions=[self._arq_function(each) for each in self.functions],
            cron_jobs=[self._arq_cron(each) for each in self.crons],
            queue_name=queue_name(self.lane),
            redis_pool=arq_redis(self.settings.redis_url, self.lane),
            handle_signals=False,
            on_startup=self._note_start,
            on_job_start=_leave_queue if rules.leaves_queue_when_started else None,
            max_jobs=rules.at_once,
            poll_delay=rules.poll_s,
            queue_read_limit=rules.picked_per_poll,
            keep_result=0,
            job_serializer=encode,
            job_deserializer=decode,
            ctx={"lane": self.lane},
        )
        if rules.leaves_queue_when_started:
            # The mark "in progress" has done its work then. arq would keep it for the longest time
            # limit, and one whose worker was killed in between would stand before the others.
            worker.in_progress_timeout_s = REMEMBERED_S
        return worker

    def _arq_function(self, function: AnyFunction) -> Function:
        async def run(ctx: dict[str, Any], content: dict[str, Any]) -> None:
            await function.run(msgspec.convert(content, function.job), self._context(ctx))

        return func(
            run,
            name=function.job.__name__,
            timeout=function.timeout,
            max_tries=function.tries,
            keep_result=0,
        )

    def _arq_cron(self, each: Cron) -> CronJob:
        async def run(ctx: dict[str, Any]) -> None:
            await each.run(self._context(ctx))

        return cron(
            run,
            name=each.name,
            second=set(range(0, 60, each.every_s)),
            timeout=each.timeout,
        )

    def _context(self, ctx: dict[str, Any]) -> JobContext:
        return JobContext(
            settings=self.settings,
            ports=self.ports,
            redis=ctx["redis"],
            job_id=ctx["job_id"],
            job_try=ctx["job_try"],
        )

    async def _put_down(self, worker: Worker, main: "asyncio.Task[None]") -> None:
        # Not worker.close(): it cancels a job while that is being recorded, and then raises.
        rules = RULES[self.lane]
        worker.allow_pick_jobs = False
        if not main.done():
            # A job that is being picked up just now must not stay marked as begun by nobody.
            await asyncio.sleep(2 * rules.poll_s)
            await _until_idle(worker, rules.finish_s)
        main.cancel()
        await asyncio.gather(main, return_exceptions=True)
        for job in list(worker.job_tasks.values()):
            job.cancel()
        await _until_idle(worker, SETTLE_S)
        await worker.pool.aclose(close_connection_pool=True)

    async def _note_start(self, ctx: dict[str, Any]) -> None:
        if self._lost_at is not None:
            away_s = time.monotonic() - self._lost_at
            logger.info("%s: Redis is back after %.1f s", self.lane, away_s)
        self._lost_at = None
        self._backoff.succeeded()

    def _note_loss(self, main: "asyncio.Task[None]") -> None:
        error = None if main.cancelled() else main.exception()
        if not isinstance(error, RedisError | OSError):
            logger.error("%s: the worker failed and starts again", self.lane, exc_info=error)
        elif self._lost_at is None:
            logger.warning("%s: Redis is lost, trying again", self.lane)
        if self._lost_at is None:
            self._lost_at = time.monotonic()

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self.stop.wait(), seconds)
        except TimeoutError:
            pass


async def _leave_queue(ctx: dict[str, Any]) -> None:
    await ctx["redis"].zrem(queue_name(ctx["lane"]), ctx["job_id"])
    # arq takes no second job of a name whose definition it keeps, and that is a day. A worker that
    # is killed before its floor has a new epoch would leave the account without one for so long.
    for prefix in (job_key_prefix, retry_key_prefix):
        await ctx["redis"].expire(prefix + ctx["job_id"], REMEMBERED_S)


async def _until_idle(worker: Worker, limit_s: float) -> None:
    """Wait for the jobs that run; how they ended was already said in the log."""
    if running := [*worker.tasks.values()]:
        done, _ = await asyncio.wait(running, timeout=limit_s)
        await asyncio.gather(*done, return_exceptions=True)
