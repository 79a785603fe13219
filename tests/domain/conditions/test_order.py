"""The key that targets are ordered by compares as the values do."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.conditions.order import TEXT_BYTES, Order, order_key
from domain.conditions.parts import Kind
from domain.conditions.values import number_of, text_of

AMOUNT = Order("Amount", Kind.NUMBER)
AMOUNT_DOWN = Order("Amount", Kind.NUMBER, descending=True)
NUMBERS = st.integers(-(10**14), 10**14).map(lambda n: f"{n / 100:.2f}")


def key(order: Order, text: str) -> bytes:
    return order_key([order], {order.variable: text})


@given(NUMBERS, NUMBERS)
def test_numbers_compare_as_numbers_up_and_down(one: str, other: str) -> None:
    less = float(number_of(one)) < float(number_of(other))
    assert (key(AMOUNT, one) < key(AMOUNT, other)) is less
    assert (key(AMOUNT_DOWN, other) < key(AMOUNT_DOWN, one)) is less


@given(st.integers(0, 40_000), st.integers(0, 40_000))
def test_days_compare_as_days(one: int, other: int) -> None:
    since = Order("Since", Kind.DATE)
    days = [str(date(1990, 1, 1) + timedelta(days=n)) for n in (one, other)]
    assert (key(since, days[0]) < key(since, days[1])) is (one < other)


@given(st.text(max_size=8), st.text(max_size=8))
def test_texts_compare_by_their_letters_whatever_the_case(one: str, other: str) -> None:
    city = Order("City", Kind.TEXT)
    bare = [text_of(text).encode()[:TEXT_BYTES] for text in (one, other)]
    if all(bare) and b"\x00" not in bare[0] + bare[1]:
        assert (key(city, one) < key(city, other)) is (bare[0] < bare[1])


@pytest.mark.parametrize("order", [AMOUNT, AMOUNT_DOWN])
@pytest.mark.parametrize("text", ["", "unknown", "1,234"])
def test_what_has_no_number_comes_last_either_way(order: Order, text: str) -> None:
    assert key(order, text) > max(key(order, "-10"), key(order, "-999999"), key(order, "999999"))


def test_the_second_field_decides_among_equals() -> None:
    by = [Order("VIP", Kind.BOOLEAN, descending=True), AMOUNT]
    people = [
        {"VIP": "no", "Amount": "1"},
        {"VIP": "yes", "Amount": "30"},
        {"VIP": "yes", "Amount": "4"},
        {"Amount": "0"},
    ]
    found = sorted(people, key=lambda person: order_key(by, person))
    assert [person["Amount"] for person in found] == ["4", "30", "1", "0"]
