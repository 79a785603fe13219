"""What will happen, in order of time: a heap of timers over an injected clock."""

import asyncio
import heapq
import logging
from collections.abc import Callable

from domain.core.clock import Clock

logger = logging.getLogger(__name__)

IDLE_S = 3600.0
CLOCK_SET_S = 0.005  # a larger jump between the two readings of a clock means that it was set


class Timer:
    """Something that will happen, unless cancelled."""

    __slots__ = ("args", "call", "due")

    def __init__(self, due: float, call: Callable[..., None], args: tuple[object, ...]) -> None:
        self.due = due
        self.call: Callable[..., None] | None = call
        self.args = args

    def cancel(self) -> None:
        """Let it not happen. Cancelling twice, or after it happened, changes nothing."""
        self.call = None
        self.args = ()


class Timeline:
    """Runs timers in order of their due time.

    While a timer runs, `now` is the instant at which it was due, however late the machine was; so
    what it sets up next, and every event's `at`, depend on the commands and the seed alone.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._heap: list[tuple[float, int, Timer]] = []
        self._count = 0
        self._nap: asyncio.Task[None] | None = None
        self._nap_until = 0.0
        self._offset = clock.now().timestamp() - clock.monotonic()
        self._catching_up = False
        self.now = clock.monotonic()

    def after(self, delay_s: float, call: Callable[..., None], *args: object) -> Timer:
        """Let `call(*args)` happen that many seconds after `now`."""
        due = self.now + delay_s
        timer = Timer(due, call, args)
        self._count += 1
        heapq.heappush(self._heap, (due, self._count, timer))
        if self._nap is not None and due < self._nap_until:
            self._nap.cancel()
        return timer

    def unix(self) -> float:
        """`now` in Unix seconds."""
        return self.now + self._offset

    def next_due(self) -> float | None:
        """When the next timer is due, on the clock's monotonic scale; None without timers."""
        heap = self._heap
        while heap and heap[0][2].call is None:
            heapq.heappop(heap)
        return heap[0][0] if heap else None

    def catch_up(self) -> None:
        """Run everything that is due by now. From within a timer it does nothing."""
        if self._catching_up:
            return
        self._catching_up = True
        try:
            self._run_due()
        finally:
            self._catching_up = False

    def _run_due(self) -> None:
        until = self._clock.monotonic()
        offset = self._clock.now().timestamp() - until
        if abs(offset - self._offset) > CLOCK_SET_S:
            self._offset = offset
        heap = self._heap
        while heap and heap[0][0] <= until:
            due, _, timer = heapq.heappop(heap)
            call, args = timer.call, timer.args
            if call is not None:
                timer.cancel()
                self.now = due
                call(*args)
        self.now = max(self.now, until)

    def clear(self) -> None:
        """Forget all timers."""
        self._heap.clear()

    async def run(self) -> None:
        """Run timers when they are due, until cancelled."""
        while True:
            try:
                self.catch_up()
            except Exception:
                # The timer at fault is gone; the others must not wait for ever because of it.
                logger.exception("something that was due was not done")
                continue
            due = self.next_due()
            wait_s = IDLE_S if due is None else max(0.0, due - self._clock.monotonic())
            self._nap_until = self.now + wait_s
            self._nap = asyncio.ensure_future(self._clock.sleep(wait_s))
            try:
                # Unlike awaiting it, this does not raise when an earlier timer cuts the nap short.
                await asyncio.wait((self._nap,))
            finally:
                self._nap.cancel()
                self._nap = None
