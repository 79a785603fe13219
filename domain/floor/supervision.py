"""Supervisors in agents' rooms: listening, whispering to the agent, or speaking with both."""

from dataclasses import dataclass
from uuid import UUID

from domain.calls.commands import Supervise
from domain.calls.errors import NotSupervising
from domain.core.errors import NotFound
from domain.core.ids import new_id
from domain.floor.context import FloorContext
from domain.floor.state import Seat
from domain.telephony.port import CallerId, HangUp, PlaceLeg, Role, SetRole, ToEndpoint, ToNumber

RING_LIMIT_S = 30.0
PLACE_WITHIN_S = 5.0


@dataclass(slots=True)
class Supervision:
    """A supervisor's phone in an agent's room."""

    supervisor: UUID
    agent_id: UUID
    leg: UUID
    node: str
    role: Role


class Supervisions:
    """Who listens where. A supervisor's phone is in one room at most."""

    def __init__(self, context: FloorContext) -> None:
        self._context = context
        self._by_supervisor: dict[UUID, Supervision] = {}

    def supervise(self, seat: Seat, command: Supervise) -> None:
        """Call the supervisor's phone into the agent's room, or change what it does there."""
        if seat.node is None or not seat.leg_up:
            raise NotFound("phone on the line of agent", seat.agent_id)
        present = self._by_supervisor.get(command.supervisor)
        here = present is not None and present.node == seat.node  # not where the agent was before
        if present is not None and here and present.agent_id == seat.agent_id:
            present.role = command.role
            self._context.send(present.node, SetRole(leg=present.leg, role=command.role))
            self._note(seat, f"supervisor_{command.role}")
            return
        if present is not None:
            self.end(command.supervisor)
        leg = new_id()
        self._context.state.visitors.add(leg)
        self._by_supervisor[command.supervisor] = Supervision(
            command.supervisor, seat.agent_id, leg, seat.node, command.role
        )
        to = (
            ToNumber(number=command.number)
            if command.number is not None
            else ToEndpoint(endpoint=command.endpoint or "")
        )
        self._context.send(
            seat.node,
            PlaceLeg(
                leg=leg,
                account=self._context.state.account_id,
                to=to,
                not_after=self._context.unix() + PLACE_WITHIN_S,
                caller_id=CallerId(name=seat.name),
                ring_limit_s=RING_LIMIT_S,
                join=seat.agent_id,
                role=command.role,
            ),
        )
        self._note(seat, f"supervisor_{command.role}")

    def end(self, supervisor: UUID) -> None:
        """Hang the supervisor's phone up. Raises NotSupervising."""
        present = self._by_supervisor.pop(supervisor, None)
        if present is None:
            raise NotSupervising(supervisor)
        self._context.state.visitors.discard(present.leg)
        self._context.send(present.node, HangUp(leg=present.leg))

    def gone(self, leg: UUID) -> None:
        """The supervisor hung up, or never picked up."""
        for supervisor, present in list(self._by_supervisor.items()):
            if present.leg == leg:
                del self._by_supervisor[supervisor]
                self._context.state.visitors.discard(leg)

    def legs_on(self, node: str) -> list[UUID]:
        """The supervisors' phones that one switch holds, as far as is known."""
        return [present.leg for present in self._by_supervisor.values() if present.node == node]

    def _note(self, seat: Seat, kind: str) -> None:
        if seat.line is not None:
            self._context.journal.event(seat.line.id, self._context.clock.now(), kind)
