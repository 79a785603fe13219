"""Stand-ins for what use cases are handed, with a memory that tests can ask.

They are the ports of `domain/core/ports.py` in memory: what was published is really heard, what
was asked of a floor is really answered. `FakePorts.assert_untouched` says that nothing left
the process.
"""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from domain.core.bus import Delivery, Notice, Signal
from domain.core.errors import DomainError, Unavailable
from domain.core.files import FileTooLarge
from domain.core.floors import FloorCommand
from domain.core.jobs import Job
from domain.core.ports import Ports


class FixedClock:
    """A clock that stands still until it is moved; `sleep` moves it."""

    def __init__(self, now: str = "2026-03-02T10:00:00+00:00") -> None:
        self._now = datetime.fromisoformat(now).astimezone(UTC)
        self._monotonic = 1000.0

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    async def sleep(self, seconds: float) -> None:
        self.advance(seconds)
        await asyncio.sleep(0)

    def advance(self, seconds: float) -> datetime:
        self._now += timedelta(seconds=seconds)
        self._monotonic += seconds
        return self._now


class HeardListener:
    """What a fake bus hands to one who listens."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Delivery] = asyncio.Queue()

    def hear(self, delivery: Delivery) -> None:
        self._queue.put_nowait(delivery)

    async def _follow(self) -> AsyncIterator[Delivery]:
        while True:
            yield await self._queue.get()

    def __aiter__(self) -> AsyncIterator[Delivery]:
        return self._follow()


class RecordingBus:
    """A bus in memory. `published` is everything ever published, in order.

    `forget_kept(topic)` makes older cursors of a kept topic too old. `away` makes it unavailable.
    """

    def __init__(self) -> None:
        self.published: list[Notice] = []
        self.remembered: dict[str, bytes] = {}
        self.away = False
        self._kept: dict[str, list[tuple[int, bytes]]] = {}
        self._newest: dict[str, int] = {}
        self._listeners: dict[str, list[HeardListener]] = {}

    @property
    def topics(self) -> list[str]:
        return [notice.topic for notice in self.published]

    def payloads(self, topic: str) -> list[bytes]:
        return [notice.payload for notice in self.published if notice.topic == topic]

    @property
    def listeners(self) -> int:
        """How many listen now."""
        return sum(len(listeners) for listeners in self._listeners.values())

    def _check(self) -> None:
        if self.away:
            raise Unavailable("the bus is away")

    async def publish(self, notices: Sequence[Notice]) -> None:
        self._check()
        for notice in notices:
            self.published.append(notice)
            cursor = None
            if notice.kept:
                number = self._newest.get(notice.topic, 0) + 1
                self._newest[notice.topic] = number
                self._kept.setdefault(notice.topic, []).append((number, notice.payload))
                cursor = f"fa4e:{number}"
            for listener in self._listeners.get(notice.topic, []):
                listener.hear(Delivery(Signal.MESSAGE, notice.topic, notice.payload, cursor))

    @asynccontextmanager
    async def listen(self, *topics: str) -> AsyncIterator[HeardListener]:
        self._check()
        listener = HeardListener()
        for topic in topics:
            self._listeners.setdefault(topic, []).append(listener)
        try:
            yield listener
        finally:
            for topic in topics:
                self._listeners[topic].remove(listener)

    @asynccontextmanager
    async def resume(self, topic: str, *, after: str | None) -> AsyncIterator[HeardListener]:
        async with self.listen(topic) as listener:
            if after is not None:
                text = after.rpartition(":")[2].partition("-")[0]
                number = int(text) if text.isdecimal() else -1
                kept = self._kept.get(topic, [])
                oldest = kept[0][0] if kept else self._newest.get(topic, 0) + 1
                if number < 0 or number + 1 < oldest or number > self._newest.get(topic, 0):
                    listener.hear(Delivery(Signal.GAP, topic))
                else:
                    for n, payload in kept:
                        if n > number:
                            listener.hear(Delivery(Signal.MESSAGE, topic, payload, f"fa4e:{n}"))
            yield listener

    async def cursor(self, topic: str) -> str:
        self._check()
        return f"fa4e:{self._newest.get(topic, 0)}"

    async def newest(self, topic: str, count: int) -> list[bytes]:
        self._check()
        return [payload for _, payload in reversed(self._kept.get(topic, []))][:count]

    async def remember(self, key: str, payload: bytes, *, seconds: float) -> None:
        self._check()
        self.remembered[key] = payload

    async def recall(self, key: str) -> bytes | None:
        self._check()
        return self.remembered.get(key)

    def forget_kept(self, topic: str) -> None:
        self._kept.pop(topic, None)

    def resync(self, topic: str) -> None:
        """Tell those who listen that messages may be lost."""
        for listener in self._listeners.get(topic, []):
            listener.hear(Delivery(Signal.RESYNC, topic))


class FakeFloors:
    """A door to floors that answers at once. `asked` and `told` remember (account, command).

    `answers[type]` is what a command is answered with: a dict, an error to raise, or a function
    of the command. Without one the answer is `{}`.
    """

    def __init__(self) -> None:
        self.asked: list[tuple[UUID, FloorCommand]] = []
        self.told: list[tuple[UUID, FloorCommand]] = []
        self.answers: dict[type[FloorCommand], Any] = {}
        self.error: DomainError | Unavailable | None = None  # raised for every command

    @property
    def commands(self) -> list[FloorCommand]:
        return [command for _, command in self.asked]

    async def ask(
        self, account_id: UUID, command: FloorCommand, *, timeout_s: float = 5.0
    ) -> dict[str, Any]:
        self.asked.append((account_id, command))
        if self.error is not None:
            raise self.error
        answer = self.answers.get(type(command), {})
        if isinstance(answer, Exception):
            raise answer
        result: dict[str, Any] = answer(command) if callable(answer) else answer
        return result

    async def tell(self, account_id: UUID, command: FloorCommand) -> None:
        self.told.append((account_id, command))


class RecordingJobs:
    """A queue that only remembers. An id that is waiting is refused, as arq does."""

    def __init__(self) -> None:
        self.enqueued: list[Job] = []
        self.ids: set[str] = set()
        self.away = False

    async def enqueue(self, job: Job, *, job_id: str | None = None, defer_s: float = 0.0) -> bool:
        if self.away:
            raise Unavailable("the queue is away")
        if job_id is not None:
            if job_id in self.ids:
                return False
            self.ids.add(job_id)
        self.enqueued.append(job)
        return True


class FakeThrottle:
    """A throttle in memory, on the test's clock."""

    def __init__(self, clock: FixedClock) -> None:
        self.clock = clock
        self.counts: dict[str, int] = {}
        self._ends: dict[str, float] = {}

    async def take(self, key: str, *, limit: int, window_s: float) -> float:
        now = self.clock.monotonic()
        if self._ends.get(key, now) <= now:
            self.counts[key] = 0
        if self.counts[key] >= limit:
            return self._ends[key] - now
        if self.counts[key] == 0:
            self._ends[key] = now + window_s
        self.counts[key] += 1
        return 0.0

    async def give_back(self, key: str) -> None:
        self.counts[key] -= 1


