"""The process that reads a file: its memory and its crashes are its own.

Started by domain/targets/reader.py with a ReadRequest as JSON on standard input; answers with
length-prefixed MessagePack on standard output.
"""

import os
import resource
import sys
import traceback
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import msgspec

from domain.targets.errors import FileBroken, FileEmpty, FileUnpacksTooLarge, ImportFileRefused
from domain.targets.reading.archive import DAMAGE
from domain.targets.reading.blocks import (
    HEADER_BYTES,
    Block,
    Crashed,
    End,
    ReadRequest,
    Refused,
    Said,
)
from domain.targets.reading.cells import RowProblem
from domain.targets.reading.kinds import FileKind
from domain.targets.reading.mapping import Columns
from domain.targets.reading.staging import (
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
    try:
        yield from _blocks(request)
    except ImportFileRefused as refusal:
        yield Refused(code=refusal.code, message=refusal.message)
    except DAMAGE:
        broken = FileBroken("it is damaged or was cut off. Send it again.")
        yield Refused(code=broken.code, message=broken.message)
    except MemoryError:
        too_large = FileUnpacksTooLarge("it needs more memory than an import may have. Split it.")
        yield Refused(code=too_large.code, message=too_large.message)
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        name = Path(place.filename).name
        yield Crashed(where=f"{type(error).__name__} in {name}:{place.lineno}")


def _blocks(request: ReadRequest) -> Iterator[Said]:
    table = open_table(Path(request.path), FileKind(request.kind))
    columns = Columns(table, request)
    total = sum(1 for _ in islice(table.rows, request.skip))
    notes = [Reported(0, RowProblem("FILE_NOTE", note), "") for note in table.notes]
    if total:
        notes = []  # said by the run that this one resumes
    while rows := list(islice(table.rows, request.block_rows)):
        total += len(rows)
        map_ = columns.now()
        results = [staged(row, map_, country=request.country) for row in rows]
        good = [result for result in results if isinstance(result, Staged)]
        bad = [result for result in results if isinstance(result, Reported)]
        yield Block(
            rows=len(rows),
            staged=copy_staged(good),
            staged_rows=len(good),
            reported=copy_reported(notes + bad),
            reported_rows=len(bad),
            rows_total=_at_least(total, table),
        )
        notes = []
    if total == 0:
        raise FileEmpty
    yield End(rows_total=total)


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
