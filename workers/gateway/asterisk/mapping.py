"""What Asterisk's events and answers mean. The only place that knows the names of their headers.

`fact_of` turns one event into one fact, or None if it tells nothing we use.
"""

from collections.abc import Callable, Mapping
from uuid import UUID

from domain.telephony.events import Verdict
from domain.telephony.port import Role
from workers.gateway.asterisk.facts import (
    AgiBegan,
    AgiEnded,
    AgiStepDone,
    Analysed,
    Appeared,
    BeepHeard,
    Channel,
    ChannelState,
    EarlyMedia,
    Fact,
    Gone,
    HangupAsked,
    Joined,
    Left,
    Muted,
    OriginateEnded,
    Pressed,
    RoomClosed,
    SpyBegan,
    SpyEnded,
    StateChanged,
    Talking,
    parse_uuid,
)

Headers = Mapping[str, str]

UNKNOWN = ("", "<unknown>")
WITHHELD = (*UNKNOWN, "anonymous", "restricted", "unavailable", "unknown")


class MalformedAmi(Exception):
    """An event lacks a header it always has, or holds something else there."""


STATES = {"0": ChannelState.DOWN, "4": ChannelState.ARRIVED, "5": ChannelState.RINGING}
STATES["6"] = ChannelState.UP


def header(message: Headers, name: str) -> str:
    """Return a header that must be there, and not empty. Raises MalformedAmi."""
    if not (value := message.get(name, "")):
        raise MalformedAmi(f"{message.get('Event', 'a message')} without {name}")
    return value


def name_of(message: Headers) -> str:
    """Which event it is; empty for an answer."""
    return message.get("Event", "")


def number(message: Headers, name: str, default: int = 0) -> int:
    """Return a header as an integer; the default where it is missing or no number."""
    try:
        return int(message.get(name, ""))
    except ValueError:
        return default


def channel_of(message: Headers) -> Channel:
    """The channel an event, or a line of CoreShowChannels, is about. Raises MalformedAmi."""
    caller = message.get("CallerIDNum", "")
    name = message.get("CallerIDName", "")
    return Channel(
        uniqueid=uniqueid_of(message),
        name=header(message, "Channel"),
        account=parse_uuid(message.get("AccountCode", "")),
        state=STATES.get(message.get("ChannelState", ""), ChannelState.DOWN),
        context=message.get("Context", ""),
        exten=message.get("Exten", ""),
        caller=None if caller.lower() in WITHHELD else caller,
        caller_name="" if name in UNKNOWN else name,
    )


def room_of(message: Headers) -> UUID | None:
    """The room an event is about; None for a conference that is not ours."""
    return parse_uuid(header(message, "Conference"))


def in_agi(message: Headers) -> bool:
    """Whether a channel, by its line of CoreShowChannels, waits for our next word."""
    return message.get("Application") == "AGI"


def booted_of(message: Headers) -> str:
    """When Asterisk started, by CoreStatus: another text means another life."""
    return f"{message.get('CoreStartupDate')} {message.get('CoreStartupTime')}"


def version_of(message: Headers) -> str:
    """Asterisk's version, by CoreSettings; empty when it does not tell."""
    return message.get("AsteriskVersion", "")


def section_of(message: Headers) -> str:
    """The section of a file, by GetConfig; empty when the file has none of the name asked for."""
    return message.get("Category-000000", "")


def monitor_of(message: Headers) -> str:
    """The id of the recording that MixMonitor just began; empty when it does not tell."""
    return message.get("MixMonitorID", "")


def uniqueid_of(message: Headers) -> str:
    """The channel that an event or a line of a list is about. Raises MalformedAmi."""
    return header(message, "Uniqueid")


def role_of(exten: str) -> Role:
    """The role a leg was sent into its room with (`<role>-<options>-<room>`)."""
    try:
        return Role(exten.partition("-")[0])
    except ValueError:
        return Role.NORMAL


def fact_of(message: Headers) -> Fact | None:
    """Return what an event tells us, or None. Raises MalformedAmi."""
    mapped = _MAPPED.get(name_of(message))
    return mapped(message) if mapped else None


