"""The process that reads a file: its memory and its crashes are its own.

Started by domain/targets/reader.py with a ReadRequest as JSON on standard input; answers with
length-prefixed MessagePack on standard output.
"""

import os
import resource
import sys
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import msgspec

from domain.suppression.reading import EntryRows
from domain.targets.errors import (
    MAX_COLUMNS,
    FileBroken,
    FileEmpty,
    FileUnpacksTooLarge,
    ImportFileRefused,
    NoPhoneColumn,
    TooManyColumns,
)
from domain.targets.importing.columns import ColumnMap, choices_of
from domain.targets.reading.archive import DAMAGE
from domain.targets.reading.blocks import (
    HEADER_BYTES,
    Block,
    Crashed,
    End,
    Preview,
    PreviewRow,
    ReadRequest,
    Refused,
    Said,
)
from domain.targets.reading.cells import Row, RowProblem, text_of
from domain.targets.reading.encodings import TextEncoding
from domain.targets.reading.fields import TOO_MANY_FIELDS
from domain.targets.reading.kinds import FileKind
from domain.targets.reading.mapping import Columns
from domain.targets.reading.staging import (
    MAX_SHOWN,
    Reported,
    Staged,
    copy_reported,
    copy_staged,
    staged,
)
from domain.targets.reading.tables import Table, open_table

MEMORY_BYTES = 3_000_000_000  # of address space; a file that needs more is refused


def said(request: ReadRequest) -> Iterator[Said]:
    """What there is to say about the file, block by block. Never raises."""
    progress = _Progress()
    try:
        yield from _preview(request) if request.preview_rows else _blocks(request, progress)
    except ImportFileRefused as refusal:
        yield progress.refused(refusal)
    except DAMAGE:
        yield progress.refused(FileBroken("it is damaged or was cut off. Send it again."))
    except MemoryError:
        yield progress.refused(
            FileUnpacksTooLarge("it needs more memory than an import may have. Split it.")
        )
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        name = Path(place.filename).name
        yield Crashed(where=f"{type(error).__name__} in {name}:{place.lineno}")


@dataclass(slots=True)
class _Progress:
    """How far a file is read, by this run and those before."""

    rows: int = 0
    last: int | None = None  # the last row, as the file's own program counts
    too_wide: bool = False  # whether any record had too many fields

    def refused(self, refusal: ImportFileRefused) -> Refused:
        return Refused(code=refusal.code, message=refusal.words(after=self.last))

    def take(self, rows: Sequence[Row]) -> None:
        self.rows += len(rows)
        self.last = rows[-1][0] if rows else self.last
        self.too_wide = self.too_wide or any(cells is TOO_MANY_FIELDS for _, cells in rows)


class TargetRows:
    """Reads the rows of a table as targets."""

    def __init__(self, table: Table, request: ReadRequest) -> None:
        self._columns = Columns(table, request)
        self._country = request.country

    def read(self, rows: Sequence[Row]) -> tuple[bytes, int, list[Reported]]:
        """Those that are ready, as CSV for COPY, how many they are, and those that are not."""
        columns = self._columns.now()
        results = [staged(row, columns, country=self._country) for row in rows]
        good = [result for result in results if isinstance(result, Staged)]
        bad = [result for result in results if isinstance(result, Reported)]
        bad += [reported for result in good for reported in result.without]
        return copy_staged(good), len(good), bad


def _table(request: ReadRequest) -> Table:
    encoding = None if request.encoding is None else TextEncoding(request.encoding)
    return open_table(Path(request.path), FileKind(request.kind), encoding=encoding)


def _blocks(request: ReadRequest, progress: _Progress) -> Iterator[Said]:
    table = _table(request)
    reader = EntryRows(table, request) if request.entries else TargetRows(table, request)
    for row in islice(table.rows, request.skip):
        progress.take([row])
    _remarked(table, progress, ())
    # The run that this one resumes has told them.
    notes = () if progress.rows else table.notes
    told = [Reported(0, RowProblem("FILE_NOTE", note), "") for note in notes]
    for rows, fault in _groups(table, request.block_rows):
        good, count, bad = _read(reader, rows)
        progress.take(rows)
        bad += _remarked(table, progress, bad)
        if rows:
            yield Block(
                rows=len(rows),
                staged=good,
                staged_rows=count,
                reported=copy_reported(told + bad),
                reported_rows=sum(not each.added for each in bad),
                rows_total=_at_least(progress.rows, table),
            )
            told = []
        if fault is not None:
            raise fault
    if progress.rows == 0:
        raise FileEmpty
    if not table.headers:  # not one row could be read
        progress.last = None
        raise TooManyColumns if progress.too_wide else NoPhoneColumn([])
    yield End(rows_total=progress.rows)


