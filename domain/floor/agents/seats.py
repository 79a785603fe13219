"""Agents' states and phones: the owner of every change of a seat."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from domain.agents.errors import AgentBusy, AgentSignedOut, NothingOnTheLine, NoWrapUp
from domain.agents.rules import AgentState, may_follow
from domain.calls.events import AgentStateChanged, CallEnded
from domain.core.errors import FieldProblem, InvalidInput
from domain.core.ids import new_id
from domain.floor.agents.agent_phones import AgentPhones
from domain.floor.agents.logins import Logins
from domain.floor.context import FloorContext
from domain.floor.state import ON_THE_JOB, Line, Seat, StateEntry
from domain.pacing.interface import Observation, Seen
from domain.telephony.events import EndedBy, Failure, LegEnded, LegFailed
from domain.wrapups.rules import WrapUpEffect

PHONE_AGAIN_S = 1.0
PROMISE_LOST = (
    "needs a wrap-up code of the call's campaign that reschedules, or nobody would call then; "
    "choose one, or leave it out"
)


class Seats:
    """What agents do, and what their phones do to them."""

    def __init__(self, context: FloorContext) -> None:
        self._context = context
        self._state = context.state
        self.became_free: Callable[[Seat], None] = lambda seat: None
        self.was_wrapped_up: Callable[[Line, datetime | None], None] = lambda line, again_at: None
        self.give_up: Callable[[Line], None] = lambda line: None  # hang the customer up
        self.left: Callable[[Seat], None] = lambda seat: None  # was consulted, and is not any more
        self.phones = AgentPhones(context)
        self.logins = Logins(
            context,
            observe=self.observe,
            became_free=lambda seat: self.became_free(seat),
            withdraw=self.withdraw,
        )

    # What agents ask for

    def sign_in(self, seat: Seat) -> None:
        """From offline to a break; signing in twice changes nothing."""
        if seat.state is AgentState.OFFLINE:
            self.change(seat, AgentState.BREAK, reason="signed_in")

    def sign_out(self, seat: Seat, *, reason: str | None, force: bool) -> None:
        """Leave. Raises AgentBusy while talking, unless forced: then the customer is hung up."""
        if seat.state is AgentState.OFFLINE:
            return
        if seat.state is AgentState.TALKING and not force:
            raise AgentBusy(seat.agent_id, seat.state)
        if seat.state is AgentState.WRAP_UP and (line := seat.line) is not None:
            self._record_wrap_up(seat, line, code=line.wrap_up_code, note=line.note)
        self._drop_work(seat)
        # Not all ways back to work reset what was said of the work before.
        seat.line, seat.wrap_up_ends, seat.by_phone = None, None, False
        self.change(seat, AgentState.OFFLINE, reason=reason)
        self.logins.log_out_everywhere(seat)
        self.phones.hang_up(seat)

    def go_available(self, seat: Seat) -> None:
        """Take calls; the phone is called first unless it is on the line already."""
        if seat.state is AgentState.OFFLINE:
            raise AgentSignedOut(seat.agent_id)
        self._promise_break(seat, promised=False)
        if seat.state is AgentState.WRAP_UP and (line := seat.line) is not None:
            self.end_wrap_up(seat, code=line.wrap_up_code, note=line.note, then_break=False)
        elif seat.state is AgentState.BREAK:
            self.resume(seat)

    def take_break(self, seat: Seat, *, reason: str | None) -> None:
        """Take no calls: now, or after the customer and the wrap-up."""
        if seat.state is AgentState.OFFLINE:
            raise AgentSignedOut(seat.agent_id)
        if seat.state in (AgentState.TALKING, AgentState.WRAP_UP):
            self._promise_break(seat, reason=reason)
            return
        self._drop_work(seat)
        self.change(seat, AgentState.BREAK, reason=reason)

    def end_wrap_up(
        self,
        seat: Seat,
        *,
        code: str | None,
        note: str,
        then_break: bool,
        again_at: datetime | None = None,
    ) -> None:
        """Record how the call went and go on."""
        line = seat.line
        if seat.state is not AgentState.WRAP_UP or line is None:
            raise NoWrapUp(seat.agent_id, seat.state)
        if again_at is not None and not self._keeps_promises(line, code):
            raise InvalidInput(FieldProblem("callAgainAt", PROMISE_LOST))
        self._record_wrap_up(seat, line, code=code, note=note, again_at=again_at)
        if then_break and not seat.then_break:
            seat.then_break, seat.then_break_reason = True, None
        self.go_on(seat)

    def hang_up(self, seat: Seat) -> None:
        """End the customer call; the agent's own phone stays on the line."""
        if seat.line is None or seat.state not in (AgentState.TALKING, AgentState.RESERVED):
            raise NothingOnTheLine(seat.agent_id)
        self.give_up(seat.line)

    def withdraw(self, seat: Seat) -> None:
        """Keep an agent no longer for a contact that was offered, or for another's customer."""
        self._drop_work(seat)
        self.release(seat)

    # What calls do to agents

    def reserve(self, seat: Seat, campaign_id: UUID, line: Line | None) -> None:
        """Keep the agent for one contact."""
        seat.line = line
        self.change(
            seat, AgentState.RESERVED, campaign_id=campaign_id, call_id=line.id if line else None
        )

    def release(self, seat: Seat) -> None:
        """The contact that the agent was kept for is gone."""
        seat.line, seat.offer = None, None
        if seat.state is AgentState.RESERVED:
            self.go_on(seat)

    def talk(self, seat: Seat, line: Line) -> None:
        """The agent is with a customer."""
        seat.line, seat.offer = line, None
        self.change(seat, AgentState.TALKING, campaign_id=line.campaign_id, call_id=line.id)

    def wrap_up(self, seat: Seat, line: Line, limit_s: float | None) -> None:
        """The customer is gone; the agent finishes the work on the call."""
        if seat.state is not AgentState.TALKING:
            return
        now = self._context.clock.monotonic()
        seat.wrap_up_ends = None if limit_s is None else now + limit_s
        self.change(seat, AgentState.WRAP_UP, campaign_id=line.campaign_id, call_id=line.id)
        if seat.wrap_up_ends is not None:
            self.watch_wrap_up(seat, line)

    def watch_wrap_up(self, seat: Seat, line: Line) -> None:
        """End the wrap-up by itself when its time is over."""
        assert seat.wrap_up_ends is not None

        def over() -> None:
            if seat.line is line and seat.state is AgentState.WRAP_UP:
                self.end_wrap_up(seat, code=line.wrap_up_code, note=line.note, then_break=False)

        self._context.timers.at(seat.wrap_up_ends, over)

    # What the agent's phone does

    def phone_joined(self, seat: Seat) -> None:
        """The agent's phone is in the agent's room, where customers are heard.

        No sooner: a customer who came before it would hear nobody.
        """
        seat.leg_up = True
        if seat.state is AgentState.RINGING:
            self.change(seat, AgentState.AVAILABLE)
        self.became_free(seat)

    def phone_failed(self, seat: Seat, event: LegFailed) -> None:
        """The agent did not pick up. A phone that a busy switch never rang is called again.

        A number whose carrier failed is called by the next trunk.
        """
        if self.phones.failed(seat, event.failure) or seat.state is not AgentState.RINGING:
            return
        if event.failure is Failure.STALE:
            # Not at once: a gateway whose switch is away says the same again.
            again = self._context.clock.monotonic() + PHONE_AGAIN_S
            self._context.timers.at(again, lambda: self._call_again(seat))
        else:
            self.change(seat, AgentState.BREAK, reason=f"phone_{event.failure}")

    def _call_again(self, seat: Seat) -> None:
        if seat.leg is None and seat.state is AgentState.RINGING:
            self.call_phone(seat)

    def phone_ended(self, seat: Seat, event: LegEnded) -> None:
        """The agent hung up, or the line was lost; a lost one is called again.

        For an agent who signed in by telephone, hanging up is signing out.
        """
        hung_up = event.by is EndedBy.FAR_END
        if hung_up and seat.by_phone:
            self.phones.forget(seat)
            self.sign_out(seat, reason="phone_hung_up", force=True)
        else:
            self.phone_lost(seat, hung_up=hung_up)

    def phone_lost(self, seat: Seat, *, hung_up: bool) -> None:
        """The agent is off the line: the customer is hung up, and a lost phone is called again."""
        self.phones.forget(seat)
        if seat.state is AgentState.TALKING:
            if seat.line is not None:
                self.give_up(seat.line)
        elif seat.state in (AgentState.AVAILABLE, AgentState.RESERVED, AgentState.RINGING):
            self._drop_work(seat)
            if hung_up:
                self.change(seat, AgentState.BREAK, reason="phone_hung_up")
            else:
                self.go_on(seat)

    def call_phone(self, seat: Seat) -> None:
        """Call the agent's phone into the agent's own room."""
        if (why := self.phones.call(seat)) is not None:
            self.change(seat, AgentState.BREAK, reason=why)
            return
        self.change(seat, AgentState.RINGING)

    # Parts

    def change(
        self,
        seat: Seat,
        state: AgentState,
        *,
        reason: str | None = None,
        campaign_id: UUID | None = None,
        call_id: UUID | None = None,
    ) -> None:
        """Put a seat into a state: log, announce, tell the pacers. Raises AgentBusy."""
        if not may_follow(seat.state, state):
            raise AgentBusy(seat.agent_id, seat.state)
        entry = seat.entry
        if entry is not None and (seat.state, seat.reason) == (state, reason):
            # An accepted offer is the same state with a call: the next owner must know whose.
            if entry.call_id == call_id:
                self.phones.note(seat)
                return
        at = self._context.clock.now()
        before = seat.state
        if state in (AgentState.BREAK, AgentState.OFFLINE):
            seat.when_up, seat.then_break, seat.then_break_reason = None, False, None
        if seat.entry is not None:
            seat.entry.ended_at = at
            self._context.journal.entry(seat, seat.entry)
        seat.state, seat.reason, seat.since = state, reason, self._context.clock.monotonic()
        seat.entry = StateEntry(
            id=new_id(),
            state=state,
            started_at=at,
            reason=reason,
            campaign_id=campaign_id,
            call_id=call_id,
        )
        seat.noted()
        self._context.journal.entry(seat, seat.entry)
        self._tell(seat, seat.entry)
        if (before in ON_THE_JOB) != (state in ON_THE_JOB):
            kind = Seen.AGENT_IN if state in ON_THE_JOB else Seen.AGENT_OUT
            for campaign in filter(seat.serves, seat.levels):
                self.observe(campaign, kind)
        self.stir(seat)

    def _promise_break(
        self, seat: Seat, *, promised: bool = True, reason: str | None = None
    ) -> None:
        seat.then_break, seat.then_break_reason = promised, reason
        if (entry := seat.noted()) is not None:
            self._context.journal.entry(seat, entry)
            self._tell(seat, entry)

    def _tell(self, seat: Seat, entry: StateEntry) -> None:
        ends = seat.wrap_up_ends
        self._context.desk(
            seat.agent_id,
            AgentStateChanged(
                at=entry.started_at.timestamp(),
                agent=seat.agent_id,
                state=entry.state,
                reason=entry.reason,
                campaign=entry.campaign_id,
                wrap_up_ends_at=None if ends is None else self._context.instant(ends).timestamp(),
                then_break=entry.then_break,
                then_break_reason=entry.then_break_reason,
            ),
        )

    def stir(self, seat: Seat) -> None:
        """Let the campaigns of an agent decide anew."""
        for campaign_id in seat.levels:
            if run := self._state.runs.get(campaign_id):
                run.due = True

    def observe(self, campaign_id: UUID, kind: Seen, age: float = 0.0) -> None:
        """Tell a campaign's pacer."""
        if run := self._state.runs.get(campaign_id):
            run.policy.observe(Observation(kind, age), self._context.clock.monotonic())
            run.due = True

    def saw(self, line: Line, kind: Seen, age: float = 0.0) -> None:
        """Tell a campaign's pacer of a call that it decided; those dialed by hand tell nothing."""
        if not line.by_hand:
            self.observe(line.campaign_id, kind, age)

    def go_on(self, seat: Seat) -> None:
        """Go to the break that was to follow the call, or else to the next call."""
        if seat.then_break:
            self.change(seat, AgentState.BREAK, reason=seat.then_break_reason)
        else:
            self.resume(seat)

    def resume(self, seat: Seat) -> None:
        """Go on to the next call, by way of the phone if it is off the line."""
        if seat.leg_up:
            self.change(seat, AgentState.AVAILABLE)
            self.became_free(seat)
        elif seat.leg is None:
            self.call_phone(seat)
        else:
            self.change(seat, AgentState.RINGING)

    def _keeps_promises(self, line: Line, code: str | None) -> bool:
        """Whether a code has its customer called again when the agent says."""
        run = self._state.runs.get(line.campaign_id)
        if run is None or line.is_inbound:
            return False
        known = run.settings.wrap_up_codes.get(code or "")
        return known is not None and known.effect is WrapUpEffect.RESCHEDULE

    def _record_wrap_up(
        self,
        seat: Seat,
        line: Line,
        *,
        code: str | None,
        note: str,
        again_at: datetime | None = None,
    ) -> None:
        line.wrap_up_code, line.note = code, note
        line.wrap_up_ended_at = self._context.clock.now()
        self._context.journal.call(line)
        self._context.journal.event(
            line.id, line.wrap_up_ended_at, "wrap_up_ended", code=code or ""
        )
        self.was_wrapped_up(line, again_at)
        age = self._context.clock.monotonic() - seat.since
        run = self._state.runs.get(line.campaign_id)
        if run is not None and not run.settings.on_ports:
            self.saw(line, Seen.WRAP_ENDED, age)
        seat.line, seat.wrap_up_ends = None, None

    def _drop_work(self, seat: Seat) -> None:
        if seat.offer is not None:
            offer, seat.offer = seat.offer, None
            if run := self._state.runs.get(offer.campaign_id):
                run.hopper.appendleft(offer.target)
            self._context.desk(
                seat.agent_id,
                CallEnded(at=self._context.unix(), call=offer.target.id, disposition=None),
            )
        elif seat.line is not None and seat.state in (AgentState.RESERVED, AgentState.TALKING):
            line = seat.line
            if seat.state is AgentState.RESERVED:
                seat.line = None
            self.give_up(line)
        elif seat.is_consulted:
            self.left(seat)
