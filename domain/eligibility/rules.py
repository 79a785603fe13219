"""Whether a target may be dialed at an instant, and if not, which rule forbids it. Pure.

`blocking` is the one place that decides: the selector asks it when it fills the hopper and again
at the instant of dialing, and so do the queries that explain.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from domain.conditions.parts import ActionKind, Moment
from domain.conditions.rules import NOTHING, Stop, Verdict, changes_at, judge, meets
from domain.eligibility.openings import Openings
from domain.eligibility.parts import Block, BlockCode, Candidate, Cap, Past, Terms

# Ofcom, revised statement of policy on persistent misuse, 2010, A1.54 and 2016, annex: an abandoned
# number is not called again within 72 hours unless an agent is there for it.
ABANDONED_HOURS = 72
LONGEST_CAP_DAYS = 30


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
        _filtered(candidate, terms, at)
        or _ruled(candidate, terms, at)
        or _hooked(candidate, at)
        or _abandoned((*candidate.past, *candidate.elsewhere), terms, at)
        or _capped(candidate, terms, at)
        or openings.blocking(candidate.place, at, candidate.hours)
    )


def verdict_of(candidate: Candidate, terms: Terms, at: datetime) -> Verdict:
    """What the campaign's rules say of a call to the target now."""
    if not terms.rules or candidate.known is None:
        return NOTHING
    return judge(terms.rules, Moment.BEFORE_CALL, candidate.known, candidate.place, at)


def _filtered(candidate: Candidate, terms: Terms, at: datetime) -> Block | None:
    if terms.filter is None or candidate.known is None:
        return None
    met, broken = meets(terms.filter, candidate.known, candidate.place, at)
    if met:
        return None
    return Block(
        BlockCode.FILTERED,
        "The target does not meet the campaign's filter"
        + (f": {broken}, so it counts as not met." if broken else "."),
        changes_at(terms.filter, candidate.known, candidate.place, at),
        (("broken", broken),) if broken else (),
    )


_SAID = {
    ActionKind.SKIP: "skips it",
    ActionKind.RESCHEDULE: "puts it off",
    ActionKind.SUPPRESS: "puts its number on the do-not-call list",
}


def _ruled(candidate: Candidate, terms: Terms, at: datetime) -> Block | None:
    stop: Stop | None = verdict_of(candidate, terms, at).stop
    if stop is None:
        return None
    until = f" until {stop.until:%Y-%m-%d %H:%M} UTC, at least" if stop.until else ""
    return Block(
        BlockCode.RULE,
        f"The rule {stop.rule!r} {_SAID[stop.kind]}{until}.",
        stop.until,
        (("rule", stop.rule), ("action", stop.kind.value)),
        suppresses=stop.kind is ActionKind.SUPPRESS,
    )


def _hooked(candidate: Candidate, at: datetime) -> Block | None:
    until = candidate.hook_until
    if until is None or until <= at:
        return None
    message = (
        "The campaign's pre-dial hook was asked and did not let the call out; it is asked again "
        f"at {until:%Y-%m-%d %H:%M} UTC."
    )
    return Block(BlockCode.HOOK, message, until)


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
            calls = "once" if len(counted) == 1 else f"{len(counted)} times"
            return Block(
                BlockCode.CAP_REACHED,
                f"The number was called {calls} in {cap.hours} hours, and "
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