def _groups(table: Table, size: int) -> Iterator[tuple[list[Row], Exception | None]]:
    """The table's rows in groups; the last with what made it the last, if anything did."""
    while True:
        rows: list[Row] = []
        try:
            rows.extend(islice(table.rows, size))
        except Exception as fault:
            yield rows, fault
            return
        if not rows:
            return
        yield rows, None


def _read(reader: EntryRows | TargetRows, rows: Sequence[Row]) -> tuple[bytes, int, list[Reported]]:
    broken = [Reported(row, cells, "") for row, cells in rows if isinstance(cells, RowProblem)]
    if len(broken) == len(rows):  # which say nothing about the columns
        return b"", 0, broken
    return reader.read(rows)


def _remarked(table: Table, progress: _Progress, bad: Sequence[Reported]) -> list[Reported]:
    """What is to be said of rows that may have become targets; it is not said again.

    A workbook or XML is parsed in chunks, so that remarks may be of rows that come later.
    """
    if not table.remarks:
        return []
    last, refused = progress.last or 0, {each.row for each in bad if not each.added}
    remarks = [
        Reported(each.row, each.problem, each.value[:MAX_SHOWN], added=True)
        for each in table.remarks
        if each.row <= last and each.row not in refused
    ]
    table.remarks[:] = [each for each in table.remarks if each.row > last]
    return remarks


def _preview(request: ReadRequest) -> Iterator[Said]:
    table = _table(request)
    rows: list[Row] = []
    has_header = True
    try:
        columns = Columns(table, request)
        has_header = columns.has_header
        rows = list(islice(table.rows, request.preview_rows))
        map_ = columns.now()
    except NoPhoneColumn:  # a person will say which column it is
        rows = rows or list(islice(table.rows, request.preview_rows))
        map_ = ColumnMap(phones=())
    if not rows:
        raise FileEmpty
    headers = table.headers[: max(table.first_widths, default=0)]  # XML may be read ahead
    yield Preview(
        headers=tuple(headers),
        columns=tuple(choices_of(headers, map_)) if map_.phones else (),
        rows=tuple(_shown(row, map_, request) for row in rows),
        rows_total=_at_least(len(rows), table),
        encoding=table.encoding,
        has_header=has_header,
    )


def _shown(row: Row, map_: ColumnMap, request: ReadRequest) -> PreviewRow:
    number, cells = row
    result = staged(row, map_, country=request.country)
    texts = () if isinstance(cells, RowProblem) else tuple(text_of(cell)[:200] for cell in cells)
    return PreviewRow(
        row=number,
        cells=texts[:MAX_COLUMNS],
        number=result.number if isinstance(result, Staged) else None,
        problem=result.problem.message if isinstance(result, Reported) else None,
    )


def _at_least(read: int, table: Table) -> int | None:
    expected = table.expected_rows()
    return None if expected is None else max(read, expected)


def main() -> None:
    """Read what standard input asks for; ends when the parent stops listening."""
    os.nice(5)  # floors of the same machine come first
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    request = msgspec.json.decode(sys.stdin.buffer.read(), type=ReadRequest)
    try:
        write(said(request), sys.stdout.buffer)
    except BrokenPipeError:
        # The parent is gone or has stopped listening; what it committed is what counts.
        os._exit(0)


def write(messages: Iterator[Said], stream: BinaryIO) -> None:
    """Write the messages, each after its length."""
    encoder = msgspec.msgpack.Encoder()
    for message in messages:
        encoded = encoder.encode(message)
        stream.write(len(encoded).to_bytes(HEADER_BYTES, "big"))
        stream.write(encoded)
        stream.flush()


if __name__ == "__main__":
    main()
