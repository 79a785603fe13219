"""What a cell of a file may hold, and how it reads as text."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time


@dataclass(frozen=True, slots=True)
class Oddity:
    """A cell that is neither text nor a number: a formula without a result, or an error."""

    text: str


LOST = Oddity("")  # a cell that points to a text which the file does not have

Cell = str | int | float | bool | datetime | date | time | Oddity | None


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Why a row, or a pasted line, did not become a target. `code` is stable."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Remark:
    """What of a row was left out, though the rest of it may become a target."""

    row: int
    problem: RowProblem
    value: str = ""


# The row's number as the file's own program counts, and its cells, or why there are none.
Row = tuple[int, list[Cell] | RowProblem]

_QUOTED_NUMBER = re.compile(r'="([^"]*)"')


def text_of(cell: Cell) -> str:
    """The cell as a person reads it: no trailing .0, dates as 2026-03-02, no blanks around."""
    match cell:
        case None:
            return ""
        case str():
            return _clean(cell)
        case bool():
            return "TRUE" if cell else "FALSE"
        case int():
            return str(cell)
        case float():
            # A spreadsheet shows 15 digits; the file may say 0.30000000000000004.
            return f"{cell:.0f}" if cell.is_integer() and abs(cell) < 1e15 else f"{cell:.15g}"
        case datetime():
            at_midnight = cell.time() == time()
            return cell.date().isoformat() if at_midnight else cell.isoformat(" ", "seconds")
        case date() | time():
            return cell.isoformat()
        case Oddity():
            return cell.text


def _clean(text: str) -> str:
    if "\0" in text:  # PostgreSQL has no such character
        text = text.replace("\0", "")
    if not text.isprintable():
        text = text.encode("utf-8", "replace").decode()  # a lone surrogate from JSON
    text = text.strip()
    if text.startswith('="') and (quoted := _QUOTED_NUMBER.fullmatch(text)):
        return quoted[1].strip()  # how people keep a CSV's leading zeros through Excel
    return text
