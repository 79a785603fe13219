import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar
from uuid import UUID, uuid4

import pytest
from redis.asyncio import Redis

from domain.adapters.arq_queue import ArqQueue, queue_name
from domain.core.jobs import Job, JobsUnavailable, Lane
from domain.core.settings import Settings
from tests.fakes import FakePorts
from workers.functions import Cron, JobContext, JobFunction
from workers.lanes import REMEMBERED_S, LaneWorker
from workers.launch.valkey import EmbeddedValkey


@dataclass(frozen=True, slots=True)
class CountCalls(Job):
    campaign_id: UUID
    day: str = "today"


@dataclass(frozen=True, slots=True)
class HoldFloor(Job):
    account_id: UUID
    lane: ClassVar[Lane] = Lane.FLOORS


@dataclass
class Desk:
    """What the functions of these tests saw."""

    counted: list[CountCalls] = field(default_factory=list)
    held: list[HoldFloor] = field(default_factory=list)
    let_go: list[HoldFloor] = field(default_factory=list)
    ticks: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def count(self, job: CountCalls, context: JobContext) -> None:
        self.counted.append(job)
        self.changed.set()

    async def hold(self, job: HoldFloor, context: JobContext) -> None:
        self.held.append(job)
        self.changed.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.let_go.append(job)
            self.changed.set()

    async def tick(self, context: JobContext) -> None:
        self.ticks += 1
        self.changed.set()

    async def until(self, done: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not done():
                self.changed.clear()
                await self.changed.wait()


@pytest.fixture
def own_valkey() -> Iterator[EmbeddedValkey]:
    """A Valkey that a test may stop."""
    with tempfile.TemporaryDirectory(prefix="outdial-lanes-") as folder:
        server = EmbeddedValkey(Path(folder))
        server.start()
        yield server
        server.stop()


@asynccontextmanager
async def served(
    redis_url: str, lane: Lane, desk: Desk, folder: Path
) -> AsyncIterator[asyncio.Event]:
    """A lane with the desk's functions, until the block ends or the event is set."""
    stop = asyncio.Event()
    jobs = lane is Lane.JOBS
    worker = LaneWorker(
        lane=lane,
        functions=[
            JobFunction(CountCalls, desk.count) if jobs else JobFunction(HoldFloor, desk.hold)
        ],
        crons=[Cron(desk.tick, every_s=1)] if jobs else [],
        settings=Settings(redis_url=redis_url),
        ports=FakePorts(folder).ports,
        stop=stop,
    )
    serving = asyncio.create_task(worker.serve())
    try:
        yield stop
    finally:
        stop.set()
        await serving


@pytest.fixture
async def queue(redis: Redis, redis_url: str) -> AsyncIterator[ArqQueue]:
    queue = ArqQueue(redis_url)
    yield queue
    await queue.close()


async def test_a_job_arrives_with_its_types(
    queue: ArqQueue, redis_url: str, tmp_path: Path
) -> None:
    desk, job = Desk(), CountCalls(campaign_id=uuid4(), day="monday")
    assert await queue.enqueue(job)
    async with served(redis_url, Lane.JOBS, desk, tmp_path):
        await desk.until(lambda: desk.counted == [job])


async def test_one_id_waits_once_and_may_come_again_after_it_ran(
    queue: ArqQueue, redis: Redis, redis_url: str, tmp_path: Path
) -> None:
    desk, job = Desk(), CountCalls(campaign_id=uuid4())
    assert await queue.enqueue(job, job_id="count")
    assert not await queue.enqueue(job, job_id="count")
    async with served(redis_url, Lane.JOBS, desk, tmp_path):
        await desk.until(lambda: len(desk.counted) == 1)
    assert await queue.enqueue(job, job_id="count")


async def test_a_cron_runs_each_second(redis: Redis, redis_url: str, tmp_path: Path) -> None:
    desk = Desk()
    async with served(redis_url, Lane.JOBS, desk, tmp_path):
        await desk.until(lambda: desk.ticks >= 2)


async def test_what_waits_in_redis_is_not_pickled(queue: ArqQueue, redis: Redis) -> None:
    await queue.enqueue(CountCalls(campaign_id=uuid4()), job_id="count")
    waiting = await redis.get("arq:job:count")
    assert b"CountCalls" in waiting
    assert not waiting.startswith(b"\x80\x04")  # a pickle's first bytes


async def test_a_queue_that_is_away_says_so(tmp_path: Path) -> None:
    queue = ArqQueue(f"unix://{tmp_path}/none.sock")
    with pytest.raises(JobsUnavailable):
        await queue.enqueue(CountCalls(campaign_id=uuid4()))
    await queue.close()


async def test_a_floor_leaves_the_queue_and_lets_go_when_the_worker_stops(
    queue: ArqQueue, redis: Redis, redis_url: str, tmp_path: Path
) -> None:
    desk, job = Desk(), HoldFloor(account_id=uuid4())
    await queue.enqueue(job, job_id="floor:1")
    async with served(redis_url, Lane.FLOORS, desk, tmp_path):
        await desk.until(lambda: desk.held == [job])
        assert await redis.zcard(queue_name(Lane.FLOORS)) == 0
        assert desk.let_go == []
    assert desk.let_go == [job]


async def test_a_floor_whose_worker_was_killed_at_once_may_be_started_again_soon(
    queue: ArqQueue, redis: Redis, redis_url: str, tmp_path: Path
) -> None:
    desk, job = Desk(), HoldFloor(account_id=uuid4())
    await queue.enqueue(job, job_id="floor:one:1")
    async with served(redis_url, Lane.FLOORS, desk, tmp_path):
        await desk.until(lambda: desk.held == [job])

        # All that stands in the way of a second one of that name, should the first never end.
        kept = {key.decode(): await redis.ttl(key) for key in await redis.keys("arq:*floor:one*")}

    assert kept
    assert all(0 <= seconds <= REMEMBERED_S for seconds in kept.values()), kept


async def test_floors_that_come_at_once_are_shared_by_the_workers(
    queue: ArqQueue, redis_url: str, tmp_path: Path
) -> None:
    desks = [Desk(), Desk()]
    jobs: list[HoldFloor] = []

    async def give() -> None:
        jobs.append(HoldFloor(account_id=uuid4()))
        await queue.enqueue(jobs[-1])

    async with (
        served(redis_url, Lane.FLOORS, desks[0], tmp_path),
        served(redis_url, Lane.FLOORS, desks[1], tmp_path),
        asyncio.timeout(60),
    ):
        while not all(desk.held for desk in desks):  # until both look for work
            await give()
            await asyncio.sleep(0.3)
        before = [len(desk.held) for desk in desks]
        for _ in range(40):
            await give()
        while sum(len(desk.held) for desk in desks) < len(jobs):  # noqa: ASYNC110  # two desks
            await asyncio.sleep(0.05)
    held = [job for desk in desks for job in desk.held]
    assert sorted(held, key=str) == sorted(jobs, key=str)
    assert all(len(desk.held) > count for desk, count in zip(desks, before, strict=True))


async def test_a_worker_goes_on_with_jobs_after_redis_was_away(
    own_valkey: EmbeddedValkey, tmp_path: Path
) -> None:
    desk, jobs = Desk(), [CountCalls(campaign_id=uuid4()) for _ in range(2)]
    queue = ArqQueue(own_valkey.url)
    async with served(own_valkey.url, Lane.JOBS, desk, tmp_path):
        await queue.enqueue(jobs[0])
        await desk.until(lambda: desk.counted == jobs[:1])
        own_valkey.stop()
        with pytest.raises(JobsUnavailable):
            await queue.enqueue(jobs[1])
        own_valkey.start()
        await queue.enqueue(jobs[1])
        await desk.until(lambda: desk.counted == jobs)
    await queue.close()


async def test_a_floor_lets_go_when_redis_is_lost_and_is_held_again(
    own_valkey: EmbeddedValkey, tmp_path: Path
) -> None:
    desk = Desk()
    first, second = HoldFloor(account_id=uuid4()), HoldFloor(account_id=uuid4())
    queue = ArqQueue(own_valkey.url)
    async with served(own_valkey.url, Lane.FLOORS, desk, tmp_path):
        await queue.enqueue(first)
        await desk.until(lambda: desk.held == [first])
        own_valkey.stop()
        await desk.until(lambda: desk.let_go == [first])
        own_valkey.start()
        await queue.enqueue(second)
        await desk.until(lambda: desk.held == [first, second])
    await queue.close()
