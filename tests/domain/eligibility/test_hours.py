"""Calling windows in local time, days on which clocks change among them."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.eligibility.calendars import holiday_of
from domain.eligibility.hours import Hours, Period, Place, next_change, opens_after, shut_at

ALWAYS: tuple[Period, ...] = ((0, 1440),)
NEW_YORK, WARSAW = Place(("America/New_York",), "US"), Place(("Europe/Warsaw",), "PL")


def no_holidays(country: str, state: str, day: date) -> None:
    return None


def daily(*periods: Period, on_holidays: tuple[Period, ...] | None = None) -> Hours:
    return Hours("campaign", "a window", (periods,) * 7, on_holidays)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text + "+00:00")


@pytest.mark.parametrize(
    ("at", "place", "open_now"),
    [
        ("2026-01-15T12:59", NEW_YORK, False),  # 07:59 EST
        ("2026-01-15T13:00", NEW_YORK, True),  # 08:00 EST
        ("2026-01-16T01:59", NEW_YORK, True),  # 20:59 EST
        ("2026-01-16T02:00", NEW_YORK, False),  # 21:00 EST
        ("2026-07-15T11:59", NEW_YORK, False),  # 07:59 EDT
        ("2026-07-15T12:00", NEW_YORK, True),  # 08:00 EDT
        ("2026-03-07T12:59", NEW_YORK, False),  # the day before the clocks go forward
        ("2026-03-08T12:00", NEW_YORK, True),  # the day itself: 08:00 EDT
        ("2026-11-01T12:59", NEW_YORK, False),  # clocks went back: 07:59 EST
        ("2026-11-01T13:00", NEW_YORK, True),
        ("2026-03-29T05:59", WARSAW, False),  # clocks went forward: 07:59 CEST
        ("2026-03-29T06:00", WARSAW, True),
        ("2026-10-25T06:59", WARSAW, False),  # clocks went back: 07:59 CET
        ("2026-10-25T07:00", WARSAW, True),
    ],
)
def test_a_window_follows_the_clock_of_the_one_who_is_called(
    at: str, place: Place, open_now: bool
) -> None:
    window = daily((8 * 60, 21 * 60))
    assert (shut_at(utc(at), place, [window], no_holidays) is None) is open_now


@pytest.mark.parametrize(
    ("at", "place", "window", "opens"),
    [
        ("2026-01-15T02:30", NEW_YORK, (480, 1260), "2026-01-15T13:00"),
        ("2026-03-08T02:30", NEW_YORK, (480, 1260), "2026-03-08T12:00"),  # an hour earlier
        ("2026-11-01T02:30", NEW_YORK, (480, 1260), "2026-11-01T13:00"),  # an hour later
        # 02:30 does not exist on this day: it opens when the clocks jump to 03:00.
        ("2026-03-08T05:00", NEW_YORK, (150, 240), "2026-03-08T07:00"),
        # 02:00 to 03:00 does not exist at all: it opens the day after.
        ("2026-03-08T05:00", NEW_YORK, (120, 180), "2026-03-09T06:00"),
        # 01:30 comes twice: it opens at the first, shuts at 02:00, and 01:30 is not yet again.
        ("2026-11-01T04:00", NEW_YORK, (90, 120), "2026-11-01T05:30"),
        ("2026-11-01T06:10", NEW_YORK, (90, 120), "2026-11-01T06:30"),
        ("2026-03-29T00:00", WARSAW, (150, 240), "2026-03-29T01:00"),
    ],
)
def test_the_opening_is_told_to_the_minute_when_clocks_change(
    at: str, place: Place, window: Period, opens: str
) -> None:
    assert opens_after(utc(at), place, [daily(window)], no_holidays) == utc(opens)


def test_of_several_zones_all_must_allow_it() -> None:
    both = Place(("America/New_York", "America/Los_Angeles"), "US")
    window = [daily((8 * 60, 21 * 60))]
    shut = shut_at(utc("2026-01-15T13:30"), both, window, no_holidays)  # 08:30 and 05:30
    assert shut is not None
    assert shut.zone == "America/Los_Angeles"
    assert opens_after(utc("2026-01-15T13:30"), both, window, no_holidays) == utc(
        "2026-01-15T16:00"
    )
    assert shut_at(utc("2026-01-15T17:00"), both, window, no_holidays) is None


@pytest.mark.parametrize(
    ("at", "place", "name"),
    [
        ("2026-12-25T17:00", NEW_YORK, "Christmas Day"),
        ("2026-11-11T12:00", WARSAW, "National Independence Day"),
        ("2026-10-03T12:00", Place(("Europe/Berlin",), "DE"), "German Unity Day"),
        ("2026-12-06T12:00", Place(("Europe/Helsinki",), "FI"), "Independence Day"),
        ("2026-12-24T12:00", NEW_YORK, None),
    ],
)
def test_a_public_holiday_is_left_out_where_it_is_one(
    at: str, place: Place, name: str | None
) -> None:
    shut = shut_at(utc(at), place, [daily(*ALWAYS, on_holidays=())], holiday_of)
    assert (shut.holiday if shut else None) == name


def test_a_holiday_is_the_local_day_not_that_of_utc() -> None:
    rule = [daily(*ALWAYS, on_holidays=())]
    assert shut_at(utc("2026-12-26T04:59"), NEW_YORK, rule, holiday_of) is not None  # 23:59
    assert shut_at(utc("2026-12-26T05:00"), NEW_YORK, rule, holiday_of) is None
    assert opens_after(utc("2026-12-25T12:00"), NEW_YORK, rule, holiday_of) == utc(
        "2026-12-26T05:00"
    )


def test_a_window_that_never_opens_says_so() -> None:
    never = Hours("campaign", "a window", ((),) * 7)
    assert opens_after(utc("2026-01-15T12:00"), NEW_YORK, [never], no_holidays) is None


ZONES = ("America/New_York", "Europe/Warsaw", "Asia/Jerusalem", "Australia/Lord_Howe", "UTC")
INSTANTS = st.integers(0, 365 * 24 * 60).map(
    lambda minutes: utc("2026-01-01T00:00") + timedelta(minutes=minutes)
)
PERIODS = st.tuples(st.integers(0, 1439), st.integers(1, 1440)).filter(lambda p: p[0] < p[1])
WEEKS = st.lists(st.lists(PERIODS, max_size=2).map(tuple), min_size=7, max_size=7).map(tuple)


@given(
    at=INSTANTS,
    zones=st.lists(st.sampled_from(ZONES), min_size=1, max_size=2, unique=True),
    week=WEEKS,
    off=st.booleans(),
    part=st.integers(0, 999),
)
def test_nothing_changes_before_the_next_change_and_it_opens_no_earlier_than_told(
    at: datetime,
    zones: list[str],
    week: tuple[tuple[Period, ...], ...],
    off: bool,
    part: int,
) -> None:
    place = Place(tuple(zones), "US")
    sources = [Hours("campaign", "a window", week, () if off else None)]
    now = shut_at(at, place, sources, holiday_of) is None
    changes = next_change(at, place, sources, holiday_of)
    assert changes is not None
    between = at + (changes - at) * part / 1000
    assert (shut_at(between, place, sources, holiday_of) is None) is now
    if not now:
        opens = opens_after(at, place, sources, holiday_of)
        if opens is not None:
            assert shut_at(opens, place, sources, holiday_of) is None
            before = at + (opens - at) * part / 1000
            assert shut_at(before, place, sources, holiday_of) is not None
