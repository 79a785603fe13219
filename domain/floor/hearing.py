"""What becomes of a fact that a switch tells: each goes to whoever owns the leg it is about."""

from uuid import UUID

from domain.floor.agents.phones import Phones
from domain.floor.agents.seats import Seats
from domain.floor.calls.announcements import Announcements
from domain.floor.calls.callers import Callers
from domain.floor.calls.lines import Lines
from domain.floor.calls.machines import Machines
from domain.floor.calls.recordings import Recordings
from domain.floor.calls.supervision import Supervisions
from domain.floor.calls.transfers import Transfers
from domain.floor.state import FloorState, Line, Seat
from domain.floor.switches import Switches
from domain.telephony import events

NO_LEG = UUID(int=0)  # of what is told about a room or a switch


class Hearing:
    """Hands each event of the switches to the part of the floor that it concerns."""

    def __init__(
        self,
        state: FloorState,
        *,
        seats: Seats,
        lines: Lines,
        machines: Machines,
        announcements: Announcements,
        transfers: Transfers,
        callers: Callers,
        phones: Phones,
        supervisions: Supervisions,
        recordings: Recordings,
        switches: Switches,
    ) -> None:
        self._state = state
        self._seats = seats
        self._lines = lines
        self._machines = machines
        self._announcements = announcements
        self._transfers = transfers
        self._callers = callers
        self._phones = phones
        self._supervisions = supervisions
        self._recordings = recordings
        self._switches = switches

    def hear(self, event: events.Event, node: str) -> None:
        """Handle one fact about a leg that is known, or about none; of others nothing is done.

        `node`: the gateway that told it.
        """
        match event:
            case events.LegFailed(failure=events.Failure.STALE):
                self._switches.refused(node)
            case events.Snapshot():
                return self._switches.answered(event)
            case events.RecordingFinished():
                return self._recordings.finished(event)
            case events.PlaybackFinished():
                self._machines.played(event)
                self._announcements.played(event)
                return self._callers.played(event)
        leg: UUID = getattr(event, "leg", NO_LEG)
        if seat := self._state.legs.get(leg):
            self._of_agent(seat, event)
        elif line := self._state.lines.get(leg):
            self._of_customer(line, event)
        elif line := self._state.thirds.get(leg):
            self._of_third_party(line, event)
        elif leg in self._state.visitors:
            self._of_visitor(leg, event)

    def _of_agent(self, seat: Seat, event: events.Event) -> None:
        match event:
            case events.LegRinging() | events.LegEarlyMedia():
                self._seats.phones.heard(seat)
            case events.RoomJoined(room=seat.agent_id):
                self._seats.phone_joined(seat)
                self._supervisions.agent_joined(seat)
            case events.LegFailed():
                self._seats.phone_failed(seat, event)
            case events.LegEnded():
                self._seats.phone_ended(seat, event)
            case events.Digit():
                self._phones.pressed(seat, event.digit)

    def _of_customer(self, line: Line, event: events.Event) -> None:
        match event:
            case events.LegRinging():
                self._lines.ringing(line, event)
            case events.LegEarlyMedia():
                self._lines.early_media(line)
            case events.LegAnswered():
                self._lines.answered(line, event)
            case events.LegAnalysed():
                self._lines.analysed(line, event)
            case events.LegFailed():
                self._lines.failed(line, event)
            case events.LegEnded():
                self._lines.ended(line, event)
            case events.DigitsCollected():
                self._announcements.collected(line, event)

    def _of_third_party(self, line: Line, event: events.Event) -> None:
        match event:
            case events.LegRinging() | events.LegEarlyMedia():
                self._transfers.heard(line, event.leg)
            case events.LegAnswered():
                self._transfers.answered(line, event)
            case events.LegFailed() | events.LegEnded():
                self._transfers.gone(line, event)

    def _of_visitor(self, leg: UUID, event: events.Event) -> None:
        match event:
            case events.DigitsCollected():
                self._phones.collected(event)
            case events.LegRinging() | events.LegEarlyMedia():
                self._supervisions.heard(leg)
            case events.LegAnswered():
                self._supervisions.answered(leg)
            case events.RoomJoined():
                self._supervisions.joined(leg)
            case events.LegFailed() | events.LegEnded():
                self._phones.gone(leg)
                self._supervisions.gone(event)
