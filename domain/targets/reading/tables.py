"""Any kind of file as one table: a header, then rows."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from domain.targets.errors import FileEmpty, FileKindUnknown
from domain.targets.reading.cells import Row, text_of
from domain.targets.reading.kinds import READ_KINDS, FileKind, must_read
from domain.targets.reading.workbook import Workbook


@dataclass(frozen=True, slots=True)
class Table:
    """A header, and the rows under it, read as they are asked for."""

    headers: list[str]
    header_row: int  # its number, as the file's own program counts
    rows: Iterator[Row]
    expected_rows: Callable[[], int | None] = lambda: None  # the best guess so far
    notes: tuple[str, ...] = field(default=())  # what of the file is not read


def open_table(path: Path, kind: FileKind) -> Table:
    """The file's table. Raises an ImportFileRefused."""
    must_read(path)
    opener = OPENERS.get(kind)
    if opener is None:
        raise FileKindUnknown(f"{kind.value.upper()} is not read; {READ_KINDS}.")
    return opener(path)


def headed(rows: Iterator[Row], **more: object) -> Table:
    """The table of rows whose first with any text is the header. Raises FileEmpty."""
    for number, cells in rows:
        headers = [" ".join(text_of(cell).split()) for cell in cells]
        if any(headers):
            return Table(headers, number, rows, **more)  # type: ignore[arg-type]  # fields of Table
    raise FileEmpty


def _workbook(path: Path) -> Table:
    book = Workbook(path)
    sheet = next((sheet for sheet in book.sheets if not sheet.hidden), book.sheets[0])
    others = sum(not other.hidden for other in book.sheets) - 1
    last_row = book.expected_rows(sheet)
    notes = (
        (f"Only the first sheet was read; {others} more were not. Import each as its own file.",)
        if others > 0
        else ()
    )
    return headed(
        book.rows(sheet),
        expected_rows=lambda: None if last_row is None else max(0, last_row - 1),
        notes=notes,
    )


OPENERS: dict[FileKind, Callable[[Path], Table]] = {FileKind.XLSX: _workbook}
