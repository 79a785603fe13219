"""Recordings of live calls: started when a switch says so, written down when they are finished."""

from domain.agents.rules import AgentState
from domain.calls.commands import RecordAction
from domain.calls.errors import NotRecording
from domain.calls.events import RecordingChanged
from domain.core.ids import new_id
from domain.floor.context import FloorContext
from domain.floor.state import Line, Run, Seat
from domain.telephony.events import RecordingFinished
from domain.telephony.port import PauseRecording, StartRecording, StopRecording


class Recordings:
    """Records lines, by rule or because somebody asked."""

    def __init__(self, context: FloorContext) -> None:
        self._context = context

    def connected(self, run: Run, line: Line, seat: Seat) -> None:
        """Record a call from its connect on, if campaign, agent or trunk say so."""
        if run.settings.record or seat.record or (line.trunk is not None and line.trunk.record):
            self.start(line)

    def ask(self, line: Line, action: RecordAction) -> None:
        """Do what somebody asked; doing it twice changes nothing. Raises NotRecording.

        Who pauses before a card number is said must not believe that it was done when it was not.
        """
        if action is RecordAction.START:
            self.start(line)
        elif line.recording is None:
            raise NotRecording(line.id)
        elif action is RecordAction.STOP:
            self._context.send(line.node, StopRecording(recording=line.recording))
            self._stopped(line)
        else:
            paused = action is RecordAction.PAUSE
            self._context.send(line.node, PauseRecording(recording=line.recording, paused=paused))
            line.recording_paused = paused
            self._note(line, f"recording_{action}d")
            self._tell(line)

    def start(self, line: Line) -> None:
        """Record a line from now on."""
        if line.recording is not None:
            return
        line.recording, line.recording_paused = new_id(), False
        self._context.send(line.node, StartRecording(recording=line.recording, leg=line.id))
        self._context.journal.recording_started(line.recording, line, self._context.clock.now())
        self._note(line, "recording_started")
        self._tell(line)

    def finished(self, event: RecordingFinished) -> None:
        """A file is complete, of a call that may be long over."""
        for line in self._context.state.lines.values():
            if line.recording == event.recording:
                self._stopped(line)
        self._context.journal.recording_finished(event)

    def _stopped(self, line: Line) -> None:
        line.recording, line.recording_paused = None, False
        self._note(line, "recording_stopped")
        self._tell(line)

    def _tell(self, line: Line) -> None:
        """Let the desk of the agent who has the customer show it."""
        seat = line.seat
        if seat is None or seat.line is not line or seat.state is not AgentState.TALKING:
            return
        at = self._context.unix()
        self._context.desk(
            seat.agent_id, RecordingChanged(at=at, call=line.id, recording=line.recorded)
        )

    def _note(self, line: Line, kind: str) -> None:
        self._context.journal.event(line.id, self._context.clock.now(), kind)
