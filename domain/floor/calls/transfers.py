"""Hold and transfer: the customer's way from one agent to another agent or a number.

A transferred customer and the other party meet in a room with the call's own id. In a consulted
transfer the other party first joins the agent's room, while the customer hears music.
"""

from uuid import UUID

from domain.agents.errors import AgentBusy, NothingOnTheLine
from domain.agents.rules import AgentState
from domain.calls.commands import TransferTo
from domain.calls.errors import NoConsultation, TransferTargetBusy
from domain.calls.events import CallStateChanged
from domain.core.errors import NotFound
from domain.core.ids import new_id
from domain.floor.agents.seats import Seats
from domain.floor.calls.endings import Endings
from domain.floor.calls.lines import Lines
from domain.floor.calls.pops import pop_of_line
from domain.floor.context import FloorContext
from domain.floor.loads import refuse_if_full
from domain.floor.outside import RING_LIMIT_S, Outside
from domain.floor.state import Consultation, Line, Seat
from domain.pacing.interface import Seen
from domain.telephony.events import Failure, LegAnswered, LegEnded, LegFailed
from domain.telephony.port import (
    CallerId,
    HangUp,
    Hold,
    Join,
    PlaceLeg,
    Role,
    Tone,
    ToNumber,
)
from domain.trunks.rules import WayOut

PLACE_WITHIN_S = 5.0
# A number that a full switch never called is called once a second, for so long: whoever was given
# away at once has nobody else to speak with.
AGAIN_S, AGAIN_FOR_S = 1.0, 10.0


