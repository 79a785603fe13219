"""Times of the day and days of the week, as people write them. Pure."""

import re
from collections.abc import Iterable
from enum import StrEnum


class Weekday(StrEnum):
    """A day of the week."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


DAYS = tuple(Weekday)
ALL_DAY = ((0, 24 * 60),)

_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


def minutes_of(text: str) -> int:
    """Minutes since local midnight of `HH:MM`; 24:00 is the day's end. Raises ValueError."""
    if text == "24:00":
        return 24 * 60
    if (found := _CLOCK.fullmatch(text)) is None:
        raise ValueError("must be a time as 09:30, or 24:00")
    return int(found[1]) * 60 + int(found[2])


def week_of(
    windows: Iterable[tuple[Iterable[str], str, str]],
) -> tuple[tuple[tuple[int, int], ...], ...]:
    """The periods of each day, Monday first, of windows: days, start and end. Raises ValueError."""
    week: list[list[tuple[int, int]]] = [[] for _ in DAYS]
    for days, start, end in windows:
        for day in days:
            week[DAYS.index(Weekday(day))].append((minutes_of(start), minutes_of(end)))
    return tuple(tuple(sorted(day)) for day in week)
