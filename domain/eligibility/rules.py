"""Whether a target may be dialed at an instant, and if not, which rule forbids it. Pure.

`blocking` is the one place that decides: the selector asks it when it fills the hopper and again
at the instant of dialing, and so do the queries that explain.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

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

# Ofcom, revised statement of policy on persistent misuse, 2010, A1.54 and 2016, annex: an abandoned
# number is not called again within 72 hours unless an agent is there for it.
ABANDONED_HOURS = 72
LONGEST_CAP_DAYS = 30


class BlockCode(StrEnum):
    """Which rule forbids a call. The first that does, in this order."""

    CAMPAIGN_STOPPED = "campaign_stopped"
    CAMPAIGN_CLOSED = "campaign_closed"
    CAMPAIGN_WAITING = "campaign_waiting"  # another of its chain is to dial first
    CAMPAIGN_OVER = "campaign_over"  # its stop date has come
    TARGET_CLOSED = "target_closed"
    IN_CALL = "in_call"
    RETRY_NOT_DUE = "retry_not_due"
    DO_NOT_CALL = "do_not_call"
    ABANDONED_LATELY = "abandoned_lately"
    CAP_REACHED = "cap_reached"
    HOLIDAY = "holiday"
    OUTSIDE_HOURS = "outside_hours"


@dataclass(frozen=True, slots=True)
class Block:
    """A rule that forbids a call, what it was decided by, and when it ends.

    At every instant before `ends_at` something forbids the call still. None: it does not end by
    itself.
    """

    code: BlockCode
    message: str
    ends_at: datetime | None = None
    inputs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Cap:
    """At most so many attempts to one number within any stretch of so many hours."""

    limit: int
    hours: int
    origin: str  # "account", "campaign", or a pack's id
    whole_account: bool  # whether attempts of other campaigns count


@dataclass(frozen=True, slots=True)
class Pack:
    """What a country or state prescribes, as data."""

    id: str
    title: str
    country: str
    state: str  # "": the whole country
    basis: str  # "law", "code" of an industry, or "custom"
    sources: tuple[str, ...]
    note: str
    hours: Hours | None
    caps: tuple[Cap, ...]
    automatic: bool = (
        True  # whether it is meant by `*`: law and codes that hold for all sales calls
    )

    def holds_in(self, place: Place) -> bool:
        """Whether somebody there is protected by it."""
        return self.country == place.country and self.state in ("", place.state)


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier attempt to reach a number."""

    id: UUID
    campaign_id: UUID
    at: datetime
    abandoned_at: datetime | None = None  # when the customer was given up; None: was not


@dataclass(frozen=True, slots=True)
class OnList:
    """A number's entry on a do-not-call list."""

    reason: str
    until: datetime | None  # None: for good


@dataclass(frozen=True, slots=True)
class Candidate:
    """A target and what is known of its number."""

    state: str  # new, retry, dialing or closed
    place: Place
    closed_reason: str | None = None
    due_at: datetime | None = None  # of a retry
    past: tuple[Past, ...] = ()  # of LONGEST_CAP_DAYS, in any order
    on_list: OnList | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What a campaign, its account and the law say."""

    campaign_id: UUID
    state: str = "running"
    waits_for: UUID | None = None  # the campaign that dials first
    started_at: datetime | None = None
    starts_at: datetime | None = None
    stops_at: datetime | None = None
    guaranteed: bool = False  # an agent is reserved for every call
    windows: Hours | None = None  # the campaign's own; None: any time
    caps: tuple[Cap, ...] = ()
    packs: tuple[Pack, ...] = ()

    def sources_in(self, place: Place) -> tuple[Hours, ...]:
        """Every timetable that holds there: the law's first."""
        legal = [p.hours for p in self.packs if p.hours is not None and p.holds_in(place)]
        return (*legal, self.windows) if self.windows is not None else tuple(legal)

    @property
    def looks_at_places(self) -> bool:
        """Whether it matters where somebody is."""
        return bool(self.packs) or self.windows is not None


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
    _spans: dict[Place, _Span] = field(default_factory=dict)
    # Asked when, known until when, and the answer.
    _closings: dict[Place, tuple[datetime, datetime, datetime | None]] = field(default_factory=dict)

    def blocking(self, place: Place, at: datetime) -> Block | None:
        """What forbids calls to a place at an instant."""
        if not self.terms.looks_at_places:
            return None
        span = self._spans.get(place)
        if span is None or not span.since <= at < span.until:
            span = self._spans[place] = self._look(place, at)
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

    def _look(self, place: Place, at: datetime) -> _Span:
        sources = self.terms.sources_in(place)
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


