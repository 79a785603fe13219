"""Whether the hours of a campaign, of the law and of a number let calls out. Pure."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from domain.eligibility.hours import (
    LOOK_AHEAD_DAYS,
    HolidayOf,
    Hours,
    Place,
    next_change,
    opens_after,
    shut_at,
    shuts_after,
)
from domain.eligibility.parts import Block, BlockCode, Terms


@dataclass(slots=True)
class _Span:
    """An answer that holds for a while."""

    since: datetime
    until: datetime
    block: Block | None


@dataclass(slots=True)
class Openings:
    """Whether the hours of one campaign let calls out, by place; remembers until it may change."""

    terms: Terms
    holiday_of: HolidayOf
    _spans: dict[tuple[Place, Hours | None], _Span] = field(default_factory=dict)
    # Asked when, known until when, and the answer.
    _closings: dict[Place, tuple[datetime, datetime, datetime | None]] = field(default_factory=dict)

    def blocking(self, place: Place, at: datetime, own: Hours | None = None) -> Block | None:
        """What forbids calls to a place at an instant. `own`: the number's hours."""
        if not self.terms.packs and self.terms.windows is None and own is None:
            return None
        span = self._spans.get((place, own))
        if span is None or not span.since <= at < span.until:
            span = self._spans[place, own] = self._look(place, own, at)
        return span.block

    def closes_at(self, place: Place, at: datetime) -> datetime | None:
        """When calls to a place are forbidden next by the hours; None: not within a day."""
        known = self._closings.get(place)
        if known is not None and known[0] <= at < known[1]:
            return known[2]
        sources = self.terms.sources_in(place)
        closes = shuts_after(at, place, sources, self.holiday_of) if sources else None
        self._closings[place] = (at, closes or at + timedelta(hours=1), closes)
        return closes

    def _look(self, place: Place, own: Hours | None, at: datetime) -> _Span:
        sources = self.terms.sources_in(place)
        if own is not None:
            sources = (*sources, own)
        latest = at + timedelta(days=LOOK_AHEAD_DAYS)
        if not sources:
            return _Span(at, latest, None)
        shut = shut_at(at, place, sources, self.holiday_of)
        if shut is None:
            until = next_change(at, place, sources, self.holiday_of)
            return _Span(at, until or latest, None)
        opens = opens_after(at, place, sources, self.holiday_of)
        changes = next_change(at, place, sources, self.holiday_of) or latest
        local = f"{shut.local:%a %Y-%m-%d %H:%M}"
        inputs = (
            ("source", shut.hours.origin),
            ("timeZone", shut.zone),
            ("timeZones", ", ".join(place.zones)),
            ("localTime", local),
        )
        when = f"until {opens:%Y-%m-%d %H:%M} UTC" if opens else "for the next five weeks"
        if shut.holiday is not None:
            block = Block(
                BlockCode.HOLIDAY,
                f"It is {shut.holiday} there, and {shut.hours.title} lets no call out {when}.",
                opens,
                (*inputs, ("holiday", shut.holiday)),
            )
        else:
            block = Block(
                BlockCode.OUTSIDE_HOURS,
                f"It is {local} in {shut.zone}, and {shut.hours.title} lets no call out {when}.",
                opens,
                inputs,
            )
        return _Span(at, changes, block)
