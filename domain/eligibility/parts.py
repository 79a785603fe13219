"""What rules about calling are made of, and what they are asked about. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.conditions.holds import Known
from domain.conditions.parts import ActionKind, Condition, Rule
from domain.eligibility.hours import Hours, Place


class BlockCode(StrEnum):
    """Which rule forbids a call. The first that does, in this order."""

    CAMPAIGN_STOPPED = "campaign_stopped"
    CAMPAIGN_CLOSED = "campaign_closed"
    CAMPAIGN_WAITING = "campaign_waiting"  # another of its chain is to dial first
    CAMPAIGN_OVER = "campaign_over"  # its stop date has come
    NO_TRUNK = "no_trunk"  # all that its calls might leave by are disabled
    TARGET_CLOSED = "target_closed"
    IN_CALL = "in_call"
    RETRY_NOT_DUE = "retry_not_due"
    DO_NOT_CALL = "do_not_call"
    FILTERED = "filtered"  # it does not meet the campaign's target filter
    RULE = "rule"  # one of the campaign's rules keeps it back
    HOOK = "hook"  # the campaign's pre-dial hook said not yet
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
    suppresses: bool = False  # a rule puts the number on the account's do-not-call list


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
    known: Known | None = None  # what filter and rules look at
    hook_until: datetime | None = None  # the pre-dial hook said not before
    hours: Hours | None = None  # when this number may be called, besides all else
    elsewhere: tuple[Past, ...] = ()  # as `past`, of the contact's other numbers


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
    filter: Condition | None = None  # what targets must meet
    rules: tuple[Rule, ...] = ()

    def sources_in(self, place: Place) -> tuple[Hours, ...]:
        """Every timetable that holds there: the law's first."""
        legal = [p.hours for p in self.packs if p.hours is not None and p.holds_in(place)]
        return (*legal, self.windows) if self.windows is not None else tuple(legal)

    @property
    def previews(self) -> bool:
        """Whether a rule may want an agent to look first."""
        return any(each.kind is ActionKind.PREVIEW for rule in self.rules for each in rule.then)

    @property
    def looks_at_places(self) -> bool:
        """Whether it matters where somebody is."""
        return bool(self.packs or self.rules or self.filter) or self.windows is not None
