"""What an entry of a do-not-call list can be. Pure."""

import re
from dataclasses import dataclass
from datetime import MAXYEAR, datetime
from enum import StrEnum

from domain.targets.numbers import e164
from domain.targets.reading.cells import Cell, RowProblem, text_of


class SuppressionSource(StrEnum):
    """Where an entry comes from."""

    MANUAL = "manual"  # typed in by a supervisor, or added by another program
    CUSTOMER = "customer"  # the person asked for it, in a call or otherwise
    REGISTER = "register"  # a public do-not-call register
    IMPORT = "import"  # a file
    RULE = "rule"  # a rule of a campaign


MAX_REASON = 200
PREFIX_INVALID = RowProblem(
    "PREFIX_INVALID", "The beginning of numbers must be international, as in +1900*."
)

_PREFIX = re.compile(r"\+[1-9][0-9]{0,13}")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A number in E.164, or the beginning of such numbers."""

    text: str
    is_prefix: bool = False


def pattern_of(cell: Cell, *, country: str | None) -> Pattern | RowProblem:
    """What a cell or a line says is not to be called: a number, or a beginning with a star."""
    text = text_of(cell)
    if not text.endswith("*"):
        number = e164(cell, country=country)
        return number if isinstance(number, RowProblem) else Pattern(number)
    prefix = re.sub(r"[ ().-]", "", text[:-1]).lstrip("'")
    if not _PREFIX.fullmatch(prefix):
        return PREFIX_INVALID
    return Pattern(prefix, is_prefix=True)


def is_never(expires_at: datetime) -> bool:
    """Whether an expiry lies in the last year that there is: a usual way to write `never`.

    In another time zone such an instant may be in the year 10000, which no date can hold.
    """
    return expires_at.year == MAXYEAR