class Transfers:
    """Moves customers between parties."""

    def __init__(self, context: FloorContext, seats: Seats, lines: Lines, endings: Endings) -> None:
        self._context = context
        self._state = context.state
        self._seats = seats
        self._lines = lines
        self._endings = endings
        self._outside = Outside(context)
        seats.left = self.left

    def hold(self, seat: Seat, *, on: bool) -> None:
        """Let the customer hear music, or come back. Raises NothingOnTheLine."""
        line = self._talking(seat)
        self._hold(line, on=on)
        self.tell(line)

    def transfer(self, seat: Seat, command: TransferTo) -> None:
        """Give the customer away, at once or after a consultation.

        Raises NothingOnTheLine, TransferTargetBusy, NotFound, NoLineFree.
        """
        line = self._talking(seat)
        other = self._other_agent(line, command)
        if line.consultation is not None:
            raise AgentBusy(seat.agent_id, seat.state)
        if command.to_number is not None:
            refuse_if_full(self._context, line.node)
            way = self._outside.way(first=line.trunk)  # the carrier that knows what we show
            if command.consult:
                self._hold(line, on=True)
            room = seat.agent_id if command.consult else line.id
            self._call_number(line, command.to_number, room, way)
            if not command.consult:
                self._give_outside(line, seat)
                self._context.send(line.node, Join(leg=line.id, room=line.id, role=Role.NORMAL))
        elif other is not None and command.consult:
            self._hold(line, on=True)
            line.consultation = self._consult(line, seat, other)
        elif other is not None:
            self._hand_over(line, seat, other)
        self.tell(line)

    def complete(self, seat: Seat) -> None:
        """Bring customer and consulted party together; the agent goes to wrap-up.

        Going into another room ends the hold.
        """
        line = self._talking(seat)
        consultation = self._consultation(line, seat)
        if not consultation.is_there:
            raise NoConsultation(seat.agent_id)
        if consultation.seat is not None:
            other = consultation.seat
            self._send_home(line, consultation.leg, other)
            self._hand_over(line, seat, other)
            return
        for leg in (consultation.leg, line.id):
            self._context.send(line.node, Join(leg=leg, room=line.id, role=Role.NORMAL))
        self._give_outside(line, seat)

    def cancel(self, seat: Seat) -> None:
        """Let the consulted party go, and return to the customer."""
        line = self._talking(seat)
        consultation = self._consultation(line, seat)
        self._end_consultation(line, consultation)
        self.come_back(line)

    # What the other party's leg does

    def heard(self, line: Line, leg: UUID) -> None:
        """The party called for a transfer is being reached: it rings, or its network plays."""
        consultation = line.consultation
        if consultation is not None and consultation.leg == leg and consultation.way is not None:
            if not consultation.way.heard:
                self._note(line, "third_party_ringing")
            consultation.way.was_heard()
            self.tell(line)

    def answered(self, line: Line, event: LegAnswered) -> None:
        """The party called for a transfer picked up."""
        if line.consultation is not None and line.consultation.leg == event.leg:
            line.consultation.up = True
            self._note(line, "third_party_answered")
            self.tell(line)

    def gone(self, line: Line, event: LegFailed | LegEnded) -> None:
        """The party called for a transfer did not pick up, or hung up.

        One whose carrier failed is called by the next trunk.
        """
        consultation = line.consultation
        if consultation is None or consultation.leg != event.leg:
            return
        self._state.thirds.pop(consultation.leg, None)
        if isinstance(event, LegFailed) and self._waits_for_room(line, consultation, event):
            return
        line.consultation = None
        if self._goes_on(line, consultation, event):
            self.tell(line)
        elif line.handed_over:
            self._note(line, "third_party_gone")
            self._lines.hang_up(line)  # nobody is left to speak with
        else:
            self.come_back(line)

    def left(self, other: Seat) -> None:
        """A consulted agent has gone before the customer came: who asked goes on alone."""
        for line in self._state.lines.values():
            if line.consultation is not None and line.consultation.seat is other:
                self._send_home(line, line.consultation.leg, other)
                self.come_back(line)
                return

    def line_ended(self, line: Line) -> None:
        """The customer is gone: whoever was called for the customer is let go."""
        if line.consultation is not None:
            self._end_consultation(line, line.consultation)

    def tell(self, line: Line) -> None:
        """Let the desk show whether the customer is on hold, and the third party, if that is new.

        Not of a customer who is with nobody here any more: that one has ended for the desk.
        """
        seat = line.seat
        if seat is None or seat.line is not line or seat.state is not AgentState.TALKING:
            return
        if line.told != line.shown:
            line.told = held, third = line.shown
            self._context.desk(
                seat.agent_id,
                CallStateChanged(
                    at=self._context.unix(), call=line.id, held=held, third_party=third
                ),
            )

    def come_back(self, line: Line) -> None:
        """The third party is gone: the customer is with the agent again."""
        self._note(line, "third_party_gone")
        self._hold(line, on=False)
        self.tell(line)

    # Parts

    def _talking(self, seat: Seat) -> Line:
        if seat.state is not AgentState.TALKING or seat.line is None:
            raise NothingOnTheLine(seat.agent_id)
        return seat.line

    def _consultation(self, line: Line, seat: Seat) -> Consultation:
        if line.consultation is None:
            raise NoConsultation(seat.agent_id)
        return line.consultation

    def _other_agent(self, line: Line, command: TransferTo) -> Seat | None:
        if command.to_agent is None:
            return None
        other = self._state.seats.get(command.to_agent)
        if other is None:
            raise NotFound("agent", command.to_agent)
        if not other.free or other.node != line.node:
            raise TransferTargetBusy(other.agent_id, other.state)
        return other

    def _goes_on(self, line: Line, consultation: Consultation, event: LegFailed | LegEnded) -> bool:
        way = consultation.way
        if way is None:
            return False
        if not isinstance(event, LegFailed) or consultation.room is None:
            way.free()
            return False
        if (again := self._outside.next(way, event.failure)) is None:
            return False
        self._call_number(line, consultation.number, consultation.room, again)
        return True

    def _waits_for_room(self, line: Line, consultation: Consultation, event: LegFailed) -> bool:
        """Whether a number that the switch never called will be called soon, by the same trunk."""
        way, room, now = consultation.way, consultation.room, self._context.clock.monotonic()
        if event.failure is not Failure.STALE or way is None or room is None:
            return False
        if now - way.since >= AGAIN_FOR_S:
            return False

        def again() -> None:
            if line.consultation is consultation:
                self._call_number(line, consultation.number, room, way)

        self._context.timers.at(now + AGAIN_S, again)
        return True

    def _consult(self, line: Line, seat: Seat, other: Seat) -> Consultation:
        assert other.leg is not None
        self._seats.reserve(other, line.campaign_id, None)
        self._context.send(line.node, Join(leg=other.leg, room=seat.agent_id, role=Role.NORMAL))
        self._note(line, "consulting", leg=other.leg, agent=other.agent_id)
        return Consultation(leg=other.leg, seat=other, up=True)

    def _call_number(self, line: Line, number: str, room: UUID, way: WayOut) -> None:
        leg = new_id()
        self._state.thirds[leg] = line
        line.consultation = Consultation(leg, way=way, number=number, room=room)
        self._context.send(
            line.node,
            PlaceLeg(
                leg=leg,
                account=self._state.account_id,
                to=ToNumber(number=number, trunk=way.trunk_name),
                not_after=self._context.unix() + PLACE_WITHIN_S,
                caller_id=CallerId(number=line.caller_id),
                ring_limit_s=RING_LIMIT_S,
                join=room,
            ),
        )
        # The next owner knows by this whose leg it is, and which trunk it holds.
        self._note(
            line,
            "third_party_called",
            leg=leg,
            number=number,
            trunk=way.trunk.id if way.trunk else None,
            tried=list(way.tried),
        )

    def _hold(self, line: Line, *, on: bool) -> None:
        # Sent whatever we believe: who took the floor over does not know who is held, and a
        # gateway does nothing twice.
        self._context.send(line.node, Hold(leg=line.id, on=on))
        if line.held != on:
            line.held = on
            self._note(line, "held" if on else "taken_back")

    def _end_consultation(self, line: Line, consultation: Consultation) -> None:
        other = consultation.seat
        if other is not None:
            self._send_home(line, consultation.leg, other)
            if other.is_consulted:
                self._seats.release(other)
        else:
            line.consultation = None
            self._state.thirds.pop(consultation.leg, None)
            if consultation.way is not None:
                consultation.way.free()
            self._context.send(line.node, HangUp(leg=consultation.leg))

    def _send_home(self, line: Line, leg: UUID, other: Seat) -> None:
        """The consulted agent's phone, if it is still on the line, goes to that agent's room."""
        line.consultation = None
        if other.leg == leg:
            self._context.send(line.node, Join(leg=leg, room=other.agent_id, role=Role.AGENT))

    def _hand_over(self, line: Line, seat: Seat, other: Seat) -> None:
        """Agent to agent: the one wraps up, the other gets the customer and the pop."""
        run = self._state.runs[line.campaign_id]
        self._context.send(
            line.node,
            Join(leg=line.id, room=other.agent_id, role=Role.CUSTOMER, entry=Tone(name="zip")),
        )
        self._give_away(line, seat)
        line.seat = other
        self._context.desk(
            other.agent_id,
            pop_of_line(line, run.settings, stage="connected", at=self._context.unix()),
        )
        self._seats.talk(other, line)
        self._context.journal.call(line)
        self._context.journal.attempt(line)

    def _give_outside(self, line: Line, seat: Seat) -> None:
        """The customer talks on without us: for the pacer the agent's talk is over."""
        line.handed_over = True
        run = self._state.runs[line.campaign_id]
        if line.connected is not None and not run.settings.on_ports:
            talk_s = self._context.clock.monotonic() - line.connected
            self._seats.saw(line, Seen.TALK_ENDED, talk_s)
        self._give_away(line, seat)

    def _give_away(self, line: Line, seat: Seat) -> None:
        run = self._state.runs[line.campaign_id]
        self._note(line, "transferred")
        line.held, line.told = False, (False, None)  # going into another room ends it
        self._seats.wrap_up(seat, line, run.settings.wrap_up_s)
        self._endings.told_gone(line, seat)

    def _note(self, line: Line, kind: str, **detail: object) -> None:
        self._context.journal.event(line.id, self._context.clock.now(), kind, **detail)