class FolderFiles:
    """Files in a folder of the test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def save(self, name: str, chunks: AsyncIterable[bytes], *, limit: int) -> int:
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        written = bytearray()
        async for chunk in chunks:
            written += chunk
            if len(written) > limit:
                raise FileTooLarge(limit)
        path.write_bytes(written)
        return len(written)

    def path(self, name: str) -> Path:
        return self.folder / name

    async def read(self, name: str) -> AsyncIterator[bytes]:
        yield self.path(name).read_bytes()

    async def delete(self, name: str) -> None:
        self.path(name).unlink(missing_ok=True)


class FakePorts:
    """The fakes under their own types, and as the one value that use cases take."""

    def __init__(self, folder: Path, *, now: str = "2026-03-02T10:00:00+00:00") -> None:
        self.clock = FixedClock(now)
        self.bus = RecordingBus()
        self.jobs = RecordingJobs()
        self.floors = FakeFloors()
        self.files = FolderFiles(folder)
        self.throttle = FakeThrottle(self.clock)
        self.ports = Ports(
            clock=self.clock,
            bus=self.bus,
            jobs=self.jobs,
            floors=self.floors,
            files=self.files,
        )

    def assert_untouched(self) -> None:
        """Nothing was published, enqueued, asked of a floor or stored."""
        assert self.bus.published == []
        assert self.jobs.enqueued == []
        assert (self.floors.asked, self.floors.told) == ([], [])
        assert not self.files.folder.exists() or list(self.files.folder.rglob("*")) == []

    def forget(self) -> None:
        """Forget what happened so far, so that a test asserts on what follows."""
        self.bus.published.clear()
        self.jobs.enqueued.clear()
        self.floors.asked.clear()
        self.floors.told.clear()
