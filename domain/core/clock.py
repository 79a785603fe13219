"""Time as a parameter. Only `domain/adapters/system_clock.py` reads the machine's clock."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Where the time comes from. A simulated clock may run faster than the wall."""

    def now(self) -> datetime:
        """The instant, in UTC with tzinfo."""

    def monotonic(self) -> float:
        """Seconds that never go back; the zero is arbitrary."""

    async def sleep(self, seconds: float) -> None:
        """Wait that many seconds of this clock."""
