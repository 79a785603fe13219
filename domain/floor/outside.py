"""Ways out for calls that no campaign dials: to agents' own numbers, other parties, supervisors.

They leave by the trunks of the account, in its order, and count there as customers' calls do.
"""

from domain.agents.errors import NoLineFree
from domain.floor.context import FloorContext
from domain.telephony.events import Failure
from domain.trunks.rules import TrunkUse, WayOut, carrier_failed, choose, lets_rest

RING_LIMIT_S = 30.0


class Outside:
    """Takes trunks for such calls, and the next one when a carrier failed."""

    def __init__(self, context: FloorContext) -> None:
        self._context = context
        self._state = context.state

    def way(self, *, first: TrunkUse | None = None) -> WayOut:
        """A way for one call, its trunk taken. Raises NoLineFree.

        `first`: the trunk that is tried before the others, if it is one of the account's still.
        """
        now, trunks = self._context.clock.monotonic(), self._state.trunks
        if not trunks:
            return WayOut(None, now)
        before = [first] if first is not None and first.id in trunks else []
        if (trunk := choose([*before, *trunks.values()], now)) is None:
            raise NoLineFree("every trunk is full, at rest or disabled")
        trunk.take(now)
        return WayOut(trunk, now)

    def next(self, way: WayOut, failure: Failure) -> WayOut | None:
        """Free the trunk of a call that nobody answered; the way by which it is made once more.

        None: the number was reached, or no other trunk has room. Nobody waits for one here.
        """
        way.free()
        now, trunk = self._context.clock.monotonic(), way.trunk
        waited_out = now - way.since >= RING_LIMIT_S
        if trunk is None or not carrier_failed(
            failure, trunk, heard=way.heard, waited_out=waited_out
        ):
            return None
        if lets_rest(failure, way.tried):
            trunk.failed = now
        tried = way.tried | {trunk.id}
        left = (each for each in self._state.trunks.values() if each.id not in tried)
        if (other := choose(left, now)) is None:
            return None
        other.take(now)
        return WayOut(other, now, tried)
