"""What the rules of a campaign say of a target: a table, and laws that hold for any rules."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.conditions.holds import Known, holds
from domain.conditions.parts import (
    Action,
    ActionKind,
    All,
    AnyOf,
    Comparison,
    Condition,
    Kind,
    Moment,
    Not,
    Operator,
    Rule,
    Subject,
)
from domain.conditions.reading import condition_of
from domain.conditions.rules import changes_at, due_after, judge, meets
from domain.eligibility.hours import Place

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)  # a Monday
LONDON = Place(("Europe/London",), "GB")
NEW_YORK = Place(("America/New_York",), "US", "NY")
WIDE = Place(("Europe/Moscow", "Asia/Kamchatka"), "RU")
ANA = Known(
    number="+442079460018",
    variables={
        "City": " Łódź ",
        "Amount": "1 250,50",
        "Since": "2025-12-31T09:00:00",
        "VIP": "Yes",
        "Debt": "unknown",
        "Empty": "",
    },
    attempts=2,
    last_disposition="busy",
    wrap_up_code="Call Later",
    since=NOON - timedelta(hours=3),
)


def fact(subject: str, operator: str, *values: str, name: str = "", kind: str = "text") -> Any:
    row = {"subject": subject, "operator": operator, "values": values, "name": name, "kind": kind}
    return condition_of({"test": row})


def of(name: str, operator: str, *values: str, kind: str = "text") -> Condition:
    return fact("variable", operator, *values, name=name, kind=kind)  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (of("City", "is", "warszawa", "łódź"), True),
        (of("City", "is_not", "łódź"), False),
        (of("City", "contains", "ód"), True),
        (of("City", "begins_with", "war"), False),
        (of("Nowhere", "is", "x"), False),
        (of("Nowhere", "is_not", "x"), True),
        (of("Nowhere", "is_set"), False),
        (of("Empty", "is_not_set"), True),
        (of("Debt", "is_set", kind="number"), True),
        (of("Amount", "more", "1250", kind="number"), True),
        (of("Amount", "less", "1250.5", kind="number"), False),
        (of("Amount", "at_most", "1250.5", kind="number"), True),
        (of("Amount", "between", "1000", "2000", kind="number"), True),
        (of("Amount", "is", "1250.50", kind="number"), True),
        (of("Nowhere", "more", "0", kind="number"), False),
        (of("Debt", "more", "0", kind="number"), None),
        (of("Since", "less", "2026-01-01", kind="date"), True),
        (of("Since", "less", "today-60", kind="date"), True),
        (of("Since", "at_least", "today", kind="date"), False),
        (of("VIP", "is", "true", kind="boolean"), True),
        (of("City", "is", "true", kind="boolean"), None),
        (fact("last_disposition", "is", "BUSY", "no_answer"), True),
        (fact("wrap_up_code", "is", "call later"), True),
        (fact("attempts", "at_least", "2"), True),
        (fact("attempts", "between", "3", "5"), False),
        (fact("number", "begins_with", "+4420", "+1"), True),
        (fact("country", "is", "GB"), True),
        (fact("state", "is_set"), False),
        (fact("local_weekday", "is", "MONDAY"), True),
        (fact("local_time", "between", "12:00", "13:00"), True),
        (fact("local_time", "between", "11:00", "12:00"), False),  # the second one not included
        (fact("local_time", "between", "22:00", "12:30"), True),  # over midnight
        (fact("local_time", "less", "12:00"), False),
    ],
)
def test_a_comparison(condition: Condition, expected: bool | None) -> None:
    assert holds(condition, ANA, LONDON, NOON, []) is expected


def test_a_time_of_the_day_is_the_contacts_own() -> None:
    early = fact("local_time", "less", "09:00")
    assert holds(early, ANA, NEW_YORK, NOON, []) is True  # 07:00 there
    assert holds(early, ANA, LONDON, NOON, []) is False


def test_where_zones_disagree_nothing_is_known() -> None:
    notes: list[tuple[str, str]] = []
    late = fact("local_time", "at_least", "14:00")
    assert holds(late, ANA, WIDE, NOON, notes) is None
    assert notes == [("local_time", "the number may be in several time zones")]


# Laws

TESTS = st.sampled_from(
    [
        of("City", "is", "łódź"),
        of("City", "is", "kraków"),
        of("Debt", "more", "0", kind="number"),  # can't be judged
        fact("local_time", "between", "09:00", "17:30"),
        fact("local_weekday", "is", "SATURDAY", "SUNDAY"),
        of("Since", "less", "today-90", kind="date"),
        fact("attempts", "more", "1"),
    ]
)
CONDITIONS: st.SearchStrategy[Condition] = st.recursive(
    TESTS,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(All, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(AnyOf, st.lists(inner, min_size=1, max_size=3).map(tuple)),
    ),
    max_leaves=6,
)
INSTANTS = st.integers(0, 400 * 24 * 60).map(lambda minutes: NOON + timedelta(minutes=minutes))
PLACES = st.sampled_from([LONDON, NEW_YORK, WIDE])
ACTIONS = st.one_of(
    st.builds(Action, st.just(ActionKind.SKIP), until=st.none() | INSTANTS),
    st.builds(
        Action,
        st.just(ActionKind.RESCHEDULE),
        after_s=st.integers(0, 3 * 24 * 3600),
        at_minute=st.none() | st.integers(0, 1439),
    ),
    st.builds(Action, st.just(ActionKind.SUPPRESS)),
    st.builds(Action, st.just(ActionKind.SET_PRIORITY), number=st.integers(1, 10)),
    st.builds(Action, st.just(ActionKind.SET_LEVEL), number=st.integers(1, 100)),
    st.builds(Action, st.just(ActionKind.PREVIEW)),
    st.builds(Action, st.just(ActionKind.SET_CALLER_ID), caller_id=st.just("+12025550100")),
)


@st.composite
def rules(draw: st.DrawFn) -> tuple[Rule, ...]:
    drawn = draw(st.lists(st.tuples(CONDITIONS, st.lists(ACTIONS, min_size=1)), max_size=4))
    return tuple(
        Rule(f"rule {index}", Moment.BEFORE_CALL, when, tuple(then))
        for index, (when, then) in enumerate(drawn)
    )


@given(CONDITIONS, INSTANTS, PLACES)
def test_not_of_what_is_unknown_is_unknown_and_de_morgan_holds(
    condition: Condition, at: datetime, place: Place
) -> None:
    held = holds(condition, ANA, place, at, [])
    other = holds(Not(condition), ANA, place, at, [])
    assert (other is None) if held is None else (other is not held)
    both = All((condition, of("City", "is", "łódź")))
    either = AnyOf((Not(condition), of("City", "is_not", "łódź")))
    assert holds(Not(both), ANA, place, at, []) == holds(either, ANA, place, at, [])


@given(CONDITIONS, INSTANTS, PLACES)
def test_until_the_change_that_is_told_a_condition_stays_as_it_is(
    condition: Condition, at: datetime, place: Place
) -> None:
    change = changes_at(condition, ANA, place, at)
    now = holds(condition, ANA, place, at, []) is True
    assert change is None or change > at
    for part in (0.001, 0.25, 0.5, 0.75, 0.999):
        between = at + ((change or at + timedelta(days=3)) - at) * part
        assert (holds(condition, ANA, place, between, []) is True) is now


@given(rules(), INSTANTS, PLACES)
def test_the_same_question_has_the_same_answer(
    asked: tuple[Rule, ...], at: datetime, place: Place
) -> None:
    assert judge(asked, Moment.BEFORE_CALL, ANA, place, at) == judge(
        asked, Moment.BEFORE_CALL, ANA, place, at
    )


@given(rules(), INSTANTS, PLACES)
def test_every_rule_that_matches_acts_and_the_earliest_is_heard(
    asked: tuple[Rule, ...], at: datetime, place: Place
) -> None:
    verdict = judge(asked, Moment.BEFORE_CALL, ANA, place, at)
    matching = [rule for rule in asked if holds(rule.when, ANA, place, at, []) is True]
    assert verdict.matched == tuple(rule.name for rule in matching)

    def first(kind: ActionKind) -> Action | None:
        found = (action for rule in matching for action in rule.then if action.kind is kind)
        return next(found, None)

    for kind, said in (
        (ActionKind.SET_PRIORITY, verdict.priority),
        (ActionKind.SET_LEVEL, verdict.level),
    ):
        action = first(kind)
        assert said == (None if action is None else action.number)
    assert verdict.preview is (first(ActionKind.PREVIEW) is not None)
    assert verdict.shows == first(ActionKind.SET_CALLER_ID)
    if verdict.stop is not None:
        assert verdict.stop.rule in verdict.matched
    assert judge(asked, Moment.WRAP_UP, ANA, place, at).matched == ()


@given(rules(), INSTANTS, PLACES, st.floats(0, 0.999))
def test_a_stop_holds_until_the_end_that_is_told(
    asked: tuple[Rule, ...], at: datetime, place: Place, part: float
) -> None:
    """The floor looks no earlier, so that a stop which ended sooner would be a call missed."""
    stop = judge(asked, Moment.BEFORE_CALL, ANA, place, at).stop
    if stop is not None and stop.until is not None:
        assert stop.until > at
        between = at + (stop.until - at) * part
        assert judge(asked, Moment.BEFORE_CALL, ANA, place, between).stop is not None


@given(CONDITIONS, INSTANTS, PLACES)
def test_a_broken_condition_never_stops_another_rule(
    condition: Condition, at: datetime, place: Place
) -> None:
    broken = Rule(
        "broken",
        Moment.BEFORE_CALL,
        of("Debt", "more", "0", kind="number"),
        (Action(ActionKind.SKIP),),
    )
    sound = Rule("sound", Moment.BEFORE_CALL, condition, (Action(ActionKind.PREVIEW),))
    verdict = judge((broken, sound), Moment.BEFORE_CALL, ANA, place, at)
    assert "broken" not in verdict.matched
    assert verdict.broken[0].rule == "broken"
    assert verdict.broken[0].why == "is not a number"
    assert "unknown" not in f"{verdict.broken[0]}"  # the value may be a person's
    assert verdict.preview is (holds(condition, ANA, place, at, []) is True)


# Rescheduling


@pytest.mark.parametrize(
    ("after_s", "at_minute", "since", "place", "due"),
    [
        (3600, None, "2026-03-02T09:00", LONDON, "2026-03-02T10:00"),
        (0, 18 * 60, "2026-03-02T09:00", LONDON, "2026-03-02T18:00"),
        (0, 9 * 60, "2026-03-02T09:00", LONDON, "2026-03-02T09:00"),
        (60, 9 * 60, "2026-03-02T09:00", LONDON, "2026-03-03T09:00"),
        (0, 9 * 60, "2026-03-02T12:00", NEW_YORK, "2026-03-02T14:00"),
        # Clocks go forward on 2026-03-08 in New York: there is no 02:30 on that day.
        (0, 150, "2026-03-08T05:30", NEW_YORK, "2026-03-09T06:30"),
        # They go back on 2026-11-01: 01:30 comes twice, and the first is taken.
        (0, 90, "2026-11-01T04:30", NEW_YORK, "2026-11-01T05:30"),
        (0, 90, "2026-11-01T05:45", NEW_YORK, "2026-11-01T06:30"),
        # London on 2026-03-29 and 2026-10-25: 18:00 is another hour of UTC the day after.
        (0, 18 * 60, "2026-03-28T18:30", LONDON, "2026-03-29T17:00"),
        (0, 18 * 60, "2026-10-24T17:30", LONDON, "2026-10-25T18:00"),
    ],
)
def test_a_target_is_put_off_to_a_time_of_the_contacts_day(
    after_s: int, at_minute: int | None, since: str, place: Place, due: str
) -> None:
    action = Action(ActionKind.RESCHEDULE, after_s=after_s, at_minute=at_minute)
    instant: Callable[[str], datetime] = lambda text: datetime.fromisoformat(f"{text}+00:00")  # noqa: E731
    assert due_after(action, instant(since), place) == instant(due)


def test_before_the_call_the_delay_counts_from_the_last_attempt_so_it_ends() -> None:
    rule = Rule(
        "twice is enough for today",
        Moment.BEFORE_CALL,
        fact("attempts", "at_least", "2"),
        (Action(ActionKind.RESCHEDULE, after_s=24 * 3600),),
    )
    stop = judge((rule,), Moment.BEFORE_CALL, ANA, LONDON, NOON).stop
    assert stop is not None
    assert stop.until == NOON + timedelta(hours=21)
    assert judge((rule,), Moment.BEFORE_CALL, ANA, LONDON, stop.until).stop is None


def test_a_skip_with_an_end_skips_no_more_from_then_on() -> None:
    rule = Rule(
        "not before April",
        Moment.BEFORE_CALL,
        of("City", "is", "Łódź"),
        (Action(ActionKind.SKIP, until=datetime(2026, 4, 1, tzinfo=UTC)),),
    )
    stop = judge((rule,), Moment.BEFORE_CALL, ANA, LONDON, NOON).stop
    assert stop is not None
    assert stop.until == datetime(2026, 4, 1, tzinfo=UTC)
    assert judge((rule,), Moment.BEFORE_CALL, ANA, LONDON, stop.until).stop is None


def test_at_the_wrap_up_the_delay_counts_from_then() -> None:
    rule = Rule(
        "later",
        Moment.WRAP_UP,
        fact("wrap_up_code", "is", "call later"),
        (Action(ActionKind.RESCHEDULE, after_s=60),),
    )
    stop = judge((rule,), Moment.WRAP_UP, ANA, LONDON, NOON).stop
    assert stop is not None
    assert stop.until == NOON + timedelta(minutes=1)


def test_a_filter_that_cannot_be_judged_is_not_met_and_says_so() -> None:
    rich = of("Debt", "more", "0", kind="number")
    assert meets(rich, ANA, LONDON, NOON) == (False, "variable 'Debt' is not a number")
    assert meets(of("City", "is", "łódź"), ANA, LONDON, NOON) == (True, "")


def test_a_test_is_a_value_so_that_the_same_rules_are_not_taken_for_changed_ones() -> None:
    one = Comparison(Subject.ATTEMPTS, Operator.MORE, (Decimal(1),), Kind.TEXT)
    assert one == Comparison(Subject.ATTEMPTS, Operator.MORE, (Decimal("1.0"),), Kind.TEXT)
