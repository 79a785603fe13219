"""JSON and NDJSON: a list of objects, read one by one."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from domain.targets.errors import FileBroken
from domain.targets.reading.cells import Cell, Row, RowProblem
from domain.targets.reading.encodings import TextEncoding, codec_of
from domain.targets.reading.fields import Fields

CHUNK_CHARACTERS = 1 << 18
MAX_OBJECT_CHARACTERS = 16_000_000
MOST_DIGITS = 4_000  # sys.get_int_max_str_digits() is 4,300
NESTED = ("variables", "data", "fields")  # keys whose objects are spread into columns
NOT_AN_OBJECT = RowProblem("ROW_NOT_AN_OBJECT", "This is not an object with names and values.")
NOT_JSON = RowProblem("LINE_NOT_JSON", "This line is not an object in JSON.")


class ObjectsFile:
    """An open JSON or NDJSON file. `fields` grows as keys are met."""

    def __init__(self, path: Path, *, by_line: bool, encoding: TextEncoding | None = None) -> None:
        self._size = path.stat().st_size
        self.encoding = codec_of(path, encoding)
        self._file = path.open("rb")
        self._text: TextIO = io.TextIOWrapper(self._file, encoding=self.encoding, errors="replace")
        self._by_line = by_line
        self._rows = 0
        self.fields = Fields()

    def rows(self) -> Iterator[Row]:
        """The objects in order; a number counts objects in JSON, and lines in NDJSON."""
        values = self._of_lines() if self._by_line else self._of_list()
        for number, value in values:
            self._rows += 1
            if isinstance(value, RowProblem):
                yield number, value
            elif not isinstance(value, dict):
                yield number, NOT_AN_OBJECT
            else:
                yield number, self.fields.cells(number, _flat(value))

    def expected_rows(self) -> int | None:
        """A guess by how much of the file is read."""
        read = self._file.tell()
        return round(self._rows * self._size / read) if read and self._rows else None

    def _of_lines(self) -> Iterator[tuple[int, Any]]:
        number = 0
        while line := self._text.readline(MAX_OBJECT_CHARACTERS):
            if len(line) >= MAX_OBJECT_CHARACTERS:
                raise FileBroken("one of its lines is longer than 16 MB.")
            number += 1
            if line.strip():
                try:
                    yield number, json.loads(line, parse_int=_whole)
                except (ValueError, RecursionError):
                    yield number, NOT_JSON

    def _of_list(self) -> Iterator[tuple[int, Any]]:
        buffer = _Buffer(self._text)
        if buffer.next_character() == "{":
            self._enter_list(buffer)
        buffer.skip("[")
        number = 0
        while (character := buffer.next_character()) != "]":
            if not character:
                raise FileBroken("it ends in the middle of its list. Send it again.")
            number += 1
            yield number, buffer.value(f"object {number}")
            if buffer.next_character() == ",":
                buffer.skip(",")

    def _enter_list(self, buffer: "_Buffer") -> None:
        """Go to the list inside an object such as {"targets": [...]}."""
        buffer.skip("{")
        while buffer.next_character() == '"':
            buffer.value("a name")
            buffer.skip(":")
            if buffer.next_character() == "[":
                return
            buffer.value("a value")
            if buffer.next_character() == ",":
                buffer.skip(",")
        raise FileBroken('it has no list of objects. Write [{"Phone": "..."}, ...].')


def _flat(record: dict[str, Any]) -> list[tuple[str, Cell]]:
    """The fields of a record: objects under a name of NESTED and lists spread out, others as text.

    A list is several fields of one name, as two Phone columns of a sheet.
    """
    found: list[tuple[str, Cell]] = []
    for key, content in record.items():
        if isinstance(content, dict) and key.casefold() in NESTED:
            for name, inner in content.items():
                _add(found, name, inner)
        else:
            _add(found, key, content)
    return found


def _add(found: list[tuple[str, Cell]], key: str, content: Any) -> None:
    for each in content if isinstance(content, list) else (content,):
        scalar = each is None or isinstance(each, str | int | float | bool)
        found.append((key, each if scalar else json.dumps(each, ensure_ascii=False)))


def _whole(digits: str) -> int | str:
    """The number; its digits where they are more than Python makes a number of."""
    return int(digits) if len(digits) <= MOST_DIGITS else digits


class _Buffer:
    """A window on the text, moved on as values are taken out of it."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._window = ""
        self._at = 0
        self._decoder = json.JSONDecoder(parse_int=_whole)
        self._ended = False

    def next_character(self) -> str:
        """The next character that is no blank, which stays; "" at the end."""
        while True:
            while self._at < len(self._window):
                character = self._window[self._at]
                if character not in " \t\r\n\ufeff":
                    return character
                self._at += 1
            if not self._more():
                return ""

    def skip(self, wanted: str) -> None:
        if (found := self.next_character()) != wanted:
            raise FileBroken(f"it is not JSON: {wanted} was expected, not {found or 'the end'}.")
        self._at += 1

    def value(self, what: str) -> Any:
        """The value that begins here."""
        self.next_character()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._window, self._at)
            except RecursionError:
                raise FileBroken(f"{what} is nested too deep.") from None
            except ValueError as error:
                # Cut off by the window, or wrong; more text tells.
                too_long = len(self._window) - self._at > MAX_OBJECT_CHARACTERS
                if too_long or not self._more():
                    raise FileBroken(f"{what} is not JSON. Send the file again.") from error
                continue
            # A number at the end of the window may go on behind it.
            if end == len(self._window) and not self._ended and self._more():
                continue
            self._at = end
            return value

    def _more(self) -> bool:
        chunk = self._text.read(CHUNK_CHARACTERS)
        self._ended = not chunk
        self._window = self._window[self._at :] + chunk
        self._at = 0
        return bool(chunk)
