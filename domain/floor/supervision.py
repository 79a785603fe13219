"""Supervisors in agents' rooms: listening, whispering to the agent, or speaking with both."""

from dataclasses import dataclass, replace
from uuid import UUID

from domain.calls.commands import Supervise
from domain.calls.errors import NotSupervising
from domain.core.errors import NotFound
from domain.core.ids import new_id
from domain.floor.context import FloorContext
from domain.floor.outside import RING_LIMIT_S, Outside
from domain.floor.state import Seat
from domain.telephony.events import Failure
from domain.telephony.port import CallerId, HangUp, PlaceLeg, Role, SetRole, ToEndpoint, ToNumber
from domain.trunks.rules import WayOut

PLACE_WITHIN_S = 5.0


@dataclass(slots=True)
class Supervision:
    """A supervisor's phone in an agent's room."""

    supervisor: UUID
    agent_id: UUID
    leg: UUID
    node: str
    role: Role
    number: str | None = None  # of the phone; None: it is one of the switch's
    endpoint: str = ""
    way: WayOut | None = None  # how the call to a number left


class Supervisions:
    """Who listens where. A supervisor's phone is in one room at most."""

    def __init__(self, context: FloorContext) -> None:
        self._context = context
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
            self._note(seat, f"supervisor_{command.role}")
            return
        way = self._outside.way() if command.number is not None else None
        if present is not None:
            self.end(command.supervisor)
        supervision = Supervision(
            command.supervisor,
            seat.agent_id,
            new_id(),
            seat.node,
            command.role,
            command.number,
            command.endpoint or "",
            way,
        )
        self._call(supervision, seat)
        self._note(seat, f"supervisor_{command.role}")

    def _call(self, supervision: Supervision, seat: Seat) -> None:
        to: ToNumber | ToEndpoint = ToEndpoint(endpoint=supervision.endpoint)
        if supervision.number is not None and supervision.way is not None:
            to = ToNumber(number=supervision.number, trunk=supervision.way.trunk_name)
        self._context.state.visitors.add(supervision.leg)
        self._by_supervisor[supervision.supervisor] = supervision
        self._context.send(
            supervision.node,
            PlaceLeg(
                leg=supervision.leg,
                account=self._context.state.account_id,
                to=to,
                not_after=self._context.unix() + PLACE_WITHIN_S,
                caller_id=CallerId(name=seat.name),
                ring_limit_s=RING_LIMIT_S,
                join=seat.agent_id,
                role=supervision.role,
            ),
        )

    def end(self, supervisor: UUID) -> None:
        """Hang the supervisor's phone up. Raises NotSupervising."""
        present = self._by_supervisor.pop(supervisor, None)
        if present is None:
            raise NotSupervising(supervisor)
        self._context.state.visitors.discard(present.leg)
        if present.way is not None:
            present.way.free()
        self._context.send(present.node, HangUp(leg=present.leg))

    def heard(self, leg: UUID) -> None:
        """The supervisor's number is being reached: it rings, or its network plays."""
        present = self._of_leg(leg)
        if present is not None and present.way is not None:
            present.way.was_heard()

    def gone(self, leg: UUID, failure: Failure | None = None) -> None:
        """The supervisor hung up or, with a failure, never picked up.

        One whose carrier failed is called by the next trunk.
        """
        if (present := self._of_leg(leg)) is None:
            return
        del self._by_supervisor[present.supervisor]
        self._context.state.visitors.discard(leg)
        if present.way is None:
            return
        if failure is None:
            present.way.free()
            return
        seat = self._context.state.seats.get(present.agent_id)
        again = self._outside.next(present.way, failure)
        if again is not None and seat is not None and seat.node == present.node:
            self._call(replace(present, leg=new_id(), way=again), seat)
        elif again is not None:
            again.free()

    def _of_leg(self, leg: UUID) -> Supervision | None:
        return next((each for each in self._by_supervisor.values() if each.leg == leg), None)

    def legs_on(self, node: str) -> list[UUID]:
        """The supervisors' phones that one switch holds, as far as is known."""
        return [present.leg for present in self._by_supervisor.values() if present.node == node]

    def _note(self, seat: Seat, kind: str) -> None:
        if seat.line is not None:
            self._context.journal.event(seat.line.id, self._context.clock.now(), kind)
