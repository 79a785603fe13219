"""How imports, lists and removals are refused.

DomainError
├── ImportFileRefused       the file as a whole can't be imported
│   ├── FileKindUnknown     not a kind of file that is read
│   ├── FileEncrypted
│   ├── FileHasMacros
│   ├── FileUnpacksTooLarge a zip or entity bomb, or simply too much
│   ├── FileBroken          truncated, or not what it says it is
│   ├── FileEmpty           no header, or no row under it
│   ├── TooManyColumns
│   └── NoPhoneColumn
├── ImportFinished          nothing left to cancel
├── TargetDialed            a target that was dialed is not removed
├── IdempotencyKeyReused    the key belongs to another addition
├── CountChanged            the typed count is not the count any more
├── TargetLimitReached      the account holds as many targets as it may
├── TooManyForXlsx          the format holds no more rows than that
└── ExportNotReady          the file is not written yet, or gone
"""

from uuid import UUID

from domain.core.errors import DomainError

MAX_COLUMNS = 500


class ImportFileRefused(DomainError):
    """The file can't be read, or no further; rows before the fault may have been imported."""

    code = "IMPORT_FILE_REFUSED"

    def __init__(self, why: str) -> None:
        super().__init__(f"The file was not imported: {why}")
        self.why = why

    def words(self, *, after: int | None) -> str:
        """The message when rows were read, the last of them row `after`; None: there were none."""
        if after is None:
            return self.message
        return f"The file was imported up to row {after} and no further: {self.why}"


class FileKindUnknown(ImportFileRefused):
    """Not a kind of file that is read, whatever its name ends in."""

    code = "FILE_KIND_UNKNOWN"


class FileEncrypted(ImportFileRefused):
    """Only somebody with its password can read the file."""

    code = "FILE_ENCRYPTED"

    def __init__(self) -> None:
        super().__init__("it is protected by a password. Save it without one and try again.")


class FileHasMacros(ImportFileRefused):
    """A workbook that carries programs."""

    code = "FILE_HAS_MACROS"

    def __init__(self) -> None:
        super().__init__("it has macros in it. Save it as .xlsx (without macros) and try again.")


class FileUnpacksTooLarge(ImportFileRefused):
    """Small on disk, huge in memory. It was not unpacked."""

    code = "FILE_UNPACKS_TOO_LARGE"


class FileBroken(ImportFileRefused):
    """Truncated, damaged, or not what its first bytes say."""

    code = "FILE_BROKEN"


class FileEmpty(ImportFileRefused):
    """No header, or no row under it."""

    code = "FILE_EMPTY"

    def __init__(self) -> None:
        super().__init__("it has no rows. Put a header in row 1 and a number in each row below.")


class TooManyColumns(ImportFileRefused):
    """More columns than a contact can have."""

    code = "TOO_MANY_COLUMNS"

    def __init__(self) -> None:
        super().__init__(
            f"it has more than {MAX_COLUMNS} columns. Keep those that agents need to see."
        )


class NoPhoneColumn(ImportFileRefused):
    """No column's header reads like that of a phone number."""

    code = "NO_PHONE_COLUMN"

    def __init__(self, headers: list[str]) -> None:
        seen = ", ".join(header[:40] for header in headers[:10]) or "nothing"
        super().__init__(
            "no column is called Phone. Call the column with the numbers Phone, as in the "
            f"template, or say which one it is. The header reads: {seen}."
        )


_REFUSALS: dict[str, type[ImportFileRefused]] = {
    kind.code: kind
    for kind in (
        ImportFileRefused,
        FileKindUnknown,
        FileEncrypted,
        FileHasMacros,
        FileUnpacksTooLarge,
        FileBroken,
        FileEmpty,
        TooManyColumns,
        NoPhoneColumn,
    )
}


def file_refusal(code: str, message: str) -> ImportFileRefused:
    """The refusal that another process said, as it said it."""
    kind = _REFUSALS.get(code, ImportFileRefused)
    refusal = kind.__new__(kind)
    DomainError.__init__(refusal, message)
    return refusal


class ImportFinished(DomainError):
    """The import is over; nothing is left to cancel."""

    code = "IMPORT_FINISHED"

    def __init__(self, import_id: UUID, state: str) -> None:
        super().__init__(
            f"Import {import_id} was not canceled: it is {state} already. "
            "What it imported stays; remove targets one by one or all at once."
        )
        self.import_id = import_id
        self.state = state


class TargetDialed(DomainError):
    """A target that was dialed keeps its history."""

    code = "TARGET_DIALED"

    def __init__(self, target_id: UUID) -> None:
        super().__init__(
            f"Target {target_id} was not removed: it has been dialed, and its history stays. "
            "Only targets that were never dialed can be removed one by one."
        )
        self.target_id = target_id


class IdempotencyKeyReused(DomainError):
    """The key was used for an addition with other content."""

    code = "IDEMPOTENCY_KEY_REUSED"

    def __init__(self, key: str) -> None:
        super().__init__(
            f"Nothing was added: the key {key!r} was used before, for other targets. "
            "Use a new key for each addition, and the same one only to repeat it."
        )
        self.key = key


class CountChanged(DomainError):
    """The count that was typed to confirm is not how many there are."""

    code = "COUNT_CHANGED"

    def __init__(self, typed: int, present: int) -> None:
        super().__init__(
            f"Nothing was changed: this would concern {present} targets, not {typed}. "
            f"Type {present} to confirm."
        )
        self.typed = typed
        self.present = present


class TargetLimitReached(DomainError):
    """The account holds as many targets as it may."""

    code = "TARGET_LIMIT_REACHED"

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"No more targets were added: the account's limit of {limit} is reached. "
            "Purge closed targets, or ask the operator for a higher limit."
        )
        self.limit = limit


class TooManyForXlsx(DomainError):
    """A sheet holds 1,048,576 rows with its header."""

    code = "TOO_MANY_FOR_XLSX"

    def __init__(self, rows: int, limit: int) -> None:
        super().__init__(
            f"Nothing was exported: a sheet holds {limit:,} rows and these are {rows:,}. "
            "Export them as CSV, or fewer of them."
        )
        self.limit = limit


class ExportNotReady(DomainError):
    """The file of the export can't be fetched now."""

    code = "EXPORT_NOT_READY"

    def __init__(self, export_id: UUID, state: str) -> None:
        super().__init__(
            f"Export {export_id} has no file: it is {state}. Wait until it is done; "
            "a file is kept for a day."
        )
        self.export_id = export_id
        self.state = state
