"""Times of the day and days of the week, as people write them. Pure."""

import re
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

_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


def minutes_of(text: str) -> int:
    """Minutes since local midnight of `HH:MM`; 24:00 is the day's end. Raises ValueError."""
    if text == "24:00":
        return 24 * 60
    if (found := _CLOCK.fullmatch(text)) is None:
        raise ValueError("must be a time as 09:30, or 24:00")
    return int(found[1]) * 60 + int(found[2])
