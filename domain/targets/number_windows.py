"""When a number may be called, as people write it: `Mon-Fri 09:00-17:00; Sat 10:00-12:00`. Pure."""

import re
from collections.abc import Sequence

from domain.eligibility.weeks import DAYS, Weekday, minutes_of
from domain.targets.contact_numbers import NumberWindow

MOST_WINDOWS = 10  # of one number
_CLOCK = r"\d?\d:\d\d"
_PERIOD = re.compile(rf"(?P<days>[^0-9]*?)\s*(?P<start>{_CLOCK})\s*[-\u2013]\s*(?P<end>{_CLOCK})")


def windows_of_text(text: str) -> tuple[NumberWindow, ...]:
    """The windows, each with days and hours; without days every day. Raises ValueError."""
    windows = []
    for part in filter(None, (part.strip() for part in text.split(";"))):
        found = _PERIOD.fullmatch(part)
        if found is None:
            raise ValueError("must be as Mon-Fri 09:00-17:00")
        start, end = found["start"].zfill(5), found["end"].zfill(5)
        if minutes_of(start) >= minutes_of(end):
            raise ValueError("must end after it begins")
        windows.append(NumberWindow(_days(found["days"]), start, end))
    if len(windows) > MOST_WINDOWS:
        raise ValueError(f"must be at most {MOST_WINDOWS} periods")
    return tuple(windows)


def text_of_windows(windows: Sequence[NumberWindow]) -> str:
    """The same in writing; what `windows_of_text` reads."""
    return "; ".join(
        f"{', '.join(day[:3].title() for day in each.days)} {each.start}-{each.end}"
        for each in windows
    )


def _days(text: str) -> tuple[Weekday, ...]:
    named: set[Weekday] = set()
    for word in re.split(r"[,\s]+", text.strip().lower()):
        if not word:
            continue
        first, _, last = word.partition("-")
        start = DAYS.index(_day(first))
        end = DAYS.index(_day(last)) if last else start
        named.update(DAYS[(start + step) % 7] for step in range((end - start) % 7 + 1))
    return tuple(day for day in DAYS if day in named) or DAYS


def _day(word: str) -> Weekday:
    found = [day for day in DAYS if len(word) >= 2 and day.startswith(word)]
    if len(found) != 1:
        raise ValueError("must name days as Mon or Monday")
    return found[0]
