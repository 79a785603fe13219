"""Simulated agents: they sign in with code and PIN, follow their desk, and do what people do."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from logging import getLogger

from domain.core.backoff import Backoff
from workers.demo import queries
from workers.demo.habits import Habits
from workers.demo.wire import Data, Denied, Lost, SignedOut, Wire, wire

logger = getLogger(__name__)

STARTING_S = 30.0  # for so long a server that is not there yet is no news

Plan = Callable[[], Awaitable[None]]


@dataclass(slots=True)
class Seen:
    """What one agent saw, to check the desk's promise: no pop missed, none twice."""

    pops: list[str] = field(default_factory=list)  # call ids, as they came
    gaps: int = 0
    wrap_ups: int = 0


class SimulatedAgent:
    """One agent at one desk. `work` runs until it is cancelled and survives every lost server."""

    def __init__(self, url: str, *, account: str, code: str, pin: str, seed: int = 1) -> None:
        self.code = code
        self.seen = Seen()
        self._url = url
        self._sign_in = {"account": account, "code": code, "pin": pin}
        self._habits = Habits(seed, code)
        self._cursor: str | None = None
        self._token: str | None = None
        self._planned: asyncio.Task[None] | None = None
        self._arrived = False
        self._seated = False

    async def work(self) -> None:
        """Sit at the desk. Only cancellation ends it; then the agent leaves without a word."""
        backoff = Backoff(first_s=0.5, cap_s=10.0)
        came, told = time.monotonic(), False
        try:
            while True:
                began, self._seated = time.monotonic(), False
                try:
                    await self._sit()
                except (Lost, Denied, TimeoutError) as error:
                    told = told and not self._seated
                    if not told and (self._seated or time.monotonic() - came > STARTING_S):
                        logger.info("agent %s is away: %s", self.code, str(error) or "no answer")
                        told = True
                except SignedOut:
                    self._token = None
                self._plan(None)
                if time.monotonic() - began > 30.0:
                    backoff.succeeded()
                await asyncio.sleep(backoff.failed())
        finally:
            self._plan(None)

    async def _sit(self) -> None:
        if self._token is None:
            self._token = await self._signed_in()
        async with wire(self._url, self._token) as line:
            async for data in line.follow(queries.DESK, after=self._cursor):
                self._seated = True
                update = data["deskEvents"]
                self._cursor = update["cursor"]
                self._react(line, update["event"], fresh=not update["snapshot"])

    async def _signed_in(self) -> str:
        async with wire(self._url) as line:
            answer = (await line.ask(queries.SIGN_IN, **self._sign_in))["deskSignIn"]
        if "token" not in answer:
            raise Denied(answer["message"])
        token: str = answer["token"]
        return token

    def _react(self, line: Wire, event: Data, *, fresh: bool) -> None:
        match event:
            case {"__typename": "AgentStateChanged", "state": state}:
                self._plan(self._after(line, state))
            case {"__typename": "ScreenPop", "stage": "OFFERED", "targetId": target}:
                self._plan(lambda: self._decide(line, target))
            case {"__typename": "ScreenPop", "stage": "CONNECTED", "callId": call} if fresh:
                self.seen.pops.append(call)
            case {"__typename": "ResumeGap"}:
                self.seen.gaps += 1

    def _after(self, line: Wire, state: str) -> Plan | None:
        """What the agent will do in this state, if it lasts."""
        match state:
            case "OFFLINE":
                return lambda: self._later(1.0, line, queries.AGENT_SIGN_IN)
            case "BREAK":
                wait_s = self._habits.break_s() if self._arrived else self._habits.arrival_s()
                self._arrived = True
                return lambda: self._later(wait_s, line, queries.GO_AVAILABLE)
            case "TALKING":
                return lambda: self._talk(line)
            case "WRAP_UP":
                return lambda: self._wrap_up(line)
            case _:
                return None

    async def _talk(self, line: Wire) -> None:
        reason = self._habits.break_wanted()
        if reason is not None:  # during a call it is kept for after the call
            await line.ask(queries.TAKE_BREAK, reason=reason)
        await self._later(self._habits.longest_talk_s(), line, queries.HANG_UP)

    async def _wrap_up(self, line: Wire) -> None:
        done = self._habits.wrap_up()
        await asyncio.sleep(done.seconds)
        self.seen.wrap_ups += 1
        await line.ask(queries.END_WRAP_UP, code=done.code, note=done.note)

    async def _decide(self, line: Wire, target: str) -> None:
        wait_s, decision = self._habits.decision()
        await asyncio.sleep(wait_s)
        await line.ask(queries.DECIDE, target=target, decision=decision)

    async def _later(self, wait_s: float, line: Wire, query: str) -> None:
        await asyncio.sleep(wait_s)
        await line.ask(query)

    def _plan(self, plan: Plan | None) -> None:
        """Do this next, and not what was planned before: the state has changed meanwhile."""
        planned, self._planned = self._planned, None
        if planned is not None:
            planned.cancel()
        if plan is not None:
            self._planned = asyncio.create_task(_carried_out(plan))


async def _carried_out(plan: Plan) -> None:
    # A refusal is no fault: a customer was faster, and the next event says what is true.
    with suppress(Lost, Denied, TimeoutError):
        await plan()


async def at_work(agents: list[SimulatedAgent]) -> None:
    """All of them, until cancelled."""
    async with asyncio.TaskGroup() as together:
        for agent in agents:
            together.create_task(agent.work(), name=f"agent {agent.code}")
