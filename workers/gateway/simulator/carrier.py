"""A switch without telephones: customers and agents' phones behave by law, seed and clock."""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID, uuid4

from domain.core.clock import Clock
from domain.telephony.events import (
    EndCause,
    EndedBy,
    Failure,
    LegArrived,
    LegFailed,
    LegState,
    RoomState,
    Snapshot,
)
from domain.telephony.port import (
    Answer,
    Collect,
    Command,
    CreateRoom,
    Emit,
    EndRoom,
    HangUp,
    Hold,
    Join,
    Leave,
    PauseRecording,
    PlaceLeg,
    Play,
    SendDigits,
    SetRole,
    StartRecording,
    StopPlaying,
    StopRecording,
    TakeSnapshot,
    ToEndpoint,
)
from workers.gateway.simulator.calls import Calls
from workers.gateway.simulator.exchange import Exchange, Leg, LegStatus
from workers.gateway.simulator.forced import endpoint, forced_customer, trunk
from workers.gateway.simulator.profile import Behaviour, CarrierProfile, customer
from workers.gateway.simulator.timeline import Timeline

E164 = re.compile(r"\+[1-9][0-9]{6,14}")
NUMBERS_REMEMBERED = 1_000_000  # how often each was called; then the first is forgotten


class SimulatedCarrier:
    """A `Switch` whose every far end is simulated. It never opens a network connection.

    Runs of the same seed, profile and commands (at the same instants of the clock) give the same
    events. With `start`, it runs on the clock by itself; without, `do` and `catch_up` drive it.
    """

    kind = "simulated"

    def __init__(
        self,
        *,
        clock: Clock,
        node: str = "simulated",
        seed: int = 1,
        profile: CarrierProfile | None = None,
        capacity: int = 10_000,
        recordings: Path | None = None,
        account_of: Callable[[str], UUID | None] = lambda number: None,
    ) -> None:
        self.node = node
        self.capacity = capacity
        self.up = True
        self._clock = clock
        self._seed = seed
        self._account_of = account_of
        self._called: dict[str, int] = {}
        self._arrivals = 0
        self._running: asyncio.Task[None] | None = None
        self.timeline = Timeline(clock)
        self._exchange = Exchange(self.timeline, profile or CarrierProfile())
        calls = Calls(self._exchange, recordings, Random(f"{seed}:turns"))
        self._calls = calls
        # Each command is one method of the part that it concerns.
        self._handlers: dict[type, Callable[[Any], None]] = {
            PlaceLeg: self._place,
            Answer: lambda c: calls.answer_arrived(c.leg),
            HangUp: self._hang_up,
            Play: calls.sounds.play,
            StopPlaying: lambda c: calls.sounds.stop(c.playback),
            Collect: calls.sounds.collect,
            CreateRoom: calls.rooms.create,
            Join: calls.rooms.join,
            Leave: lambda c: calls.rooms.leave(c.leg),
            EndRoom: self._end_room,
            SetRole: calls.rooms.set_role,
            Hold: calls.rooms.hold,
            StartRecording: calls.recordings.start,
            PauseRecording: calls.recordings.pause,
            StopRecording: lambda c: calls.recordings.stop(c.recording),
            SendDigits: lambda c: None,  # nobody at the far end listens to tones
            TakeSnapshot: lambda c: self._exchange.emit(self.look(c.account, c.request)),
        }

    @property
    def legs(self) -> int:
        """How many legs are in use now."""
        return len(self._exchange.legs)

    async def start(self, emit: Emit) -> None:
        """Begin to run on the clock."""
        self.listen(emit)
        self._running = asyncio.create_task(self.timeline.run(), name="simulated carrier")

    def listen(self, emit: Emit) -> None:
        """Give events to `emit`, without running: the caller drives with `catch_up`."""
        self._exchange.emit = emit

    async def stop(self) -> None:
        """End all legs, as a switch that goes down does, and stop."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.wait((self._running,))
            self._running = None
        for leg in tuple(self._exchange.legs.values()):
            self._calls.end(leg, EndCause.SWITCH_LOST, EndedBy.SWITCH)
        self.timeline.clear()

    async def execute(self, command: Command) -> None:
        """Do one command."""
        self.do(command)

    def do(self, command: Command) -> None:
        """Do one command, after all that was due before it."""
        self.timeline.catch_up()
        self._handlers[type(command)](command)

    def catch_up(self) -> None:
        """Let everything happen that is due by the clock. For callers who drive."""
        self.timeline.catch_up()

    async def snapshot(self, account: UUID, request: UUID) -> Snapshot:
        """All legs and rooms of an account."""
        self.timeline.catch_up()
        return self.look(account, request)

    def look(self, account: UUID, request: UUID) -> Snapshot:
        """All legs and rooms of an account."""
        return Snapshot(
            account=account,
            at=self.timeline.unix(),
            request=request,
            node=self.node,
            legs=tuple(
                LegState(
                    leg=leg.id,
                    state=leg.status.value,
                    since=leg.since,
                    room=leg.room.id if leg.room is not None else None,
                )
                for leg in self._exchange.legs.values()
                if leg.account == account
            ),
            rooms=tuple(
                RoomState(room=room.id, legs=tuple(room.legs))
                for room in self._exchange.rooms.values()
                if room.account == account
            ),
        )

    def _place(self, command: PlaceLeg) -> None:
        if not self._exchange.spent.take(command.leg):
            return
        if command.not_after < self.timeline.unix():
            self._refuse(command, Failure.STALE, "")
        elif self.legs >= self.capacity:
            self._refuse(command, Failure.STALE, "capacity")
        elif isinstance(command.to, ToEndpoint):
            answers_s = self._exchange.profile.endpoint_answers_s
            self._calls.place(command, endpoint(command.to.endpoint, answers_s))
        elif not E164.fullmatch(command.to.number):
            self._refuse(command, Failure.INVALID, "format")
        else:
            stuck = trunk(command.to.trunk)
            self._calls.place(command, stuck or self._customer(command.to.number))

    def _customer(self, number: str) -> Behaviour:
        nth = self._called.pop(number, 0)
        self._called[number] = nth + 1
        if len(self._called) > NUMBERS_REMEMBERED:
            del self._called[next(iter(self._called))]
        forced = forced_customer(number)
        if forced is not None:
            return forced
        return customer(self._exchange.profile, Random(f"{self._seed}:{number}:{nth}"))

    def _refuse(self, command: PlaceLeg, failure: Failure, detail: str) -> None:
        at = self.timeline.unix()
        self._exchange.emit(
            LegFailed(
                account=command.account, at=at, leg=command.leg, failure=failure, detail=detail
            )
        )

    def _hang_up(self, command: HangUp) -> None:
        leg = self._exchange.legs.get(command.leg)
        if leg is not None:
            self._calls.end(leg, command.cause, EndedBy.US)

    def _end_room(self, command: EndRoom) -> None:
        for leg in self._calls.rooms.end(command.room):
            if command.hang_up:
                self._calls.end(leg, EndCause.NORMAL, EndedBy.US)

    def arrive(
        self,
        number: str,
        caller: str | None = None,
        *,
        name: str = "",
        account: UUID | None = None,
        behaviour: Behaviour | None = None,
    ) -> UUID | None:
        """Let somebody call one of our numbers; the leg, or None if nobody owns the number."""
        self.timeline.catch_up()
        # A code like *10 belongs to whom the phone belongs to.
        owner = account or self._account_of(caller if number[:1] == "*" and caller else number)
        if owner is None or self.legs >= self.capacity:
            return None
        self._arrivals += 1
        rng = Random(f"{self._seed}:arrival:{self._arrivals}")
        # Ids of one run must not come again after a restart; those of a driven run must.
        leg = Leg(
            UUID(int=rng.getrandbits(128), version=4) if self._running is None else uuid4(),
            owner,
            LegStatus.ARRIVED,
            behaviour or self._calls.caller(rng),
        )
        self._calls.arrived(
            leg,
            LegArrived(
                account=owner,
                at=self.timeline.unix(),
                leg=leg.id,
                number=number,
                caller=caller,
                caller_name=name,
            ),
        )
        return leg.id

    def expect_callers(self, numbers: Callable[[], list[str]], *, an_hour: float) -> None:
        """Let strangers call our numbers, at random instants (a Poisson process)."""
        rng = Random(f"{self._seed}:callers")

        def call() -> None:
            known = numbers()
            if known:
                withheld = rng.random() < 0.1
                caller = None if withheld else f"+1202555{rng.randint(100, 199):04}"
                self.arrive(rng.choice(known), caller)
            self.timeline.after(rng.expovariate(an_hour / 3600), call)

        if an_hour > 0:
            self.timeline.after(rng.expovariate(an_hour / 3600), call)

    def press(self, leg: UUID, digits: str) -> None:
        """Let the far end of a leg press keys."""
        self.timeline.catch_up()
        found = self._exchange.up(leg)
        for digit in digits:
            if found is not None:
                self._calls.sounds.press(found, digit)

    def hang_up_far_end(self, leg: UUID) -> None:
        """Let the far end of a leg hang up now."""
        self.timeline.catch_up()
        found = self._exchange.legs.get(leg)
        if found is not None:
            self._calls.far_ends.hang_up(found)
