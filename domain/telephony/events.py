"""What a switch tells: facts about legs, rooms, playbacks and recordings.

Each event carries `at`, Unix seconds by the gateway's clock, and `account`, whose floor gets it.
Events may come twice (after a resynchronisation); whoever handles them is a transition that says
"already so".
"""

from enum import StrEnum
from uuid import UUID

import msgspec


class Failure(StrEnum):
    """Why a placed leg was never answered."""

    BUSY = "busy"
    NO_ANSWER = "no_answer"  # rang until the ring limit, or the far end gave up
    INVALID = "invalid"  # number does not exist, was changed, or is malformed
    CONGESTION = "congestion"  # the network or trunk had no room; says nothing about the number
    REJECTED = "rejected"  # the far end or its network declined
    UNREACHABLE = "unreachable"  # nobody answered the trunk at all: carrier dead
    CANCELED = "canceled"  # we hung up while it rang
    STALE = "stale"  # nothing was dialed: it was too late, or the switch was away or full
    FAILED = "failed"  # anything else; `detail` has the switch's words


class EndCause(StrEnum):
    """Why a leg that was up ended."""

    NORMAL = "normal"
    BUSY = "busy"
    REJECTED = "rejected"
    CONGESTION = "congestion"
    NETWORK = "network"  # media or signalling was lost
    SWITCH_LOST = "switch_lost"  # the switch restarted or its node died
    UNKNOWN = "unknown"


class EndedBy(StrEnum):
    """Who ended a leg."""

    FAR_END = "far_end"
    US = "us"
    SWITCH = "switch"


class Verdict(StrEnum):
    """Who answered, as call-progress analysis heard it."""

    LIVE = "live"
    MACHINE = "machine"
    FAX = "fax"
    UNSURE = "unsure"


class Message(msgspec.Struct, frozen=True, tag=True, kw_only=True, omit_defaults=True):
    """An event on its way to a floor. JSON on the wire, with the class name as `type`."""

    account: UUID
    at: float


class LegArrived(Message, frozen=True, kw_only=True):
    """Somebody called one of our numbers. The leg is not answered yet."""

    leg: UUID
    number: str  # dialed, E.164
    caller: str | None = None  # None: withheld
    caller_name: str = ""
    trunk: str | None = None


class LegRinging(Message, frozen=True, kw_only=True):
    """The far end rings."""

    leg: UUID


class LegEarlyMedia(Message, frozen=True, kw_only=True):
    """The network plays something before the answer."""

    leg: UUID


class LegAnswered(Message, frozen=True, kw_only=True):
    """The far end picked up. `LegAnalysed` follows if analysis was asked for."""

    leg: UUID


class LegAnalysed(Message, frozen=True, kw_only=True):
    """Analysis is done. `beep_at`: when the beep of a machine was heard."""

    leg: UUID
    verdict: Verdict
    confidence: float = 1.0  # 0..1; 1 where the switch gives none
    beep_at: float | None = None


class LegFailed(Message, frozen=True, kw_only=True):
    """A placed leg was never answered. Nothing more comes for it."""

    leg: UUID
    failure: Failure
    detail: str = ""  # codes of the switch for the operator; never a number or name


class LegEnded(Message, frozen=True, kw_only=True):
    """A leg that was up is gone. Nothing more comes for it."""

    leg: UUID
    cause: EndCause
    by: EndedBy


class Digit(Message, frozen=True, kw_only=True):
    """A party pressed a key."""

    leg: UUID
    digit: str


class DigitsCollected(Message, frozen=True, kw_only=True):
    """The answer to `Collect`; empty when the time ran out."""

    leg: UUID
    digits: str


class PlaybackFinished(Message, frozen=True, kw_only=True):
    """A playback ended. `interrupted_by` is the digit that ended it.

    `unspoken`: a text in it was left out, since no engine of this switch speaks it.
    """

    playback: UUID
    interrupted_by: str | None = None
    unspoken: bool = False


class RoomJoined(Message, frozen=True, kw_only=True):
    """A leg is in a room and can hear it."""

    leg: UUID
    room: UUID


class RoomLeft(Message, frozen=True, kw_only=True):
    """A leg is no longer in a room (it may still be up)."""

    leg: UUID
    room: UUID


class LegTalking(Message, frozen=True, kw_only=True):
    """A leg in a room began or stopped to speak."""

    leg: UUID
    room: UUID
    talking: bool


class LegMuted(Message, frozen=True, kw_only=True):
    """A leg in a room was muted or unmuted."""

    leg: UUID
    room: UUID
    muted: bool


class RecordingFinished(Message, frozen=True, kw_only=True):
    """A recording's file is complete."""

    recording: UUID
    path: str
    size: int  # bytes
    seconds: float


class LegState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One leg in a snapshot."""

    leg: UUID
    state: str  # "arrived", "dialing", "ringing", "up"
    since: float  # Unix seconds of the state
    room: UUID | None = None


class RoomState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One room in a snapshot."""

    room: UUID
    legs: tuple[UUID, ...] = ()


class Snapshot(Message, frozen=True, kw_only=True):
    """All legs and rooms of the account on one switch at `at`. The answer to `TakeSnapshot`."""

    request: UUID
    node: str
    legs: tuple[LegState, ...] = ()
    rooms: tuple[RoomState, ...] = ()


Event = (
    LegArrived
    | LegRinging
    | LegEarlyMedia
    | LegAnswered
    | LegAnalysed
    | LegFailed
    | LegEnded
    | Digit
    | DigitsCollected
    | PlaybackFinished
    | RoomJoined
    | RoomLeft
    | LegTalking
    | LegMuted
    | RecordingFinished
    | Snapshot
)

encode_event = msgspec.json.Encoder().encode
decode_event = msgspec.json.Decoder(Event).decode
