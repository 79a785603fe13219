"""Whether a condition holds for a target at an instant. Pure.

Kleene's logic: what can't be judged is neither true nor false, and `not` of it is neither, too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from domain.conditions.parts import All, AnyOf, Comparison, Condition, Kind, Not, Operator, Subject
from domain.conditions.values import (
    RelativeDay,
    Value,
    day_of,
    number_of,
    text_of,
    truth_of,
)
from domain.eligibility.hours import Place
from domain.eligibility.weeks import DAYS


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a target, besides where its contact is."""

    number: str
    variables: Mapping[str, str] = field(default_factory=dict, hash=False)
    attempts: int = 0
    last_disposition: str | None = None
    wrap_up_code: str | None = None
    since: datetime | None = None  # the last attempt, or else when it was added


def holds(
    condition: Condition,
    known: Known,
    place: Place,
    at: datetime,
    notes: list[tuple[str, str]],
) -> bool | None:
    """Whether it does; None: that can't be judged, and `notes` gets what and why."""
    match condition:
        case Comparison():
            return _tested(condition, known, place, at, notes)
        case Not():
            held = holds(condition.of, known, place, at, notes)
            return None if held is None else not held
        case All():
            answers = [holds(each, known, place, at, notes) for each in condition.of]
            if False in answers:
                return False
            return None if None in answers else True
        case AnyOf():
            answers = [holds(each, known, place, at, notes) for each in condition.of]
            if True in answers:
                return True
            return None if None in answers else False


def _tested(
    test: Comparison, known: Known, place: Place, at: datetime, notes: list[tuple[str, str]]
) -> bool | None:
    if not test.is_local:
        return _in_zone(test, known, place, at, notes)
    answers = {
        _in_zone(test, known, place, at.astimezone(ZoneInfo(zone)), notes)
        for zone in place.zones or ("UTC",)
    }
    if len(answers) == 1:
        return answers.pop()
    notes.append((test.subject.value, "the number may be in several time zones"))
    return None


def _in_zone(
    test: Comparison, known: Known, place: Place, local: datetime, notes: list[tuple[str, str]]
) -> bool | None:
    try:
        value = _value(test, known, place, local)
    except ValueError as wrong:
        notes.append((f"variable {test.name!r}", str(wrong)))
        return None
    return _compared(test, value, local)


def _value(test: Comparison, known: Known, place: Place, local: datetime) -> Value | None:
    match test.subject:
        case Subject.LOCAL_TIME:
            return local.hour * 60 + local.minute
        case Subject.LOCAL_WEEKDAY:
            return DAYS[local.weekday()].value
        case Subject.ATTEMPTS:
            return number_of(str(known.attempts))
        case Subject.NUMBER:
            return known.number
        case Subject.COUNTRY:
            return text_of(place.country) or None
        case Subject.STATE:
            return text_of(place.state) or None
        case Subject.LAST_DISPOSITION:
            return known.last_disposition
        case Subject.WRAP_UP_CODE:
            return None if known.wrap_up_code is None else text_of(known.wrap_up_code)
        case Subject.VARIABLE:
            text = known.variables.get(test.name, "").strip()
            if not text or test.operator in (Operator.IS_SET, Operator.IS_NOT_SET):
                return text or None
            match test.kind:
                case Kind.NUMBER:
                    return number_of(text)
                case Kind.DATE:
                    return day_of(text)
                case Kind.BOOLEAN:
                    return truth_of(text)
                case Kind.TEXT:
                    return text_of(text)


def _compared(test: Comparison, value: Value | None, local: datetime) -> bool:
    """Whether a value is as a test wants it; no value is like nothing."""
    wanted: list[Value] = [
        each.resolved(local.date()) if isinstance(each, RelativeDay) else each
        for each in test.wanted
    ]
    match test.operator:
        case Operator.IS_SET:
            return value is not None
        case Operator.IS_NOT_SET:
            return value is None
        case Operator.IS:
            return value is not None and value in wanted
        case Operator.IS_NOT:
            return value is None or value not in wanted
    if value is None:
        return False
    if isinstance(value, str):
        words = [str(each) for each in wanted]
        if test.operator is Operator.CONTAINS:
            return any(word in value for word in words)
        return any(value.startswith(word) for word in words)
    return _ordered(test, value, wanted)


def _ordered(test: Comparison, value: Value, wanted: list[Value]) -> bool:
    # Checked when it was saved: all of them are of one kind.
    low = wanted[0]
    match test.operator:
        case Operator.LESS:
            return value < low  # type: ignore[operator]  # of one kind
        case Operator.AT_MOST:
            return value <= low  # type: ignore[operator]
        case Operator.MORE:
            return value > low  # type: ignore[operator]
        case Operator.AT_LEAST:
            return value >= low  # type: ignore[operator]
    high = wanted[-1]
    if test.subject is not Subject.LOCAL_TIME:
        return low <= value <= high  # type: ignore[operator]
    if low <= high:  # type: ignore[operator]
        return low <= value < high  # type: ignore[operator]
    return value >= low or value < high  # type: ignore[operator]
