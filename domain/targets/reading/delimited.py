"""CSV, with any usual delimiter and encoding. One stray quote costs one row, never the rest."""

import csv
import io
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, TextIO

from domain.targets.errors import FileBroken
from domain.targets.reading.cells import Row
from domain.targets.reading.encodings import TextEncoding, codec_of

DELIMITERS = ",;\t|"
SNIFFED_LINES = 30
MAX_LINE_CHARACTERS = 16_000_000
MAX_RECORD_LINES = 100  # a longer "cell" is a quote that nobody closed


class DelimitedFile:
    """An open CSV file."""

    def __init__(self, path: Path, encoding: TextEncoding | None = None) -> None:
        self._size = path.stat().st_size
        self.encoding = codec_of(path, encoding)
        self._file: BinaryIO = path.open("rb")
        self._text: TextIO = io.TextIOWrapper(
            self._file, encoding=self.encoding, errors="replace", newline=""
        )
        self._rows = 0
        self._lines = _Lines(self._text)
        self.delimiter = self._sniff()

    def rows(self) -> Iterator[Row]:
        """The records, with their numbers as a spreadsheet that opens the file counts them."""
        # Strict, so that a quote that is never closed is an error and not the rest of the file.
        reader = csv.reader(self._lines, delimiter=self.delimiter, strict=True)
        while True:
            self._lines.begin()
            try:
                record = next(reader)
            except StopIteration:
                return
            except (csv.Error, _RecordTooLong, FileBroken):
                if not self._lines.in_record:
                    raise
                # Only the first line counts as the broken record; the others get their chance.
                line = self._lines.keep_first()
                record = next(csv.reader([line], delimiter=self.delimiter), [])
                reader = csv.reader(self._lines, delimiter=self.delimiter, strict=True)
            self._rows += 1
            if record:  # a blank line is a row to a spreadsheet, but not to an import
                yield self._rows, list(record)

    def expected_rows(self) -> int | None:
        """A guess by how much of the file is read."""
        read = self._file.tell()
        return round((self._rows - 1) * self._size / read) if read and self._rows > 1 else None

    def _sniff(self) -> str:
        lines = self._lines.peek(SNIFFED_LINES)
        if lines and lines[0].lower().startswith("sep=") and len(lines[0].strip()) == 5:
            self._lines.drop_first()  # Excel's own word for it, and no row to Excel
            return lines[0].strip()[4]
        best, best_score = ",", 0
        for delimiter in DELIMITERS:
            widths = Counter(
                len(record) for record in csv.reader(lines, delimiter=delimiter) if record
            )
            width, count = max(widths.items(), key=lambda item: item[1], default=(1, 0))
            # Many records of one width, wider than one; the header decides among equals.
            score = (width > 1) * count * 1000 + lines[0].count(delimiter) if lines else 0
            if score > best_score:
                best, best_score = delimiter, score
        return best


class _RecordTooLong(Exception):
    """A record goes on for too many lines."""


class _Lines:
    """Lines of a text, remembered since the record began, so that they can be read again."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._again: deque[str] = deque()
        self._record: list[str] = []
        self._broken: FileBroken | None = None  # at the place where the lines of `_again` end

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if len(self._record) >= MAX_RECORD_LINES:
            raise _RecordTooLong
        line = self._again.popleft() if self._again else self._read()
        if not line:
            raise StopIteration
        self._record.append(line)
        return line

    @property
    def in_record(self) -> bool:
        """Whether a line of the record was read."""
        return bool(self._record)

    def begin(self) -> None:
        """A record begins with the next line."""
        self._record = []

    def keep_first(self) -> str:
        """The first line of the record; the others are read again."""
        first, *others = self._record
        self._again.extendleft(reversed(others))
        return first

    def peek(self, count: int) -> list[str]:
        """The next lines, which stay to be read."""
        with suppress(FileBroken):  # which whoever reads on will meet
            while len(self._again) < count and (line := self._read()):
                self._again.append(line)
        return list(self._again)[:count]

    def drop_first(self) -> None:
        self._again.popleft()

    def _read(self) -> str:
        if self._broken is None:
            line = self._text.readline(MAX_LINE_CHARACTERS)
            if len(line) < MAX_LINE_CHARACTERS:
                return line
            self._broken = FileBroken(
                "one of its lines is longer than 16 MB. It may not be a list at all."
            )
        raise self._broken


csv.field_size_limit(MAX_LINE_CHARACTERS)
