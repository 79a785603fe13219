"""What answering machines hear of us: a message, at once or after their beep."""

from uuid import UUID, uuid5

from domain.campaigns.rules import MachineAction
from domain.floor.calls.endings import Endings
from domain.floor.context import FloorContext
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
        self._begun: set[UUID] = set()  # playbacks that this owner asked for

    def answered(self, run: Run, line: Line) -> None:
        """A machine is on the line: speak at once, or let its greeting end, but not for ever."""
        if run.settings.machine_action is MachineAction.PLAY:
            self._speak(run, line)
            return

        def over() -> None:
            if line.id in self._state.lines and line not in self._messages.values():
                self._hang_up(line)

        self._context.timers.at(self._context.clock.monotonic() + LONGEST_GREETING_S, over)

    def beeped(self, run: Run, line: Line) -> None:
        """The beep was heard: speak, unless the message was begun over the greeting."""
        if _playback_of(line) not in self._begun:
            self._speak(run, line)

    def resume(self, run: Run, line: Line) -> None:
        """Go on with a machine of the last owner: it greets still, or hears the message."""
        if run.settings.machine_action is MachineAction.PLAY:
            self._speak(run, line)  # nothing to a switch that was asked before
        self._messages[_playback_of(line)] = line

        def over() -> None:
            if line.id in self._state.lines:
                self._hang_up(line)

        longest = LONGEST_GREETING_S + LONGEST_MESSAGE_S
        self._context.timers.at(self._context.clock.monotonic() + longest, over)

    def played(self, event: PlaybackFinished) -> None:
        """A message was left: the call is over."""
        self._begun.discard(event.playback)
        if line := self._messages.pop(event.playback, None):
            self._endings.note(line, event.at, "message_left")
            self._hang_up(line)

    def _speak(self, run: Run, line: Line) -> None:
        playback = _playback_of(line)
        self._messages[playback] = line
        self._begun.add(playback)
        self._context.send(
            line.node,
            Play(
                playback=playback,
                leg=line.id,
                media=(File(name=run.settings.machine_message),),
                over_greeting=run.settings.machine_action is MachineAction.PLAY,
            ),
        )

    def _hang_up(self, line: Line) -> None:
        self._context.send(line.node, HangUp(leg=line.id))


def _playback_of(line: Line) -> UUID:
    """The same for every owner of the floor, so that the next one knows what ended."""
    return uuid5(line.id, "message")
