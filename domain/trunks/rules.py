"""Which trunk a call leaves through. Pure."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

RESTED_S = 10.0  # a trunk that failed by itself is passed over for so long


@dataclass(slots=True)
class TrunkUse:
    """One trunk and what is on it. Times are monotonic seconds."""

    id: UUID
    name: str  # the switch's name for it
    channels: int  # most calls at once
    calls_per_second: float
    record: bool = False
    busy: int = 0
    started: deque[float] = field(default_factory=deque)  # calls of the last second
    failed: float | None = None

    def may_take(self, now: float) -> bool:
        """Whether one more call may leave here now."""
        while self.started and self.started[0] <= now - 1.0:
            self.started.popleft()
        resting = self.failed is not None and now - self.failed < RESTED_S
        return (
            not resting
            and self.busy < self.channels
            and len(self.started) < max(1.0, self.calls_per_second)
        )

    def take(self, now: float) -> None:
        """Count a call that leaves here."""
        self.busy += 1
        self.started.append(now)

    def free(self) -> None:
        """Count a call that ended."""
        self.busy = max(0, self.busy - 1)


def choose(trunks: Iterable[TrunkUse], now: float) -> TrunkUse | None:
    """The first trunk of a failover order that may take a call; None: all are full or resting."""
    return next((trunk for trunk in trunks if trunk.may_take(now)), None)
