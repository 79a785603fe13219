"""Legs that are neither an agent's nor a customer's, and what becomes of them unheard.

Third parties and supervisors have no row. When the event of their end is lost, a customer would
stay alone with nobody, and a supervisor's next wish would go to a dead leg.
"""

from logging import getLogger
from uuid import UUID

from domain.floor.context import FloorContext
from domain.floor.supervision import Supervisions
from domain.floor.transfers import PLACE_WITHIN_S, Transfers
from domain.telephony.events import EndCause, EndedBy, LegEnded, LegState, Snapshot

logger = getLogger(__name__)

# A snapshot may be older than the command that places a leg, and that may wait at the gateway.
MISSED_S = PLACE_WITHIN_S + 3.0


class Guests:
    """Lets go whom no switch holds any more."""

    def __init__(
        self, context: FloorContext, transfers: Transfers, supervisions: Supervisions
    ) -> None:
        self._context = context
        self._state = context.state
        self._transfers = transfers
        self._supervisions = supervisions
        self._missed: dict[UUID, float] = {}  # monotonic seconds since snapshots lack it

    def settle(self, snapshot: Snapshot, known: dict[UUID, LegState]) -> None:
        """Let go who is missing in the snapshots of a while."""
        now = self._context.clock.monotonic()
        self._missed = {leg: at for leg, at in self._missed.items() if self._state.owns(leg)}
        thirds = [leg for leg, line in self._state.thirds.items() if line.node == snapshot.node]
        for leg in (*thirds, *self._supervisions.legs_on(snapshot.node)):
            if leg in known:
                self._missed.pop(leg, None)
            elif now - self._missed.setdefault(leg, now) > MISSED_S:
                logger.info("leg %s is not at the switch any more", leg)
                self._lost(leg, snapshot.at)

    def lost_with(self, node: str) -> None:
        """A switch is gone for good. Third parties were let go with the lines they were for."""
        for leg in self._supervisions.legs_on(node):
            self._supervisions.gone(leg)

    def _lost(self, leg: UUID, at: float) -> None:
        self._supervisions.gone(leg)
        if line := self._state.thirds.pop(leg, None):
            account = self._state.account_id
            end = LegEnded(
                account=account, at=at, leg=leg, cause=EndCause.NORMAL, by=EndedBy.SWITCH
            )
            self._transfers.gone(line, end)
