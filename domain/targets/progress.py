"""How far an import is, said at most twice a second."""

from dataclasses import dataclass

import msgspec

from domain.core.bus import Notice
from domain.core.clock import Clock
from domain.targets.events import ImportProgressed, import_topic
from domain.targets.models import TargetImport

EVERY_S = 0.5


def progress_of(row: TargetImport, *, rate: float = 0.0) -> ImportProgressed:
    """The import as it is now. `rate` is rows a second, 0 when none are read."""
    left = None
    if rate and row.rows_total is not None:
        left = max(0, row.rows_total - row.rows_read) / rate
    return ImportProgressed(
        target_import=row.id,
        state=row.state.value,
        rows_total=row.rows_total,
        rows_read=row.rows_read,
        imported=row.imported,
        updated=row.updated,
        duplicates=row.duplicates,
        suppressed=row.suppressed,
        invalid=row.invalid,
        rows_per_second=rate,
        seconds_left=left,
    )


def notice_of(row: TargetImport, *, rate: float = 0.0) -> Notice:
    """The same, to publish."""
    said = progress_of(row, rate=rate)
    return Notice(import_topic(row.id), msgspec.json.encode(said))


@dataclass(slots=True)
class Pace:
    """How fast this run reads, and when something was last said of it."""

    clock: Clock
    started: float
    rows_before: int
    said_at: float = float("-inf")

    @classmethod
    def of(cls, row: TargetImport, clock: Clock) -> "Pace":
        return cls(clock, clock.monotonic(), row.rows_read)

    def due(self) -> bool:
        """Whether it is time to say something again; then counts as said."""
        now = self.clock.monotonic()
        if now - self.said_at < EVERY_S:
            return False
        self.said_at = now
        return True

    def rate(self, row: TargetImport) -> float:
        """Rows a second of this run."""
        seconds = self.clock.monotonic() - self.started
        return (row.rows_read - self.rows_before) / seconds if seconds > 0 else 0.0
