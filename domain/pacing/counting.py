"""Live answers and abandoned ones of a measuring window, counted as they come.

Instants are Unix seconds. A rolling window goes by whole minutes, so it holds up to one minute more
than it says; successive periods start anew at their exact instant.
"""

from collections import deque
from collections.abc import Iterable

MINUTE = 60


class RollingCount:
    """The last `seconds` before each instant."""

    def __init__(self, seconds: int, minutes: Iterable[tuple[int, int, int]] = ()) -> None:
        self._span = seconds // MINUTE
        self._minutes = deque([minute, live, lost] for minute, live, lost in minutes)
        self._live = sum(row[1] for row in self._minutes)
        self._lost = sum(row[2] for row in self._minutes)

    def add(self, at: float, *, live: int = 0, abandoned: int = 0) -> None:
        """Count what happened at an instant, not before the newest that was counted."""
        minute = int(at // MINUTE)
        if not self._minutes or self._minutes[-1][0] < minute:
            self._minutes.append([minute, 0, 0])
        self._minutes[-1][1] += live
        self._minutes[-1][2] += abandoned
        self._live += live
        self._lost += abandoned

    def totals(self, at: float) -> tuple[int, int]:
        """Return (live answers, abandoned) of the window that ends at an instant."""
        oldest = int(at // MINUTE) - self._span
        while self._minutes and self._minutes[0][0] < oldest:
            _, live, lost = self._minutes.popleft()
            self._live -= live
            self._lost -= lost
        return self._live, self._lost


class PeriodCount:
    """Periods of `seconds`, one after the other, the first of which began at `anchor`."""

    def __init__(
        self, seconds: int, anchor: float, minutes: Iterable[tuple[int, int, int]]
    ) -> None:
        self._seconds = seconds
        self._anchor = anchor
        rows = list(minutes)
        self._number = self._period(rows[-1][0] * MINUTE) if rows else None
        self._live = sum(row[1] for row in rows)
        self._lost = sum(row[2] for row in rows)

    def add(self, at: float, *, live: int = 0, abandoned: int = 0) -> None:
        """Count what happened at an instant."""
        self._turn(at)
        self._live += live
        self._lost += abandoned

    def totals(self, at: float) -> tuple[int, int]:
        """Return (live answers, abandoned) of the period that an instant is in."""
        self._turn(at)
        return self._live, self._lost

    def _period(self, at: float) -> int:
        return int((at - self._anchor) // self._seconds)

    def _turn(self, at: float) -> None:
        number = self._period(at)
        if self._number is not None and number > self._number:
            self._live = self._lost = 0
        self._number = number
