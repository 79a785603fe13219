"""The process that writes a file: rows come in as CSV, which is how PostgreSQL sends them.

Started by domain/targets/exporting/writer.py with a kind, a path and a sheet's title as arguments;
says on standard output how many rows are written, one number a line, and ends with the word
"done". Ends with status DISK_STATUS where the disk is full or gone.
"""

import csv
import io
import os
import re
import sys
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import TextIO

from openpyxl import Workbook
from rustpy_xlsxwriter import write_worksheet

from domain.core.files import DISK_GONE
from domain.targets.reading.delimited import MAX_LINE_CHARACTERS
from domain.targets.writing import DISK_STATUS

SAY_EVERY = 5_000  # rows
Say = Callable[[int], None]

# A cell that begins so may be run as a formula by a spreadsheet that opens a CSV (CWE-1236).
_FORMULA = re.compile(r"[=+\-@\t\r\n]")
# How the fast library tells what the system said: in words, without an errno.
_SYSTEM_SAID = re.compile(r"[(]os error ([0-9]+)[)]")
_NUMBER = re.compile(r"[+-]?[0-9]+([.][0-9]+)?")


def harmless(cell: str) -> str:
    """The cell as a spreadsheet shows it and never runs it. Numbers stay as they are."""
    return f"'{cell}" if _FORMULA.match(cell) and not _NUMBER.fullmatch(cell) else cell


def write_csv(rows: Iterator[list[str]], path: Path, title: str, say: Say) -> None:
    """Write all rows, the header first, with the mark that makes Excel read UTF-8."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        for count, row in enumerate(rows):
            writer.writerow([harmless(cell) for cell in row])
            if count % SAY_EVERY == 0:
                say(count)


def write_xlsx(rows: Iterator[list[str]], path: Path, title: str, say: Say) -> None:
    """Write all rows, the header first. Texts are cells of text, so none of them can run."""
    header = next(rows)
    first = next(rows, None)
    if first is None:  # the fast library writes no header without a row
        book = Workbook(write_only=True)
        book.create_sheet(title).append(header)
        book.save(path)
        return

    def records() -> Iterator[dict[str, str | float]]:
        for count, row in enumerate(chain([first], rows), start=1):
            yield {name: _typed(name, cell) for name, cell in zip(header, row, strict=True)}
            if count % SAY_EVERY == 0:
                say(count)

    write_worksheet(records(), str(path), sheet_name=title, bold_headers=True, freeze_row=1)


def _typed(name: str, cell: str) -> str | float:
    return float(cell) if cell and name.endswith(" in sec") else cell


WRITERS = {"csv": write_csv, "xlsx": write_xlsx}


def main() -> None:
    """Write what comes on standard input to the file that the arguments name."""
    os.nice(5)  # floors of the same machine come first
    csv.field_size_limit(MAX_LINE_CHARACTERS)
    _, kind, path, title = sys.argv
    source: TextIO = io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8", newline="")

    def say(count: int) -> None:
        sys.stdout.write(f"{count}\n")
        sys.stdout.flush()

    try:
        WRITERS[kind](csv.reader(source), Path(path), title, say)
    except Exception as error:
        if is_of_the_disk(error):
            sys.exit(DISK_STATUS)
        raise
    sys.stdout.write("done\n")


def is_of_the_disk(error: Exception) -> bool:
    """Whether this was raised because the disk is full or gone."""
    said = _SYSTEM_SAID.search(str(error))
    return (getattr(error, "errno", None) or (said and int(said[1]))) in DISK_GONE
