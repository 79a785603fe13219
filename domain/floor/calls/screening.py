"""What may not be dialed is kept off the line: asked for every target, twice.

Once when it comes into the hopper, and once at the instant of dialing, for a window may have shut
since, and another campaign may have called the number.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from domain.campaigns.rules import DialMode
from domain.conditions.holds import Known
from domain.conditions.parts import Moment
from domain.conditions.rules import NOTHING, Verdict, judge
from domain.eligibility.holding import HOLDING, LOOK_AGAIN_HOURS, is_for_good
from domain.eligibility.hours import Place
from domain.eligibility.openings import Openings
from domain.eligibility.parts import Block, BlockCode, Candidate, OnList, Past
from domain.eligibility.places import place_of
from domain.eligibility.rules import blocking, campaign_blocking, verdict_of
from domain.eligibility.several import NumberFacts, candidates_of, number_to_dial
from domain.floor.context import FloorContext
from domain.floor.journal.group import TargetChange
from domain.floor.state import Line, Run
from domain.targets.contact_numbers import ContactNumbers
from domain.targets.hopper import HopperTarget
from domain.targets.rules import ClosedReason, Outcome, TargetState

REMEMBERED_S = 300.0  # calls of this floor that a read may have missed
_WAITING = (TargetState.NEW, TargetState.RETRY)
_NOWHERE = Place((), "")
_UNKNOWN = NumberFacts()


def known_of(target: HopperTarget) -> Known:
    """What rules and filters look at."""
    return Known(
        number=target.number,
        variables=target.variables,
        attempts=target.attempts,
        last_disposition=target.last_disposition,
        wrap_up_code=target.last_wrap_up_code,
        since=target.since,
    )


def _note_broken(run: Run, verdict: Verdict) -> None:
    for broken in verdict.broken:
        run.notes["rules"] = f"rule {broken.rule!r} does not match: {broken.what} {broken.why}"


class Lately:
    """Calls that this floor made in the last minutes, by number."""

    def __init__(self) -> None:
        self._by_number: dict[str, list[tuple[float, Past]]] = {}
        self._order: deque[tuple[float, str]] = deque()

    def add(self, number: str, past: Past, *, now: float, keep_s: float) -> None:
        """Remember one, and forget those older than `keep_s`."""
        while self._order and self._order[0][0] < now - keep_s:
            _, old = self._order.popleft()
            kept = [each for each in self._by_number.pop(old, ()) if each[0] >= now - keep_s]
            if kept:
                self._by_number[old] = kept
        self._by_number.setdefault(number, []).append((now, past))
        self._order.append((now, number))

    def forget(self, number: str, id: UUID) -> None:
        """That call was not made after all."""
        if number in self._by_number:
            kept = [each for each in self._by_number[number] if each[1].id != id]
            self._by_number[number] = kept

    def merged(self, number: str, past: tuple[Past, ...]) -> tuple[Past, ...]:
        """What is remembered of a number, and what was read of it; each call once."""
        if not (known := self._by_number.get(number)):
            return past
        return tuple({each.id: each for each in (*past, *(each for _, each in known))}.values())


class Screening:
    """Judges targets by the rules, and puts aside those that are forbidden."""

    def __init__(self, context: FloorContext) -> None:
        self._context = context
        self._state = context.state
        self._lately = Lately()
        self._on_list: dict[str, OnList] = {}  # what this floor put on a do-not-call list

    def admitted(self, run: Run, target: HopperTarget) -> HopperTarget | None:
        """The target with the number to dial now; None: it is held until one may be dialed."""
        number, block = self._judged(run, target)
        if block is None:
            return target if number == target.number else replace(target, number=number)
        # Else the campaign dials no more, and its targets stay as they are.
        if block.code in HOLDING or block.code is BlockCode.RETRY_NOT_DUE:
            self.hold(run, target, block)
        return None

    def number_now(self, run: Run, target: HopperTarget) -> str | None:
        """The number of a target to dial at this instant; None: a rule forbids it."""
        number, block = self._judged(run, target)
        return number if block is None else None

    def _judged(self, run: Run, target: HopperTarget) -> tuple[str, Block | None]:
        """The number to dial, and the rule that forbids it now, by what the floor knows."""
        openings = run.openings
        if openings is None:
            return target.number, None
        now = self._context.clock.now()
        if target.numbers is not None:
            return self._judged_of_several(target, target.numbers, openings, now)
        return target.number, blocking(self._candidate(openings, target), openings, now)

    def against(self, run: Run, target: HopperTarget) -> Block | None:
        """The rule that forbids an agent to dial this very number now; nothing is held by it.

        The agent is reserved for the call. That its retry is not due yet is the campaign's own
        pace, and no rule.
        """
        if run.openings is None:
            return None
        now, terms = self._context.clock.now(), run.openings.terms
        openings = replace(run.openings, terms=replace(terms, guaranteed=True))
        candidate = self._candidate(openings, target)
        if target.numbers is not None:
            several = self._candidates(target, target.numbers, openings)
            candidate = replace(several.get(target.number, candidate), due_at=None)
        return blocking(candidate, openings, now)

    def _judged_of_several(
        self, target: HopperTarget, numbers: ContactNumbers, openings: Openings, now: datetime
    ) -> tuple[str, Block | None]:
        if (block := campaign_blocking(openings.terms, now)) is not None:
            return target.number, block
        return number_to_dial(self._candidates(target, numbers, openings), openings, now)

    def _candidates(
        self, target: HopperTarget, numbers: ContactNumbers, openings: Openings
    ) -> Mapping[str, Candidate]:
        def facts_of(number: str) -> NumberFacts:
            read = target.facts.get(number, _UNKNOWN)
            past = self._lately.merged(number, read.past)
            return NumberFacts(past, self._on_list.get(number, read.on_list))

        return candidates_of(
            self._candidate(openings, target),
            target.number,
            numbers,
            facts_of,
            timezone=target.timezone,
        )

    def verdict(self, run: Run, target: HopperTarget) -> Verdict:
        """What the campaign's rules say of a call to the target now."""
        if run.openings is None or not run.openings.terms.rules:
            return NOTHING
        candidate = self._candidate(run.openings, target)
        verdict = verdict_of(candidate, run.openings.terms, self._context.clock.now())
        _note_broken(run, verdict)
        return verdict

    def prioritized(self, run: Run, target: HopperTarget) -> HopperTarget:
        """The target with the priority that a rule gives it, which is written, too."""
        priority = self.verdict(run, target).priority
        if priority is None or priority == target.priority:
            return target
        self._context.journal.prioritize(target.id, priority)
        return replace(target, priority=priority)

    def verdict_after(self, run: Run, line: Line) -> Verdict:
        """What the rules for the wrap-up say of the target of a call that is over."""
        if run.openings is None or not run.openings.terms.rules:
            return NOTHING
        target = line.target
        known = replace(
            known_of(target),
            attempts=target.attempts + 1,
            last_disposition=line.disposition,
            wrap_up_code=line.wrap_up_code,
        )
        place = place_of(target.number, target.timezone)
        now = self._context.clock.now()
        verdict = judge(run.openings.terms.rules, Moment.WRAP_UP, known, place, now)
        _note_broken(run, verdict)
        return verdict

    def _candidate(self, openings: Openings, target: HopperTarget) -> Candidate:
        terms = openings.terms
        return Candidate(
            state=target.state,
            place=place_of(target.number, target.timezone) if terms.looks_at_places else _NOWHERE,
            past=self._lately.merged(target.number, target.past),
            on_list=self._on_list.get(target.number, target.on_list),
            known=known_of(target) if terms.rules or terms.filter else None,
        )

    def hold(self, run: Run, target: HopperTarget, block: Block) -> None:
        """Let a target wait until its rule ends, or close it for good."""
        now = self._context.clock.now()
        if is_for_good(block):
            outcome = Outcome(TargetState.CLOSED, reason=ClosedReason.SUPPRESSED)
            run.targets_left -= 1
            if block.suppresses:
                rule = dict(block.inputs)["rule"]
                self._context.journal.suppress(target.number, now, rule=rule)
        else:
            again = block.ends_at or now + timedelta(hours=LOOK_AGAIN_HOURS)
            outcome = Outcome(TargetState.RETRY, next_at=again)
        run.aside.add(target.id)
        self._context.journal.target(
            TargetChange(
                target.id,
                outcome,
                None,
                None,
                from_states=_WAITING,
                held_by=None if is_for_good(block) or block.code not in HOLDING else block.code,
                held_at=now,
                due_at=target.due_at,
            )
        )
        self._context.journal.after(lambda: run.aside.discard(target.id))

    def dialed(self, number: str, past: Past) -> None:
        """A call was decided, or a customer was given up: remember it."""
        self._lately.add(
            number, past, now=self._context.clock.monotonic(), keep_s=self._remembered_s()
        )

    def not_dialed(self, number: str, id: UUID) -> None:
        """A call that was decided was never placed."""
        self._lately.forget(number, id)

    def suppressed(self, number: str) -> None:
        """A customer asked not to be called: what was read of the number before is outdated.

        What is read once that is written is not: somebody may take the entry away again.
        """
        self._on_list[number] = entry = OnList("Said so in a call.", None)

        def outdated() -> None:
            if self._on_list.get(number) is entry:
                del self._on_list[number]

        def written() -> None:
            after = self._context.clock.monotonic() + self._remembered_s()
            self._context.timers.at(after, outdated)

        self._context.journal.after(written)

    def _remembered_s(self) -> float:
        """Longer than anything waits between the hopper and the line."""
        previews = (
            run.settings.preview_s
            for run in self._state.runs.values()
            if run.settings.mode is DialMode.PREVIEW
        )
        return REMEMBERED_S + max(previews, default=0.0)
