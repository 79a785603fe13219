"""Calls that an agent dials by hand: judged as a target of the default campaign is, and placed for
that agent, who is on the line before the customer.

What must be read is read first. Then everything is looked at once more and decided at one instant,
so that whatever happened meanwhile counts. New rows are written with the attempt, in one
transaction, before the call is placed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from tortoise import connections

from domain.agents.errors import (
    AgentBusy,
    AgentSignedOut,
    CallForbidden,
    NoDefaultCampaign,
    NoLineFree,
)
from domain.agents.rules import AgentState
from domain.core.errors import DomainError, FieldProblem, InvalidInput, NotFound
from domain.core.outages import DATABASE_AWAY
from domain.eligibility.parts import Block, BlockCode
from domain.eligibility.rules import campaign_blocking
from domain.eligibility.terms import terms_of
from domain.floor import rows
from domain.floor.agents.seats import Seats
from domain.floor.calls.lines import Lines
from domain.floor.calls.screening import Screening
from domain.floor.context import FloorContext
from domain.floor.journal.group import Statement
from domain.floor.loads import room_left
from domain.floor.runs.campaigns import Campaigns
from domain.floor.runs.dialing import Dialing
from domain.floor.state import Run, Seat
from domain.targets.by_hand import find_open, insertion, limit_reached, new_target
from domain.targets.errors import TargetLimitReached
from domain.targets.hopper import HopperTarget, hopper_target
from domain.targets.numbers import e164
from domain.targets.rules import TargetState

_MAY_DIAL = (AgentState.AVAILABLE, AgentState.BREAK)
_IN_CALL = Block(BlockCode.IN_CALL, "Somebody is dialing the number or talks with it.")
_OFFERED = Block(BlockCode.IN_CALL, "Another agent looks at the contact before it is dialed.")
NOT_DIALED = "not_dialed"  # why an agent is on a break: a rule or a full trunk came between


@dataclass(frozen=True, slots=True)
class Wanted:
    """A call that an agent asked for and that nothing forbids so far."""

    run: Run
    target: HopperTarget
    first: Sequence[Statement] = ()  # what writes the target; empty: it is there


class Manual:
    """Dials for agents who typed a number."""

    def __init__(
        self,
        context: FloorContext,
        seats: Seats,
        lines: Lines,
        dialing: Dialing,
        screening: Screening,
        campaigns: Campaigns,
    ) -> None:
        self._context = context
        self._state = context.state
        self._seats = seats
        self._lines = lines
        self._dialing = dialing
        self._screening = screening
        self._campaigns = campaigns
        self._asked: set[UUID] = set()  # agents for whom rows are being read

    async def dial(self, seat: Seat, typed: str) -> None:
        """Place the call, by way of the agent's phone if that is off the line.

        Raises AgentSignedOut, AgentBusy, NoDefaultCampaign, InvalidInput, CallForbidden,
        TargetLimitReached and NoLineFree; then nothing was dialed and nothing was written.
        """
        self._refuse_unable(seat)
        if seat.agent_id in self._asked:
            raise AgentBusy(seat.agent_id, AgentState.RESERVED)
        self._asked.add(seat.agent_id)
        try:
            wanted = await self._wanted(seat, typed)
        except DATABASE_AWAY as error:
            raise NoLineFree("the database is away") from error
        finally:
            self._asked.discard(seat.agent_id)
        self._refuse_unable(seat)
        self.begin(seat, wanted)

    def begin(self, seat: Seat, wanted: Wanted) -> None:
        """Dial now, or as soon as the agent has picked up. Raises CallForbidden, NoLineFree."""
        if seat.leg_up:
            back = seat.reason if seat.state is AgentState.BREAK else None
            self._launch(seat, wanted, on_break=seat.state is AgentState.BREAK, reason=back)
            return
        self._refuse_forbidden(wanted)
        if seat.leg is None and not self._is_up(None):
            raise NoLineFree("no switch has room for the agent's phone")
        on_break, reason = seat.state is AgentState.BREAK, seat.reason

        def picked_up() -> None:
            try:
                self._launch(seat, wanted, on_break=on_break, reason=reason)
            except DomainError:
                self._seats.change(seat, AgentState.BREAK, reason=NOT_DIALED)

        self._seats.resume(seat)
        if seat.state is not AgentState.RINGING:
            raise NoLineFree("no trunk is free for the agent's phone")
        seat.when_up = picked_up

    def _launch(self, seat: Seat, wanted: Wanted, *, on_break: bool, reason: str | None) -> None:
        self._refuse_forbidden(wanted)
        run, target, node = wanted.run, wanted.target, seat.node
        if node is None or not self._is_up(node) or self._lines.placing.place_before() is None:
            raise NoLineFree("the switch that holds the agent's phone is away or full")
        if self._context.journal.stalled:
            raise NoLineFree("the database is away")
        trunks = self._dialing.carriers.room_for(run, target)
        if not trunks:
            raise NoLineFree("every trunk is full, at rest or disabled")
        waiting = next((each for each in run.hopper if each.id == target.id), None)
        if waiting is not None:
            run.hopper.remove(waiting)
        run.targets_left += len(wanted.first)
        if on_break:
            seat.then_break, seat.then_break_reason = True, reason
        self._dialing.carriers.dialed(
            self._lines.placing.launch(
                run, [target], node, seat, trunks=trunks, by_hand=wanted.first
            )
        )

    async def _wanted(self, seat: Seat, typed: str) -> Wanted:
        """What is to be dialed, with all that is known of it."""
        number = e164(typed, country=await rows.read_country(self._state.account_id))
        if not isinstance(number, str):
            raise InvalidInput(FieldProblem("number", number.message))
        run = await self._run(seat)
        connection = connections.get("default")
        first: Sequence[Statement] = ()
        found = await find_open(connection, run.campaign_id, number)
        if found is None:
            limit = await limit_reached(connection, self._state.account_id)
            if limit is not None:
                raise TargetLimitReached(limit)
            at = self._context.clock.now()
            target = new_target(number, at=at)
            account_id, campaign_id = self._state.account_id, run.campaign_id
            first = [insertion(target, account_id=account_id, campaign_id=campaign_id, at=at)]
        elif found["state"] == TargetState.DIALING:
            raise CallForbidden(_IN_CALL)
        else:
            target = hopper_target(found)
        (target,) = await self._campaigns.hoppers.with_facts(run, [target])
        wanted = Wanted(run, target, first)
        self._refuse_forbidden(wanted)  # else the hook would be asked for nothing
        if (block := await self._dialing.hooks.ask_now(run, target)) is not None:
            raise CallForbidden(block)
        return wanted

    async def _run(self, seat: Seat) -> Run:
        """The agent's default campaign, which must be running."""
        campaign_id = seat.dials_for
        if campaign_id is None:
            raise NoDefaultCampaign(seat.agent_id)
        if campaign_id not in self._state.runs:
            await self._campaigns.changed(campaign_id)  # it may have been started just now
        if (run := self._state.runs.get(campaign_id)) is not None:
            return run
        account_id = self._state.account_id
        for campaign in await rows.read_campaigns(account_id, [campaign_id]):
            block = campaign_blocking(terms_of(campaign, None), self._context.clock.now())
            if block is not None:
                raise CallForbidden(block)
        raise NotFound("campaign", campaign_id)

    def _refuse_unable(self, seat: Seat) -> None:
        if seat.state is AgentState.OFFLINE:
            raise AgentSignedOut(seat.agent_id)
        if seat.state not in _MAY_DIAL:
            raise AgentBusy(seat.agent_id, seat.state)

    def _refuse_forbidden(self, wanted: Wanted) -> None:
        """Raise CallForbidden if a rule is against the call at this instant."""
        run, target = wanted.run, wanted.target
        block = self._screening.against(run, target)
        calls = run.lines.values()
        if block is None and any(
            target.number == line.number or target.id == line.target.id for line in calls
        ):
            block = _IN_CALL
        offers = (seat.offer for seat in self._state.seats.values() if seat.offer is not None)
        if block is None and any(offer.target.id == target.id for offer in offers):
            block = _OFFERED
        if block is not None:
            raise CallForbidden(block)

    def _is_up(self, name: str | None) -> bool:
        """Whether that switch, or any, is there and has room."""
        left = room_left(self._context)
        return bool(left) if name is None else name in left
