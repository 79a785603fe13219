"""Phone numbers as people write them."""

from datetime import date

import phonenumbers
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from domain.targets.numbers import COUNTRIES, _the_long_way, e164
from domain.targets.quick_numbers import quick_e164
from domain.targets.reading.cells import Cell, Oddity, RowProblem


@pytest.mark.parametrize(
    ("cell", "country", "expected"),
    [
        ("050-234-5678", "IL", "+972502345678"),
        ("502345678", "IL", "+972502345678"),
        (502345678.0, "IL", "+972502345678"),
        ("+1 (202) 555-0123", "IL", "+12025550123"),
        ("8 (912) 345-67-89", "RU", "+79123456789"),
        ("512 345 678", "PL", "+48512345678"),
        ("٠٥٠٢٣٤٥٦٧٨", "IL", "+972502345678"),
        ('="0502345678"', "IL", "+972502345678"),
        ("'0502345678", "IL", "+972502345678"),
        ("972502345678", None, "+972502345678"),
        ("00972502345678", None, "+972502345678"),
        (972502345678, None, "+972502345678"),
        (None, "IL", "NUMBER_MISSING"),
        ("  ", "IL", "NUMBER_MISSING"),
        ("5.01E+08", "IL", "NUMBER_ROUNDED"),
        ("call me", "IL", "NUMBER_INVALID"),
        ("12", "IL", "NUMBER_INVALID"),
        (True, "IL", "NUMBER_INVALID"),
        (5.5, "IL", "NUMBER_INVALID"),
        (date(2026, 3, 2), "IL", "NUMBER_IS_DATE"),
        (Oddity("#REF!"), "IL", "NUMBER_IS_FORMULA"),
        ("0502345678", None, "NUMBER_WITHOUT_COUNTRY"),
    ],
)
def test_a_cell_is_a_number_in_e164_or_says_why_not(
    cell: Cell, country: str | None, expected: str
) -> None:
    found = e164(cell, country=country)
    assert (found.code if isinstance(found, RowProblem) else found) == expected


@pytest.mark.parametrize("country", sorted(COUNTRIES))
def test_the_quick_way_agrees_with_phonenumbers_in_every_country(country: str) -> None:
    for kind in range(11):
        example = phonenumbers.example_number_for_type(country, kind)
        if example is None:
            continue
        for form in range(3):
            text = phonenumbers.format_number(example, form)
            for changed in (text, text[:-1], text + "1", "0" + text, text.lstrip("0+")):
                quick = quick_e164(changed, country=country)
                assert quick is None or quick == _the_long_way(changed, country=country)


@settings(max_examples=1_000)
@example("AC", "04930000", "+")
@given(
    st.sampled_from(sorted(COUNTRIES)),
    st.text("0123456789", min_size=4, max_size=14),
    st.sampled_from(["", "+", "00", "011", "+1", "+7", "+44", "+972"]),
)
def test_the_quick_way_agrees_with_phonenumbers_on_any_digits(
    country: str, digits: str, prefix: str
) -> None:
    text = prefix + digits
    quick = quick_e164(text, country=country)
    assert quick is None or quick == _the_long_way(text, country=country)


def test_usual_spellings_take_the_quick_way() -> None:
    usual = [("0502345678", "IL"), ("+972 50-234-5678", "US"), ("(202) 555-0123", "US")]
    assert None not in [quick_e164(text, country=country) for text, country in usual]
