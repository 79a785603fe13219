"""What the rules of a campaign say of one target at one instant. Pure.

All rules are looked at, from first to last, and every one that matches acts; where two say the
same kind of thing, the earlier one is heard. A condition that can't be judged (a number that is
none) makes its rule not match, also under `not`, and is reported.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from domain.conditions.holds import Known, holds
from domain.conditions.parts import Action, ActionKind, Condition, Moment, Rule, Subject, tests_of
from domain.eligibility.hours import Place, edges_of

LOOK_AHEAD = timedelta(days=8)  # a rule of weekdays and hours repeats within a week


@dataclass(frozen=True, slots=True)
class Broken:
    """A condition that could not be judged."""

    rule: str
    what: str  # never holds the value, which may be a person's
    why: str


@dataclass(frozen=True, slots=True)
class Stop:
    """A rule that keeps a call back."""

    rule: str
    kind: ActionKind  # SKIP, RESCHEDULE or SUPPRESS
    until: datetime | None  # at every instant before it holds the call back; None: no end is known


@dataclass(frozen=True, slots=True)
class Verdict:
    """What all rules together say."""

    stop: Stop | None = None
    shows: Action | None = None  # SET_CALLER_ID
    priority: int | None = None
    level: int | None = None
    preview: bool = False
    matched: tuple[str, ...] = ()
    broken: tuple[Broken, ...] = ()


NOTHING = Verdict()


def judge(
    rules: Sequence[Rule], moment: Moment, known: Known, place: Place, at: datetime
) -> Verdict:
    """What the rules of a moment say of a target at an instant."""
    matched, broken = [], list[Broken]()
    for rule in rules:
        if rule.moment is not moment:
            continue
        notes: list[tuple[str, str]] = []
        if holds(rule.when, known, place, at, notes):
            matched.append(rule)
        else:
            broken += [Broken(rule.name, what, why) for what, why in notes]
    if not matched:
        return Verdict(broken=tuple(broken)) if broken else NOTHING
    first: dict[ActionKind, Action] = {}
    for rule in matched:
        for action in rule.then:
            first.setdefault(action.kind, action)
    return Verdict(
        stop=next(_stops(matched, moment, known, place, at), None),
        shows=first.get(ActionKind.SET_CALLER_ID),
        priority=_number(first.get(ActionKind.SET_PRIORITY)),
        level=_number(first.get(ActionKind.SET_LEVEL)),
        preview=ActionKind.PREVIEW in first,
        matched=tuple(rule.name for rule in matched),
        broken=tuple(broken),
    )


def meets(condition: Condition, known: Known, place: Place, at: datetime) -> tuple[bool, str]:
    """Whether a target meets a condition; and what could not be judged, or ""."""
    notes: list[tuple[str, str]] = []
    held = holds(condition, known, place, at, notes) is True
    return held, "" if held or not notes else " ".join(notes[0])


def changes_at(condition: Condition, known: Known, place: Place, at: datetime) -> datetime | None:
    """The first instant after `at` at which whether it holds is another; LOOK_AHEAD at most.

    None: not by the clock alone.
    """
    minutes = frozenset(_minutes(condition))
    if not minutes:
        return None
    now = holds(condition, known, place, at, []) is True
    for edge in edges_of(at, place.zones, minutes):
        if edge >= at + LOOK_AHEAD:
            break
        if (holds(condition, known, place, edge, []) is True) is not now:
            return edge
    return at + LOOK_AHEAD


def due_after(action: Action, since: datetime, place: Place) -> datetime:
    """When a rescheduled target may be dialed: the time of the day is the contact's."""
    due = since + timedelta(seconds=action.after_s)
    if action.at_minute is None:
        return due
    return max(_next_time(action.at_minute, due, zone) for zone in place.zones or ("UTC",))


def _stops(
    matched: Sequence[Rule], moment: Moment, known: Known, place: Place, at: datetime
) -> Iterator[Stop]:
    for rule in matched:
        for action in rule.then:
            match action.kind:
                case ActionKind.SUPPRESS:
                    yield Stop(rule.name, action.kind, None)
                case ActionKind.SKIP if action.until is None:
                    ends = changes_at(rule.when, known, place, at)
                    yield Stop(rule.name, action.kind, ends)
                case ActionKind.SKIP if action.until is not None and at < action.until:
                    ends = changes_at(rule.when, known, place, at)
                    until = action.until if ends is None else min(ends, action.until)
                    yield Stop(rule.name, action.kind, until)
                case ActionKind.RESCHEDULE:
                    since = at if moment is Moment.WRAP_UP else known.since or at
                    due = due_after(action, since, place)
                    if due > at:
                        ends = None
                        if moment is Moment.BEFORE_CALL:
                            ends = changes_at(rule.when, known, place, at)
                        until = due if ends is None else min(ends, due)
                        yield Stop(rule.name, action.kind, until)


def _number(action: Action | None) -> int | None:
    return None if action is None else action.number


def _minutes(condition: Condition) -> Iterator[int]:
    for test in tests_of(condition):
        if test.is_local:
            yield 0
            if test.subject is Subject.LOCAL_TIME:
                yield from (each for each in test.wanted if isinstance(each, int))


def _next_time(minute: int, earliest: datetime, zone: str) -> datetime:
    """The first instant from `earliest` at which the clock shows it; a day may not have it."""
    tz = ZoneInfo(zone)
    for edge in edges_of(earliest - timedelta(microseconds=1), (zone,), frozenset({minute})):
        local = edge.astimezone(tz)
        if local.hour * 60 + local.minute == minute:
            return edge
    return earliest
