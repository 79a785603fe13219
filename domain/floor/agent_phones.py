"""The calls that hold agents: placed, taken over, hung up, and noted for the floor's next owner."""

from uuid import UUID

from domain.agents.errors import NoLineFree
from domain.agents.models import EndpointKind
from domain.core.ids import new_id
from domain.floor.context import FloorContext
from domain.floor.loads import node_for_phone
from domain.floor.outside import RING_LIMIT_S, Outside
from domain.floor.state import Seat
from domain.telephony.port import CallerId, HangUp, PlaceLeg, Role, ToEndpoint, ToNumber

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

    def call(self, seat: Seat) -> str | None:
        """Call the agent into the agent's own room, or say why that can't be."""
        node = node_for_phone(self._context, seat)
        if node is None:
            return NO_SWITCH
        to: ToEndpoint | ToNumber = ToEndpoint(endpoint=seat.endpoint)
        if seat.endpoint_kind is EndpointKind.NUMBER:
            try:
                way = self._outside.way()
            except NoLineFree:
                return "trunks_full"
            seat.trunk = way.trunk
            to = ToNumber(number=seat.endpoint, trunk=way.trunk_name)
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
        return None

    def take(self, seat: Seat, leg: UUID, node: str, *, by_phone: bool) -> None:
        """Let this call be the one that holds the agent; another one is hung up."""
        self.hang_up(seat)
        seat.leg, seat.leg_up, seat.node, seat.by_phone = leg, True, node, by_phone
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
        if seat.leg is not None:
            self._state.legs.pop(seat.leg, None)
        if seat.trunk is not None:
            seat.trunk.free()
        seat.leg, seat.leg_up, seat.node, seat.trunk = None, False, None, None
