"""How an attempt goes and ends. Pure."""

from enum import StrEnum

from domain.telephony.events import Failure, Verdict


class AttemptState(StrEnum):
    """Where an attempt is. `committed` is written before the switch is asked to dial."""

    COMMITTED = "committed"
    PLACED = "placed"
    RINGING = "ringing"
    ANSWERED = "answered"  # in analysis, if that is on
    WAITING = "waiting"  # a live customer without an agent
    LISTENING = "listening"  # a live customer hears a message of ours, not an agent
    CONNECTED = "connected"
    ENDED = "ended"


class CallDirection(StrEnum):
    """Who called."""

    OUTBOUND = "outbound"
    INBOUND = "inbound"


class ThirdPartyStatus(StrEnum):
    """How far a third party is on its way to the agent who asked for it."""

    CALLING = "calling"
    RINGING = "ringing"
    ANSWERED = "answered"


class SupervisionStatus(StrEnum):
    """How far a supervisor's phone is on its way into an agent's room."""

    CALLING = "calling"
    RINGING = "ringing"
    ANSWERED = "answered"
    ENDED = "ended"


class SupervisionEnd(StrEnum):
    """Why a supervisor hears an agent no more."""

    ASKED = "asked"  # for the end, or for another agent
    HUNG_UP = "hung_up"  # by the supervisor
    NOT_REACHED = "not_reached"  # the supervisor did not pick up
    AGENT_GONE = "agent_gone"  # the agent's phone is off the line
    LOST = "lost"  # by the switch


class RecordingState(StrEnum):
    """Whether a call is being recorded. Where it is paused, the file holds silence."""

    OFF = "off"
    ON = "on"
    PAUSED = "paused"


class Disposition(StrEnum):
    """How an attempt ended, as the system saw it."""

    CONNECTED = "connected"  # customer and agent spoke, or heard what an IVR campaign says
    ABANDONED = "abandoned"  # a live answer that found no agent in time, or gave up waiting
    HUNG_UP = "hung_up"  # answered, and gone before we knew who it was
    MACHINE = "machine"
    FAX = "fax"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    INVALID = "invalid"
    CONGESTION = "congestion"
    REJECTED = "rejected"
    UNREACHABLE = "unreachable"
    CANCELED = "canceled"  # we gave up while it rang
    FAILED = "failed"
    NOT_PLACED = "not_placed"  # committed, but never dialed


_OF_FAILURE = {
    Failure.BUSY: Disposition.BUSY,
    Failure.NO_ANSWER: Disposition.NO_ANSWER,
    Failure.INVALID: Disposition.INVALID,
    Failure.CONGESTION: Disposition.CONGESTION,
    Failure.REJECTED: Disposition.REJECTED,
    Failure.UNREACHABLE: Disposition.UNREACHABLE,
    Failure.CANCELED: Disposition.CANCELED,
    Failure.STALE: Disposition.NOT_PLACED,
    Failure.FAILED: Disposition.FAILED,
}

_OF_VERDICT = {Verdict.MACHINE: Disposition.MACHINE, Verdict.FAX: Disposition.FAX}


def disposition_of_failure(failure: Failure) -> Disposition:
    """How an attempt ended whose leg failed."""
    return _OF_FAILURE[failure]


def disposition_of_verdict(verdict: Verdict) -> Disposition | None:
    """How an attempt ends on what analysis heard; None: a person, who gets an agent.

    An undecided analysis counts as a person: hanging up on one is worse than an agent
    greeting a machine.
    """
    return _OF_VERDICT.get(verdict)
