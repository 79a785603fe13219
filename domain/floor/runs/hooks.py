"""The pre-dial hook: asked ahead of the calls, in the background, so that nothing waits for it.

Targets at the head of a hopper are asked about, some at a time. One that has no answer yet stays
where it is, and others are dialed before it. A hook that fails again and again is left alone for
a while: then calls leave without it, or the campaign waits, as its fallback says.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from datetime import timedelta
from itertools import islice
from typing import Any

from domain.core.ids import new_id
from domain.core.web import Web, WebFailed
from domain.eligibility.parts import Block, BlockCode
from domain.floor.calls.screening import Screening
from domain.floor.context import FloorContext
from domain.floor.state import Run, RunHook
from domain.floor.wishes import Said, Wishes
from domain.hooks.rules import (
    MOST_ANSWER_BYTES,
    HookAnswer,
    HookFailed,
    HookFallback,
    Question,
    answer_of,
    body_of,
    headers_of,
)
from domain.targets.hopper import HopperTarget

AT_ONCE = 20  # questions of one campaign
FRESH_S = 60.0  # what was said is asked again after it, unless an agent looks at the contact
KEPT_S = 2 * 3600.0  # longer than a preview
AHEAD = 10  # targets asked about, at least; and
AHEAD_OF_EACH = 3  # for every agent of the campaign


class Hooks:
    """Asks, keeps what was said, and says which targets may go."""

    def __init__(
        self,
        context: FloorContext,
        screening: Screening,
        web: Web | None,
        spawn: Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]],
    ) -> None:
        self._context = context
        self._state = context.state
        self._screening = screening
        self._web = web
        self._spawn = spawn

    def allows(self, run: Run, target: HopperTarget) -> bool:
        """Whether the hook has let the call out, or need not be waited for."""
        hook, now = run.hook, self._context.clock.monotonic()
        if hook is None or self._is_fresh(hook, target, now):
            return True
        if _dials(hook) and hook.breaker.rests(now):
            hook.said[target.id] = Said(
                now, target.number, None, f"not asked: {hook.breaker.reason}"
            )
            return True
        return False

    def wishes(self, run: Run, target: HopperTarget) -> Wishes:
        """What rules and the hook ask of a call that is being made."""
        said = None if run.hook is None else run.hook.said.pop(target.id, None)
        return Wishes(self._screening.verdict(run, target), said)

    def look(self, due: Iterable[Run]) -> None:
        """Ask for runs that decide now, and say which of all runs have to wait for answers.

        Agents whom a run shares with others must not wait with it.
        """
        for run in due:
            if run.hook is not None:
                self._ask_ahead(run, run.hook)
        for run in self._state.runs.values():
            run.held_up = run.hook is not None and not any(
                self.allows(run, target) for target in islice(run.hopper, self._ahead(run))
            )

    def _ahead(self, run: Run) -> int:
        crew = sum(1 for _ in self._state.crew(run.campaign_id))
        return max(AHEAD, AHEAD_OF_EACH * crew)

    def _ask_ahead(self, run: Run, hook: RunHook) -> None:
        now = self._context.clock.monotonic()
        self._note(run, hook, now)
        if hook.breaker.rests(now) or self._context.journal.stalled:
            return
        room = (1 if hook.breaker.is_trying else AT_ONCE) - len(hook.asking)
        for target in islice(run.hopper, self._ahead(run)):
            if room <= 0:
                return
            if target.id not in hook.asking and not self._is_fresh(hook, target, now):
                hook.asking.add(target.id)
                room -= 1
                self._spawn(self._ask(run, hook, target))

    def _is_fresh(self, hook: RunHook, target: HopperTarget, now: float) -> bool:
        said = hook.said.get(target.id)
        return said is not None and said.number == target.number and now - said.at <= FRESH_S

    async def ask_now(self, run: Run, target: HopperTarget) -> Block | None:
        """What the hook has against a call that somebody waits for; None: nothing, or no hook.

        Without an answer its fallback decides, as it does for all calls.
        """
        if (hook := run.hook) is None or self.allows(run, target):
            return None
        answer = None
        if not hook.breaker.rests(self._context.clock.monotonic()):
            if (said := await self._said(run, hook, target)) is not None:
                answer = said.answer
                if answer.dial if answer is not None else _dials(hook):
                    _keep(hook, target, said)
                    return None
        return self._block(hook, answer or HookAnswer(dial=False))

    async def _ask(self, run: Run, hook: RunHook, target: HopperTarget) -> None:
        try:
            said = await self._said(run, hook, target)
        finally:
            hook.asking.discard(target.id)
        if said is not None:
            self._take(run, hook, target, said)

    async def _said(self, run: Run, hook: RunHook, target: HopperTarget) -> Said | None:
        """What it answers; None: it was set anew meanwhile, then the new one is asked."""
        loop = asyncio.get_running_loop()
        began, reason = loop.time(), ""
        answer: HookAnswer | None = None
        try:
            answer = await self._answer(run, hook, target)
        except (WebFailed, HookFailed) as error:
            reason = str(error)
        if run.hook is not hook:
            return None
        took_ms = round((loop.time() - began) * 1000)
        now = self._context.clock.monotonic()
        if answer is None:
            hook.breaker.failed(reason, now)
        else:
            hook.breaker.succeeded()
        self._note(run, hook, now)
        return Said(now, target.number, answer, reason, took_ms)

    async def _answer(self, run: Run, hook: RunHook, target: HopperTarget) -> HookAnswer:
        if self._web is None:
            raise WebFailed("this process has no way out")
        at = self._context.clock.now()
        question = Question(
            id=new_id(),
            campaign_id=run.campaign_id,
            target_id=target.id,
            number=target.number,
            attempt=target.attempts + 1,
            variables=target.variables,
        )
        body = body_of(
            question,
            variables=hook.settings.variables,
            sensitive=run.settings.sensitive_variables,
            at=at,
        )
        reply = await self._web.post(
            hook.settings.url,
            body=body,
            headers=headers_of(question, body, secrets=hook.settings.secrets, at=at),
            within_s=hook.settings.time_limit_s,
            most_bytes=MOST_ANSWER_BYTES,
        )
        now = self._context.clock.now()
        return answer_of(reply.status, reply.body, retry_s=hook.settings.retry_s, now=now)

    def _take(self, run: Run, hook: RunHook, target: HopperTarget, said: Said) -> None:
        """Keep an answer until its call leaves; a target that is not to be called is put off."""
        run.due = True
        if said.answer is None and hook.settings.fallback is HookFallback.SKIP:
            if not hook.breaker.rests(said.at):  # else the campaign waits, and nobody is put off
                self._put_off(run, target, HookAnswer(dial=False))
        elif said.answer is not None and not said.answer.dial:
            self._put_off(run, target, said.answer)
        else:
            _keep(hook, target, said)

    def _put_off(self, run: Run, target: HopperTarget, answer: HookAnswer) -> None:
        assert run.hook is not None
        # By its id: what is known of it may have been read again meanwhile.
        waiting = next((each for each in run.hopper if each.id == target.id), None)
        if waiting is None:
            return  # taken out with the rest; whoever reads it next asks again
        run.hopper.remove(waiting)
        self._screening.hold(run, waiting, self._block(run.hook, answer))

    def _block(self, hook: RunHook, answer: HookAnswer) -> Block:
        later = self._context.clock.now() + timedelta(seconds=hook.settings.retry_s)
        return Block(BlockCode.HOOK, "The hook said not yet.", answer.retry_at or later)

    def _note(self, run: Run, hook: RunHook, now: float) -> None:
        breaker = hook.breaker
        if not breaker.failures:
            run.notes.pop("hook", None)
            return
        note = f"the pre-dial hook failed {breaker.failures} times in a row ({breaker.reason})"
        if breaker.rests(now) and breaker.rests_until is not None:
            until = self._context.instant(breaker.rests_until)
            does = "calls leave without it" if _dials(hook) else "calls wait"
            note += f"; {does} until {until:%H:%M:%S} UTC, then it is tried again"
        run.notes["hook"] = note


def _dials(hook: RunHook) -> bool:
    return hook.settings.fallback is HookFallback.DIAL


def _keep(hook: RunHook, target: HopperTarget, said: Said) -> None:
    """Keep an answer until its call leaves, and forget those whose calls never did."""
    for old in [id for id, each in hook.said.items() if said.at - each.at > KEPT_S]:
        del hook.said[old]
    hook.said[target.id] = said
