"""Legs that are neither an agent's nor a customer's: for the next owner, and when they end unheard.

Third parties are found again in the timelines of their calls. When the event of their end is lost,
a customer would stay alone with nobody, and a supervisor's next wish would go to a dead leg.
"""

from logging import getLogger
from uuid import UUID

from domain.calls.rules import AttemptState, ThirdPartyStatus
from domain.calls.talks import KnownThird, read_talks
from domain.floor.calls.supervision import Supervisions
from domain.floor.calls.transfers import PLACE_WITHIN_S, Transfers
from domain.floor.context import FloorContext
from domain.floor.journal.supervision_rows import read_open_supervisions
from domain.floor.state import Consultation, Line, Seat
from domain.telephony.events import EndCause, EndedBy, LegEnded, LegState, Snapshot
from domain.trunks.rules import WayOut

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
        self._returning: list[Line] = []  # with the agent again, once the floor goes on
        self._missed: dict[UUID, float] = {}  # monotonic seconds since snapshots lack it

    async def restore(self) -> None:
        """Believe that third parties are where the last owner had them; if not, a snapshot tells.

        Supervisors, too. Lines and seats were restored before.
        """
        for row in await read_open_supervisions(self._state.account_id):
            self._supervisions.restore(row)
        for call_id, talk in (await read_talks(list(self._state.lines))).items():
            line = self._state.lines[call_id]
            if line.state is AttemptState.CONNECTED:
                line.held, line.told = talk.held, None
                if talk.third is not None and talk.third.agent_id is not None:
                    self._restore_agent(line, talk.third)
                elif talk.third is not None:
                    self._restore_number(line, talk.third)

    def _restore_agent(self, line: Line, third: KnownThird) -> None:
        other = self._state.seats.get(third.agent_id) if third.agent_id else None
        if other is not None and other.is_consulted and other.leg == third.leg:
            line.consultation = Consultation(third.leg, seat=other, up=True)
        else:
            self._returning.append(line)

    def _restore_number(self, line: Line, third: KnownThird) -> None:
        trunk = self._state.trunks.get(third.trunk_id) if third.trunk_id else None
        if trunk is not None:
            trunk.keep()
        rang = third.status is ThirdPartyStatus.RINGING
        since = self._context.monotonic(third.called_at)
        way = WayOut(trunk, since, third.tried, heard=rang)
        line.handed_over = not line.is_served
        room = line.id if line.handed_over else line.agent_id
        line.consultation = Consultation(
            third.leg,
            up=third.status is ThirdPartyStatus.ANSWERED,
            way=way,
            number=third.number,
            room=room if third.number else None,
        )
        self._state.thirds[third.leg] = line

    def resume(self) -> None:
        """Go on: a customer whose consulted agent is gone is back, and the desks are told."""
        self._supervisions.resume()
        for line in self._returning:
            self._transfers.come_back(line)
        self._returning.clear()
        for line in self._state.lines.values():
            if line.told is None:
                self._transfers.tell(line)

    def is_consulted(self, seat: Seat) -> bool:
        """Whether another agent asks this one about a customer, also since before a takeover."""
        consultations = (line.consultation for line in self._state.lines.values())
        return any(each is not None and each.seat is seat for each in consultations)

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
            self._supervisions.lost(leg)

    def _lost(self, leg: UUID, at: float) -> None:
        self._supervisions.lost(leg)
        if line := self._state.thirds.pop(leg, None):
            account = self._state.account_id
            end = LegEnded(
                account=account, at=at, leg=leg, cause=EndCause.NORMAL, by=EndedBy.SWITCH
            )
            self._transfers.gone(line, end)
