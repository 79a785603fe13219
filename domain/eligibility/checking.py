"""What may be set of calling windows, packs and caps. Pure."""

from collections.abc import Iterable, Sequence
from typing import Any, TypedDict

from domain.core.problems import Problems
from domain.eligibility import packs
from domain.eligibility.rules import LONGEST_CAP_DAYS
from domain.eligibility.weeks import DAYS, Weekday, minutes_of

MOST_WINDOWS = 50
MOST_CAPS = 10
MOST_CALLS = 100


class WindowSetting(TypedDict):
    """One period of the local day on some days of the week."""

    days: list[Weekday]
    start: str  # HH:MM
    end: str  # HH:MM, not included; 24:00 is the day's end


class CapSetting(TypedDict):
    """At most so many calls to one number within any stretch of so many hours."""

    calls: int
    hours: int


def checked_windows(
    path: str, windows: Sequence[WindowSetting], problems: Problems
) -> list[dict[str, Any]]:
    """The windows as they are stored; what is wrong is added to the problems."""
    problems.unless(len(windows) <= MOST_WINDOWS, path, f"must be at most {MOST_WINDOWS}")
    checked = []
    for index, window in enumerate(windows):
        days = _days(f"{path}.{index}.days", window["days"], problems)
        _check_period(f"{path}.{index}", window["start"], window["end"], problems)
        checked.append({"days": days, "from": window["start"], "until": window["end"]})
    return checked


def checked_packs(path: str, ids: Sequence[str], problems: Problems) -> list[str]:
    """The ids of packs, each once."""
    for id in packs.unknown(ids):
        problems.add(path, f"there is no regulation pack {id[:32]!r}; see `regulationPacks`")
    return list(dict.fromkeys(ids))


def checked_caps(path: str, caps: Sequence[CapSetting], problems: Problems) -> list[dict[str, int]]:
    """The caps as they are stored."""
    problems.unless(len(caps) <= MOST_CAPS, path, f"must be at most {MOST_CAPS}")
    for index, cap in enumerate(caps):
        problems.between(f"{path}.{index}.calls", cap["calls"], 1, MOST_CALLS)
        problems.between(f"{path}.{index}.hours", cap["hours"], 1, 24 * LONGEST_CAP_DAYS)
    return [{"calls": cap["calls"], "hours": cap["hours"]} for cap in caps]


def _days(path: str, days: Iterable[Weekday], problems: Problems) -> list[str]:
    wanted = set(days)
    named = [day.value for day in DAYS if day in wanted]
    problems.unless(bool(named), path, "must name a day")
    return named


def _check_period(path: str, start: str, end: str, problems: Problems) -> None:
    found = []
    for name, text in (("start", start), ("end", end)):
        try:
            found.append(minutes_of(text))
        except ValueError as error:
            problems.add(f"{path}.{name}", str(error))
    if len(found) == 2:
        problems.unless(
            found[0] < found[1], f"{path}.end", "must be after the start; a night takes two windows"
        )
