"""What is heard about lists."""

from uuid import UUID

import msgspec


def import_topic(import_id: UUID) -> str:
    """Progress of one import, at most two messages a second and one at its end."""
    return f"import:{import_id}"


class ImportProgressed(msgspec.Struct, frozen=True, kw_only=True):
    """How far an import is. Counts are of rows that are committed."""

    target_import: UUID
    state: str  # an ImportState
    rows_total: int | None  # a guess until the file is read to its end; None: no guess yet
    rows_read: int
    imported: int
    duplicates: int
    suppressed: int
    invalid: int
    rows_per_second: float  # of this run
    seconds_left: float | None  # None: not known


def operation_topic(operation_id: UUID) -> str:
    """Progress of one operation on many targets, twice a second and at its end."""
    return f"operation:{operation_id}"


class OperationProgressed(msgspec.Struct, frozen=True, kw_only=True):
    """How far an operation is. Counts are of rows that are committed."""

    target_operation: UUID
    state: str  # an OperationState
    targets_total: int  # when it was confirmed
    targets_done: int


def export_topic(export_id: UUID) -> str:
    """Progress of one export, twice a second and at its end."""
    return f"export:{export_id}"


class ExportProgressed(msgspec.Struct, frozen=True, kw_only=True):
    """How far an export is."""

    target_export: UUID
    state: str  # an ExportState
    rows_total: int  # when it was ordered
    rows_written: int
