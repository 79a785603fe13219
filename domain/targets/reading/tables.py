"""Any kind of file as one table: headers, and rows that are read as they are asked for."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from domain.targets.errors import (
    MAX_COLUMNS,
    FileBroken,
    FileEmpty,
    TooManyColumns,
)
from domain.targets.reading.cells import LOST, Cell, Oddity, Remark, Row, text_of
from domain.targets.reading.delimited import DelimitedFile
from domain.targets.reading.encodings import TextEncoding
from domain.targets.reading.kinds import FileKind, must_read
from domain.targets.reading.markup import MarkupFile
from domain.targets.reading.objects import ObjectsFile
from domain.targets.reading.workbook import Workbook


@dataclass(slots=True)
class Table:
    """Headers and rows. Where there is no header row, headers grow while rows are read."""

    headers: list[str]
    rows: Iterator[Row]
    header: tuple[int, list[Cell]] | None = None  # the row that the headers stand in
    expected_rows: Callable[[], int | None] = lambda: None  # the best guess so far
    notes: tuple[str, ...] = ()  # what of the file is not read
    encoding: str | None = None  # a codec's name; None: no text, or it says so itself
    # How many headers there were after each of the first rows; more may be known already.
    first_widths: list[int] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)  # on rows that were read, or soon will be


def open_table(path: Path, kind: FileKind, *, encoding: TextEncoding | None = None) -> Table:
    """The file's table. `encoding`: of text; None: guessed. Raises an ImportFileRefused."""
    return OPENERS[kind](must_read(path), encoding)


def headed(rows: Iterator[Row], **more: Any) -> Table:
    """The table of rows whose first with any text is the header.

    Raises FileEmpty, TooManyColumns, FileBroken.
    """
    for number, cells in rows:
        assert isinstance(cells, list)  # of cells: such files have no broken rows
        headers = [" ".join(text_of(cell).split()) for cell in cells]
        if LOST in cells:
            raise FileBroken("its header points to a text that is not there. Save it again.")
        if len(headers) > MAX_COLUMNS and any(headers):
            raise TooManyColumns
        if any(headers):
            return Table(headers, rows, (number, cells), first_widths=[len(headers)], **more)
    raise FileEmpty


def _workbook(path: Path, _encoding: TextEncoding | None) -> Table:
    book = Workbook(path)
    visible = [sheet for sheet in book.sheets if not sheet.hidden]
    sheet = (visible or book.sheets)[0]
    last_row = book.expected_rows(sheet)
    return headed(
        book.rows(sheet),
        expected_rows=lambda: None if last_row is None else max(0, last_row - 1),
        notes=_only_first(len(visible)),
        remarks=book.remarks,
    )


def _only_first(sheets: int) -> tuple[str, ...]:
    if sheets < 2:
        return ()
    return (
        f"Only the first sheet was read; {sheets - 1} more were not. "
        "Import each as a file of its own.",
    )


def _old_workbook(path: Path, _encoding: TextEncoding | None) -> Table:
    """XLS: at most 65,536 rows, so it may be read whole."""
    import python_calamine as calamine

    try:
        book = calamine.load_workbook(path)
        visible = [
            sheet.name
            for sheet in book.sheets_metadata
            if sheet.visible is calamine.SheetVisibleEnum.Visible
            and sheet.typ is calamine.SheetTypeEnum.WorkSheet
        ]
        if not visible:
            raise FileEmpty
        sheet = book.get_sheet_by_name(visible[0])
        first = sheet.start[0] + 1 if sheet.start else 1
        rows: list[list[Any]] = sheet.to_python(skip_empty_area=True)
    except calamine.CalamineError as error:
        raise FileBroken("it is damaged or was cut off. Send it again.") from error
    numbered: Iterator[Row] = (
        (number, [_old_cell(cell) for cell in cells])
        for number, cells in enumerate(rows, start=first)
        if any(cell != "" for cell in cells)
    )
    return headed(numbered, expected_rows=lambda: len(rows) - 1, notes=_only_first(len(visible)))


def _old_cell(cell: Any) -> Cell:
    """A cell as calamine gives it; errors come as texts that begin with #."""
    if cell == "":
        return None
    if isinstance(cell, str):
        return (
            Oddity(cell[:32]) if cell.startswith("#") and cell.endswith(("!", "?", "A")) else cell
        )
    return cell if isinstance(cell, int | float | bool | datetime | date | time) else str(cell)


def _csv(path: Path, encoding: TextEncoding | None) -> Table:
    file = DelimitedFile(path, encoding)
    return headed(file.rows(), expected_rows=file.expected_rows, encoding=file.encoding)


def _json(path: Path, encoding: TextEncoding | None) -> Table:
    return _growing(ObjectsFile(path, by_line=False, encoding=encoding))


def _ndjson(path: Path, encoding: TextEncoding | None) -> Table:
    return _growing(ObjectsFile(path, by_line=True, encoding=encoding))


def _markup(path: Path, encoding: TextEncoding | None) -> Table:
    return _growing(MarkupFile(path, encoding))


def _growing(file: ObjectsFile | MarkupFile) -> Table:
    fields = file.fields
    return Table(
        fields.headers,
        file.rows(),
        expected_rows=file.expected_rows,
        encoding=file.encoding,
        first_widths=fields.first_widths,
        remarks=fields.remarks,
    )


OPENERS: dict[FileKind, Callable[[Path, TextEncoding | None], Table]] = {
    FileKind.XLSX: _workbook,
    FileKind.XLS: _old_workbook,
    FileKind.CSV: _csv,
    FileKind.XML: _markup,
    FileKind.JSON: _json,
    FileKind.NDJSON: _ndjson,
}
