"""Everything Outdial asks of a switch, in two nouns: legs and rooms.

A *leg* is one call to or from one party. A *room* is where legs hear each other. No word of any
particular switch stands here. Ids are ours (UUID), numbers are E.164 with the "+", durations are
seconds as floats with `_s` in the name, instants are Unix seconds (`_at`, `not_after`).

Every command may be repeated: a second one with the same ids changes nothing. A command about a leg
or room that is gone is dropped by the switch without an error, since the event that says so is
already on its way. The one command that must never be repeated by anybody but the floor is
`PlaceLeg`; a switch drops it when `not_after` has passed or the leg id was used before.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol
from uuid import UUID

import msgspec

from domain.telephony.events import EndCause, Event, Snapshot


class Message(msgspec.Struct, frozen=True, tag=True, kw_only=True, omit_defaults=True):
    """A command on its way to a switch. JSON on the wire, with the class name as `type`."""


class CallerId(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the called party sees. No number means withheld."""

    number: str | None = None
    name: str = ""


class Analysis(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Call-progress analysis after the answer: live voice, machine or fax. Seconds throughout."""

    initial_silence_s: float = 2.5
    greeting_s: float = 1.5  # longer than this without a pause: a machine
    after_greeting_silence_s: float = 0.8
    total_s: float = 5.0  # undecided after this: `Verdict.UNSURE`
    minimum_word_s: float = 0.1
    between_words_silence_s: float = 0.05
    maximum_words: int = 3
    silence_threshold: int = 256
    detect_fax: bool = True
    record: bool = False  # keep the audio of the analysis phase
    beep_if_unsure: bool = False  # wait for the beep of an undecided answer, as of a machine


class ToNumber(msgspec.Struct, frozen=True, tag=True, kw_only=True, omit_defaults=True):
    """A party reached by telephone number through a trunk (None: the switch's default trunk)."""

    number: str
    trunk: str | None = None


class ToEndpoint(msgspec.Struct, frozen=True, tag=True, kw_only=True, omit_defaults=True):
    """A phone registered at the switch, by its account name (an agent's SIP or WebRTC phone)."""

    endpoint: str


class Role(StrEnum):
    """How a leg takes part in a room."""

    NORMAL = "normal"  # speaks and hears
    MUTED = "muted"  # hears
    LISTEN = "listen"  # supervisor: hears, is not announced, not heard
    WHISPER = "whisper"  # supervisor: hears all, heard by the agents of the room alone
    BARGE = "barge"  # supervisor: speaks and hears
    CUSTOMER = "customer"  # speaks and hears; never hears tones meant for agents
    AGENT = "agent"  # speaks and hears; hears tones and whispers; room ends when the last one goes


class File(msgspec.Struct, frozen=True, tag=True, kw_only=True):
    """A sound by its name in the switch's sound store, without an extension."""

    name: str


class Say(msgspec.Struct, frozen=True, tag=True, kw_only=True):
    """Text to speech."""

    text: str
    language: str = "en"


class SayDigits(msgspec.Struct, frozen=True, tag=True, kw_only=True):
    """Digits read one by one."""

    digits: str
    language: str = "en"


RINGING_TONE_S = 6.0  # of the tone `ringing`: one ring and the pause after it


class Tone(msgspec.Struct, frozen=True, tag=True, kw_only=True):
    """A named tone: `zip` (a live customer was connected), `beep`, `busy`, `congestion`, `ringing`.

    `ringing` is one ring with its pause; repeat it for as long as it may ring.
    """

    name: str = "zip"


class EarlyMediaOf(msgspec.Struct, frozen=True, tag=True, kw_only=True):
    """What the network of a leg plays before the answer; for a room, and alone in its `Play`.

    Ends with the answer, or with the leg.
    """

    leg: UUID


Media = File | Say | SayDigits | Tone | EarlyMediaOf


class PlaceLeg(Message, frozen=True, kw_only=True):
    """Call somebody. Events follow under `leg`: ringing, answered, analysed, failed, ended."""

    leg: UUID
    account: UUID
    to: ToNumber | ToEndpoint
    not_after: float  # Unix seconds; later: dropped, and `LegFailed(STALE)` sent
    caller_id: CallerId = CallerId()
    ring_limit_s: float = 30.0
    analysis: Analysis | None = None
    join: UUID | None = None  # put the leg into this room at once when it is answered
    role: Role = Role.NORMAL


class Answer(Message, frozen=True, kw_only=True):
    """Answer a leg that arrived."""

    leg: UUID


class HangUp(Message, frozen=True, kw_only=True):
    """End a leg that rings, waits or talks."""

    leg: UUID
    cause: EndCause = EndCause.NORMAL


class Play(Message, frozen=True, kw_only=True):
    """Play to one leg or to a whole room; `PlaybackFinished` follows under `playback`."""

    playback: UUID
    media: tuple[Media, ...]
    leg: UUID | None = None
    room: UUID | None = None
    interruptible: bool = False  # a digit ends it
    over_greeting: bool = False  # at once, also where a switch lets a machine's greeting end first


class StopPlaying(Message, frozen=True, kw_only=True):
    """End a playback early."""

    playback: UUID


class Collect(Message, frozen=True, kw_only=True):
    """Collect digits from a leg; `DigitsCollected` follows, without the terminator."""

    leg: UUID
    maximum: int = 1
    first_digit_s: float = 5.0
    between_digits_s: float = 2.0
    terminators: str = "#"


class CreateRoom(Message, frozen=True, kw_only=True):
    """Make a room. Joining a room that does not exist makes it too, with these defaults."""

    room: UUID
    account: UUID
    music_while_alone: bool = True
    announce_joins: bool = False
    record: bool = False


class Join(Message, frozen=True, kw_only=True):
    """Put a leg into a room, out of wherever it was, hold included.

    Only the agents there hear `entry`.
    """

    leg: UUID
    room: UUID
    role: Role = Role.NORMAL
    entry: Tone | File | None = None


class Leave(Message, frozen=True, kw_only=True):
    """Take a leg out of its room; it stays up and hears silence."""

    leg: UUID


class EndRoom(Message, frozen=True, kw_only=True):
    """End a room; its legs stay up unless `hang_up`."""

    room: UUID
    hang_up: bool = False


class SetRole(Message, frozen=True, kw_only=True):
    """Change a leg's role in its room: mute, unmute, listen to whisper."""

    leg: UUID
    role: Role


class Hold(Message, frozen=True, kw_only=True):
    """Let a leg hear music instead of its room, or bring it back."""

    leg: UUID
    on: bool = True
    music: str = "default"


class StartRecording(Message, frozen=True, kw_only=True):
    """Record a leg (both directions) or a whole room; `RecordingFinished` follows."""

    recording: UUID
    leg: UUID | None = None
    room: UUID | None = None


class PauseRecording(Message, frozen=True, kw_only=True):
    """Write silence into the recording, or go on writing sound."""

    recording: UUID
    paused: bool = True


class StopRecording(Message, frozen=True, kw_only=True):
    """Finish a recording."""

    recording: UUID


class SendDigits(Message, frozen=True, kw_only=True):
    """Send DTMF to the far end of a leg."""

    leg: UUID
    digits: str


class TakeSnapshot(Message, frozen=True, kw_only=True):
    """Ask for all legs and rooms of one account; `Snapshot` follows."""

    account: UUID
    request: UUID


Command = (
    PlaceLeg
    | Answer
    | HangUp
    | Play
    | StopPlaying
    | Collect
    | CreateRoom
    | Join
    | Leave
    | EndRoom
    | SetRole
    | Hold
    | StartRecording
    | PauseRecording
    | StopRecording
    | SendDigits
    | TakeSnapshot
)

Emit = Callable[[Event], None]


class Switch(Protocol):
    """One switch as its gateway process drives it: Asterisk, the simulated carrier, a fake.

    `emit` is given at `start` and is called in the order in which things happened. It never blocks.
    """

    async def start(self, emit: Emit) -> None:
        """Connect. Returns when commands can be taken; raises `SwitchUnavailable` otherwise."""

    async def execute(self, command: Command) -> None:
        """Do one command, or drop it if its subject is gone. What follows arrives as events."""

    async def snapshot(self, account: UUID, request: UUID) -> Snapshot:
        """All legs and rooms of an account, as they are now."""

    async def stop(self) -> None:
        """Disconnect. A real switch keeps its calls; the simulated carrier ends them."""


encode_command = msgspec.json.Encoder().encode
decode_command = msgspec.json.Decoder(Command).decode
