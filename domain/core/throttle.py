"""Counting tries, so that guessing is slow. The count is shared by all processes."""

from typing import Protocol


class Throttle(Protocol):
    """Counters that forget. Keys name ids or digests, never a person.

    Raises Unavailable when the counters can't be reached: guessing never gets free.
    """

    async def take(self, key: str, *, limit: int, window_s: float) -> float:
        """Count one try. Returns 0, or the seconds to wait if there were `limit` in the window.

        The window begins with its first try. A try that has to wait is not counted.
        """

    async def give_back(self, key: str) -> None:
        """Uncount one try that turned out well."""
