"""Time for a simulated carrier that hurries while the rest of the world does not."""

import asyncio
from datetime import datetime

from domain.core.clock import Clock


class HurriedClock:
    """Durations pass `speed` times as fast, instants stay those of the other clock.

    So a floor in real time and a hurried carrier agree on `not_after` and on when things happened.
    """

    def __init__(self, speed: float, clock: Clock) -> None:
        self.speed = speed
        self._clock = clock

    def now(self) -> datetime:
        return self._clock.now()

    def monotonic(self) -> float:
        return self._clock.monotonic() * self.speed

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self.speed)
