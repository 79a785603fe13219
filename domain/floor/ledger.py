"""What a run counts: calls since its last start, and live answers of the last 24 hours."""

from collections import deque
from dataclasses import dataclass, field


@dataclass(slots=True)
class Tally:
    """Counts of a run since its last start."""

    dialed: int = 0
    answered: int = 0
    connected: int = 0
    abandoned: int = 0
    machines: int = 0

    def add(self, earlier: "Tally") -> None:
        """Count what was counted before, too."""
        self.dialed += earlier.dialed
        self.answered += earlier.answered
        self.connected += earlier.connected
        self.abandoned += earlier.abandoned
        self.machines += earlier.machines


@dataclass(slots=True)
class Ledger:
    """Live answers and abandoned ones of the last 24 hours, by the minute."""

    minutes: deque[list[int]] = field(default_factory=deque)  # [minute, live, abandoned]

    def add(self, at: float, *, live: int = 0, abandoned: int = 0) -> None:
        """Count at a Unix second."""
        minute = int(at // 60)
        if not self.minutes or self.minutes[-1][0] < minute:
            self.minutes.append([minute, 0, 0])
        self.minutes[-1][1] += live
        self.minutes[-1][2] += abandoned

    def totals(self, at: float) -> tuple[int, int]:
        """Live answers and abandoned calls in the 24 hours before a Unix second."""
        oldest = int(at // 60) - 24 * 60
        while self.minutes and self.minutes[0][0] < oldest:
            self.minutes.popleft()
        return sum(m[1] for m in self.minutes), sum(m[2] for m in self.minutes)

    def rate(self, at: float) -> float:
        """Abandoned calls as a fraction of live answers; 0 without any."""
        live, abandoned = self.totals(at)
        return abandoned / live if live else 0.0
