"""Which agents are logged into the campaigns that want it, and for how long."""

from collections.abc import Callable
from uuid import UUID

from domain.agents.errors import AgentSignedOut, LoginIsPermanent
from domain.agents.rules import AgentState
from domain.core.errors import NotFound
from domain.core.ids import new_id
from domain.floor.context import FloorContext
from domain.floor.state import ON_THE_JOB, LoginEntry, Seat
from domain.pacing.interface import Seen


class Logins:
    """The owner of `Seat.logins`. Whoever signs out is logged into nothing any more."""

    def __init__(
        self,
        context: FloorContext,
        observe: Callable[[UUID, Seen], None],
        became_free: Callable[[Seat], None],
        withdraw: Callable[[Seat], None],
    ) -> None:
        self._context = context
        self._observe = observe
        self._became_free = became_free
        self._withdraw = withdraw

    def log_in(self, seat: Seat, campaign_id: UUID) -> None:
        """Take the campaign's calls from now on; nothing happens for one whose login is permanent.

        Raises NotFound where the agent was not assigned, and AgentSignedOut.
        """
        if campaign_id not in seat.levels or self._is_a_number(campaign_id):
            raise NotFound("campaign", campaign_id)
        if seat.state is AgentState.OFFLINE:
            raise AgentSignedOut(seat.agent_id)
        if not seat.serves(campaign_id):
            self._log_in(seat, campaign_id)
            if seat.free:
                self._became_free(seat)

    def log_in_everywhere(self, seat: Seat) -> None:
        """Take the calls of all campaigns that the agent works on."""
        for campaign_id in seat.levels:
            if not seat.serves(campaign_id):
                self._log_in(seat, campaign_id)

    def log_out(self, seat: Seat, campaign_id: UUID) -> None:
        """Take none of the campaign's calls any more; one that is on goes on.

        Raises NotFound where the agent was not assigned, and LoginIsPermanent.
        """
        if campaign_id not in seat.levels or self._is_a_number(campaign_id):
            raise NotFound("campaign", campaign_id)
        if campaign_id not in seat.manual:
            raise LoginIsPermanent(campaign_id)
        if campaign_id in seat.logins:
            self._end(seat, campaign_id)
            if seat.offer is not None and seat.offer.campaign_id == campaign_id:
                self._withdraw(seat)

    def log_out_everywhere(self, seat: Seat) -> None:
        """The agent has signed out."""
        for campaign_id in list(seat.logins):
            self._end(seat, campaign_id)

    def settle(self, seat: Seat) -> None:
        """End what assignments and settings leave no room for."""
        for campaign_id in list(seat.logins):
            if campaign_id not in seat.levels or campaign_id not in seat.manual:
                self._end(seat, campaign_id)

    def _log_in(self, seat: Seat, campaign_id: UUID) -> None:
        entry = LoginEntry(new_id(), campaign_id, self._context.clock.now())
        seat.logins[campaign_id] = entry
        self._context.journal.login(seat, entry)
        self._tell(seat, campaign_id, Seen.AGENT_IN)

    def _end(self, seat: Seat, campaign_id: UUID) -> None:
        entry = seat.logins.pop(campaign_id)
        entry.ended_at = self._context.clock.now()
        self._context.journal.login(seat, entry)
        if not seat.serves(campaign_id):
            self._tell(seat, campaign_id, Seen.AGENT_OUT)

    def _tell(self, seat: Seat, campaign_id: UUID, kind: Seen) -> None:
        if seat.state in ON_THE_JOB:
            self._observe(campaign_id, kind)

    def _is_a_number(self, campaign_id: UUID) -> bool:
        run = self._context.state.runs.get(campaign_id)
        return run is not None and run.inbound
