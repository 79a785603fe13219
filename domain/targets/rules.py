"""Where a target is in its campaign, and when it is dialed again. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.calls.rules import Disposition
from domain.targets.contact_numbers import ContactNumbers

# After these the next number of a contact is dialed at once, in campaigns that say nothing else.
# Congestion tells nothing about the number, who rejects a call is not called elsewhere right
# away, and who was abandoned gets no second call without an agent.
DEFAULT_NEXT_NUMBER_AFTER = (
    Disposition.BUSY,
    Disposition.NO_ANSWER,
    Disposition.MACHINE,
    Disposition.FAX,
    Disposition.UNREACHABLE,
    Disposition.FAILED,
)
# These end the contact's round or say nothing, so a campaign can't name them; after INVALID the
# next number is dialed in any case.
NEVER_MOVES_ON = frozenset({Disposition.CONNECTED, Disposition.NOT_PLACED, Disposition.INVALID})


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


class DuplicatePolicy(StrEnum):
    """What is done with a row whose number is there already."""

    SKIP = "skip"  # reported, and left out
    UPDATE = "update"  # the contact that is there gets what the row says
    ALLOW = "allow"  # becomes a target of its own


@dataclass(frozen=True, slots=True)
class Duplicates:
    """What is done with numbers that are there already, by where they are."""

    in_file: DuplicatePolicy = DuplicatePolicy.SKIP  # in an earlier row of the same file
    in_campaign: DuplicatePolicy = DuplicatePolicy.SKIP
    in_account: DuplicatePolicy = DuplicatePolicy.ALLOW  # in another campaign


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of a target after an attempt. `next_at` is set for RETRY only."""

    state: TargetState
    next_at: datetime | None = None
    reason: ClosedReason | None = None
    numbers: ContactNumbers | None = None  # None: as they were


def after_attempt(
    disposition: Disposition,
    *,
    attempts: int,
    max_attempts: int,
    retry_delays_s: dict[Disposition, int],
    ended_at: datetime,
    number: str = "",
    numbers: ContactNumbers | None = None,
    next_number_after: frozenset[Disposition] = frozenset(DEFAULT_NEXT_NUMBER_AFTER),
) -> Outcome:
    """What becomes of a target whose attempt just ended.

    `attempts` counts this one too, unless it was never dialed; it counts all numbers of the
    contact. `numbers` are those of a contact who has several, `number` the one that was dialed.
    """
    delay_s = retry_delays_s.get(disposition)
    next_at = ended_at + timedelta(seconds=delay_s) if delay_s is not None else None
    left = False  # another number to dial at once, or when it may be dialed again
    if numbers is not None:
        invalid = disposition is Disposition.INVALID
        moves = invalid or disposition in next_number_after
        numbers = numbers.after(
            number,
            disposition,
            ended_at=ended_at,
            next_at=next_at if moves else None,
            gives_up=moves and (invalid or next_at is None),
            stays=not moves,
        )
        if moves and (first := next(iter(numbers.in_turn()), None)) is not None:
            left, next_at = True, max(first.next_at or ended_at, ended_at)
    if disposition is Disposition.CONNECTED:
        return Outcome(TargetState.CLOSED, reason=ClosedReason.CONNECTED, numbers=numbers)
    if disposition is Disposition.INVALID and not left:
        return Outcome(TargetState.CLOSED, reason=ClosedReason.INVALID, numbers=numbers)
    if next_at is None:
        return Outcome(TargetState.CLOSED, reason=ClosedReason.FINAL, numbers=numbers)
    if attempts >= max_attempts:
        return Outcome(TargetState.CLOSED, reason=ClosedReason.ATTEMPTS_EXHAUSTED, numbers=numbers)
    return Outcome(TargetState.RETRY, next_at=next_at, numbers=numbers)
