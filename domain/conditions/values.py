"""Texts of a list, read as what a condition says they are. Pure. Nothing is guessed."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

LONGEST_VALUE = 200

_NUMBER = re.compile(r"[+-]?\d{1,18}([.,]\d{1,12})?")
_THOUSANDS_OR_FRACTION = re.compile(r"[+-]?\d{1,3},\d{3}")
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})([T ].*)?")
_RELATIVE = re.compile(r"today(?:([+-]\d{1,4}))?", re.IGNORECASE)
_YES = frozenset({"true", "yes", "1", "on"})
_NO = frozenset({"false", "no", "0", "off"})


@dataclass(frozen=True, slots=True)
class RelativeDay:
    """A day counted from today, where the contact is."""

    days: int

    def resolved(self, today: date) -> date:
        """The day that it is, seen from a day."""
        return today + timedelta(days=self.days)


Value = str | Decimal | date | RelativeDay | bool | int


def text_of(text: str) -> str:
    """What texts are compared by: without blanks around them, whatever the case."""
    return text.strip().casefold()


def number_of(text: str) -> Decimal:
    """The number; a point or a comma may stand before the fraction. Raises ValueError.

    1,234 is refused, since it is two numbers, by country.
    """
    bare = text.strip().replace(" ", "").replace("\u00a0", "").replace("\u202f", "")
    if _THOUSANDS_OR_FRACTION.fullmatch(bare):
        raise ValueError("may be thousands or a fraction; write 1234 or 1.234")
    if not _NUMBER.fullmatch(bare):
        raise ValueError("is not a number")
    try:
        return Decimal(bare.replace(",", "."))
    except InvalidOperation:
        raise ValueError("is not a number") from None


def day_of(text: str) -> date:
    """The day of an ISO date or instant, as 2026-03-02. Raises ValueError."""
    found = _DAY.fullmatch(text.strip())
    try:
        return date.fromisoformat(found[1] if found else "")
    except ValueError:
        raise ValueError("is not a date as 2026-03-02") from None


def wanted_day_of(text: str) -> date | RelativeDay:
    """As `day_of`, or `today`, `today+7`, `today-30`. Raises ValueError."""
    if found := _RELATIVE.fullmatch(text.strip()):
        return RelativeDay(int(found[1] or 0))
    return day_of(text)


def truth_of(text: str) -> bool:
    """Whether it says yes: true, yes, 1, on or their opposites. Raises ValueError."""
    word = text.strip().lower()
    if word in _YES | _NO:
        return word in _YES
    raise ValueError("is neither true nor false")
