"""Which of a contact's numbers may be dialed, and what is said when none may."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
import pytest

from domain.core.ids import new_id
from domain.eligibility.calendars import holiday_of
from domain.eligibility.hours import Place
from domain.eligibility.openings import Openings
from domain.eligibility.parts import BlockCode, Candidate, OnList, Past, Terms
from domain.eligibility.several import NumberFacts, candidates_of, number_to_dial
from domain.targets.contact_numbers import ContactNumber, ContactNumbers, NumberWindow

CAMPAIGN = UUID(int=1)
NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)  # a Monday, 10 in New York
FIRST, SECOND = "+12125550123", "+12125550124"
MORNING = NumberWindow(("monday",), "08:00", "12:00")
EVENING = NumberWindow(("monday",), "18:00", "21:00")
FOR_GOOD = NumberFacts(on_list=OnList("", None))


def judged(
    *numbers: ContactNumber,
    known: dict[str, NumberFacts] | None = None,
    due_at: datetime | None = None,
    first: str = "",
    guaranteed: bool = False,
    state: str = "retry",
) -> tuple[str, BlockCode | None, datetime | None]:
    candidates = candidates_of(
        Candidate(state, Place((), ""), due_at=due_at),
        FIRST,
        ContactNumbers(numbers, first),
        lambda number: (known or {}).get(number, NumberFacts()),
        timezone=None,
    )
    openings = Openings(Terms(CAMPAIGN, guaranteed=guaranteed), holiday_of)
    number, block = number_to_dial(candidates, openings, NOW)
    return number, block.code if block else None, block.ends_at if block else None


def test_the_first_that_may_be_called_is_dialed_beginning_with_the_next_one() -> None:
    one, two = ContactNumber(FIRST), ContactNumber(SECOND)

    assert judged(one, two) == (FIRST, None, None)
    assert judged(one, two, first=SECOND) == (SECOND, None, None)
    assert judged(one, two, known={FIRST: FOR_GOOD}) == (SECOND, None, None)
    assert judged(with_(one, given_up=True), two) == (SECOND, None, None)


def test_hours_of_a_number_are_those_of_where_it_is() -> None:
    one, two = (
        with_(ContactNumber(FIRST), windows=(EVENING,)),
        with_(ContactNumber(SECOND), windows=(MORNING,)),
    )

    assert judged(one, two) == (SECOND, None, None)
    assert judged(one) == (FIRST, BlockCode.OUTSIDE_HOURS, NOW.replace(hour=23))


def test_what_ends_first_is_named_and_holds_until_any_number_is_free() -> None:
    evening = with_(ContactNumber(FIRST), windows=(EVENING,))
    resting = with_(ContactNumber(SECOND), next_at=NOW + timedelta(minutes=5))

    assert judged(evening, ContactNumber(SECOND), known={SECOND: FOR_GOOD}) == (
        *(FIRST, BlockCode.OUTSIDE_HOURS, NOW.replace(hour=23)),
    )
    assert judged(evening, resting) == (FIRST, BlockCode.OUTSIDE_HOURS, resting.next_at)
    assert judged(resting) == (SECOND, BlockCode.RETRY_NOT_DUE, resting.next_at)
    both = {FIRST: FOR_GOOD, SECOND: FOR_GOOD}
    assert judged(ContactNumber(FIRST), ContactNumber(SECOND), known=both) == (
        *(FIRST, BlockCode.DO_NOT_CALL, None),
    )


def test_a_contact_that_is_not_due_or_closed_is_so_at_all_numbers() -> None:
    numbers = ContactNumber(FIRST), ContactNumber(SECOND)
    later = NOW + timedelta(hours=1)

    assert judged(*numbers, due_at=later) == (FIRST, BlockCode.RETRY_NOT_DUE, later)
    assert judged(*numbers, state="closed") == (FIRST, BlockCode.TARGET_CLOSED, None)
    assert judged(*numbers, state="dialing") == (FIRST, BlockCode.IN_CALL, None)


@pytest.mark.parametrize("guaranteed", [True, False])
def test_who_was_abandoned_at_one_number_waits_at_all(guaranteed: bool) -> None:
    then = NOW - timedelta(hours=1)
    abandoned = NumberFacts((Past(new_id(), CAMPAIGN, then, abandoned_at=then),))

    found = judged(
        ContactNumber(FIRST),
        ContactNumber(SECOND),
        known={SECOND: abandoned},
        guaranteed=guaranteed,
    )

    code = None if guaranteed else BlockCode.ABANDONED_LATELY
    assert found == (FIRST, code, None if guaranteed else then + timedelta(hours=72))


def with_(number: ContactNumber, **changes: object) -> ContactNumber:
    return msgspec.structs.replace(number, **changes)
