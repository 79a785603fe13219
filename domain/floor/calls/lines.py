"""Calls to customers: the owner of every change of a line, from the decision to the connect."""

from collections.abc import Callable
from uuid import UUID

from domain.calls.rules import (
    AttemptState,
    Disposition,
    disposition_of_failure,
    disposition_of_verdict,
)
from domain.campaigns.rules import MachineAction, UnsureAction
from domain.floor.agents.seats import Seats
from domain.floor.calls.announcements import Announcements
from domain.floor.calls.endings import UNANSWERED, Endings, disposition_at_end, instant
from domain.floor.calls.machines import Machines
from domain.floor.calls.matching import line_for, seat_for
from domain.floor.calls.placing import Placing
from domain.floor.calls.pops import pop_of_line
from domain.floor.calls.ringback import Ringback
from domain.floor.context import FloorContext
from domain.floor.state import Line, Run, Seat
from domain.pacing.interface import Seen
from domain.telephony.events import (
    EndedBy,
    Failure,
    LegAnalysed,
    LegAnswered,
    LegEnded,
    LegFailed,
    LegRinging,
    Verdict,
)
from domain.telephony.port import (
    File,
    HangUp,
    Hold,
    Join,
    Role,
    Tone,
)


def _entry(run: Run) -> Tone | File:
    """What the agent alone hears when a customer comes."""
    announcement = run.settings.agent_announcement
    return File(name=announcement) if announcement else Tone(name="zip")


