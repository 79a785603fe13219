"""Regulation packs: what countries and states prescribe, as data with its sources."""

import tomllib
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

from domain.eligibility.hours import Hours, Period
from domain.eligibility.parts import Cap, Pack
from domain.eligibility.weeks import DAYS, Weekday, minutes_of

ALL = "*"  # every pack of the number's country and state
_AREAS = "us-areas.toml"


@lru_cache(maxsize=1)
def all_packs() -> dict[str, Pack]:
    """Every pack, by id, in order of country and state."""
    folder = files("domain.eligibility.packs")
    names = sorted(each.name for each in folder.iterdir() if each.name.endswith(".toml"))
    found = [
        _pack(row)
        for name in names
        if name != _AREAS
        for row in tomllib.loads(folder.joinpath(name).read_text("utf-8"))["pack"]
    ]
    return {pack.id: pack for pack in sorted(found, key=lambda p: (p.country, p.state, p.id))}


def chosen(ids: Sequence[str]) -> tuple[Pack, ...]:
    """The packs of these ids; `*` stands for those that hold for every sales call."""
    packs = all_packs()
    if ALL in ids:
        named = {id for id in ids if id != ALL}
        return tuple(p for p in packs.values() if p.automatic or p.id in named)
    return tuple(packs[id] for id in ids if id in packs)


def unknown(ids: Iterable[str]) -> list[str]:
    """Those ids that name no pack."""
    return [id for id in ids if id != ALL and id not in all_packs()]


def _pack(row: dict[str, Any]) -> Pack:
    id, title = row["id"], row["title"]
    hours = None
    if "hours" in row:
        week: list[tuple[Period, ...]] = [()] * 7
        for days, periods in row["hours"].items():
            if days != "holidays":
                for day in _days(days):
                    week[day] = _periods(periods)
        holidays = row["hours"].get("holidays")
        on_holidays = _periods(holidays) if holidays is not None else None
        hours = Hours(id, title, tuple(week), on_holidays)
    return Pack(
        id=id,
        title=title,
        country=row["country"],
        state=row.get("state", ""),
        basis=row["basis"],
        sources=tuple(row["sources"]),
        note=row.get("note", ""),
        hours=hours,
        # What a law counts is every call of the same seller, so those of all campaigns.
        caps=tuple(
            Cap(each["calls"], each["hours"], id, whole_account=True)
            for each in row.get("caps", ())
        ),
        automatic=row.get("automatic", row["basis"] != "custom"),
    )


def _days(text: str) -> range:
    first, _, last = text.partition("-")
    return range(DAYS.index(Weekday(first)), DAYS.index(Weekday(last or first)) + 1)


def _periods(texts: Iterable[str]) -> tuple[Period, ...]:
    return tuple(
        (minutes_of(start), minutes_of(end))
        for start, _, end in (text.partition("-") for text in texts)
    )
