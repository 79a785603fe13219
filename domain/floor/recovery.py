"""How a new owner finds its floor again: from the rows, then from what the switches still hold."""

from datetime import datetime
from logging import getLogger
from uuid import UUID

import orjson

from domain.agents.rules import AgentState
from domain.calls.models import Call
from domain.calls.rules import AttemptState, CallDirection, Disposition, RecordingState
from domain.calls.talks import read_talks
from domain.floor import rows
from domain.floor.agents.agent_phones import NO_SWITCH
from domain.floor.agents.seats import Seats
from domain.floor.calls.callers import caller
from domain.floor.calls.guests import Guests
from domain.floor.calls.lines import Lines
from domain.floor.context import FloorContext
from domain.floor.state import Consultation, Line, Run, Seat, StateEntry
from domain.telephony.events import EndedBy, LegState, Snapshot
from domain.telephony.port import HangUp, Join, Role
from domain.trunks.rules import WayOut

logger = getLogger(__name__)

PRESENTED = (AttemptState.WAITING, AttemptState.LISTENING, AttemptState.CONNECTED)
SETTLED_S = 3.0  # what is younger than this may not be in a snapshot yet


class Recovery:
    """Restores seats and lines, and settles them with snapshots."""

    def __init__(self, context: FloorContext, seats: Seats, lines: Lines, guests: Guests) -> None:
        self._context = context
        self._state = context.state
        self._seats = seats
        self._lines = lines
        self._guests = guests

    async def restore(self) -> list[UUID]:
        """Fill the state from rows; the ids of campaigns that have calls under way."""
        account_id = self._state.account_id
        self._state.seats = await rows.read_seats(account_id)
        entries = await rows.read_open_states(account_id)
        for agent_id, entry in entries:
            if seat := self._state.seats.get(agent_id):
                seat.entry, seat.state, seat.reason = entry, entry.state, entry.reason
                seat.since = self._context.monotonic(entry.started_at)
                seat.then_break, seat.then_break_reason = entry.then_break, entry.then_break_reason
                self._restore_phone(seat, entry)
        for agent_id, login in await rows.read_open_logins(account_id):
            if seat := self._state.seats.get(agent_id):
                seat.logins[login.campaign_id] = login
                self._seats.logins.settle(seat)
        wrapping = [
            entry.call_id
            for _, entry in entries
            if entry.state is AgentState.WRAP_UP and entry.call_id is not None
        ]
        attempts = await rows.read_open_attempts(account_id, wrapping)
        restored = [self._restore_line(row) for row in attempts]
        callers = await rows.read_open_callers(account_id, wrapping)
        restored += [self._restore_caller(call) for call in callers]
        self._give_back(restored)
        lines = self._state.lines
        await self._guests.restore()
        recorded = await rows.read_open_recordings(account_id, list(lines))
        for call_id, recording in recorded.items():
            lines[call_id].recording = recording
        for call_id, talk in (await read_talks(list(recorded))).items():
            lines[call_id].recording_paused = talk.recording is RecordingState.PAUSED
        return list({row["campaign_id"] for row in attempts})

    def resume(self) -> None:
        """Put restored lines into their runs and go on with what had a time limit."""
        for line in list(self._state.lines.values()):
            run = self._state.runs.get(line.campaign_id)
            if run is None:  # the number that was called is ours no more
                del self._state.lines[line.id]
                line.state = AttemptState.ENDED
                line.ended_at, line.ended_by = self._context.clock.now(), EndedBy.SWITCH
                self._context.journal.call(line)
                continue
            run.lines[line.id] = line
            self._lines.resume(run, line)
        self._guests.resume()
        for seat in self._state.seats.values():
            self._resume_seat(seat)

    def settle(self, snapshot: Snapshot) -> None:
        """Make lines and phones agree with what one switch really holds."""
        known = {leg.leg: leg for leg in snapshot.legs}
        before = snapshot.at - SETTLED_S
        for line in list(self._state.lines.values()):
            if line.node == snapshot.node and line.id not in known:
                placed = self._context.instant(line.placed).timestamp()
                if placed < before and line.state is not AttemptState.COMMITTED:
                    logger.info("line %s is not at the switch any more", line.id)
                    self._lines.lost(line, snapshot.at)
        self._adopt_phones(snapshot, known)
        now = self._context.clock.monotonic()
        for seat in list(self._state.seats.values()):
            if seat.node == snapshot.node and seat.leg is not None and seat.leg not in known:
                # By when the snapshot was taken: it may have waited long before it was read.
                if self._context.instant(seat.leg_since).timestamp() < before:
                    self._seats.phone_lost(seat, hung_up=False)
        self._guests.settle(snapshot, known)
        self._settle_customers(snapshot, known, now)
        self._hang_up_strangers(snapshot, before)

    def call_lost_phones(self) -> None:
        """Call the phones of agents at work whom no switch holds on the line."""
        for seat in list(self._state.seats.values()):
            if seat.leg is None and seat.state in (
                AgentState.AVAILABLE,
                AgentState.RESERVED,
                AgentState.RINGING,
            ):
                self._seats.phone_lost(seat, hung_up=False)

    def call_waiting_phones(self) -> None:
        """Call the phones of agents who went available while no switch was there."""
        for seat in self._state.seats.values():
            if seat.state is AgentState.BREAK and seat.reason == NO_SWITCH:
                self._seats.resume(seat)

    def end_lines_of(self, node: str, at: float) -> None:
        """A switch is gone for good: everything on it has ended."""
        self._guests.lost_with(node)
        # Phones first: an agent who is free again must not get a customer who is gone as well.
        for seat in [seat for seat in self._state.seats.values() if seat.node == node]:
            self._seats.phone_lost(seat, hung_up=False)
        for line in [line for line in self._state.lines.values() if line.node == node]:
            self._lines.lost(line, at)

    def _restore_phone(self, seat: Seat, entry: StateEntry) -> None:
        """Believe the rows until a snapshot knows better, so that what waits in the inbox fits."""
        if entry.state is AgentState.OFFLINE:
            return
        seat.by_phone = entry.by_phone
        if entry.leg_id is not None:
            seat.leg, seat.node = entry.leg_id, entry.node
            seat.leg_up = entry.state is not AgentState.RINGING
            seat.leg_since = seat.since
            self._state.legs[entry.leg_id] = seat
            trunk = self._state.trunks.get(entry.trunk_id) if entry.trunk_id else None
            if trunk is not None:
                seat.way = WayOut(trunk, seat.since)
                trunk.keep()

    def _give_back(self, lines: list[Line]) -> None:
        """Let agents go on with their calls; who wraps one up may have given it away before."""
        by_id = {line.id: line for line in lines}
        for seat in self._state.seats.values():
            call_id = seat.entry.call_id if seat.entry is not None else None
            line = by_id.get(call_id) if call_id is not None else None
            if line is not None and (line.seat is seat or seat.state is AgentState.WRAP_UP):
                seat.line = line

    def _restore_line(self, row: dict[str, object]) -> Line:
        created_at = row["created_at"]
        assert isinstance(created_at, datetime)
        line = Line(
            id=row["id"],  # type: ignore[arg-type]  # asyncpg gives a UUID
            campaign_id=row["campaign_id"],  # type: ignore[arg-type]
            target=rows.target_of_attempt(row),
            ordinal=row["ordinal"],  # type: ignore[arg-type]
            caller_id=row["caller_id"],  # type: ignore[arg-type]
            node=row["node"],  # type: ignore[arg-type]
            created_at=created_at,
            placed=self._context.monotonic(created_at),
            state=rows.attempt_state(row),
            heard=row["ringing_at"] is not None,
            ringing_at=row["ringing_at"],  # type: ignore[arg-type]
            answered_at=row["answered_at"],  # type: ignore[arg-type]
            connected_at=row["connected_at"],  # type: ignore[arg-type]
            ended_at=row["ended_at"],  # type: ignore[arg-type]
            by_hand=bool(row["by_hand"]),
        )
        if row["decided_by"] is not None:
            line.decided_by = orjson.loads(str(row["decided_by"]))
            line.level = line.decided_by.get("level")
        trunk = self._state.trunks.get(row["trunk_id"])  # type: ignore[call-overload]
        if trunk is not None:
            line.trunk = trunk
            if line.state is not AttemptState.ENDED:  # else it is only wrapped up
                trunk.keep()
        if line.state is AttemptState.COMMITTED:
            line.state = AttemptState.PLACED  # by its old owner, or never: a snapshot tells
        if line.answered_at is not None:
            line.answered = self._context.monotonic(line.answered_at)
            if line.state in PRESENTED:
                line.presented = line.answered
        if line.connected_at is not None:
            line.connected = self._context.monotonic(line.connected_at)
        if row["disposition"] is not None:
            line.disposition = Disposition(str(row["disposition"]))
        agent_id = row["agent_id"]
        if isinstance(agent_id, UUID) and (seat := self._state.seats.get(agent_id)):
            line.seat = seat
        if line.state is not AttemptState.ENDED:
            self._state.lines[line.id] = line
        return line

    def _restore_caller(self, call: Call) -> Line:
        """Believe that a caller is still on the line; if not, a snapshot ends the call."""
        answered = self._context.monotonic(call.answered_at)
        line = Line(
            id=call.id,
            campaign_id=call.inbound_number_id or call.id,
            target=caller(call.id, call.number),
            ordinal=1,
            caller_id=None,
            node=call.node,
            created_at=call.answered_at,
            placed=answered,
            state=AttemptState.CONNECTED if call.connected_at else AttemptState.WAITING,
            direction=CallDirection.INBOUND,
            answered=answered,
            answered_at=call.answered_at,
            presented=answered,
            connected_at=call.connected_at,
        )
        if call.connected_at is not None:
            line.connected = self._context.monotonic(call.connected_at)
        if call.agent_id is not None and (seat := self._state.seats.get(call.agent_id)):
            line.seat = seat
        if call.ended_at is not None:
            line.state, line.ended_at, line.ended_by = (
                AttemptState.ENDED,
                call.ended_at,
                call.ended_by,
            )
        else:
            self._state.lines[line.id] = line
        return line

    def _resume_seat(self, seat: Seat) -> None:
        if seat.state is AgentState.WRAP_UP:
            run = self._run_of(seat)
            if seat.line is None or run is None:
                self._go_on_break(seat)
            elif run.settings.wrap_up_s is not None:
                seat.wrap_up_ends = seat.since + run.settings.wrap_up_s
                self._seats.watch_wrap_up(seat, seat.line)
        elif seat.state is AgentState.RESERVED and seat.line is None:
            if self._guests.is_consulted(seat):
                return
            # An offer lives in memory only.
            if seat.leg is not None and seat.node is not None:
                self._context.send(
                    seat.node, Join(leg=seat.leg, room=seat.agent_id, role=Role.AGENT)
                )
            seat.state = AgentState.AVAILABLE
            self._seats.change(seat, AgentState.AVAILABLE, reason="restored")
        elif seat.state is AgentState.TALKING and (
            seat.line is None or seat.line.state is AttemptState.ENDED
        ):
            self._seats.change(seat, AgentState.WRAP_UP, reason="restored")
            self._go_on_break(seat)

    def _go_on_break(self, seat: Seat) -> None:
        seat.line = None
        self._seats.change(seat, AgentState.BREAK, reason="restored")

    def _run_of(self, seat: Seat) -> Run | None:
        return self._state.runs.get(seat.line.campaign_id) if seat.line else None

    def _adopt_phones(self, snapshot: Snapshot, known: dict[UUID, LegState]) -> None:
        for room in snapshot.rooms:
            seat = self._state.seats.get(room.room)
            if seat is None or seat.state is AgentState.OFFLINE:
                continue
            if seat.leg is not None:
                if seat.leg in room.legs and not seat.leg_up:  # and nobody heard of it
                    self._seats.phone_joined(seat)
                continue
            phones = [leg for leg in room.legs if leg in known and not self._state.owns(leg)]
            if phones:
                seat.leg, seat.leg_up, seat.node = phones[0], True, snapshot.node
                seat.leg_since = self._context.clock.monotonic()
                self._state.legs[phones[0]] = seat
                if seat.state is AgentState.RINGING:
                    self._seats.change(seat, AgentState.AVAILABLE)
                self._seats.stir(seat)
                self._seats.became_free(seat)

    def _settle_customers(
        self, snapshot: Snapshot, known: dict[UUID, LegState], now: float
    ) -> None:
        """Leave a customer with the number that the last owner gave them to; with nobody: end it.

        The two are alone in the call's own room, so whoever else is there is the other party.
        """
        rooms = {room.room: room.legs for room in snapshot.rooms}
        for line in [each for each in self._state.lines.values() if each.id in known]:
            if line.connected is None or now - line.connected <= SETTLED_S or line.is_served:
                continue
            others = [leg for leg in rooms.get(line.id, ()) if not self._state.owns(leg)]
            if others:
                logger.info("leg %s is the other party of line %s", others[0], line.id)
                line.consultation = Consultation(leg=others[0], up=True)
                line.handed_over = True
                self._state.thirds[others[0]] = line
            else:
                logger.info("line %s is with nobody: hung up", line.id)
                self._lines.hang_up(line)

    def _hang_up_strangers(self, snapshot: Snapshot, before: float) -> None:
        for leg in snapshot.legs:
            if not self._state.owns(leg.leg) and leg.since < before:
                logger.info("leg %s belongs to nobody: hung up", leg.leg)
                self._context.send(snapshot.node, HangUp(leg=leg.leg))
