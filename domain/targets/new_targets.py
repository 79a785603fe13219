"""A contact as somebody says it, and as a row to insert."""

import unicodedata
from dataclasses import dataclass, field, replace

from domain.targets.contact_numbers import NumberType, NumberWindow
from domain.targets.importing.columns import MAX_NUMBERS, MAX_VARIABLE_NAME, ColumnMap
from domain.targets.number_windows import text_of_windows
from domain.targets.numbers import MISSING
from domain.targets.reading.cells import Cell, RowProblem, text_of
from domain.targets.reading.staging import (
    MAX_SHOWN,
    TOO_MANY_NUMBERS,
    Reported,
    Staged,
    staged,
)

NAME_INVALID = RowProblem(
    "VARIABLE_NAME_INVALID",
    f"A variable's name must be 1 to {MAX_VARIABLE_NAME} characters, without control characters.",
)


@dataclass(frozen=True, slots=True)
class NewNumber:
    """One number of a contact. `windows`: when it may be called; none: as the campaign says."""

    number: str
    type: NumberType = NumberType.OTHER
    windows: tuple[NumberWindow, ...] = ()


@dataclass(frozen=True, slots=True)
class NewTarget:
    """One contact to dial. Numbers are tried in order."""

    numbers: tuple[str | NewNumber, ...]
    name: str = ""
    caller_id: str | None = None
    priority: int | None = None  # None: the addition's
    timezone: str | None = None
    variables: dict[str, str] = field(default_factory=dict)


def pasted(text: str) -> list[NewTarget]:
    """One target a line: a number, then a name if a tab, comma or semicolon follows."""
    rows = []
    for line in text.splitlines():
        number, name = line, ""
        for separator in "\t;,":
            if separator in line:
                number, _, name = line.partition(separator)
                break
        rows.append(NewTarget(numbers=(number,), name=name.strip()))
    return rows


def staged_target(number: int, row: NewTarget, country: str | None) -> Staged | Reported | None:
    """What becomes of the contact that is the row of that number; None: a line without text."""
    if not row.numbers:
        return Reported(number, MISSING, "")
    for name in row.variables:
        if not _is_name(name):
            return Reported(number, NAME_INVALID, text_of(name)[:MAX_SHOWN])
    given = [NewNumber(each) if isinstance(each, str) else each for each in row.numbers]
    numbers, beyond = given[:MAX_NUMBERS], given[MAX_NUMBERS:]
    after = len(numbers)
    last = after + 4 + len(row.variables)
    columns = ColumnMap(
        phones=tuple(range(after)),
        types=tuple(each.type for each in numbers),
        hours={i: last + i for i, each in enumerate(numbers) if each.windows},
        name=after,
        caller_id=after + 1,
        priority=after + 2,
        timezone=after + 3,
        variables=dict(enumerate(row.variables, start=after + 4)),
    )
    cells: list[Cell] = [
        *(each.number for each in numbers),
        row.name,
        row.caller_id,
        row.priority,
        row.timezone,
        *row.variables.values(),
        *(text_of_windows(each.windows) for each in numbers),
    ]
    result = staged((number, cells), columns, country=country)
    if isinstance(result, Staged) and beyond:
        shown = text_of(beyond[0].number)[:MAX_SHOWN]
        without = Reported(number, TOO_MANY_NUMBERS, shown, added=True)
        return replace(result, without=(*result.without, without))
    return result


def _is_name(name: str) -> bool:
    """Whether agents can be shown a variable by that name."""
    kinds = {unicodedata.category(letter) for letter in name}
    return bool(name.strip()) and len(name) <= MAX_VARIABLE_NAME and not kinds & {"Cc", "Cs"}
