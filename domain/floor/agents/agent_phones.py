"""The calls that hold agents: placed, taken over, hung up, and noted for the floor's next owner."""

from collections.abc import Callable
from uuid import UUID

from domain.agents.errors import NoLineFree
from domain.agents.models import EndpointKind
from domain.agents.rules import AgentState
from domain.core.ids import new_id
from domain.floor.context import FloorContext
from domain.floor.loads import node_for_phone
from domain.floor.outside import RING_LIMIT_S, Outside
from domain.floor.state import Seat
from domain.telephony.events import Failure
from domain.telephony.port import CallerId, HangUp, PlaceLeg, Role, ToEndpoint, ToNumber
from domain.trunks.rules import WayOut

# A phone call that the gateway takes up later than this is dropped; no later than a snapshot that
# lacks it is believed (SETTLED_S), or a slow gateway would place it after it was given up.
PHONE_PATIENCE_S = 3.0
NO_SWITCH = "no_switch"  # why an agent who wants calls gets none; until a switch is back


class AgentPhones:
    """Which leg is an agent's telephone. What that means for the agent's state, `Seats` knows."""

    def __init__(self, context: FloorContext) -> None:
        self._context = context
        self._state = context.state
        self._outside = Outside(context)
        self.off_the_line: Callable[[Seat], None] = lambda seat: None

    def call(self, seat: Seat) -> str | None:
        """Call the agent into the agent's own room, or say why that can't be."""
        node = node_for_phone(self._context, seat)
        if node is None:
            return NO_SWITCH
        way = None
        if seat.endpoint_kind is EndpointKind.NUMBER:
            try:
                way = self._outside.way()
            except NoLineFree:
                return "trunks_full"
        self._place(seat, node, way)
        return None

    def heard(self, seat: Seat) -> None:
        """The agent's number is being reached: it rings, or its network plays."""
        if seat.way is not None:
            seat.way.was_heard()

    def failed(self, seat: Seat, failure: Failure) -> bool:
        """The agent did not pick up; whether the number is called by the next trunk now.

        That is when its carrier failed it, and another trunk has room.
        """
        way, seat.way = seat.way, None  # freed with what is asked for next
        self.forget(seat)
        if way is None or (again := self._outside.next(way, failure)) is None:
            return False
        node = node_for_phone(self._context, seat)
        if node is None or seat.state is not AgentState.RINGING:
            again.free()
            return False
        self._place(seat, node, again)
        self.note(seat)
        return True

    def _place(self, seat: Seat, node: str, way: WayOut | None) -> None:
        to: ToEndpoint | ToNumber = ToEndpoint(endpoint=seat.endpoint)
        if way is not None:
            to = ToNumber(number=seat.endpoint, trunk=way.trunk_name)
        seat.way = way
        seat.leg, seat.leg_up, seat.node = new_id(), False, node
        seat.leg_since = self._context.clock.monotonic()
        self._state.legs[seat.leg] = seat
        self._context.send(
            node,
            PlaceLeg(
                leg=seat.leg,
                account=self._state.account_id,
                to=to,
                not_after=self._context.unix() + PHONE_PATIENCE_S,
                caller_id=CallerId(name="Outdial"),
                ring_limit_s=RING_LIMIT_S,
                join=seat.agent_id,
                role=Role.AGENT,
            ),
        )

    def take(self, seat: Seat, leg: UUID, node: str, *, by_phone: bool) -> None:
        """Let this call be the one that holds the agent; another one is hung up.

        It does once it is in the agent's room.
        """
        self.hang_up(seat)
        seat.leg, seat.leg_up, seat.node, seat.by_phone = leg, False, node, by_phone
        seat.leg_since = self._context.clock.monotonic()
        self._state.legs[leg] = seat
        self.note(seat)

    def note(self, seat: Seat) -> None:
        """Let the next owner know which call holds the agent, in the stretch that goes on."""
        if (entry := seat.noted()) is not None:
            self._context.journal.entry(seat, entry)

    def hang_up(self, seat: Seat) -> None:
        """Take the agent off the line."""
        if seat.leg is not None and seat.node is not None:
            self._context.send(seat.node, HangUp(leg=seat.leg))
        self.forget(seat)

    def forget(self, seat: Seat) -> None:
        """The agent is off the line."""
        self.off_the_line(seat)
        if seat.leg is not None:
            self._state.legs.pop(seat.leg, None)
        if seat.way is not None:
            seat.way.free()
        seat.leg, seat.leg_up, seat.node, seat.way = None, False, None, None
