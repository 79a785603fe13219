"""XLSX, read as a stream: memory does not grow with the rows.

Measured beside python-calamine and openpyxl (docs/benchmarks.md): calamine decodes the whole sheet
first, openpyxl in read-only mode takes six times the time of this.
"""

import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

from domain.targets.errors import MAX_COLUMNS, FileEmpty, FileUnpacksTooLarge
from domain.targets.reading import expat
from domain.targets.reading.archive import Archive
from domain.targets.reading.cells import LOST, Cell, Oddity, Remark, Row, RowProblem

MAX_CELL_CHARACTERS = 1 << 20
MAX_SHARED_BYTES = 256_000_000

TEXT_LOST = RowProblem(
    "CELL_TEXT_LOST", "A cell of this row points to a text that the file does not have."
)

# ECMA-376 part 1, §18.8.30: built-in formats that show a date or a time.
_DATE_FORMATS = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])
_LITERALS = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?![hms]+\])[^\]]*\]', re.IGNORECASE)
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A worksheet of the book."""

    name: str
    part: str  # its name in the archive
    hidden: bool


class Workbook:
    """An open XLSX file. Strings it shares are kept as bytes, not as objects."""

    def __init__(self, path: Path) -> None:
        self.archive = Archive(path)
        self.remarks: list[Remark] = []
        self.sheets, self._epoch = self._read_book()
        if not self.sheets:
            raise FileEmpty
        self._date_styles = self._read_styles()
        self._shared = self._read_shared()

    def rows(self, sheet: Sheet) -> Iterator[Row]:
        """The rows that have any cell, in order. Raises FileBroken where the file is damaged."""
        reader = _SheetReader(self._shared, self._date_styles, self._epoch, self.remarks)
        with self.archive.open(sheet.part) as file:
            try:
                for _ in _fed(reader, file):
                    yield from reader.take()
            except Exception:
                yield from reader.take()  # the rows before the place where it is damaged
                raise

    def expected_rows(self, sheet: Sheet) -> int | None:
        """The last row by the sheet's own word; None if it says none. A hint, not a promise."""
        with self.archive.open(sheet.part) as file:
            said = re.search(rb'<dimension ref="[A-Z]+\d+:[A-Z]+(\d+)"', file.read(4096))
        return int(said[1]) if said else None

    def _read_book(self) -> tuple[list[Sheet], datetime]:
        targets: dict[str, str] = {}
        book = self._book_part()
        folder, _, file_name = book.rpartition("/")
        relations = f"{folder}/_rels/{file_name}.rels" if folder else f"_rels/{file_name}.rels"
        for name, attributes in _elements(self.archive.open(relations)):
            if name == "Relationship":
                target = attributes.get("Target", "")
                targets[attributes.get("Id", "")] = (
                    target.lstrip("/") if target.startswith("/") else f"{folder}/{target}"
                )
        sheets: list[Sheet] = []
        epoch = datetime(1899, 12, 30)  # noqa: DTZ001 - cells have no zone
        for name, attributes in _elements(self.archive.open(book)):
            if name == "workbookPr" and attributes.get("date1904") in ("1", "true"):
                epoch = datetime(1904, 1, 1)  # noqa: DTZ001
            elif name == "sheet":
                id = next((v for k, v in attributes.items() if expat.local(k) == "id"), "")
                hidden = attributes.get("state", "visible") != "visible"
                if (part := targets.get(id)) is not None and part in self.archive:
                    sheets.append(Sheet(attributes.get("name", "?"), part, hidden))
        return sheets, epoch

    def _book_part(self) -> str:
        """The workbook's part, by the package's relations; almost always xl/workbook.xml."""
        if "_rels/.rels" in self.archive:
            for name, attributes in _elements(self.archive.open("_rels/.rels")):
                if name == "Relationship" and attributes.get("Type", "").endswith(
                    "/officeDocument"
                ):
                    return attributes.get("Target", "xl/workbook.xml").lstrip("/")
        return "xl/workbook.xml"

    def _read_styles(self) -> frozenset[int]:
        """The cell styles that show a number as a date."""
        part = self._beside("styles.xml")
        if part is None:
            return frozenset()
        custom: set[int] = set()
        dates: set[int] = set()
        index, inside = 0, False
        for name, attributes in _elements(self.archive.open(part), ends=True):
            if name == "numFmt":
                shown = _LITERALS.sub("", attributes.get("formatCode", "")).lower()
                if any(letter in shown for letter in "dmyhs"):
                    custom.add(int(attributes.get("numFmtId", "0")))
            elif name in ("cellXfs", "/cellXfs"):
                inside = name == "cellXfs"
            elif name == "xf" and inside:
                format_id = int(attributes.get("numFmtId", "0"))
                if format_id in _DATE_FORMATS or format_id in custom:
                    dates.add(index)
                index += 1
        return frozenset(dates)

    def _read_shared(self) -> "SharedStrings":
        shared = SharedStrings()
        part = self._beside("sharedStrings.xml")
        if part is not None:
            with self.archive.open(part) as file:
                for _ in _fed(shared, file):
                    pass
        return shared

    def _beside(self, file_name: str) -> str | None:
        """The part of that name in the folder of the sheets' parent, if there is one."""
        for name in (f"xl/{file_name}", file_name):
            if name in self.archive:
                return name
        wanted = f"/{file_name.lower()}"
        return next((name for name in self.archive.names() if name.endswith(wanted)), None)


