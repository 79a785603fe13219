"""When calls leave: hoppers, decisions, offers."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from domain.agents.commands import PreviewDecision
from domain.agents.errors import OfferGone
from domain.agents.rules import AgentState
from domain.calls.events import CallEnded
from domain.calls.rules import AttemptState
from domain.campaigns.rules import DialMode
from domain.conditions.rules import Verdict
from domain.core.web import Web
from domain.eligibility.places import place_of
from domain.eligibility.rules import campaign_blocking
from domain.floor.agents.seats import Seats
from domain.floor.calls.endings import UNANSWERED
from domain.floor.calls.lines import Lines
from domain.floor.calls.matching import seat_of_level, share_free_agents
from domain.floor.calls.pops import pop_of_offer
from domain.floor.calls.screening import Screening
from domain.floor.context import FloorContext
from domain.floor.journal.group import TargetChange
from domain.floor.loads import room_left, spread
from domain.floor.runs.carriers import Carriers
from domain.floor.runs.hooks import Hooks
from domain.floor.state import Offer, Run, Seat
from domain.pacing.interface import FloorView
from domain.targets.hopper import HopperTarget
from domain.targets.rules import ClosedReason, Outcome, TargetState

DECIDE_AGAIN_S = 0.2  # after something happened, at the earliest
DECIDE_ANYWAY_S = 1.0
LOW_WATER = 60  # targets in the hopper
HOPPER_SIZE = 200
LOOK_AGAIN_S = 1.0  # for due retries, when nothing was left to dial
# A pacer counts on the end that it knows of. One that is further off may be overtaken by somebody
# who stops the campaign, so it is not told.
CLOSES_SOON_S = 3600.0
AT_ONCE = 100  # calls that one decision may place
PASSED_OVER = 60  # targets that are left where they are, while others are looked for behind them
SKIPPED_FOR = timedelta(minutes=5)  # a contact that an agent skipped


class Dialing:
    """Decides for every run when and whom to call."""

    def __init__(
        self,
        context: FloorContext,
        seats: Seats,
        lines: Lines,
        screening: Screening,
        web: Web | None,
        spawn: Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]],
    ) -> None:
        self._context = context
        self._screening = screening
        self.hooks = Hooks(context, screening, web, spawn)
        lines.placing.wishes = self.hooks.wishes
        self._state = context.state
        self._seats = seats
        self._lines = lines
        self.carriers = Carriers(context, seats, lines, screening)
        self.refill: Callable[[Run], None] = lambda run: None  # asks the database, returns at once

    def decide(self) -> None:
        """Let every run that is due decide. Nothing leaves while rows can't be written."""
        if self._context.journal.stalled or self._lines.placing.place_before() is None:
            return
        now = self._context.clock.monotonic()
        if self._state.waiting:  # somebody may wait for an agent who was kept for others
            for seat in self._state.seats.values():
                self._lines.serve(seat)
        self._look_at_stop_dates()
        due = [run for run in self._state.runs.values() if run.dials and _is_due(run, now)]
        if not due:
            return
        self.hooks.look(due)
        shared = share_free_agents(self._state.seats.values(), self._state.runs.values())
        for run in due:
            run.due, run.decided = False, now
            self._top_up(run, now)
            free = shared.of(run)
            if run.settings.mode is DialMode.PREVIEW:
                self._offer(run, free)
            elif run.settings.on_ports:
                self._pace(run, self._view_of_ports(run, now), [], now)
            elif run.settings.reserves:
                self._dial_for_each(run, free, shared.waits_for.get(run.campaign_id))
            else:
                if free and run.openings is not None and run.openings.terms.previews:
                    free = self._offer_flagged(run, free)
                self._pace(run, self.view(run, len(free), now), free, now)

    def answer_offer(self, seat: Seat, target_id: UUID, decision: PreviewDecision) -> None:
        """Do what the agent decided about an offered contact. Raises OfferGone."""
        offer = seat.offer
        if offer is None or offer.target.id != target_id:
            raise OfferGone(target_id)
        run = self._state.runs[offer.campaign_id]
        seat.offer = None
        if decision is PreviewDecision.ACCEPT:
            node = seat.node
            if not seat.leg_up or not run.dials or node not in room_left(self._context):
                run.hopper.appendleft(offer.target)
                self._seats.release(seat)
                raise OfferGone(target_id)
            if (target := self._screening.admitted(run, offer.target)) is None:
                self._seats.release(seat)
                raise OfferGone(target_id)
            if not self._launch(run, [target], node, seat):
                self._seats.release(seat)
                raise OfferGone(target_id)
            return
        self._put_aside(run, offer.target, decision)
        self._context.desk(
            seat.agent_id,
            CallEnded(at=self._context.unix(), call=offer.target.id, disposition=None),
        )
        self._seats.release(seat)

    def view(self, run: Run, free: int, now: float) -> FloorView:
        """The floor as this run's pacer sees it."""
        ringing, analysing, talking = [], [], []
        waiting = 0
        for line in run.lines.values():
            if line.by_hand or line.handed_over:
                continue  # the pacer did not decide it, or no agent comes free when it ends
            if line.state is AttemptState.CONNECTED:
                talking.append(now - (line.connected or now))
            elif line.state is AttemptState.WAITING:
                waiting += 1
            elif line.state is AttemptState.ANSWERED:
                analysing.append(now - (line.answered or now))
            elif line.state in UNANSWERED:
                ringing.append(now - line.placed)
        wrapping = [
            now - seat.since
            for seat in self._state.seats.values()
            if seat.state is AgentState.WRAP_UP
            and seat.line is not None
            and seat.line.campaign_id == run.campaign_id
            and not seat.line.by_hand
        ]
        return FloorView(
            free=free,
            waiting=waiting,
            ringing=ringing,
            analysing=analysing,
            talking=talking,
            wrapping=wrapping,
            agents=free + len(talking) + len(wrapping),
            targets_left=len(run.hopper) if run.exhausted else None,
            closes_in=self._closes_in(run),
        )

    def _closes_in(self, run: Run) -> float | None:
        """Seconds until no call may leave, by the stop date or the hours; None: not soon."""
        if run.openings is None:
            return None
        at, terms = self._context.clock.now(), run.openings.terms
        ends = [terms.stops_at] if terms.stops_at is not None and terms.stops_at > at else []
        if run.hopper and terms.looks_at_places:
            place = place_of(run.hopper[0].number, run.hopper[0].timezone)
            if closes_at := run.openings.closes_at(place, at):
                ends.append(closes_at)
        left = min(((end - at).total_seconds() for end in ends), default=CLOSES_SOON_S)
        return left if left < CLOSES_SOON_S else None

    def _view_of_ports(self, run: Run, now: float) -> FloorView:
        """The same with ports for agents; whoever went on to an agent has left them."""
        listening = [
            now - (line.connected or now)
            for line in run.lines.values()
            if line.state is AttemptState.LISTENING and line.disposition is None
        ]
        free = max(0, run.settings.ports - len(listening))
        seen = self.view(run, free, now)
        at_agents = sum(
            line.state is AttemptState.WAITING and line.connected is not None
            for line in run.lines.values()
        )
        return replace(
            seen,
            waiting=seen.waiting - at_agents,
            talking=listening,
            wrapping=(),
            agents=run.settings.ports,
        )

    def _pace(self, run: Run, seen: FloorView, free: list[Seat], now: float) -> None:
        decision = run.policy.decide(seen, now)
        run.why = decision.why
        if decision.cancel:
            self._lines.give_up_ringing(
                run, decision.cancel, younger_than=run.settings.minimum_ring_s
            )
        count = min(decision.launch, len(run.hopper), AT_ONCE)
        nodes = spread(self._context, run, free, count) if count > 0 else {}
        for node, share in nodes.items():
            taken = self._take(run, share, fits=lambda verdict: not verdict.preview)
            self._launch(run, [target for target, _ in taken], node)

    def _dial_for_each(self, run: Run, free: list[Seat], before: Run | None) -> None:
        run.why = f"one line for each of {len(free)} free agents"
        if before is not None:
            run.why += (
                f"; others wait for campaign {before.settings.name!r}, which has priority "
                f"{before.settings.priority} and targets left"
            )
        left = room_left(self._context)
        able = [seat for seat in free if seat.free and seat.node in left]
        while able and (taken := self._take(run, 1)):
            ((target, verdict),) = taken
            seat = self._seat_of(run, able, verdict)
            able.remove(seat)
            assert seat.node is not None
            if verdict.preview:
                self._offer_to(run, seat, target)
                continue
            if not self._launch(run, [target], seat.node, seat):
                return
            left[seat.node] -= 1
            able = [each for each in able if each.node is not None and left[each.node] > 0]

    def _offer(self, run: Run, free: list[Seat]) -> None:
        run.why = f"one contact offered to each of {len(free)} free agents"
        able = [seat for seat in free if seat.free]
        while able and (taken := self._take(run, 1)):
            ((target, verdict),) = taken
            seat = self._seat_of(run, able, verdict)
            able.remove(seat)
            self._offer_to(run, seat, target)

    def _offer_flagged(self, run: Run, free: list[Seat]) -> list[Seat]:
        """Let one agent look at a contact that a rule wants looked at; who is free still."""
        # One at a time: those who look take no live answers, and the pacer must see them go.
        taken = self._take(run, 1, fits=lambda verdict: verdict.preview)
        able = [seat for seat in free if seat.free]
        for target, verdict in taken:
            if not able:
                run.hopper.appendleft(target)
                return free
            seat = self._seat_of(run, able, verdict)
            self._offer_to(run, seat, target)
            return [each for each in free if each is not seat]
        return free

    def _seat_of(self, run: Run, able: list[Seat], verdict: Verdict) -> Seat:
        """Who has waited longest; of those whom a rule wants, if there are any."""
        if verdict.level is None:
            return able[0]
        return seat_of_level(able, run.campaign_id, verdict.level) or able[0]

    def _offer_to(self, run: Run, seat: Seat, target: HopperTarget) -> None:
        now, at = self._context.clock.monotonic(), self._context.unix()
        offer = Offer(target, run.campaign_id, now + run.settings.preview_s)
        seat.offer = offer
        self._seats.reserve(seat, run.campaign_id, None)
        self._context.desk(
            seat.agent_id,
            pop_of_offer(offer, run.settings, at=at, decide_before=at + run.settings.preview_s),
        )
        self._watch_offer(seat, offer)

    def _take(
        self,
        run: Run,
        count: int,
        *,
        fits: Callable[[Verdict], bool] = lambda verdict: True,
    ) -> list[tuple[HopperTarget, Verdict]]:
        """The next targets that may be dialed at this instant, `count` at most.

        Those that the hook has not let out yet, or that do not fit, stay where they are.
        """
        taken: list[tuple[HopperTarget, Verdict]] = []
        left: list[HopperTarget] = []
        while run.hopper and len(taken) < count and len(left) < PASSED_OVER:
            target = self._screening.admitted(run, run.hopper.popleft())
            if target is None:
                continue
            verdict = self._screening.verdict(run, target)
            ready = fits(verdict) and self.hooks.allows(run, target)
            if ready and self.carriers.has_way(run, target):
                taken.append((target, verdict))
            else:
                left.append(target)
        run.hopper.extendleft(reversed(left))
        return taken

    def _launch(
        self, run: Run, targets: list[HopperTarget], node: str, seat: Seat | None = None
    ) -> bool:
        """Dial them, as far as the trunks have room; the others are next. False: no room at all."""
        leaving = self.carriers.take(run, targets)
        if not leaving:
            return False
        taken, trunks = [target for target, _ in leaving], [trunk for _, trunk in leaving]
        self.carriers.dialed(self._lines.placing.launch(run, taken, node, seat, trunks=trunks))
        return True

    def _look_at_stop_dates(self) -> None:
        """No call leaves after a campaign's stop date, whenever its row is changed."""
        now = self._context.clock.now()
        for run in self._state.runs.values():
            if run.openings is not None and run.openings.terms.stops_at is not None:
                run.forbidden = campaign_blocking(run.openings.terms, now)
                if run.forbidden is not None:
                    run.why = run.forbidden.message

    def _watch_offer(self, seat: Seat, offer: Offer) -> None:
        def over() -> None:
            if seat.offer is offer:
                self.answer_offer(seat, offer.target.id, PreviewDecision.SKIP)

        self._context.timers.at(offer.decide_before, over)

    def _put_aside(self, run: Run, target: HopperTarget, decision: PreviewDecision) -> None:
        if decision is PreviewDecision.REMOVE:
            outcome = Outcome(TargetState.CLOSED, reason=ClosedReason.REMOVED)
            run.targets_left -= 1
        else:
            outcome = Outcome(TargetState.RETRY, next_at=self._context.clock.now() + SKIPPED_FOR)
        run.aside.add(target.id)
        self._context.journal.target(
            TargetChange(
                target.id,
                outcome,
                None,
                None,
                from_states=(TargetState.NEW, TargetState.RETRY),
            )
        )
        self._context.journal.after(lambda: run.aside.discard(target.id))

    def _top_up(self, run: Run, now: float) -> None:
        if run.refilling:
            return
        if run.exhausted and not run.stale(now):
            if now - run.refilled >= LOOK_AGAIN_S:
                self.refill(run)
        elif len(run.hopper) < LOW_WATER or run.stale(now):
            self.refill(run)


def _is_due(run: Run, now: float) -> bool:
    since = now - run.decided
    return (run.due and since >= DECIDE_AGAIN_S) or since >= DECIDE_ANYWAY_S
