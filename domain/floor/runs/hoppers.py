"""Filling hoppers: the next targets that may be dialed, read in the background."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise import connections

from domain.campaigns.rules import DialMode
from domain.core.outages import DATABASE_AWAY
from domain.eligibility.facts import read_facts
from domain.eligibility.holding import AT_ONCE, let_go
from domain.eligibility.several import NumberFacts, wanted_numbers
from domain.floor.calls.screening import Screening
from domain.floor.context import FloorContext
from domain.floor.runs.dialing import HOPPER_SIZE
from domain.floor.state import Run
from domain.targets.hopper import HopperTarget, next_targets, waits_for_retry

ROUNDS = 20  # of one refill, when what is read is held back by rules
ROUND_SIZE = 1000  # targets read by a round after the first
BREATH = 100  # targets judged before others get their turn


class Hoppers:
    """Reads targets, judges them, and keeps those that may be dialed."""

    def __init__(
        self,
        context: FloorContext,
        screening: Screening,
        spawn: Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]],
    ) -> None:
        self._context = context
        self._state = context.state
        self._screening = screening
        self._spawn = spawn

    def refill(self, run: Run) -> None:
        """Fetch targets for a hopper in the background."""
        run.refilling = True
        self._spawn(self._refill(run))

    def empty(self, run: Run) -> None:
        """Look at everything again: other targets may be better, or forbidden now."""
        run.hopper.clear()
        run.generation += 1
        run.exhausted, run.due = False, True

    def more(self, campaign_id: UUID, count: int) -> None:
        """So many new targets are behind what the hopper holds."""
        if run := self._state.runs.get(campaign_id):
            run.targets_left += count
            run.exhausted, run.due = False, True

    def let_go(self, run: Run, held_before: datetime | None = None) -> None:
        """Judge anew what was held until now, or before an instant, by rules that are no more."""
        self._spawn(self._let_go(run, held_before or self._context.clock.now()))

    async def _let_go(self, run: Run, held_before: datetime) -> None:
        await self._written()  # what is being held just now, too
        try:
            while (
                await let_go(connections.get("default"), run.campaign_id, held_before=held_before)
                == AT_ONCE
            ):
                self.empty(run)
        except DATABASE_AWAY:
            self._context.timers.at(
                self._context.clock.monotonic() + 1.0, lambda: self.let_go(run, held_before)
            )
            return
        self.empty(run)

    async def _refill(self, run: Run) -> None:
        generation, complete = run.generation, None
        try:
            complete = await self._fill(run, generation)
        except DATABASE_AWAY:
            pass  # asked again later
        finally:  # whatever happened: a hopper that is never asked for again dials no more
            run.refilling = False
            run.refilled = self._context.clock.monotonic()
        if complete is not None and run.generation == generation:
            run.exhausted = complete
            run.due = run.due or bool(run.hopper)

    async def _fill(self, run: Run, generation: int) -> bool | None:
        """Whether nothing is left to read; None: the hopper was emptied meanwhile."""
        await self._refresh(run, generation)
        limit = HOPPER_SIZE - len(run.hopper)
        for _ in range(ROUNDS):
            found = await next_targets(
                connections.get("default"),
                run.campaign_id,
                now=self._context.clock.now(),
                limit=max(1, limit),
                not_ids=self._held(run),
            )
            known = await self.with_facts(run, found)
            if run.generation != generation:
                return None
            if not await self._judge(run, known, generation):
                return None
            if len(found) < limit:
                if run.settings.mode is DialMode.AGENT_FIRST:
                    await self._look_for_retries(run)
                return True
            if len(run.hopper) >= HOPPER_SIZE // 2:
                return False
            limit = ROUND_SIZE
        return False

    async def _look_for_retries(self, run: Run) -> None:
        run.retry_noted = False
        await self._written()
        found = await waits_for_retry(connections.get("default"), run.campaign_id)
        run.later = found or run.retry_noted

    async def _written(self) -> None:
        """Wait until what was decided so far is in the rows."""
        written = asyncio.Event()
        self._context.journal.after(written.set)
        await written.wait()

    async def _judge(self, run: Run, found: list[HopperTarget], generation: int) -> bool:
        """Keep those that may be dialed, as many as there is room for, in their order."""
        held = self._held(run)  # since the rows were read, an agent may have dialed one by hand
        for count, target in enumerate(found, start=1):
            if len(run.hopper) >= HOPPER_SIZE:
                return True
            if target.id in held:
                continue
            if (admitted := self._screening.admitted(run, target)) is not None:
                run.hopper.append(self._screening.prioritized(run, admitted))
                run.due = True
            if count % BREATH == 0:
                await asyncio.sleep(0)
                if run.generation != generation:
                    return False
                held = self._held(run)
        return True

    async def _refresh(self, run: Run, generation: int) -> None:
        """Read again what is known of numbers that wait in the hopper for long."""
        if not run.stale(self._context.clock.monotonic()):
            return
        known = {each.id: each for each in await self.with_facts(run, list(run.hopper))}
        if run.generation == generation:
            kept = [known.get(target.id, target) for target in run.hopper]
            run.hopper.clear()
            run.hopper.extend(kept)

    async def with_facts(self, run: Run, targets: list[HopperTarget]) -> list[HopperTarget]:
        """The targets with what is known of their numbers now."""
        if not targets:
            return []
        now = self._context.clock.monotonic()
        facts = await read_facts(
            connections.get("default"),
            [
                number
                for target in targets
                for number in wanted_numbers(target.number, target.numbers)
            ],
            account_id=self._state.account_id,
            campaign_id=run.campaign_id,
            now=self._context.clock.now(),
        )
        return [
            replace(
                target,
                past=facts.past.get(target.number, ()),
                on_list=facts.on_list.get(target.number),
                facts={
                    number: NumberFacts(facts.past.get(number, ()), facts.on_list.get(number))
                    for number in wanted_numbers(target.number, target.numbers)
                }
                if target.numbers is not None
                else {},
                read_at=now,
            )
            for target in targets
        ]

    def _held(self, run: Run) -> set[Any]:
        held = {target.id for target in run.hopper} | run.aside
        held |= {line.target.id for line in run.lines.values()}
        held |= {s.offer.target.id for s in self._state.seats.values() if s.offer is not None}
        return held
