"""Which rule forbids a call, as tables."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.eligibility.calendars import holiday_of
from domain.eligibility.hours import Hours, Place
from domain.eligibility.openings import Openings
from domain.eligibility.packs import all_packs, chosen, unknown
from domain.eligibility.parts import BlockCode, Candidate, Cap, OnList, Past, Terms
from domain.eligibility.places import place_of
from domain.eligibility.rules import blocking

OURS, OTHER = UUID(int=1), UUID(int=2)
NOON = datetime.fromisoformat("2026-03-04T17:00:00+00:00")  # Wednesday, 12:00 in New York
HOME = Place(("America/New_York",), "US", "NY")
NEW = Candidate("new", HOME)
PLAIN = Terms(OURS)


def code(candidate: Candidate, terms: Terms, at: datetime = NOON) -> str | None:
    block = blocking(candidate, Openings(terms, holiday_of), at)
    return block.code if block else None


def called(hours_ago: float, campaign: UUID = OURS, *, abandoned: bool = False) -> Past:
    at = NOON - timedelta(hours=hours_ago)
    return Past(uuid4(), campaign, at, at if abandoned else None)


NIGHT = Hours("campaign", "the window", (((0, 60),),) * 7)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("candidate", "terms", "expected"),
    [
        (NEW, PLAIN, None),
        (NEW, replace(PLAIN, state="stopped"), BlockCode.CAMPAIGN_STOPPED),
        (NEW, replace(PLAIN, state="closed"), BlockCode.CAMPAIGN_CLOSED),
        (NEW, replace(PLAIN, stops_at=NOON + HOUR), None),
        (NEW, replace(PLAIN, stops_at=NOON), BlockCode.CAMPAIGN_OVER),
        (NEW, replace(PLAIN, stops_at=NOON - HOUR, started_at=NOON), None),
        (replace(NEW, state="closed"), PLAIN, BlockCode.TARGET_CLOSED),
        (replace(NEW, state="dialing"), PLAIN, BlockCode.IN_CALL),
        (replace(NEW, state="retry", due_at=NOON + HOUR), PLAIN, BlockCode.RETRY_NOT_DUE),
        (replace(NEW, state="retry", due_at=NOON), PLAIN, None),
        (replace(NEW, on_list=OnList("asked", None)), PLAIN, BlockCode.DO_NOT_CALL),
        (replace(NEW, on_list=OnList("asked", NOON + HOUR)), PLAIN, BlockCode.DO_NOT_CALL),
        (replace(NEW, on_list=OnList("asked", NOON)), PLAIN, None),
        (replace(NEW, past=(called(71.9, OTHER, abandoned=True),)), PLAIN, "abandoned_lately"),
        (replace(NEW, past=(called(72, abandoned=True),)), PLAIN, None),
        (
            replace(NEW, past=(called(1, abandoned=True),)),
            replace(PLAIN, guaranteed=True),
            None,
        ),
        (NEW, replace(PLAIN, windows=NIGHT), BlockCode.OUTSIDE_HOURS),
    ],
)
def test_the_first_rule_that_forbids_a_call_is_named(
    candidate: Candidate, terms: Terms, expected: str | None
) -> None:
    assert code(candidate, terms) == expected


@pytest.mark.parametrize(
    ("cap", "past", "ends_in_hours"),
    [
        (Cap(3, 24, "account", True), [called(1), called(2)], None),
        (Cap(3, 24, "account", True), [called(1), called(2, OTHER), called(23)], 1),
        (Cap(3, 24, "account", True), [called(1), called(2), called(24)], None),
        (Cap(1, 24, "campaign", False), [called(1, OTHER)], None),
        (Cap(1, 24, "campaign", False), [called(1)], 23),
        (Cap(2, 168, "account", True), [called(1), called(100), called(150)], 68),
    ],
)
def test_a_cap_counts_any_stretch_of_its_hours(
    cap: Cap, past: list[Past], ends_in_hours: int | None
) -> None:
    candidate = replace(NEW, past=tuple(past))
    block = blocking(candidate, Openings(replace(PLAIN, caps=(cap,)), holiday_of), NOON)
    if ends_in_hours is None:
        assert block is None
    else:
        assert block is not None
        assert (block.code, block.ends_at) == (
            BlockCode.CAP_REACHED,
            NOON + timedelta(hours=ends_in_hours),
        )


@pytest.mark.parametrize(
    ("number", "local", "expected"),
    [
        # (number, local time where it rings, the code); 2026-03-04 is a Wednesday.
        ("+12125550123", "2026-03-04T07:59-05:00", "outside_hours"),
        ("+12125550123", "2026-03-04T08:00-05:00", None),
        ("+12125550123", "2026-03-04T20:59-05:00", None),
        ("+12125550123", "2026-03-04T21:00-05:00", "outside_hours"),
        ("+13055550123", "2026-03-04T20:30-05:00", "outside_hours"),  # Florida: until 20:00
        ("+12145550123", "2026-03-04T08:30-06:00", "outside_hours"),  # Texas: from 9:00
        ("+12145550123", "2026-03-08T11:30-05:00", "outside_hours"),  # Sunday: from noon
        ("+12145550123", "2026-03-08T12:00-05:00", None),
        ("+12055550123", "2026-03-08T12:00-05:00", "outside_hours"),  # Alabama: no Sundays
        ("+12055550123", "2026-12-25T12:00-06:00", "holiday"),
        ("+14165550123", "2026-03-07T09:30-05:00", "outside_hours"),  # Canada, Saturday
        ("+14165550123", "2026-03-06T21:15-05:00", None),
        ("+33142685300", "2026-03-04T13:30+01:00", "outside_hours"),  # France at lunch
        ("+33142685300", "2026-03-04T14:00+01:00", None),
        ("+33142685300", "2026-03-07T11:00+01:00", "outside_hours"),  # Saturday
        ("+442079460018", "2026-03-07T08:30+00:00", "outside_hours"),
        ("+442079460018", "2026-12-25T12:00+00:00", "holiday"),
        ("+4930901820", "2026-03-08T12:00+01:00", "outside_hours"),  # Sunday
        ("+358912345678", "2026-12-06T12:00+02:00", "holiday"),
        ("+48221234567", "2026-03-08T12:00+01:00", None),  # custom only: not in "*"
    ],
)
def test_a_pack_holds_where_the_number_is(number: str, local: str, expected: str | None) -> None:
    candidate = Candidate("new", place_of(number))
    at = datetime.fromisoformat(local)
    assert code(candidate, replace(PLAIN, packs=chosen(["*"])), at) == expected


def test_a_pack_of_custom_must_be_named() -> None:
    sunday = datetime.fromisoformat("2026-03-08T12:00+01:00")
    warsaw = Candidate("new", place_of("+48221234567"))
    assert code(warsaw, replace(PLAIN, packs=chosen(["pl"])), sunday) == "outside_hours"
    saturday = datetime.fromisoformat("2026-03-07T12:00+02:00")
    israel = Candidate("new", place_of("+97226512345"))
    assert code(israel, replace(PLAIN, packs=chosen(["il"])), saturday) == "outside_hours"
    moscow = replace(NEW, place=place_of("+74951234567"), past=(called(3),))
    assert code(moscow, replace(PLAIN, packs=chosen(["ru-debt"]))) == "cap_reached"


def test_a_cap_of_a_state_counts_over_the_account() -> None:
    past = (called(1, OTHER), called(2, OTHER), called(3, OTHER))
    florida = replace(NEW, place=place_of("+13055550123"), past=past)
    assert code(florida, replace(PLAIN, packs=chosen(["us-fl"]))) == "cap_reached"
    assert code(replace(florida, place=HOME), replace(PLAIN, packs=chosen(["us-fl"]))) is None


def test_every_pack_names_its_source_and_asks_for_counsel() -> None:
    packs = all_packs()
    assert {pack.country for pack in packs.values()} >= {"US", "GB", "IL", "PL", "FI", "RU", "DE"}
    for pack in packs.values():
        assert pack.sources
        assert "Verify with counsel." in pack.note
        assert pack.basis in ("law", "code", "custom")
        assert pack.hours is not None
    assert unknown(["us", "*", "xx"]) == ["xx"]


@pytest.mark.parametrize(
    ("number", "zone", "place"),
    [
        ("+12025550100", None, Place(("America/New_York",), "US", "DC")),
        ("+12025550100", "America/Denver", Place(("America/Denver",), "US", "DC")),
        ("+13055550100", None, Place(("America/New_York",), "US", "FL")),
        ("+14165550123", None, Place(("America/Toronto",), "CA", "")),
        ("+447911123456", None, Place(("Europe/London",), "GB", "")),
        ("+4915112345678", None, Place(("Europe/Berlin",), "DE", "")),
        ("not a number", None, Place(("UTC",), "", "")),
    ],
)
def test_a_number_tells_where_it_is(number: str, zone: str | None, place: Place) -> None:
    assert place_of(number, zone) == place


def test_a_mobile_number_of_a_wide_country_may_be_in_any_of_its_zones() -> None:
    zones = place_of("+79161234567").zones
    assert {"Europe/Moscow", "Asia/Kamchatka"} <= set(zones)


MINUTES = st.integers(-45 * 24 * 60, 45 * 24 * 60)
PASTS = st.lists(
    st.tuples(st.integers(0, 30 * 24 * 60), st.sampled_from([OURS, OTHER]), st.booleans()),
    max_size=6,
)


@given(
    after=st.floats(0, 1, exclude_max=True),
    minutes=MINUTES,
    pasts=PASTS,
    limit=st.integers(1, 4),
    hours=st.sampled_from([1, 24, 168, 720]),
    due=st.none() | MINUTES,
    number=st.sampled_from(["+12125550123", "+13055550123", "+33142685300", "+79161234567"]),
)
def test_something_forbids_the_call_until_the_end_that_is_told(
    after: float,
    minutes: int,
    pasts: list[tuple[int, UUID, bool]],
    limit: int,
    hours: int,
    due: int | None,
    number: str,
) -> None:
    """The floor looks no earlier, so that a rule which ended sooner would be a call missed."""
    at = NOON + timedelta(minutes=minutes)
    past = tuple(
        Past(uuid4(), campaign, at - timedelta(minutes=m), at - timedelta(minutes=m) if a else None)
        for m, campaign, a in pasts
    )
    candidate = Candidate(
        "retry" if due is not None else "new",
        place_of(number),
        due_at=NOON + timedelta(minutes=due) if due is not None else None,
        past=past,
    )
    terms = replace(PLAIN, caps=(Cap(limit, hours, "account", True),), packs=chosen(["*", "ru"]))
    block = blocking(candidate, Openings(terms, holiday_of), at)
    if block is not None and block.ends_at is not None:
        assert block.ends_at > at
        between = at + (block.ends_at - at) * after
        assume(between < block.ends_at)  # which rounding to microseconds may miss
        assert blocking(candidate, Openings(terms, holiday_of), between) is not None
        remembering = Openings(terms, holiday_of)
        blocking(candidate, remembering, at)
        assert blocking(candidate, remembering, between) is not None