class Lines:
    """What happens to calls, and what that means for targets, agents and pacers."""

    def __init__(
        self,
        context: FloorContext,
        seats: Seats,
        endings: Endings,
        machines: Machines,
        announcements: Announcements,
    ) -> None:
        self._context = context
        self._state = context.state
        self._seats = seats
        self.placing = Placing(context, seats, endings)
        self.was_connected: Callable[[Run, Line, Seat], None] = lambda run, line, seat: None
        self.carrier_failed: Callable[[Run, Line, Failure], None] = lambda run, line, failure: None
        self._endings = endings
        self._machines = machines
        self._announcements = announcements
        announcements.find_agent = self._find_agent
        self._ringback = Ringback(context)
        seats.became_free = self.serve
        seats.give_up = self.hang_up

    # Out

    def hang_up(self, line: Line) -> None:
        """Give a call up, whatever it is doing. Its end arrives as an event."""
        if line.state is AttemptState.COMMITTED:
            self._endings.end(line, Disposition.NOT_PLACED, self._context.clock.now())
            return
        self._context.send(line.node, HangUp(leg=line.id))

    def give_up_ringing(self, run: Run, count: int, *, younger_than: float) -> None:
        """Hang up the oldest ringing calls, none younger than so many seconds."""
        latest = self._context.clock.monotonic() - younger_than
        ringing = sorted(
            (
                line
                for line in run.lines.values()
                if line.state in UNANSWERED and line.seat is None and line.placed <= latest
            ),
            key=lambda line: line.placed,
        )
        for line in ringing[:count]:
            self.hang_up(line)

    # What the switch tells

    def ringing(self, line: Line, event: LegRinging) -> None:
        """The far end rings."""
        if line.state in (AttemptState.COMMITTED, AttemptState.PLACED):
            line.state, line.ringing_at = AttemptState.RINGING, instant(event.at)
            self._context.journal.attempt(line)
            self._endings.note(line, event.at, "ringing")
            self._ringback.begin(self._state.runs[line.campaign_id], line)
            line.was_heard()

    def early_media(self, line: Line) -> None:
        """The called network plays something before the answer."""
        if line.state in UNANSWERED:
            self._ringback.overhear(self._state.runs[line.campaign_id], line)
            line.was_heard()

    def answered(self, line: Line, event: LegAnswered) -> None:
        """Somebody or something picked up."""
        if line.state not in UNANSWERED:
            return
        if line.trunk is not None and not line.heard:
            line.trunk.answered_in_silence()
        now = self._context.clock.monotonic()
        line.state, line.answered, line.answered_at = (
            AttemptState.ANSWERED,
            now,
            instant(event.at),
        )
        self._seats.saw(line, Seen.ANSWERED, now - line.placed)
        self._endings.note(line, event.at, "answered")
        self._context.journal.attempt(line)
        if line.records_analysis:
            self._context.journal.analysis_recorded(line)
        run = self._state.runs[line.campaign_id]
        self._ringback.end(run, line)
        if line.by_hand or run.settings.heard_by_analysis is None:
            self.present(run, line)

    def analysed(self, line: Line, event: LegAnalysed) -> None:
        """We know who picked up."""
        if line.state is not AttemptState.ANSWERED or line.presented is not None:
            return
        run = self._state.runs[line.campaign_id]
        self._endings.note(line, event.at, "analysed", verdict=event.verdict)
        verdict, action = event.verdict, run.settings.machine_action
        if verdict is Verdict.UNSURE and run.settings.unsure_action is UnsureAction.AS_MACHINE:
            verdict = Verdict.MACHINE
        if event.beep_at is not None and line.disposition is Disposition.MACHINE:
            self._machines.beeped(run, line)
            return
        if line.disposition is not None:
            return
        if verdict is Verdict.MACHINE and action is MachineAction.CONNECT:
            self.present(run, line)
            return
        line.disposition = disposition_of_verdict(verdict)
        if line.disposition is None:
            self.present(run, line)
            return
        self._context.journal.attempt(line)  # the next owner must know whom it has there
        run.tally.machines += 1
        self._seats.observe(run.campaign_id, Seen.MACHINE)
        if line.disposition is Disposition.MACHINE and run.settings.speaks_to_machines:
            self._machines.answered(run, line)
        else:
            self.hang_up(line)

    def failed(self, line: Line, event: LegFailed) -> None:
        """Nobody picked up."""
        if line.state in UNANSWERED:
            run = self._state.runs[line.campaign_id]
            self._ringback.end(run, line)
            self.carrier_failed(run, line, event.failure)
            self._endings.end(line, disposition_of_failure(event.failure), instant(event.at))

    def ended(self, line: Line, event: LegEnded) -> None:
        """The call is over."""
        line.ended_by = event.by
        self._endings.end(line, disposition_at_end(line), instant(event.at))

    def lost(self, line: Line, at: float) -> None:
        """The switch does not know the leg any more, and nothing told us of its end."""
        line.ended_by = EndedBy.SWITCH
        if line.state in (AttemptState.COMMITTED, AttemptState.PLACED):
            self._endings.end(line, Disposition.NOT_PLACED, instant(at))
        elif line.state is AttemptState.RINGING:
            self._ringback.end(self._state.runs[line.campaign_id], line)
            self._endings.end(line, Disposition.FAILED, instant(at))
        else:
            self._endings.end(line, disposition_at_end(line), instant(at))

    # Between customers and agents

    def serve(self, seat: Seat) -> None:
        """An agent is free: take the customer who waits, if one does."""
        if not seat.free:
            return
        if seat.when_up is not None:
            wanted, seat.when_up = seat.when_up, None
            wanted()
        elif line := line_for(seat, self._state.waiting, self._state.runs):
            self._connect(self._state.runs[line.campaign_id], line, seat)

    def wait(self, run: Run, line: Line) -> None:
        """Let a live customer wait for an agent, no longer than the campaign's patience."""
        line.state = AttemptState.WAITING
        self._state.waiting.append(line)
        self._context.journal.attempt(line)
        self.watch_patience(run, line)

    def watch_patience(self, run: Run, line: Line) -> None:
        """Give a waiting customer up when the patience is over."""
        since = line.presented
        assert since is not None

        def over() -> None:
            if line.state is AttemptState.WAITING and line.presented == since:
                self._state.waiting.remove(line)
                self._endings.abandoned(run, line)
                self._announcements.console(run, line)

        self._context.timers.at(since + run.settings.patience_s, over)

    def resume(self, run: Run, line: Line) -> None:
        """Go on with a customer of the floor's last owner who is not with an agent."""
        if line.state is AttemptState.WAITING:
            if line.connected is None and line.answered_at is not None:
                # Its row does not say that it was live before it met somebody or was given up.
                run.ledger.add(line.answered_at.timestamp(), live=1)
            self._state.waiting.append(line)
            self.watch_patience(run, line)
        elif line.state is AttemptState.LISTENING:
            self._announcements.resume(run, line)
        elif line.state is AttemptState.ANSWERED and line.disposition is not None:
            if line.disposition is Disposition.MACHINE and run.settings.speaks_to_machines:
                self._machines.resume(run, line)
            else:
                self.hang_up(line)

    def present(self, run: Run, line: Line) -> None:
        """A person is on the line: connect an agent, or let the person wait."""
        now = self._context.clock.monotonic()
        line.presented = now
        run.tally.answered += 1
        seat = self._kept_for(line)
        if line.by_hand and seat is not None:
            self._connect(run, line, seat)
            return
        run.ledger.add(self._context.unix(), live=1)
        self._seats.observe(run.campaign_id, Seen.PRESENTED)
        if line.by_hand:  # the agent is gone, and nobody else knows what the call is about
            self._endings.abandoned(run, line)
            self.hang_up(line)
            return
        if run.settings.on_ports:
            if self._announcements.has_port(run):
                self._announcements.take_port(run, line)
            else:
                self.wait(run, line)
            return
        if seat is not None:
            self._connect(run, line, seat)
            return
        line.seat = None
        self._find_agent(run, line)

    def _kept_for(self, line: Line) -> Seat | None:
        """The agent who is kept for a customer and hears them now.

        One who takes another phone just then is kept no longer, or nobody would let them go.
        """
        seat = line.seat
        if seat is None or seat.line is not line:
            return None
        if seat.leg_up and seat.node == line.node:
            return seat
        line.seat = None
        self._endings.told_gone(line, seat)
        self._seats.release(seat)
        return None

    def _find_agent(self, run: Run, line: Line) -> None:
        if free := seat_for(line, self._state.crew(run.campaign_id), self._state.runs):
            self._connect(run, line, free)
            return
        self.wait(run, line)
        if line.connected is not None:  # came from a port, and would wonder at silence
            self._context.send(line.node, Hold(leg=line.id))

    def _connect(self, run: Run, line: Line, seat: Seat) -> None:
        at, now = self._context.clock.now(), self._context.clock.monotonic()
        if line in self._state.waiting:
            self._state.waiting.remove(line)
        self._context.send(
            line.node,
            Join(leg=line.id, room=seat.agent_id, role=Role.CUSTOMER, entry=_entry(run)),
        )
        if line.connected is None:
            run.tally.connected += 1
            self._seats.saw(line, Seen.CONNECTED)
        line.state, line.seat, line.connected, line.connected_at = (
            AttemptState.CONNECTED,
            seat,
            now,
            at,
        )
        self._context.desk(
            seat.agent_id, pop_of_line(line, run.settings, stage="connected", at=at.timestamp())
        )
        self._seats.talk(seat, line)
        self._context.journal.attempt(line)
        self._context.journal.call(line)
        self._endings.note(line, at.timestamp(), "connected", agent=seat.agent_id)
        self.was_connected(run, line, seat)

    def find(self, line_id: UUID) -> Line | None:
        """The line with this id, if it is under way."""
        return self._state.lines.get(line_id)
