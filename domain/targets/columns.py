"""Which column of a file is what. Pure."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from domain.core.problems import Problems
from domain.targets.errors import MAX_COLUMNS, NoPhoneColumn, TooManyColumns

MAX_NUMBERS = 10  # of one contact
MAX_VARIABLE_NAME = 64

# The template's green columns, as people and other programs call them.
_PHONE = """phone number phonenumber telephone tel mobile mobilephone cell cellphone msisdn
    phonenum contactnumber טלפון נייד סלולרי телефон номер мобильный номертелефона telefon numer
    komorka numertelefonu telefonkomorkowy telefono telefone telephonenumber handy"""
_NAME = """customername name fullname customer contact contactname client clientname שם שםמלא
    שםהלקוח имя фио клиент nazwa imie imieinazwisko klient nombre nom nome"""
_CALLER_ID = "callerid cli ani מזההמתקשר аон caller numerdzwoniacy"
_PRIORITY = "priority prio עדיפות приоритет priorytet prioridad"
_TIMEZONE = "timezone tz אזורזמן часовойпояс strefaczasowa"


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """What each column is, by its position from 0. None: the file has no such column."""

    phones: tuple[int, ...]  # in the order in which they are dialed
    name: int | None = None
    caller_id: int | None = None
    priority: int | None = None
    timezone: int | None = None
    variables: dict[int, str] = field(default_factory=dict)  # the names agents see


def _words(names: str) -> frozenset[str]:
    return frozenset(plain_header(name) for name in names.split())


def plain_header(header: str) -> str:
    """A header without case, spaces, punctuation, and the usual Polish and Spanish accents."""
    folded = header.casefold().translate(str.maketrans("ąćęłńóśźżáéíúñ", "acelnoszzaeiun"))
    return re.sub(r"[\W_]+", "", folded)


_SYSTEM = {
    "phone": _words(_PHONE),
    "name": _words(_NAME),
    "caller_id": _words(_CALLER_ID),
    "priority": _words(_PRIORITY),
    "timezone": _words(_TIMEZONE),
}
MEANINGS = frozenset(_SYSTEM)


def guess(headers: list[str]) -> ColumnMap:
    """What the columns are, by their headers.

    A second Phone column, or one called Phone 2, is the contact's next number. Whatever is not
    known is a variable; two of one name become `City` and `City 2`. Raises NoPhoneColumn and
    TooManyColumns.
    """
    if len(headers) > MAX_COLUMNS:
        raise TooManyColumns
    meant: dict[str, int] = {}
    phones: list[int] = []
    variables: dict[int, str] = {}
    for position, header in enumerate(headers):
        meaning = _meaning(header)
        if meaning == "phone" and len(phones) < MAX_NUMBERS:
            phones.append(position)
        elif meaning is not None and meaning != "phone" and meaning not in meant:
            meant[meaning] = position
        elif header:
            variables[position] = header
    if not phones:
        raise NoPhoneColumn([header for header in headers if header])
    return ColumnMap(phones=tuple(phones), variables=_distinct(variables), **meant)


def _meaning(header: str) -> str | None:
    plain = plain_header(header)
    for meaning, names in _SYSTEM.items():
        if plain in names:
            return meaning
    stem = plain.rstrip("0123456789")
    return "phone" if stem != plain and stem in _SYSTEM["phone"] else None


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

    A meaning is one of MEANINGS, `variable:<name>`, or `skip`. Columns not named are skipped.
    Headers that the file does not have are passed over, but for the phones'.
    """
    positions: dict[str, int] = {}
    for position, header in enumerate(headers):
        positions.setdefault(header.casefold(), position)
    phones: list[int] = []
    meant: dict[str, int] = {}
    variables: dict[int, str] = {}
    for header, meaning in choices:
        found = positions.get(header.casefold())
        if found is None:
            continue
        if meaning == "phone":
            phones.append(found)
        elif meaning in MEANINGS:
            meant[meaning] = found
        elif meaning.startswith("variable:"):
            variables[found] = meaning.removeprefix("variable:") or header
    if not phones:
        raise NoPhoneColumn([header for header in headers if header])
    return ColumnMap(phones=tuple(phones[:MAX_NUMBERS]), variables=_distinct(variables), **meant)


def choices_of(headers: list[str], columns: ColumnMap) -> list[tuple[str, str]]:
    """The map as pairs of header and meaning, one for each header, as `chosen` takes them."""
    meant: dict[int, str] = dict.fromkeys(columns.phones, "phone")
    for meaning in MEANINGS - {"phone"}:
        if (position := getattr(columns, meaning)) is not None:
            meant[position] = meaning
    meant |= {position: f"variable:{name}" for position, name in columns.variables.items()}
    return [(header, meant.get(i, "skip")) for i, header in enumerate(headers) if header]


def signature(headers: list[str]) -> str:
    """What files with the same headers have in common, SHA-256 in hex."""
    plain = "\0".join(plain_header(header) for header in headers)
    return hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()


def check_columns(columns: Sequence[tuple[str, str]], problems: Problems) -> None:
    """Note meanings that are none, and the want of a phone."""
    for index, (header, meaning) in enumerate(columns):
        name = meaning.removeprefix("variable:")
        known = meaning in MEANINGS or meaning == "skip" or meaning.startswith("variable:")
        problems.unless(known, f"columns.{index}.meaning", "is not known")
        problems.unless(len(name) <= MAX_VARIABLE_NAME, f"columns.{index}", "has a name too long")
        problems.unless(bool(header), f"columns.{index}.header", "must not be empty")
    phones = any(meaning == "phone" for _, meaning in columns)
    problems.unless(phones or not columns, "columns", "must have a phone")
