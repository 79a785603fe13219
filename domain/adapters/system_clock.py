"""The machine's clock, and the same clock run faster for simulations."""

import asyncio
import time
from datetime import UTC, datetime, timedelta


class SystemClock:
    """Wall time and monotonic time of this machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)  # lint: allow clock, because this is the clock

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class FastClock:
    """A clock that runs `speed` times as fast as the machine's, from the instant of its making."""

    def __init__(self, speed: float, *, start: datetime | None = None) -> None:
        self.speed = speed
        self._zero = time.monotonic()
        self._start = start or datetime.now(UTC)  # lint: allow clock, because this is a clock

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return (time.monotonic() - self._zero) * self.speed

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self.speed)
