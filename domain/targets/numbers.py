"""Phone numbers as people write them, and as E.164. Pure."""

import re
from datetime import date, time

import phonenumbers

from domain.targets.quick_numbers import quick_e164
from domain.targets.reading.cells import LOST, Cell, Oddity, RowProblem, text_of

COUNTRIES = frozenset(phonenumbers.SUPPORTED_REGIONS)  # ISO 3166-1, as phonenumbers knows them

_ROUNDED = re.compile(r"[\d.,]+[eE][+-]?\d+")


MISSING = RowProblem("NUMBER_MISSING", "The phone number is missing.")
ROUNDED = RowProblem(
    "NUMBER_ROUNDED",
    "A spreadsheet rounded the number (as 5.01E+08). Format the column as text and type it again.",
)
DATE = RowProblem(
    "NUMBER_IS_DATE", "The phone number is a date. Format the column as text and type it again."
)
FORMULA = RowProblem(
    "NUMBER_IS_FORMULA", "The phone number is a formula without a result. Paste it as a value."
)
LOST_TEXT = RowProblem(
    "CELL_TEXT_LOST", "The cell points to a text that the file does not have. Save it again."
)
NOT_A_NUMBER = RowProblem("NUMBER_INVALID", "This is not a phone number.")
NO_COUNTRY = RowProblem(
    "NUMBER_WITHOUT_COUNTRY",
    "The number has no known country code. Write it as +, country code, number.",
)


def e164(cell: Cell, *, country: str | None) -> str | RowProblem:
    """The number in E.164, or why it is none.

    With a country (ISO 3166-1), national numbers are that country's and international ones begin
    with "+". Without, every number is international, with or without the "+".
    """
    if isinstance(cell, Oddity):
        return LOST_TEXT if cell == LOST else FORMULA
    if isinstance(cell, date | time):
        return DATE
    if isinstance(cell, bool):
        return NOT_A_NUMBER
    if isinstance(cell, float) and not cell.is_integer():
        return NOT_A_NUMBER
    text = text_of(cell).lstrip("'")
    if not text:
        return MISSING
    if _ROUNDED.fullmatch(text):
        return ROUNDED
    if country is None and not text.startswith(("+", "\uff0b")):
        text = "+" + text.removeprefix("00")
    if (quick := quick_e164(text, country=country)) is not None:
        return quick
    return _the_long_way(text, country=country)


def _the_long_way(text: str, *, country: str | None) -> str | RowProblem:
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException as refused:
        unknown = phonenumbers.NumberParseException.INVALID_COUNTRY_CODE
        return NO_COUNTRY if refused.error_type == unknown else NOT_A_NUMBER
    if not phonenumbers.is_valid_number(number):
        return RowProblem(
            "NUMBER_INVALID", f"No such number exists under country code +{number.country_code}."
        )
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
