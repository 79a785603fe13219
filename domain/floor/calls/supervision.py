"""Supervisors in agents' rooms: listening, whispering to the agent, or speaking with both."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.calls.commands import Supervise
from domain.calls.errors import NotSupervising
from domain.calls.events import supervision_topic
from domain.calls.models import SupervisionEntry
from domain.calls.rules import SupervisionEnd, SupervisionStatus
from domain.core.bus import Notice
from domain.core.errors import NotFound
from domain.core.ids import new_id
from domain.floor.context import FloorContext
from domain.floor.loads import refuse_if_full
from domain.floor.outside import RING_LIMIT_S, Outside
from domain.floor.state import Seat
from domain.telephony.events import EndedBy, Failure, LegEnded, LegFailed
from domain.telephony.port import (
    CallerId,
    HangUp,
    Join,
    PlaceLeg,
    Role,
    SetRole,
    ToEndpoint,
    ToNumber,
)
from domain.trunks.rules import WayOut

PLACE_WITHIN_S = 5.0
LEAVES_WITHIN_S = 8.0  # later it is hung up as a leg of nobody


@dataclass(slots=True)
class Supervision:
    """A supervisor's phone in an agent's room, or called into it; its row is of the same id."""

    id: UUID
    supervisor: UUID
    agent_id: UUID
    leg: UUID
    node: str
    role: Role
    started_at: datetime
    number: str | None = None  # of the phone; None: it is one of the switch's
    endpoint: str = ""
    way: WayOut | None = None  # how the call to a number left
    status: SupervisionStatus = SupervisionStatus.CALLING
    end: SupervisionEnd | None = None
    ended_at: datetime | None = None


class Supervisions:
    """Who listens where. A supervisor's phone is in one room at most."""

    def __init__(self, context: FloorContext) -> None:
        self._context = context
        self._state = context.state
        self._outside = Outside(context)
        self._by_supervisor: dict[UUID, Supervision] = {}

    def supervise(self, seat: Seat, command: Supervise) -> None:
        """Call the supervisor's phone into the agent's room, or change what it does there.

        Raises NotFound, NoLineFree.
        """
        if seat.node is None or not seat.leg_up:
            raise NotFound("phone on the line of agent", seat.agent_id)
        present = self._by_supervisor.get(command.supervisor)
        here = present is not None and present.node == seat.node  # not where the agent was before
        if present is not None and here and present.agent_id == seat.agent_id:
            present.role = command.role
            self._context.send(present.node, SetRole(leg=present.leg, role=command.role))
            self._write(present)
            self._note(seat, f"supervisor_{command.role}")
            return
        refuse_if_full(self._context, seat.node)
        way = self._outside.way() if command.number is not None else None
        if present is not None:
            self._finish(present, SupervisionEnd.ASKED)
        supervision = Supervision(
            id=new_id(),
            supervisor=command.supervisor,
            agent_id=seat.agent_id,
            leg=new_id(),
            node=seat.node,
            role=command.role,
            started_at=self._context.clock.now(),
            number=command.number,
            endpoint=command.endpoint or "",
            way=way,
        )
        self._call(supervision, seat)
        self._note(seat, f"supervisor_{command.role}")

    def _call(self, present: Supervision, seat: Seat) -> None:
        to: ToNumber | ToEndpoint = ToEndpoint(endpoint=present.endpoint)
        if present.number is not None and present.way is not None:
            to = ToNumber(number=present.number, trunk=present.way.trunk_name)
        self._keep(present)
        self._write(present)
        self._context.send(
            present.node,
            PlaceLeg(
                leg=present.leg,
                account=self._state.account_id,
                to=to,
                not_after=self._context.unix() + PLACE_WITHIN_S,
                caller_id=CallerId(name=seat.name),
                ring_limit_s=RING_LIMIT_S,
                join=seat.agent_id,
                role=present.role,
            ),
        )

    def end(self, supervisor: UUID) -> None:
        """Hang the supervisor's phone up. Raises NotSupervising."""
        present = self._by_supervisor.get(supervisor)
        if present is None:
            raise NotSupervising(supervisor)
        self._finish(present, SupervisionEnd.ASKED)

    # What the supervisor's phone does

    def heard(self, leg: UUID) -> None:
        """The supervisor's phone is being reached: it rings, or its network plays."""
        present = self._of_leg(leg)
        if present is None or present.status is not SupervisionStatus.CALLING:
            return
        if present.way is not None:
            present.way.was_heard()
        present.status = SupervisionStatus.RINGING
        self._write(present)

    def answered(self, leg: UUID) -> None:
        """The supervisor picked up."""
        if (present := self._of_leg(leg)) is not None:
            present.status = SupervisionStatus.ANSWERED
            self._write(present)

    def joined(self, leg: UUID) -> None:
        """The supervisor is in the agent's room: as what was wished last, maybe since the call.

        A switch does nothing of a role for a phone that rings, nor twice for one that has it.
        """
        if (present := self._of_leg(leg)) is not None:
            self._context.send(present.node, SetRole(leg=leg, role=present.role))

    def gone(self, event: LegFailed | LegEnded) -> None:
        """The supervisor hung up or never picked up.

        One whose carrier failed is called by the next trunk.
        """
        if (present := self._of_leg(event.leg)) is None:
            return
        if isinstance(event, LegEnded):
            hung_up = event.by is EndedBy.FAR_END
            self._finish(present, SupervisionEnd.HUNG_UP if hung_up else SupervisionEnd.LOST)
        elif not self._calls_again(present, event.failure):
            self._finish(present, SupervisionEnd.NOT_REACHED)

    def lost(self, leg: UUID) -> None:
        """No switch holds the supervisor's phone any more."""
        if (present := self._of_leg(leg)) is not None:
            self._finish(present, SupervisionEnd.LOST)

    def _calls_again(self, present: Supervision, failure: Failure) -> bool:
        way, present.way = present.way, None  # freed with what is asked for next
        if way is None or (again := self._outside.next(way, failure)) is None:
            return False
        seat = self._state.seats.get(present.agent_id)
        if seat is None or seat.node != present.node:
            again.free()
            return False
        self._state.visitors.discard(present.leg)
        present.leg, present.way, present.status = new_id(), again, SupervisionStatus.CALLING
        self._call(present, seat)
        return True

    # What the agent's phone does

    def agent_gone(self, seat: Seat) -> None:
        """The agent's phone is off the line: there is nothing to hear any more."""
        for present in self._of_agent(seat):
            self._finish(present, SupervisionEnd.AGENT_GONE)

    def agent_joined(self, seat: Seat) -> None:
        """The agent's phone came back to the agent's room, from which everybody was sent away."""
        for present in self._of_agent(seat):
            if present.status is SupervisionStatus.ANSWERED:
                self._context.send(
                    present.node, Join(leg=present.leg, room=seat.agent_id, role=present.role)
                )

    # Over a change of owner

    def restore(self, row: SupervisionEntry) -> None:
        """Believe that a supervisor is where the last owner had them; if not, a snapshot tells."""
        present = Supervision(
            id=row.id,
            supervisor=row.supervisor_id,
            agent_id=row.agent_id,
            leg=row.leg_id,
            node=row.node,
            role=row.role,
            started_at=row.started_at,
            number=row.number,
            endpoint=row.endpoint,
            status=row.status,
        )
        if row.number is not None:
            trunk = self._state.trunks.get(row.trunk_id) if row.trunk_id else None
            if trunk is not None:
                trunk.keep()
            rang = row.status is not SupervisionStatus.CALLING
            present.way = WayOut(trunk, self._context.monotonic(row.started_at), heard=rang)
        self._keep(present)

    def resume(self) -> None:
        """End those whose agent is not on the line any more."""
        for present in list(self._by_supervisor.values()):
            seat = self._state.seats.get(present.agent_id)
            if seat is None or seat.leg is None:
                self._finish(present, SupervisionEnd.AGENT_GONE)

    def legs_on(self, node: str) -> list[UUID]:
        """The supervisors' phones that one switch holds, as far as is known."""
        return [present.leg for present in self._by_supervisor.values() if present.node == node]

    # Parts

    def _keep(self, present: Supervision) -> None:
        self._by_supervisor[present.supervisor] = present
        self._state.visitors.add(present.leg)

    def _finish(self, present: Supervision, why: SupervisionEnd) -> None:
        del self._by_supervisor[present.supervisor]
        if present.way is not None:
            present.way.free()
        if why in (SupervisionEnd.ASKED, SupervisionEnd.AGENT_GONE):
            self._hang_up(present.node, present.leg)
        else:
            self._state.visitors.discard(present.leg)
        present.status, present.end = SupervisionStatus.ENDED, why
        present.ended_at = self._context.clock.now()
        self._write(present)

    def _hang_up(self, node: str, leg: UUID) -> None:
        """Known until it is gone, or a snapshot of before would take it for the agent's phone."""
        self._context.send(node, HangUp(leg=leg))
        forgotten = self._context.clock.monotonic() + LEAVES_WITHIN_S
        self._context.timers.at(forgotten, lambda: self._state.visitors.discard(leg))

    def _write(self, present: Supervision) -> None:
        """Note the row as it is now, and tell who supervises after the commit."""
        trunk = present.way.trunk if present.way is not None else None
        self._context.journal.supervision(
            SupervisionEntry(
                id=present.id,
                account_id=self._state.account_id,
                supervisor_id=present.supervisor,
                agent_id=present.agent_id,
                role=present.role,
                status=present.status,
                end=present.end,
                leg_id=present.leg,
                node=present.node,
                endpoint=present.endpoint,
                number=present.number,
                trunk_id=trunk.id if trunk is not None else None,
                started_at=present.started_at,
                ended_at=present.ended_at,
            )
        )
        self._context.journal.publish(Notice(supervision_topic(present.supervisor), b"{}"))

    def _of_leg(self, leg: UUID) -> Supervision | None:
        return next((each for each in self._by_supervisor.values() if each.leg == leg), None)

    def _of_agent(self, seat: Seat) -> list[Supervision]:
        return [each for each in self._by_supervisor.values() if each.agent_id == seat.agent_id]

    def _note(self, seat: Seat, kind: str) -> None:
        if seat.line is not None:
            self._context.journal.event(seat.line.id, self._context.clock.now(), kind)
