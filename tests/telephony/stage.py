"""Where the contract of a switch is played: the switch, its far ends, and what it told.

Every wait is for an event and has a generous limit; no time decides whether a test passes.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID, uuid4

from domain.telephony.events import Event, LegAnswered, Snapshot
from domain.telephony.port import Analysis, Command, PlaceLeg, Role, Switch, ToEndpoint, ToNumber

ACCOUNT = UUID("00000000-0000-4000-8000-00000000aaaa")
OTHER_ACCOUNT = UUID("00000000-0000-4000-8000-00000000bbbb")

E = TypeVar("E")


@dataclass(frozen=True, kw_only=True)
class Script:
    """Far ends that behave as named. None: this switch has no such far end, and says why."""

    answers: str  # rings, answers, says something, presses nothing, stays until we hang up
    busy: str
    rings: str  # rings for ever
    invalid: str
    congestion: str
    machine: str  # a machine with a long greeting
    hangs_up: str  # answers, and hangs up by himself within seconds of being in company
    rejects: str | None
    unreachable: str | None
    fax: str | None
    early_media: str | None
    talks: str | None  # is heard to talk and to pause once he is in company
    agent: str  # an endpoint that answers by itself
    other_agent: str
    agent_busy: str | None
    agent_dead: str | None
    our_number: str  # which belongs to `ACCOUNT`
    sound: str = "beep"  # a short file of the sound store
    long_sound: str = "demo-instruct"  # one that lasts for many seconds
    hears_beep: bool = True  # the analysis also tells when a machine's beep was
    writes_files: bool = True  # recordings lie where this process can read them
    ring_limit_s: float = 10.0  # longer than `answers` takes


class Stage(ABC):
    """One switch under test. `hear` is what it emits to; its time runs `speed` times as fast."""

    def __init__(
        self, switch: Switch, script: Script, *, limit_s: float = 30.0, speed: float = 1.0
    ) -> None:
        self.switch = switch
        self.script = script
        self.limit_s = limit_s
        self.speed = speed
        self.events: list[Event] = []
        self._heard = asyncio.Event()

    def hear(self, event: Event) -> None:
        """Remember an event."""
        self.events.append(event)
        self._heard.set()

    @abstractmethod
    def now(self) -> float:
        """Unix seconds of the switch's clock."""

    async def let_pass(self, until: Callable[[], bool], limit_s: float) -> bool:
        """Let time pass until events make the condition hold; False when `limit_s` passed."""
        try:
            async with asyncio.timeout(limit_s / self.speed):
                while not until():
                    self._heard.clear()
                    await self._heard.wait()
        except TimeoutError:
            return until()
        return True

    @abstractmethod
    async def press(self, leg: UUID, digits: str) -> None:
        """Let the far end of a leg press keys."""

    @abstractmethod
    async def arrive(self) -> None:
        """Let somebody call `our_number`; `LegArrived` follows."""

    @abstractmethod
    async def far_end_hangs_up(self, leg: UUID) -> None:
        """Let the far end of a leg that arrived hang up."""

    async def do(self, *commands: Command) -> None:
        """Do commands in order."""
        for command in commands:
            await self.switch.execute(command)

    def seen(self, kind: type[E], **fields: object) -> list[E]:
        """The events so far of a kind whose fields have these values."""
        return [
            event
            for event in self.events
            if isinstance(event, kind)
            and all(getattr(event, name) == value for name, value in fields.items())
        ]

    async def see(self, kind: type[E], **fields: object) -> E:
        """The first such event, waiting for it."""
        return (await self.see_all(1, kind, **fields))[0]

    async def see_all(self, count: int, kind: type[E], **fields: object) -> list[E]:
        """Such events, waiting until there are that many."""
        enough = await self.let_pass(lambda: len(self.seen(kind, **fields)) >= count, self.limit_s)
        told = [type(event).__name__ for event in self.events]
        assert enough, f"fewer than {count} {kind.__name__} with {fields} among {told}"
        return self.seen(kind, **fields)

    async def quiet(self, seconds: float = 1.5) -> None:
        """Let time pass for events that must not come."""
        await self.let_pass(lambda: False, seconds)

    def told(self, leg: UUID) -> list[str]:
        """Names of the events about a leg, in order."""
        return [type(event).__name__ for event in self.events if getattr(event, "leg", 0) == leg]

    async def snapshot(self, account: UUID = ACCOUNT) -> Snapshot:
        """What the switch says is there."""
        return await self.switch.snapshot(account, uuid4())

    async def leg_ids(self, account: UUID = ACCOUNT) -> set[UUID]:
        """The legs that are there."""
        return {leg.leg for leg in (await self.snapshot(account)).legs}

    async def legs_in(self, room: UUID) -> set[UUID]:
        """The legs in a room, as both halves of a snapshot agree."""
        snapshot = await self.snapshot()
        by_leg = {leg.leg for leg in snapshot.legs if leg.room == room}
        by_room = {leg for found in snapshot.rooms if found.room == room for leg in found.legs}
        assert by_leg == by_room
        return by_leg

    def place(
        self,
        to: str,
        *,
        endpoint: bool = False,
        ring_limit_s: float | None = None,
        analysis: Analysis | None = None,
        join: UUID | None = None,
        role: Role = Role.NORMAL,
        not_after_s: float = 300.0,
        account: UUID = ACCOUNT,
    ) -> PlaceLeg:
        """A command that places a leg to a number, or to an endpoint."""
        return PlaceLeg(
            leg=uuid4(),
            account=account,
            to=ToEndpoint(endpoint=to) if endpoint else ToNumber(number=to),
            not_after=self.now() + not_after_s,
            ring_limit_s=ring_limit_s or self.script.ring_limit_s,
            analysis=analysis,
            join=join,
            role=role,
        )

    async def reach(self, command: PlaceLeg) -> UUID:
        """Place a leg and wait for the answer; its id."""
        await self.do(command)
        await self.see(LegAnswered, leg=command.leg)
        return command.leg

    async def customer(self, *, join: UUID | None = None, role: Role = Role.CUSTOMER) -> UUID:
        """A customer who answered and stays; the leg's id."""
        return await self.reach(self.place(self.script.answers, join=join, role=role))

    async def agent(
        self, *, join: UUID | None = None, other: bool = False, role: Role = Role.AGENT
    ) -> UUID:
        """An agent's phone that answered; the leg's id."""
        name = self.script.other_agent if other else self.script.agent
        return await self.reach(self.place(name, endpoint=True, join=join, role=role))
