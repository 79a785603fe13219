"""How lines end, and what that means for targets, agents and pacers."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from domain.agents.rules import AgentState
from domain.calls.events import CallEnded
from domain.calls.rules import AttemptState, Disposition
from domain.eligibility.parts import Past
from domain.floor.agents.seats import Seats
from domain.floor.calls.screening import Screening
from domain.floor.context import FloorContext
from domain.floor.journal.group import TargetChange
from domain.floor.state import Line, Run, Seat
from domain.pacing.interface import Seen
from domain.targets.call_backs import call_back_of
from domain.targets.rules import ClosedReason, Outcome, TargetState, after_attempt
from domain.wrapups.rules import WrapUpEffect, after_rules, after_wrap_up

UNANSWERED = (AttemptState.COMMITTED, AttemptState.PLACED, AttemptState.RINGING)


def instant(at: float) -> datetime:
    """A Unix second as an instant."""
    return datetime.fromtimestamp(at, UTC)


def disposition_at_end(line: Line) -> Disposition:
    """How a line that was up ended, by what it was doing when its leg went away."""
    if line.disposition is not None:
        return line.disposition
    if line.state in (AttemptState.CONNECTED, AttemptState.LISTENING):
        return Disposition.CONNECTED
    if line.state is AttemptState.WAITING:
        return Disposition.ABANDONED
    return Disposition.HUNG_UP if line.answered_at else Disposition.FAILED


class Endings:
    """Ends lines, once each."""

    def __init__(self, context: FloorContext, seats: Seats, screening: Screening) -> None:
        self._context = context
        self._screening = screening
        self._state = context.state
        self._seats = seats
        self.has_ended: Callable[[Line], None] = lambda line: None
        self.stopped_listening: Callable[[Run, Line], None] = lambda run, line: None
        self.has_call_back: Callable[[UUID], None] = lambda campaign_id: None
        seats.was_wrapped_up = self.wrapped_up

    def end(self, line: Line, disposition: Disposition, at: datetime) -> None:
        """Take a line out of the floor, settle its target and let its agent go on."""
        if self._state.lines.pop(line.id, None) is None:
            return
        run = self._state.runs[line.campaign_id]
        run.lines.pop(line.id, None)
        if line in self._state.waiting:
            self._state.waiting.remove(line)
        now = self._context.clock.monotonic()
        if disposition is Disposition.NOT_PLACED:  # that tells a pacer nothing of who answers
            if line.state is not AttemptState.COMMITTED:
                run.tally.dialed = max(0, run.tally.dialed - 1)
        elif line.state in UNANSWERED:
            self._seats.saw(line, Seen.FAILED, now - line.placed)
        if disposition is Disposition.ABANDONED and line.disposition is not disposition:
            self.abandoned(run, line)
        listened = line.state is AttemptState.LISTENING
        line.state, line.disposition, line.ended_at = AttemptState.ENDED, disposition, at
        self.note(line, at.timestamp(), "ended", disposition=disposition)
        self._context.journal.attempt(line)
        if line.presented is not None:
            self._context.journal.call(line)
        self._close_target(run, line, disposition, at)
        if line.handed_over and line.wrap_up_ended_at is not None:
            self.wrapped_up(line, line.again_at)  # no other agent will say anything
        self._call_back(run, line, disposition, at)
        self.has_ended(line)
        if listened:
            self.stopped_listening(run, line)
        if line.trunk is not None:
            line.trunk.free()
        if line.seat is not None:
            self._leave_agent(run, line, line.seat, at, now)
        run.due = True

    def abandoned(self, run: Run, line: Line) -> None:
        """Count a live answer that found no agent in time, whatever the customer hears then."""
        line.disposition = Disposition.ABANDONED
        run.tally.abandoned += 1
        run.ledger.add(self._context.unix(), abandoned=1)
        # A customer who left a port for an agent is no concern of the ports' pacer.
        if not run.settings.on_ports or line.connected is None:
            self._seats.observe(run.campaign_id, Seen.ABANDONED)

    def opt_out(self, line: Line, *, said: str) -> None:
        """The customer asked, as `said`, not to be called again by any campaign."""
        line.opted_out, now = True, self._context.clock.now()
        self.note(line, now.timestamp(), "opted_out")
        self._context.journal.suppress(line.number, now, said=said)
        self._screening.suppressed(line.number)

    def _leave_agent(self, run: Run, line: Line, seat: Seat, at: datetime, now: float) -> None:
        talk_s = now - line.connected if line.connected is not None else 0.0
        self._context.desk(
            seat.agent_id,
            CallEnded(at=at.timestamp(), call=line.id, disposition=line.disposition, talk_s=talk_s),
        )
        talked = line.connected is not None and not line.handed_over  # else the pacer knows
        if talked and not run.settings.on_ports:
            self._seats.saw(line, Seen.TALK_ENDED, talk_s)
        if seat.line is not line:
            return
        if seat.state is AgentState.TALKING:
            self._seats.wrap_up(seat, line, run.settings.wrap_up_s)
        elif seat.state is AgentState.RESERVED:
            if line.failed_over:
                seat.line = None  # kept: the same contact is called again at once
            else:
                self._seats.release(seat)

    def _close_target(self, run: Run, line: Line, disposition: Disposition, at: datetime) -> None:
        if line.is_inbound:
            return
        target = line.target
        back = disposition is Disposition.NOT_PLACED or line.failed_over  # as if never dialed
        if back:
            self._screening.not_dialed(target.number, line.id)
        elif disposition is Disposition.ABANDONED:
            past = Past(line.id, line.campaign_id, line.created_at, abandoned_at=at)
            self._screening.dialed(target.number, past)
        if back:
            attempts = target.attempts
            # No later than now by our own clock, or it could not be taken at once.
            due_at = min(at, self._context.clock.now())
            due_at = max(due_at, target.due_at or due_at)
            outcome = Outcome(
                target.state, next_at=due_at if target.state is TargetState.RETRY else None
            )
            if target.typed and not attempts:
                outcome = Outcome(TargetState.CLOSED, reason=ClosedReason.REMOVED)
        elif line.opted_out:
            attempts = target.attempts + 1
            outcome = Outcome(TargetState.CLOSED, reason=ClosedReason.SUPPRESSED)
        else:
            attempts = target.attempts + 1
            outcome = after_attempt(
                disposition,
                attempts=attempts,
                max_attempts=target.max_attempts,
                retry_delays_s=run.settings.retry_delays_s,
                ended_at=at,
                number=target.number,
                numbers=target.numbers,
                next_number_after=run.settings.next_number_after,
            )
        if outcome.reason is not None:
            run.targets_left -= 1
        elif outcome.state is TargetState.RETRY or line.failed_over:
            run.later = run.retry_noted = True
        said = None if line.failed_over else disposition  # of a carrier, not of the contact
        change = TargetChange(target.id, outcome, attempts, said)
        if line.took_target:
            self._context.journal.target(change)
        elif outcome.reason is ClosedReason.REMOVED:  # made for this call alone, and not taken
            self._context.journal.target(replace(change, from_states=(TargetState.NEW,)))

    def _call_back(self, run: Run, line: Line, disposition: Disposition, at: datetime) -> None:
        """Make a target of a caller whom nobody answered, or of a customer who was given up."""
        missed = line.is_inbound and line.connected_at is None
        rule = run.settings.call_back
        if rule is None or line.opted_out:
            return
        if not (missed or disposition is Disposition.ABANDONED):
            return
        called = None if line.is_inbound else line.target.id
        wanted = call_back_of(rule, line.number, name=line.target.name, at=at, target_id=called)
        if wanted is not None:
            self._context.journal.call_back(wanted)
            self._context.journal.after(lambda: self.has_call_back(rule.campaign_id))

    def wrapped_up(self, line: Line, again_at: datetime | None) -> None:
        """Do to the target what the agent's code and the campaign's rules say.

        A code that is not defined does nothing by itself. A date that the agent gave is a promise,
        which no rule changes; else a rule that puts the target off or suppresses it beats the code.
        While the customer talks on, with somebody else, the target is in that call: its last agent
        decides, or this one when the call has ended with a number outside.
        """
        run = self._state.runs.get(line.campaign_id)
        if run is None or line.is_inbound:
            return
        now, attempts = self._context.clock.now(), line.target.attempts + 1
        code = run.settings.wrap_up_codes.get(line.wrap_up_code or "")
        by_code = None
        if code is not None:
            by_code = after_wrap_up(
                code,
                attempts=attempts,
                max_attempts=line.target.max_attempts,
                again_at=again_at,
                now=now,
            )
        verdict = self._screening.verdict_after(run, line)
        if verdict.priority is not None:
            self._context.journal.prioritize(line.target.id, verdict.priority)
        promised = code is not None and code.effect is WrapUpEffect.RESCHEDULE and bool(again_at)
        ruled = after_rules(by_code, verdict.stop, promised=promised)
        if ruled is None and line.wrap_up_code is None:
            return
        # A code that does nothing is written all the same: rules of the next call may ask for it.
        outcome = ruled or Outcome(TargetState.CLOSED, reason=ClosedReason.CONNECTED)
        if outcome.reason is ClosedReason.SUPPRESSED:
            rule = verdict.stop.rule if verdict.stop and ruled is not by_code else None
            self._context.journal.suppress(line.number, now, rule=rule)
            self._screening.suppressed(line.number)
        if line.ended_at is None:
            line.again_at = again_at
            line.opted_out = line.opted_out or outcome.reason is ClosedReason.SUPPRESSED
            return
        if outcome.state is TargetState.RETRY:
            run.targets_left += 1
        # The end of the call itself may wait to be written still, so the row may say `dialing`.
        change = TargetChange(
            line.target.id,
            outcome,
            attempts,
            line.disposition,
            from_states=(TargetState.DIALING, TargetState.CLOSED),
            wrap_up_code=line.wrap_up_code,
        )
        self._context.journal.target(change)

    def note(self, line: Line, at: float, kind: str, **detail: object) -> None:
        """Put something into a line's timeline."""
        self._context.journal.event(line.id, instant(at), kind, **detail)

    def told_gone(self, line: Line, seat: Seat) -> None:
        """Tell an agent's desk that the customer went on to somebody else."""
        talked, now = line.connected is not None, self._context.clock.monotonic()
        self._context.desk(
            seat.agent_id,
            CallEnded(
                at=self._context.unix(),
                call=line.id,
                disposition=Disposition.CONNECTED if talked else None,
                talk_s=now - line.connected if line.connected is not None else 0.0,
            ),
        )