def _early_media(message: Headers) -> Fact | None:
    if message.get("DialStatus") != "PROGRESS":
        return None
    return EarlyMedia(header(message, "DestUniqueid"))


def _originate_ended(message: Headers) -> Fact | None:
    leg = parse_uuid(message.get("ActionID", ""))
    if leg is None:
        return None
    success = header(message, "Response") == "Success"
    return OriginateEnded(leg, success, number(message, "Reason"))


def _gone(message: Headers) -> Fact:
    return Gone(
        header(message, "Uniqueid"),
        number(message, "Cause"),
        message.get("Cause-txt", ""),
        number(message, "TechCause"),
    )


def step_of(message: Headers) -> AgiStepDone | None:
    """Which of our commands to a channel is done, and how; None for any other event."""
    if name_of(message) != "AsyncAGIExec":
        return None
    # Asterisk 22 writes CommandId, and CommandID in its documentation.
    command = message.get("CommandId") or message.get("CommandID")
    if not command:
        return None
    # 200 result=<n> endpos=<samples>
    result = message.get("Result", "").partition("result=")[2].split(" ")[0]
    try:
        return AgiStepDone(command, int(result))
    except ValueError:
        return AgiStepDone(command, -1)


def _joined(message: Headers) -> Fact | None:
    channel, room = channel_of(message), room_of(message)
    return Joined(channel, room, role_of(channel.exten)) if room else None


def _closed(message: Headers) -> Fact | None:
    room = room_of(message)
    return RoomClosed(room) if room else None


def _in_room(make: Callable[[Headers, str, UUID], Fact]) -> Callable[[Headers], Fact | None]:
    """Map an event about a channel in a room; None for a conference that is not ours."""

    def mapped(message: Headers) -> Fact | None:
        room = room_of(message)
        return make(message, header(message, "Uniqueid"), room) if room else None

    return mapped


def _pressed(message: Headers) -> Fact | None:
    if message.get("Direction") != "Received":
        return None
    return Pressed(header(message, "Uniqueid"), header(message, "Digit"))


VERDICTS = {"HUMAN": Verdict.LIVE, "MACHINE": Verdict.MACHINE, "FAX": Verdict.FAX}


def _user_event(message: Headers) -> Fact | None:
    match message.get("UserEvent"):
        case "OutdialAnalysed":
            verdict = VERDICTS.get(message.get("Status", ""), Verdict.UNSURE)
            return Analysed(header(message, "Uniqueid"), verdict)
        case "OutdialBeep":
            return BeepHeard(header(message, "Uniqueid"))
    return None


_MAPPED: dict[str, Callable[[Headers], Fact | None]] = {
    "Newchannel": lambda m: Appeared(channel_of(m)),
    "Newstate": lambda m: StateChanged(channel_of(m)),
    "DialState": _early_media,
    "OriginateResponse": _originate_ended,
    "HangupRequest": lambda m: HangupAsked(header(m, "Uniqueid")),
    "Hangup": _gone,
    "AsyncAGIStart": lambda m: AgiBegan(channel_of(m)),
    "AsyncAGIExec": step_of,
    "AsyncAGIEnd": lambda m: AgiEnded(header(m, "Uniqueid")),
    "ConfbridgeJoin": _joined,
    "ConfbridgeLeave": _in_room(lambda m, channel, room: Left(channel, room)),
    "ConfbridgeEnd": _closed,
    "ConfbridgeMute": _in_room(lambda m, channel, room: Muted(channel, room, True)),
    "ConfbridgeUnmute": _in_room(lambda m, channel, room: Muted(channel, room, False)),
    "ConfbridgeTalking": _in_room(
        lambda m, channel, room: Talking(channel, room, m.get("TalkingStatus") == "on")
    ),
    "DTMFEnd": _pressed,
    "UserEvent": _user_event,
    "ChanSpyStart": lambda m: SpyBegan(header(m, "SpyerUniqueid"), header(m, "SpyeeUniqueid")),
    "ChanSpyStop": lambda m: SpyEnded(header(m, "SpyerUniqueid")),
}
