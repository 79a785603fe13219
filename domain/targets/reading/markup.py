"""XML: records with fields, as elements or as attributes, whatever they are called."""

from collections.abc import Iterator
from pathlib import Path

from domain.targets.errors import MAX_COLUMNS
from domain.targets.reading import expat
from domain.targets.reading.cells import Cell, Row
from domain.targets.reading.encodings import TextEncoding
from domain.targets.reading.fields import Fields

MAX_FIELD_CHARACTERS = 1 << 20


class MarkupFile:
    """An open XML file. `fields` grows as names are met.

    A record is the element around the first field that has a text, or the first element with
    attributes; all elements of that depth are records.
    """

    def __init__(self, path: Path, encoding: TextEncoding | None = None) -> None:
        self._path = path
        self.encoding = encoding.value if encoding is not None else None  # None: as it says itself
        self._size = path.stat().st_size
        self._read = 0
        self._count = 0
        self.fields = Fields()
        self._rows: list[Row] = []
        self._depth = 0
        self._record_depth: int | None = None
        self._pending: list[tuple[str, Cell]] = []  # fields of the record that is open
        self._text: list[str] = []
        self._characters = 0

    def rows(self) -> Iterator[Row]:
        """The records in order, numbered from 1."""
        parser = expat.parser(self.encoding)
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._keep
        with self._path.open("rb") as file:
            try:
                for size in expat.feed(parser, file):
                    self._read += size
                    yield from self._taken()
            except Exception:
                yield from self._taken()  # the records before the place where it is damaged
                raise

    def _taken(self) -> list[Row]:
        taken, self._rows = self._rows, []
        return taken

    def expected_rows(self) -> int | None:
        """A guess by how much of the file is read."""
        return round(self._count * self._size / self._read) if self._read and self._count else None

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._text.clear()
        self._characters = 0
        fields: list[tuple[str, Cell]] = [
            (expat.local(key), value)
            for key, value in attributes.items()
            if not key.startswith("xmlns")
        ]
        if self._record_depth is None and self._depth > 1 and fields:
            self._record_depth = self._depth
        if self._depth == self._record_depth:
            self._pending = fields

    def _keep(self, text: str) -> None:
        self._characters += len(text)
        if self._characters <= MAX_FIELD_CHARACTERS:
            self._text.append(text)

    def _end(self, name: str) -> None:
        text = "".join(self._text).strip()
        self._text.clear()
        self._characters = 0
        if self._record_depth is None and text and self._depth > 1:
            self._record_depth = self._depth - 1 if self._depth > 2 else self._depth
        if self._record_depth is not None and self._depth >= self._record_depth:
            # One more than allowed is kept, so that a record too wide is noticed.
            if text and len(self._pending) <= MAX_COLUMNS:
                self._pending.append((expat.local(name), text))
            if self._depth == self._record_depth:
                self._count += 1
                self._rows.append((self._count, self.fields.cells(self._count, self._pending)))
                self._pending = []
        self._depth -= 1