class SharedStrings:
    """The strings that cells point to by number, as one run of UTF-8: a tenth of the objects."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._ends = array("Q")
        self._keep = False
        self._phonetic = False

    def __getitem__(self, index: int) -> str:
        if index < 0:
            raise IndexError(index)
        start = self._ends[index - 1] if index else 0
        return self._bytes[start : self._ends[index]].decode()

    def __len__(self) -> int:
        return len(self._ends)

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        name = expat.local(name)
        if name == "t":
            self._keep = not self._phonetic
        elif name == "rPh":  # how to pronounce it; not part of the text
            self._phonetic = True

    def end(self, name: str) -> None:
        name = expat.local(name)
        if name == "t":
            self._keep = False
        elif name == "rPh":
            self._phonetic = False
        elif name == "si":
            self._ends.append(len(self._bytes))

    def text(self, data: str) -> None:
        if self._keep:
            self._bytes += data.encode()
            if len(self._bytes) > MAX_SHARED_BYTES:
                raise FileUnpacksTooLarge("its texts are larger than 256 MB. Split it.")


class _SheetReader:
    """Collects rows out of a sheet's XML, for `take` to hand over."""

    def __init__(
        self,
        shared: SharedStrings,
        date_styles: frozenset[int],
        epoch: datetime,
        remarks: list[Remark],
    ) -> None:
        self._remarks = remarks
        self._shared = shared
        self._date_styles = date_styles
        self._epoch = epoch
        self._rows: list[Row] = []
        self._number = 0
        self._cells: list[Cell] = []
        self._column = 0
        self._type = "n"
        self._style = ""
        self._formula = False
        self._keep = False
        self._parts: list[str] = []

    def take(self) -> list[Row]:
        taken, self._rows = self._rows, []
        return taken

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if ":" in name:
            name = expat.local(name)
        if name == "c":
            reference = attributes.get("r")
            self._column = _column(reference) if reference else len(self._cells)
            self._type = attributes.get("t", "n")
            self._style = attributes.get("s", "")
            self._formula = False
            self._parts.clear()
        elif name == "v" or name == "t":
            self._keep = True
        elif name == "row":
            said = attributes.get("r", "")
            self._number = int(said) if said.isdigit() else self._number + 1
            self._cells = []
        elif name == "f":
            self._formula = True

    def text(self, data: str) -> None:
        if self._keep:
            self._parts.append(data)

    def end(self, name: str) -> None:
        if ":" in name:
            name = expat.local(name)
        if name == "v" or name == "t":
            self._keep = False
        elif name == "c":
            # One column more than allowed is kept, so that a header too wide is noticed.
            if self._column <= MAX_COLUMNS:
                cells = self._cells
                while len(cells) < self._column:
                    cells.append(None)
                cells.append(self._value())
        elif name == "row" and self._cells:
            self._rows.append((self._number, self._cells))

    def _value(self) -> Cell:
        parts = self._parts
        text = parts[0] if len(parts) == 1 else "".join(parts)
        kind = self._type
        if not text:
            return Oddity("(formula)") if self._formula else None
        if kind == "n":
            return self._number_or_date(text)
        if kind == "s":
            try:
                return self._shared[int(text)]
            except (ValueError, IndexError):
                self._remarks.append(Remark(self._number, TEXT_LOST))
                return LOST
        if kind == "b":
            return text == "1"
        if kind == "e":
            return Oddity(text[:32])
        if kind == "d":
            return _iso_date(text)
        return text[:MAX_CELL_CHARACTERS]  # str, inlineStr

    def _number_or_date(self, text: str) -> Cell:
        try:
            value: int | float = int(text) if text.isdigit() and len(text) < 20 else float(text)
        except ValueError:
            return text
        if self._style and self._style.isdigit() and int(self._style) in self._date_styles:
            try:
                # Days as a fraction; to the millisecond, or 9:30 becomes 9:30:00.000001.
                return self._epoch + timedelta(milliseconds=round(value * 86_400_000))
            except (OverflowError, ValueError):  # a date beyond the calendar, or NaN
                return value
        return value


def _fed(reader: Any, file: IO[bytes]) -> Iterator[int]:
    """Feed the file to the reader's `start`, `end` and `text`."""
    parser = expat.parser()
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    return expat.feed(parser, file)


def _elements(file: IO[bytes], *, ends: bool = False) -> Iterator[tuple[str, dict[str, str]]]:
    """Every element's local name and attributes; with `ends`, also "/name" where it ends."""
    found: list[tuple[str, dict[str, str]]] = []
    parser = expat.parser()
    parser.StartElementHandler = lambda name, a: found.append((expat.local(name), a))
    if ends:
        parser.EndElementHandler = lambda name: found.append(("/" + expat.local(name), {}))
    with file:
        for _ in expat.feed(parser, file):
            yield from found
            found.clear()


def _column(reference: str) -> int:
    """The column of a cell like BC12, from 0; beyond the widest sheet for what is no reference."""
    column = 0
    for letter in reference:
        if not "A" <= letter <= "Z":
            break
        column = column * 26 + ord(letter) - 64
    return column - 1 if column else MAX_COLUMNS + 1


def _iso_date(text: str) -> Cell:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return text
