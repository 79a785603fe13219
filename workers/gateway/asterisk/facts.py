"""What the gateway learns from Asterisk, one small fact at a time. `mapping.py` makes them.

A channel is named by its Uniqueid, which is our leg's id when we placed the call (ChannelId).
"""

from dataclasses import dataclass
from enum import Enum, auto
from uuid import NAMESPACE_URL, UUID, uuid5

from domain.telephony.events import Verdict
from domain.telephony.port import Role

# Channels that Asterisk makes for its own purposes; the rest are telephones.
INNER = ("Local/", "CBRec/", "CBAnn/", "Message/", "Surrogate/", "Announcer/", "Recorder/")


# Where our part of the dialplan takes calls that arrive.
INBOUND = "outdial-inbound"


class ChannelState(Enum):
    """The states of a channel that matter here (ChannelState in Asterisk)."""

    DOWN = auto()
    ARRIVED = auto()  # "Ring": it rings at us
    RINGING = auto()
    UP = auto()


def parse_uuid(text: str) -> UUID | None:
    """Return the UUID if the text is one in its usual form, else None."""
    try:
        value = UUID(text)
    except ValueError:
        return None
    return value if str(value) == text.lower() else None


def leg_of(uniqueid: str) -> UUID:
    """Our id for a channel. The same after a restart of the gateway, since nothing is kept."""
    return parse_uuid(uniqueid) or uuid5(NAMESPACE_URL, f"asterisk:{uniqueid}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A channel as each event about it, and each line of a list, shows it."""

    uniqueid: str
    name: str
    account: UUID | None
    state: ChannelState
    context: str = ""
    exten: str = ""
    caller: str | None = None
    caller_name: str = ""

    @property
    def inner(self) -> bool:
        return self.name.startswith(INNER)

    @property
    def arrived(self) -> bool:
        """Whether it is a call to us that nobody answered yet. Other calls of the same PBX ring
        in a dialplan that is not ours, perhaps in an AsyncAGI that is somebody else's.
        """
        return self.state is ChannelState.ARRIVED and self.context == INBOUND

    @property
    def leg(self) -> UUID:
        """Our id: the Uniqueid itself, or one made from it for a call that arrived."""
        return leg_of(self.uniqueid)

    @property
    def trunk(self) -> str:
        """The endpoint: `PJSIP/carrier-0000001a` belongs to `carrier`."""
        return self.name.partition("/")[2].rpartition("-")[0]


@dataclass(frozen=True, slots=True)
class ChannelShown:
    """A fact that shows its whole channel."""

    channel: Channel


class Appeared(ChannelShown):
    """A channel came to be."""


class StateChanged(ChannelShown):
    """It rings, or is up."""


class AgiBegan(ChannelShown):
    """It waits in AsyncAGI for our next step."""


@dataclass(frozen=True, slots=True)
class ChannelNamed:
    """A fact that names its channel only."""

    uniqueid: str


class EarlyMedia(ChannelNamed):
    """The network plays something before the answer."""


class HangupAsked(ChannelNamed):
    """The far end asked for the hang-up (or refused the call)."""


class AgiEnded(ChannelNamed):
    """It left AsyncAGI."""


class BeepHeard(ChannelNamed):
    """The machine's greeting and its beep are over."""


@dataclass(frozen=True, slots=True)
class Gone(ChannelNamed):
    """`sip`: the SIP status that ended it; 0 where Asterisk tells none (before 22)."""

    cause: int
    text: str
    sip: int


@dataclass(frozen=True, slots=True)
class Pressed(ChannelNamed):
    digit: str


@dataclass(frozen=True, slots=True)
class Analysed(ChannelNamed):
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class ChannelInRoom(ChannelNamed):
    """A fact about a channel and the room it is, or was, in."""

    room: UUID


class Left(ChannelInRoom):
    """It is in that room no more."""


@dataclass(frozen=True, slots=True)
class Muted(ChannelInRoom):
    muted: bool


@dataclass(frozen=True, slots=True)
class Talking(ChannelInRoom):
    talking: bool


@dataclass(frozen=True, slots=True)
class OriginateEnded:
    """`reason` 3: our own time limit; 4: answered; else see the channel's hang-up."""

    leg: UUID
    success: bool
    reason: int


@dataclass(frozen=True, slots=True)
class AgiStepDone:
    """`result`: below 0 an error, 0 nothing, above 0 the ASCII of the digit that interrupted."""

    command: str
    result: int


@dataclass(frozen=True, slots=True)
class Joined(ChannelShown):
    room: UUID
    role: Role


@dataclass(frozen=True, slots=True)
class RoomClosed:
    room: UUID


@dataclass(frozen=True, slots=True)
class SpyBegan:
    spyer: str
    spied: str


@dataclass(frozen=True, slots=True)
class SpyEnded:
    spyer: str


Fact = (
    Appeared
    | StateChanged
    | EarlyMedia
    | OriginateEnded
    | HangupAsked
    | Gone
    | AgiBegan
    | AgiStepDone
    | AgiEnded
    | Joined
    | Left
    | RoomClosed
    | Muted
    | Talking
    | Pressed
    | Analysed
    | BeepHeard
    | SpyBegan
    | SpyEnded
)
