"""Where a target is in its campaign, and when it is dialed again. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.calls.rules import Disposition


class TargetState(StrEnum):
    """Whether a target is still to be dialed."""

    NEW = "new"  # never dialed
    RETRY = "retry"  # dialed, to be dialed again at `next_at`
    DIALING = "dialing"  # an attempt is under way
    CLOSED = "closed"  # never dialed again; `closed_reason` says why


class TargetSource(StrEnum):
    """How somebody became a target."""

    LIST = "list"  # a file or an addition
    CALL_BACK = "call_back"  # a missed or abandoned call


class ClosedReason(StrEnum):
    """Why a target is never dialed again."""

    CONNECTED = "connected"  # spoke with an agent
    ATTEMPTS_EXHAUSTED = "attempts_exhausted"
    INVALID = "invalid"  # the number does not exist
    FINAL = "final"  # the last disposition is not retried in this campaign
    REMOVED = "removed"  # taken out by a person
    SUPPRESSED = "suppressed"  # on a do-not-call list


class TargetClass(StrEnum):
    """How far a target came. A target that reached voicemail may be in another class too."""

    ANSWERED = "answered"  # closed: spoke with an agent
    ATTEMPTS_EXHAUSTED = "attempts_exhausted"  # closed: dialed as often as allowed
    VOICEMAIL = "voicemail"  # the last attempt reached a machine
    IN_PROGRESS = "in_progress"  # not closed, at least one attempt
    UNTOUCHED = "untouched"  # no attempt yet


class OperationAction(StrEnum):
    """What is done to many targets at once."""

    REMOVE_ALL = "remove_all"  # all that are still to be dialed
    RESET = "reset"  # a class, to be dialed anew
    PURGE = "purge"  # a class, for good


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of a target after an attempt. `next_at` is set for RETRY only."""

    state: TargetState
    next_at: datetime | None = None
    reason: ClosedReason | None = None


def after_attempt(
    disposition: Disposition,
    *,
    attempts: int,
    max_attempts: int,
    retry_delays_s: dict[Disposition, int],
    ended_at: datetime,
) -> Outcome:
    """What becomes of a target whose attempt just ended.

    `attempts` counts this one too, unless it was never dialed.
    """
    if disposition is Disposition.CONNECTED:
        return Outcome(TargetState.CLOSED, reason=ClosedReason.CONNECTED)
    if disposition is Disposition.INVALID:
        return Outcome(TargetState.CLOSED, reason=ClosedReason.INVALID)
    delay_s = retry_delays_s.get(disposition)
    if delay_s is None:
        return Outcome(TargetState.CLOSED, reason=ClosedReason.FINAL)
    if attempts >= max_attempts:
        return Outcome(TargetState.CLOSED, reason=ClosedReason.ATTEMPTS_EXHAUSTED)
    return Outcome(TargetState.RETRY, next_at=ended_at + timedelta(seconds=delay_s))