def blocking(candidate: Candidate, openings: Openings, at: datetime) -> Block | None:
    """The first rule that forbids to dial the target now; None: it may be dialed."""
    return campaign_blocking(openings.terms, at) or target_blocking(candidate, openings, at)


def campaign_blocking(terms: Terms, at: datetime) -> Block | None:
    """What forbids every call of a campaign."""
    if terms.state == "closed":
        return Block(BlockCode.CAMPAIGN_CLOSED, "The campaign is closed for good.")
    if terms.state == "waiting":
        return Block(
            BlockCode.CAMPAIGN_WAITING,
            "The campaign waits until those before it in its chain have nothing left to dial.",
            inputs=(("waitsForCampaignId", f"{terms.waits_for or ''}"),),
        )
    if terms.state != "running":
        starts = terms.starts_at if terms.starts_at is not None and terms.starts_at > at else None
        when = f"It starts by itself at {starts:%Y-%m-%d %H:%M} UTC." if starts else "Start it."
        return Block(BlockCode.CAMPAIGN_STOPPED, f"The campaign is stopped. {when}", starts)
    if is_over(terms.started_at, terms.stops_at, at):
        return Block(
            BlockCode.CAMPAIGN_OVER,
            "The campaign's stop date has come.",
            inputs=(("stopsAt", f"{terms.stops_at}"),),
        )
    return None


def is_over(started_at: datetime | None, stops_at: datetime | None, at: datetime) -> bool:
    """Whether the stop date has come. A campaign that a person starts after it goes on."""
    if stops_at is None or at < stops_at:
        return False
    return started_at is None or started_at < stops_at


def target_blocking(candidate: Candidate, openings: Openings, at: datetime) -> Block | None:
    """What forbids to dial one target of a campaign that dials."""
    terms = openings.terms
    if candidate.state == "closed":
        reason = candidate.closed_reason or ""
        return Block(
            BlockCode.TARGET_CLOSED,
            f"The target is closed: {reason.replace('_', ' ')}.",
            inputs=(("closedReason", reason),),
        )
    if candidate.state == "dialing":
        return Block(BlockCode.IN_CALL, "An attempt is under way.")
    if candidate.due_at is not None and candidate.due_at > at:
        return Block(
            BlockCode.RETRY_NOT_DUE,
            f"The next attempt is due at {candidate.due_at:%Y-%m-%d %H:%M} UTC.",
            candidate.due_at,
        )
    if (entry := candidate.on_list) is not None and (entry.until is None or entry.until > at):
        return Block(
            BlockCode.DO_NOT_CALL,
            "The number is on a do-not-call list.",
            entry.until,
            (("reason", entry.reason),),
        )
    return (
        _abandoned(candidate.past, terms, at)
        or _capped(candidate, terms, at)
        or openings.blocking(candidate.place, at)
    )


def _abandoned(past: Iterable[Past], terms: Terms, at: datetime) -> Block | None:
    if terms.guaranteed:
        return None
    latest = max((each.abandoned_at for each in past if each.abandoned_at), default=None)
    if latest is None:
        return None
    ends_at = latest + timedelta(hours=ABANDONED_HOURS)
    if ends_at <= at:
        return None
    return Block(
        BlockCode.ABANDONED_LATELY,
        f"A call to this number was abandoned less than {ABANDONED_HOURS} hours ago; until "
        f"{ends_at:%Y-%m-%d %H:%M} UTC only an agent who is reserved for it may call.",
        ends_at,
        (("abandonedAt", f"{latest}"),),
    )


def _capped(candidate: Candidate, terms: Terms, at: datetime) -> Block | None:
    if not candidate.past:
        return None
    caps: Sequence[Cap] = terms.caps
    for pack in terms.packs:
        if pack.caps and pack.holds_in(candidate.place):
            caps = (*caps, *pack.caps)
    for cap in caps:
        window = timedelta(hours=cap.hours)
        counted = sorted(
            (
                each.at
                for each in candidate.past
                if (cap.whole_account or each.campaign_id == terms.campaign_id)
                and at - window < each.at <= at
            ),
            reverse=True,
        )
        if len(counted) >= cap.limit:
            ends_at = counted[cap.limit - 1] + window
            return Block(
                BlockCode.CAP_REACHED,
                f"The number was called {len(counted)} times in {cap.hours} hours, and "
                f"{cap.origin} allows {cap.limit}; again at {ends_at:%Y-%m-%d %H:%M} UTC.",
                ends_at,
                (
                    ("source", cap.origin),
                    ("limit", str(cap.limit)),
                    ("hours", str(cap.hours)),
                    ("counted", str(len(counted))),
                ),
            )
    return None
