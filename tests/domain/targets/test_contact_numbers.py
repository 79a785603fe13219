"""Which number of a contact is dialed after which outcome."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calls.rules import Disposition
from domain.campaigns.rules import DEFAULT_RETRY_DELAYS_S
from domain.targets.contact_numbers import (
    ContactNumber,
    ContactNumbers,
    NumberType,
    NumberWindow,
    numbers_to_store,
)
from domain.targets.number_windows import text_of_windows, windows_of_text
from domain.targets.rules import ClosedReason, Outcome, TargetState, after_attempt

AT = datetime(2026, 3, 2, 10, tzinfo=UTC)
FIRST, SECOND, THIRD = "+12025550001", "+12025550002", "+12025550003"
THREE = ContactNumbers((ContactNumber(FIRST), ContactNumber(SECOND), ContactNumber(THIRD)))
MOVES = (Disposition.BUSY, Disposition.NO_ANSWER, Disposition.MACHINE, Disposition.INVALID)


def dialed(
    numbers: ContactNumbers,
    number: str,
    disposition: Disposition,
    *,
    at: datetime = AT,
    attempts: int = 1,
    max_attempts: int = 9,
    delays: dict[Disposition, int] | None = None,
) -> Outcome:
    return after_attempt(
        disposition,
        attempts=attempts,
        max_attempts=max_attempts,
        retry_delays_s=DEFAULT_RETRY_DELAYS_S if delays is None else delays,
        ended_at=at,
        number=number,
        numbers=numbers,
    )


def next_of(outcome: Outcome) -> str:
    assert outcome.numbers is not None
    return outcome.numbers.next


@pytest.mark.parametrize("disposition", MOVES)
def test_a_number_that_does_not_reach_the_contact_gives_way_to_the_next_at_once(
    disposition: Disposition,
) -> None:
    outcome = dialed(THREE, FIRST, disposition)

    assert (outcome.state, outcome.next_at, next_of(outcome)) == (TargetState.RETRY, AT, SECOND)


@pytest.mark.parametrize("disposition", [Disposition.ABANDONED, Disposition.CONGESTION])
def test_what_says_nothing_about_the_number_is_tried_again_at_it(disposition: Disposition) -> None:
    outcome = dialed(THREE, FIRST, disposition)

    delay = timedelta(seconds=DEFAULT_RETRY_DELAYS_S[disposition])
    assert (outcome.next_at, next_of(outcome)) == (AT + delay, FIRST)


def test_when_all_were_tried_the_first_comes_again_after_its_delay() -> None:
    numbers, at = THREE, AT
    for number, after in ((FIRST, SECOND), (SECOND, THIRD), (THIRD, FIRST)):
        outcome = dialed(numbers, number, Disposition.NO_ANSWER, at=at)
        assert outcome.numbers is not None
        numbers, at = outcome.numbers, at + timedelta(minutes=1)
        assert numbers.next == after

    assert outcome.next_at == AT + timedelta(hours=1)


def test_of_all_that_were_tried_the_one_whose_delay_is_shortest_comes_first() -> None:
    outcome = dialed(THREE, FIRST, Disposition.NO_ANSWER)
    for number, disposition in ((SECOND, Disposition.BUSY), (THIRD, Disposition.MACHINE)):
        assert outcome.numbers is not None
        outcome = dialed(outcome.numbers, number, disposition)

    assert (outcome.next_at, next_of(outcome)) == (AT + timedelta(minutes=5), SECOND)


def test_an_invalid_number_is_given_up_and_not_the_contact() -> None:
    outcome = dialed(THREE, FIRST, Disposition.INVALID)
    assert outcome.numbers is not None
    assert [each.number for each in outcome.numbers.in_turn()] == [SECOND, THIRD]

    for number in (SECOND, THIRD):
        assert outcome.numbers is not None
        outcome = dialed(outcome.numbers, number, Disposition.INVALID)
    assert (outcome.state, outcome.reason) == (TargetState.CLOSED, ClosedReason.INVALID)


def test_an_outcome_that_is_not_retried_gives_up_the_number_and_dials_the_others() -> None:
    outcome = dialed(THREE, FIRST, Disposition.FAX)

    assert (outcome.state, next_of(outcome)) == (TargetState.RETRY, SECOND)
    last = dialed(ContactNumbers((ContactNumber(FIRST),)), FIRST, Disposition.FAX)
    assert (last.state, last.reason) == (TargetState.CLOSED, ClosedReason.FINAL)


def test_attempts_count_per_contact() -> None:
    outcome = dialed(THREE, SECOND, Disposition.BUSY, attempts=3, max_attempts=3)

    assert outcome.reason is ClosedReason.ATTEMPTS_EXHAUSTED


def test_who_was_reached_is_called_at_no_other_number() -> None:
    outcome = dialed(THREE, SECOND, Disposition.CONNECTED)

    assert (outcome.state, outcome.reason) == (TargetState.CLOSED, ClosedReason.CONNECTED)
    assert outcome.numbers is not None
    tried = outcome.numbers.find(SECOND)
    assert tried is not None
    assert (tried.attempts, tried.last_disposition) == (1, Disposition.CONNECTED)


OUTCOMES = st.sampled_from([each for each in Disposition if each is not Disposition.NOT_PLACED])


@given(
    outcomes=st.lists(OUTCOMES, min_size=1, max_size=20),
    delays=st.dictionaries(OUTCOMES, st.integers(0, 90_000)),
    count=st.integers(1, 10),
)
def test_a_contact_that_waits_always_has_a_number_that_is_due_by_then(
    outcomes: list[Disposition], delays: dict[Disposition, int], count: int
) -> None:
    numbers = ContactNumbers(tuple(ContactNumber(f"+1202555{n:04}") for n in range(count)))
    at = AT
    for attempts, disposition in enumerate(outcomes, start=1):
        number = numbers.in_turn()[0].number
        outcome = dialed(
            numbers, number, disposition, at=at, attempts=attempts, max_attempts=30, delays=delays
        )
        assert outcome.numbers is not None
        assert ContactNumbers.read(outcome.numbers.stored()) == outcome.numbers
        assert sum(each.attempts for each in outcome.numbers.list) == attempts
        if outcome.state is TargetState.CLOSED:
            return
        assert outcome.next_at is not None
        first = outcome.numbers.in_turn()[0]
        assert first.next_at is None or first.next_at <= outcome.next_at
        assert at <= outcome.next_at
        numbers, at = outcome.numbers, outcome.next_at + timedelta(seconds=30)


def test_one_plain_number_needs_no_more_than_itself() -> None:
    assert numbers_to_store([ContactNumber(FIRST)]) is None
    assert numbers_to_store([ContactNumber(FIRST, NumberType.WORK)]) is not None
    assert numbers_to_store([ContactNumber(FIRST), ContactNumber(SECOND)]) is not None


@pytest.mark.parametrize(
    ("text", "windows"),
    [
        ("", ()),
        (
            "Mon-Fri 9:00-17:00",
            (
                NumberWindow(
                    ("monday", "tuesday", "wednesday", "thursday", "friday"), "09:00", "17:00"
                ),
            ),
        ),
        (
            "fri-mon 10:00\u201312:30 ; Wednesday 00:00-24:00",
            (
                NumberWindow(("monday", "friday", "saturday", "sunday"), "10:00", "12:30"),
                NumberWindow(("wednesday",), "00:00", "24:00"),
            ),
        ),
    ],
)
def test_hours_are_read_as_people_write_them(text: str, windows: tuple[NumberWindow, ...]) -> None:
    assert windows_of_text(text) == windows
    assert windows_of_text(text_of_windows(windows)) == windows


@pytest.mark.parametrize(
    "text",
    [
        "always",
        "Mon 9-17",
        "Mon 17:00-09:00",
        "T 09:00-10:00",
        "Mon-Foo 09:00-10:00",
        "25:00-26:00",
    ],
)
def test_what_is_no_hours_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must"):
        windows_of_text(text)
