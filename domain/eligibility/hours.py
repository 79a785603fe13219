"""When calls may be placed, in the local time of the one who is called. Pure.

An instant is judged by converting it to local time, never the other way round: so an hour that a
day lacks, or has twice, needs no rule of its own.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

Period = tuple[int, int]  # minutes of the local day, the second one not included
DAY = 24 * 60
LOOK_AHEAD_DAYS = 35  # a shop that opens on Mondays, and four Mondays that are holidays

# (country, state or "", local date) -> the holiday's name, or None
HolidayOf = Callable[[str, str, date], str | None]


@dataclass(frozen=True, slots=True)
class Hours:
    """The periods of a week in which one source lets calls out."""

    origin: str  # "campaign", or a pack's id
    title: str
    week: tuple[tuple[Period, ...], ...]  # Monday first
    on_holidays: tuple[Period, ...] | None = None  # None: a holiday is as any other day


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody is, as far as is known."""

    zones: tuple[str, ...]  # IANA; several: any of them may be the right one
    country: str  # ISO 3166-1; "": unknown
    state: str = ""  # ISO 3166-2 without the country; "": unknown


@dataclass(frozen=True, slots=True)
class Shut:
    """Why no call may be placed at an instant."""

    hours: Hours
    zone: str
    local: datetime
    holiday: str | None  # its name, if that is the reason


def shut_at(
    at: datetime, place: Place, sources: Sequence[Hours], holiday_of: HolidayOf
) -> Shut | None:
    """The first source that forbids the instant in any of the zones; None: all allow it."""
    for zone in place.zones:
        local = at.astimezone(_zone(zone))
        minute = local.hour * 60 + local.minute
        for hours in sources:
            periods, holiday = _periods(hours, local.date(), place, holiday_of)
            if not any(start <= minute < end for start, end in periods):
                return Shut(hours, zone, local, holiday)
    return None


def next_change(
    at: datetime, place: Place, sources: Sequence[Hours], holiday_of: HolidayOf
) -> datetime | None:
    """The first instant after `at` at which the answer of `shut_at` may be another.

    None: not within LOOK_AHEAD_DAYS. `place`, `sources` and `holiday_of` are as for `shut_at`.
    """
    return next(_edges(at, place, sources), None)


def opens_after(
    at: datetime, place: Place, sources: Sequence[Hours], holiday_of: HolidayOf
) -> datetime | None:
    """The first instant after `at` that all sources allow; None: none within LOOK_AHEAD_DAYS."""
    for edge in _edges(at, place, sources):
        if shut_at(edge, place, sources, holiday_of) is None:
            return edge
    return None


def shuts_after(
    at: datetime, place: Place, sources: Sequence[Hours], holiday_of: HolidayOf
) -> datetime | None:
    """The first instant after `at` that a source forbids; None: none within a day."""
    for edge in _edges(at, place, sources):
        if edge > at + timedelta(days=1):
            return None
        if shut_at(edge, place, sources, holiday_of) is not None:
            return edge
    return None


def _periods(
    hours: Hours, day: date, place: Place, holiday_of: HolidayOf
) -> tuple[tuple[Period, ...], str | None]:
    usual = hours.week[day.weekday()]
    if hours.on_holidays is None:
        return usual, None
    name = holiday_of(place.country, place.state, day)
    if name is None:
        return usual, None
    # On a holiday that falls on a shorter day the shorter of the two holds.
    allowed = hours.on_holidays if usual else ()
    return allowed, name


def _edges(at: datetime, place: Place, sources: Sequence[Hours]) -> Iterator[datetime]:
    """Instants after `at`, in order, between which nothing changes."""
    minutes = frozenset(
        {0}
        | {
            minute
            for hours in sources
            for periods in (*hours.week, hours.on_holidays or ())
            for period in periods
            for minute in period
        }
    )
    return edges_of(at, place.zones, minutes)


def edges_of(at: datetime, zones: Sequence[str], minutes: frozenset[int]) -> Iterator[datetime]:
    """The instants after `at`, in order, at which a clock of the zones shows one of the minutes.

    Also those at which clocks change. They end after LOOK_AHEAD_DAYS.
    """
    # One day of UTC at a time, with what the zones' days before and after add to it.
    start = at.astimezone(UTC).date()
    for offset in range(LOOK_AHEAD_DAYS + 1):
        day = start + timedelta(days=offset)
        low = datetime.combine(day, time(), UTC)
        high = low + timedelta(days=1)
        found = {
            edge
            for zone in zones
            for local_day in (day - timedelta(days=1), day, day + timedelta(days=1))
            for edge in _edges_of_day(zone, local_day, minutes)
        }
        yield from sorted(edge for edge in found if low <= edge < high and edge > at)


@lru_cache(maxsize=4096)
def _edges_of_day(zone: str, day: date, minutes: frozenset[int]) -> tuple[datetime, ...]:
    tz = _zone(zone)
    midnight = datetime.combine(day, time(), tz)
    edges = set()
    for minute in minutes:
        wall = midnight + timedelta(minutes=minute)  # wall-clock arithmetic: a local time
        for fold in (0, 1):  # both times of an hour that comes twice
            edges.add(wall.replace(fold=fold).astimezone(UTC))
    next_midnight = midnight + timedelta(days=1)
    if midnight.utcoffset() != next_midnight.utcoffset():
        edges.add(_clock_change(tz, midnight.astimezone(UTC), next_midnight.astimezone(UTC)))
    return tuple(edges)


def _clock_change(tz: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """The instant between the two at which the clocks change."""
    before = low.astimezone(tz).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        if middle.astimezone(tz).utcoffset() == before:
            low = middle
        else:
            high = middle
    return (low + timedelta(seconds=1)).replace(microsecond=0)


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
