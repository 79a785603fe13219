"""A row of a file as a row to insert, or as a problem to report."""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID
from zoneinfo import available_timezones

import orjson

from domain.core.ids import new_id
from domain.targets.contact_numbers import ContactNumber, NumberType, numbers_to_store
from domain.targets.importing.columns import MAX_NUMBERS, ColumnMap
from domain.targets.number_windows import windows_of_text
from domain.targets.numbers import MISSING, e164
from domain.targets.reading.cells import Cell, Row, RowProblem, text_of

MAX_NAME = 200
MAX_VARIABLE = 2_000
MAX_SHOWN = 64  # characters of a wrong cell that are kept for the report
PRIORITIES = range(1, 11)  # 10 is dialed first
TOO_MANY_NUMBERS = RowProblem(
    "TOO_MANY_NUMBERS",
    f"Added without the numbers after its first {MAX_NUMBERS}, the most that a contact may have.",
)


@dataclass(frozen=True, slots=True)
class Staged:
    """A row that is ready to become a contact and a target."""

    row: int
    number: str  # E.164, dialed first
    name: str = ""
    caller_id: str | None = None
    priority: int | None = None  # None: the batch's
    timezone: str | None = None
    variables: dict[str, str] = field(default_factory=dict)
    numbers: str | None = None  # all of them as the row keeps them, if there is more to say
    without: tuple["Reported", ...] = ()  # other numbers that the row has, and why they are none


@dataclass(frozen=True, slots=True)
class Reported:
    """A row that becomes no target, or not all of it, and why. `value` is what is wrong."""

    row: int
    problem: RowProblem
    value: str
    added: bool = False  # the row became a target all the same


def staged(row: Row, columns: ColumnMap, *, country: str | None) -> Staged | Reported | None:
    """What becomes of a row; None for one without any text."""
    number, cells = row
    if isinstance(cells, RowProblem):
        return Reported(number, cells, "")
    width = len(cells)

    def cell(position: int | None) -> Cell:
        return cells[position] if position is not None and position < width else None

    found: dict[str, int] = {}  # where it stands
    refused: tuple[RowProblem, Cell] | None = None
    wrong_ones: list[Reported] = []
    for position in columns.phones:
        if len(found) == MAX_NUMBERS and text_of(cell(position)):
            shown = _one_line(cell(position))[:MAX_SHOWN]
            wrong_ones.append(Reported(number, TOO_MANY_NUMBERS, shown, added=True))
            break
        phone = e164(cell(position), country=country)
        if isinstance(phone, str):
            found.setdefault(phone, position)
            continue
        if refused is None or refused[0] is MISSING:
            refused = phone, cell(position)
        if phone is not MISSING:
            why = f"Added without one of its numbers. {phone.message}"
            shown = _one_line(cell(position))[:MAX_SHOWN]
            wrong_ones.append(
                Reported(number, RowProblem("OTHER_NUMBER_INVALID", why), shown, added=True)
            )
    if not found:
        problem, wrong = refused or (MISSING, None)
        if problem is MISSING and not any(text_of(other) for other in cells):
            return None
        return Reported(number, problem, _one_line(wrong)[:MAX_SHOWN])

    def report(code: str, message: str, wrong: Cell) -> Reported:
        return Reported(number, RowProblem(code, message), _one_line(wrong)[:MAX_SHOWN])

    name = _one_line(cell(columns.name))
    if len(name) > MAX_NAME:
        return report("NAME_TOO_LONG", f"The name has more than {MAX_NAME} characters.", name)

    caller_id: str | None = None
    if text_of(wrong := cell(columns.caller_id)):
        said = e164(wrong, country=country)
        if isinstance(said, RowProblem):
            return report("CALLER_ID_INVALID", f"The caller ID: {said.message}", wrong)
        caller_id = said

    priority: int | None = None
    if text := text_of(wrong := cell(columns.priority)):
        if not text.isdecimal() or int(text[:9]) not in PRIORITIES:
            return report("PRIORITY_INVALID", "The priority is not a number from 1 to 10.", wrong)
        priority = int(text)

    timezone = text_of(wrong := cell(columns.timezone)) or None
    if timezone is not None and timezone not in _timezones():
        return report("TIMEZONE_UNKNOWN", "Write the time zone as Europe/Warsaw.", wrong)

    try:
        numbers = _numbers(found, columns, cell)
    except ValueError as error:
        wrong = next((text for at in columns.hours.values() if (text := text_of(cell(at)))), "")
        return report("HOURS_INVALID", f"The calling hours of a number {error}.", wrong)

    variables: dict[str, str] = {}
    for position, called in columns.variables.items():
        if text := text_of(cell(position)):
            if len(text) > MAX_VARIABLE:
                message = f"{called} has more than {MAX_VARIABLE:,} characters."
                return report("VALUE_TOO_LONG", message, "")  # it may be a sensitive one
            variables[called] = text
    return Staged(
        row=number,
        number=next(iter(found)),
        name=name,
        caller_id=caller_id,
        priority=priority,
        timezone=timezone,
        variables=variables,
        numbers=numbers,
        without=tuple(wrong_ones),
    )


def _numbers(found: dict[str, int], columns: ColumnMap, cell: Callable[[int], Cell]) -> str | None:
    """What there is to keep of a contact's numbers. Raises ValueError for hours that are none."""
    if len(columns.phones) == 1 and not columns.types and not columns.hours:
        return None
    types = dict(zip(columns.phones, columns.types, strict=False))
    return numbers_to_store(
        [
            ContactNumber(
                phone,
                types.get(position, NumberType.OTHER),
                windows_of_text(text_of(cell(columns.hours[position])))
                if position in columns.hours
                else (),
            )
            for phone, position in found.items()
        ]
    )


def _one_line(cell: Cell) -> str:
    return " ".join(text_of(cell).split())


_known_timezones: frozenset[str] = frozenset()


def _timezones() -> frozenset[str]:
    global _known_timezones
    if not _known_timezones:
        _known_timezones = frozenset(available_timezones())
    return _known_timezones


def copy_staged(rows: Sequence[Staged]) -> bytes:
    """The rows as CSV for PostgreSQL's COPY, in the order of bulk.STAGED.

    Each gets the ids of its contact and target. They ascend, so that the order of the file is the
    order of dialing.
    """
    ids: list[UUID] = sorted(new_id() for _ in range(2 * len(rows)))
    lines = (
        (
            contact_id,
            target_id,
            row.row,
            row.number,
            row.name,
            row.caller_id,
            row.priority,
            row.timezone,
            orjson.dumps(row.variables).decode() if row.variables else "{}",
            row.numbers,
        )
        for row, contact_id, target_id in zip(rows, ids[::2], ids[1::2], strict=True)
    )
    return _csv(lines)


def copy_reported(rows: Sequence[Reported]) -> bytes:
    """The problems as CSV for PostgreSQL's COPY."""
    return _csv((row.row, row.problem.code, row.problem.message, row.value) for row in rows)


def _csv(lines: object) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(lines)  # type: ignore[arg-type]  # tuples of scalars
    return text.getvalue().encode("utf-8", "replace")
