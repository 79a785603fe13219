"""What is heard about do-not-call lists."""

from uuid import UUID

import msgspec

from domain.core.bus import Notice
from domain.suppression.models import SuppressionImport


class SuppressionImportProgressed(msgspec.Struct, frozen=True, kw_only=True):
    """How far an import is. Counts are of rows that are committed."""

    suppression_import: UUID
    state: str  # an ImportState
    rows_total: int | None  # a guess until the file is read to its end; None: no guess yet
    rows_read: int
    added: int
    present: int
    invalid: int
    targets_stopped: int


def suppression_import_topic(id: UUID) -> str:
    """Progress of one import, after every block and at its end."""
    return f"suppression-import:{id}"


def progress_of(row: SuppressionImport) -> SuppressionImportProgressed:
    """The import as it is now."""
    return SuppressionImportProgressed(
        suppression_import=row.id,
        state=row.state.value,
        rows_total=row.rows_total,
        rows_read=row.rows_read,
        added=row.added,
        present=row.present,
        invalid=row.invalid,
        targets_stopped=row.targets_stopped,
    )


def notice_of(row: SuppressionImport) -> Notice:
    """The same, to publish."""
    return Notice(suppression_import_topic(row.id), msgspec.json.encode(progress_of(row)))
