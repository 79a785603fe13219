"""Messages left on answering machines."""

from uuid import UUID, uuid5

from domain.floor.context import FloorContext
from domain.floor.endings import Endings
from domain.floor.state import Line, Run
from domain.telephony.events import PlaybackFinished
from domain.telephony.port import File, HangUp, Play

LONGEST_GREETING_S = 45.0  # of a machine, before its beep
LONGEST_MESSAGE_S = 60.0  # then the next owner waits for its end no more


class Machines:
    """Waits for beeps, leaves messages and hangs up."""

    def __init__(self, context: FloorContext, endings: Endings) -> None:
        self._context = context
        self._state = context.state
        self._endings = endings
        self._messages: dict[UUID, Line] = {}  # by playback

    def await_beep(self, line: Line) -> None:
        """Let a machine's greeting end, but not for ever."""

        def over() -> None:
            if line.id in self._state.lines and line not in self._messages.values():
                self._hang_up(line)

        self._context.timers.at(self._context.clock.monotonic() + LONGEST_GREETING_S, over)

    def leave_message(self, run: Run, line: Line) -> None:
        """The beep was heard: speak."""
        playback = _playback_of(line)
        self._messages[playback] = line
        self._context.send(
            line.node,
            Play(
                playback=playback,
                leg=line.id,
                media=(File(name=run.settings.machine_message),),
            ),
        )

    def resume(self, line: Line) -> None:
        """Go on with a machine of the last owner: it greets still, or hears the message."""
        self._messages[_playback_of(line)] = line

        def over() -> None:
            if line.id in self._state.lines:
                self._hang_up(line)

        longest = LONGEST_GREETING_S + LONGEST_MESSAGE_S
        self._context.timers.at(self._context.clock.monotonic() + longest, over)

    def played(self, event: PlaybackFinished) -> None:
        """A message was left: the call is over."""
        if line := self._messages.pop(event.playback, None):
            self._endings.note(line, event.at, "message_left")
            self._hang_up(line)

    def _hang_up(self, line: Line) -> None:
        self._context.send(line.node, HangUp(leg=line.id))


def _playback_of(line: Line) -> UUID:
    """The same for every owner of the floor, so that the next one knows what ended."""
    return uuid5(line.id, "message")
