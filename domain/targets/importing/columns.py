"""Which column of a file is what. Pure."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from domain.core.problems import Problems
from domain.targets.contact_numbers import NumberType
from domain.targets.errors import NoPhoneColumn
from domain.targets.importing.header_words import (
    SYSTEM_WORDS,
    formerly_plain_header,
    phone_type,
    plain_header,
)

MAX_NUMBERS = 10  # of one contact
MAX_VARIABLE_NAME = 64
NAMING_ROWS = 10  # by whose fields a file without a header row is known again

OTHER = NumberType.OTHER


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """What each column is, by its position from 0. None: the file has no such column."""

    phones: tuple[int, ...]  # in the order in which they are dialed
    types: tuple[NumberType, ...] = ()  # of the phones; shorter: the others are of no special type
    hours: dict[int, int] = field(default_factory=dict)  # by a phone's position: its hours'
    name: int | None = None
    caller_id: int | None = None
    priority: int | None = None
    timezone: int | None = None
    variables: dict[int, str] = field(default_factory=dict)  # the names agents see


_HOURS_AT_END = ("hours", "callinghours", "window", "callingwindow")
MEANINGS = frozenset(SYSTEM_WORDS) | {"phone", "phone_hours"}
_KNOWN = MEANINGS | {"skip"} | {f"phone:{type}" for type in NumberType}


def guess(headers: list[str]) -> ColumnMap:
    """What the columns are, by their headers.

    A second Phone column, or one called Phone 2, Mobile or Work Phone, is the contact's next
    number; Phone 2 Hours has the hours of the phone before it. Whatever is not known is a variable;
    two of one name become `City` and `City 2`. Raises NoPhoneColumn.
    """
    meant: dict[str, int] = {}
    phones: list[int] = []
    types: list[NumberType] = []
    hours: dict[int, int] = {}
    variables: dict[int, str] = {}
    for position, header in enumerate(headers):
        meaning = _meaning(header)
        if meaning == "phone" and len(phones) < MAX_NUMBERS:
            phones.append(position)
            types.append(phone_type(header) or OTHER)
        elif meaning == "phone_hours" and phones and phones[-1] not in hours:
            hours[phones[-1]] = position
        elif meaning in meant or meaning in ("phone", "phone_hours"):
            variables[position] = header
        elif meaning is not None:
            meant[meaning] = position
        elif header:
            variables[position] = header
    if not phones:
        raise NoPhoneColumn([header for header in headers if header])
    if len(phones) == 1:
        types = []  # a list of mobiles alone need not say so in each row
    return ColumnMap(
        phones=tuple(phones),
        types=tuple(types),
        hours=hours,
        variables=_distinct(variables),
        **meant,
    )


def is_phone(header: str) -> bool:
    """Whether the column reads like that of a number."""
    return _meaning(header) == "phone"


def is_system(header: str) -> bool:
    """Whether the column is a number, a name or the like, and no variable."""
    return _meaning(header) is not None


def _meaning(header: str) -> str | None:
    plain = plain_header(header)
    for meaning, names in SYSTEM_WORDS.items():
        if plain in names:
            return meaning
    if phone_type(header) is not None:
        return "phone"
    for end in _HOURS_AT_END:
        if plain.endswith(end) and phone_type(plain.removesuffix(end)) is not None:
            return "phone_hours"
    return None


def _distinct(names: dict[int, str]) -> dict[int, str]:
    """The names cut to length, later ones numbered where they would repeat."""
    taken: set[str] = set()
    result = {}
    for position, name in names.items():
        name = chosen = name[:MAX_VARIABLE_NAME]
        count = 1
        while chosen.casefold() in taken:
            count += 1
            chosen = f"{name[: MAX_VARIABLE_NAME - 4]} {count}"
        taken.add(chosen.casefold())
        result[position] = chosen
    return result


def chosen(headers: list[str], choices: Iterable[tuple[str, str]]) -> ColumnMap:
    """What the columns are, as a person said: pairs of header and meaning.

    A meaning is one of MEANINGS, `phone:<type>`, `variable:<name>`, or `skip`; `phone_hours` are
    those of the phone named before them. Columns not named are skipped. There may be more phones
    than MAX_NUMBERS: a row keeps the first that it has, and what it has beyond is reported.
    Headers that the file does not have are passed over, but for the phones'.
    """
    positions: dict[str, int] = {}
    plain: dict[str, int] = {}  # what is remembered holds for headers that differ no further
    for position, header in enumerate(headers):
        positions.setdefault(header.casefold(), position)
        plain.setdefault(plain_header(header), position)
    phones: list[int] = []
    types: list[NumberType] = []
    hours: dict[int, int] = {}
    meant: dict[str, int] = {}
    variables: dict[int, str] = {}
    for header, meaning in choices:
        found = positions.get(header.casefold(), plain.get(plain_header(header)))
        if found is None:
            continue
        kind, _, type = meaning.partition(":")
        if kind == "phone":
            phones.append(found)
            types.append(NumberType(type or OTHER))
        elif kind == "phone_hours":
            if phones:
                hours[phones[-1]] = found
        elif meaning in MEANINGS:
            meant[meaning] = found
        elif meaning.startswith("variable:"):
            variables[found] = meaning.removeprefix("variable:") or header
    if not phones:
        raise NoPhoneColumn([header for header in headers if header])
    return ColumnMap(
        phones=tuple(phones),
        types=tuple(types),
        hours=hours,
        variables=_distinct(variables),
        **meant,
    )


def choices_of(headers: list[str], columns: ColumnMap) -> list[tuple[str, str]]:
    """The map as pairs of header and meaning, one for each header, as `chosen` takes them."""
    meant: dict[int, str] = dict.fromkeys(columns.phones, "phone")
    for position, type in zip(columns.phones, columns.types, strict=False):
        meant[position] = f"phone:{type}" if type is not OTHER else "phone"
    meant |= dict.fromkeys(columns.hours.values(), "phone_hours")
    for meaning in MEANINGS - {"phone", "phone_hours"}:
        if (position := getattr(columns, meaning)) is not None:
            meant[position] = meaning
    meant |= {position: f"variable:{name}" for position, name in columns.variables.items()}
    return [(header, meant.get(i, "skip")) for i, header in enumerate(headers) if header]


def signature(headers: list[str]) -> str:
    """What files with the same headers have in common, SHA-256 in hex.

    Where records name their own fields, the headers are those of the first NAMING_ROWS.
    """
    return _digest(plain_header(header) for header in headers)


def signatures(headers: list[str]) -> tuple[str, ...]:
    """All by which a choice for these headers may be kept: today's first, then that of old rows."""
    return signature(headers), _digest(formerly_plain_header(header) for header in headers)


def _digest(plain: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(plain).encode("utf-8", "replace")).hexdigest()


def check_columns(columns: Sequence[tuple[str, str]], problems: Problems) -> None:
    """Note meanings that are none, and the want of a phone."""
    for index, (header, meaning) in enumerate(columns):
        name = meaning.removeprefix("variable:")
        known = meaning in _KNOWN or meaning.startswith("variable:")
        problems.unless(known, f"columns.{index}.meaning", "is not known")
        problems.unless(len(name) <= MAX_VARIABLE_NAME, f"columns.{index}", "has a name too long")
        problems.unless(bool(header), f"columns.{index}.header", "must not be empty")
    phones = any(meaning.partition(":")[0] == "phone" for _, meaning in columns)
    problems.unless(phones or not columns, "columns", "must have a phone")
