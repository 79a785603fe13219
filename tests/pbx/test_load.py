"""Twenty calls a second for half a minute, with 25 recorded agents: no call is lost."""

import array
import asyncio
import sys
import time
import wave
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from domain.adapters.system_clock import SystemClock
from domain.telephony.events import (
    EndedBy,
    Event,
    LegAnswered,
    LegEnded,
    LegFailed,
    RecordingFinished,
    RoomJoined,
)
from domain.telephony.port import (
    HangUp,
    Join,
    PlaceLeg,
    Role,
    StartRecording,
    ToEndpoint,
    Tone,
    ToNumber,
)
from tests.pbx.bed import sound
from tests.pbx.bed.servers import AGENT_PHONES, Bed
from tests.pbx.ears import AGENT_HZ
from tests.telephony.stage import ACCOUNT
from workers.gateway.asterisk.switch import AsteriskSwitch

CALLS_A_SECOND = 20
SECONDS = 30
TALK_S = 1.0
CALLS = CALLS_A_SECOND * SECONDS
# The goals are 0.25 s from placing to up; only what is broken takes as long as these.
BROKEN_UP_S = 5.0
BROKEN_JOIN_S = 2.0


@dataclass
class Floor:
    """The least a floor does: gives each answered customer to a free agent, and ends the talk."""

    switch: AsteriskSwitch
    rooms: dict[UUID, UUID] = field(default_factory=dict)  # agent's leg -> room
    free: list[UUID] = field(default_factory=list)  # rooms
    placed_at: dict[UUID, float] = field(default_factory=dict)
    sent_at: dict[UUID, float] = field(default_factory=dict)
    up_s: list[float] = field(default_factory=list)
    joined_s: list[float] = field(default_factory=list)
    ended: dict[UUID, LegEnded] = field(default_factory=dict)
    failed: list[LegFailed] = field(default_factory=list)
    finished: list[RecordingFinished] = field(default_factory=list)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def hear(self, event: Event) -> None:
        if isinstance(event, LegAnswered) and event.leg in self.placed_at:
            self.up_s.append(time.monotonic() - self.placed_at[event.leg])
            self.spawn(event.leg)
        elif isinstance(event, RoomJoined) and event.leg in self.sent_at:
            self.joined_s.append(time.monotonic() - self.sent_at[event.leg])
        elif isinstance(event, RoomJoined):
            self.free.append(event.room)
        elif isinstance(event, LegEnded) and (
            event.leg in self.placed_at or event.leg in self.rooms
        ):  # what an earlier test left behind is not ours
            self.ended[event.leg] = event
        elif isinstance(event, LegFailed):
            self.failed.append(event)
        elif isinstance(event, RecordingFinished):
            self.finished.append(event)

    def spawn(self, leg: UUID) -> None:
        task = asyncio.create_task(self.serve(leg))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def serve(self, leg: UUID) -> None:
        room = self.free.pop(0) if self.free else None
        if room is not None:
            self.sent_at[leg] = time.monotonic()
            await self.switch.execute(Join(leg=leg, room=room, role=Role.CUSTOMER, entry=Tone()))
        await asyncio.sleep(TALK_S)
        await self.switch.execute(HangUp(leg=leg))
        if room is not None:
            self.free.append(room)

    async def place(self, to: ToNumber | ToEndpoint, *, join: UUID | None = None) -> UUID:
        leg = uuid4()
        if isinstance(to, ToNumber):
            self.placed_at[leg] = time.monotonic()
        await self.switch.execute(
            PlaceLeg(
                leg=leg,
                account=ACCOUNT,
                to=to,
                not_after=time.time() + 10,
                join=join,
                role=Role.AGENT if join else Role.NORMAL,
            )
        )
        return leg

    async def until(self, count: int, kept: list[UUID] | dict[UUID, LegEnded]) -> None:
        async with asyncio.timeout(30):
            while len(kept) < count:  # noqa: ASYNC110  # one look each 50 ms costs nothing
                await asyncio.sleep(0.05)


@pytest.fixture
async def floor(bed: Bed) -> AsyncIterator[Floor]:
    switch = AsteriskSwitch(bed.settings(), clock=SystemClock())
    made = Floor(switch)
    await switch.start(made.hear)
    yield made
    await switch.stop()
    bed.cli("channel request hangup all")


@pytest.mark.feature("OPS-02")
async def test_no_call_is_lost_at_twenty_a_second_with_25_recorded_agents(
    floor: Floor,
    record_property: Callable[[str, object], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    for n in range(1, AGENT_PHONES + 1):
        room = uuid4()
        agent = await floor.place(ToEndpoint(endpoint=f"agent-{n}"), join=room)
        floor.rooms[agent] = room
    await floor.until(AGENT_PHONES, floor.free)
    recordings = {uuid4(): agent for agent in floor.rooms}
    for recording, agent in recordings.items():
        await floor.switch.execute(StartRecording(recording=recording, leg=agent))

    began = time.monotonic()
    for n in range(CALLS):
        await floor.place(ToNumber(number=f"+10{n:07d}", trunk="carrier"))
        await asyncio.sleep(max(0.0, began + (n + 1) / CALLS_A_SECOND - time.monotonic()))
    await floor.until(CALLS, floor.ended)
    lasted_s = time.monotonic() - began
    for agent in floor.rooms:
        await floor.switch.execute(HangUp(leg=agent))
    await floor.until(CALLS + AGENT_PHONES, floor.ended)
    async with asyncio.timeout(30):
        while len(floor.finished) < AGENT_PHONES:  # noqa: ASYNC110
            await asyncio.sleep(0.05)

    up, joined = _spread(floor.up_s), _spread(floor.joined_s)
    for name, spread in (("up", up), ("joined", joined)):
        record_property(f"{name}_p50_ms", round(spread.p50 * 1000))
        record_property(f"{name}_p95_ms", round(spread.p95 * 1000))
    with capsys.disabled():
        sys.stdout.write(
            f"\n{CALLS} calls at {CALLS_A_SECOND}/s, {AGENT_PHONES} recorded agents: "
            f"placed to up {up}; sent to in the room {joined}; "
            f"{len(floor.sent_at)} connected\n"
        )
    assert floor.failed == []
    assert [event for event in floor.ended.values() if event.by is not EndedBy.US] == []
    assert len(floor.up_s) == CALLS
    assert up.p95 < BROKEN_UP_S
    # Each second of 20 calls keeps 20 agents busy, so there is one for nearly every customer.
    assert CALLS * 0.9 < len(floor.sent_at) <= CALLS
    assert len(floor.joined_s) == len(floor.sent_at)
    assert joined.p95 < BROKEN_JOIN_S
    assert floor.switch.legs == 0
    assert {finished.recording for finished in floor.finished} == set(recordings)
    for finished in floor.finished:
        assert_sounds(finished, at_least_s=lasted_s - 2.0)


def assert_sounds(finished: RecordingFinished, *, at_least_s: float) -> None:
    """Fail unless the file is a WAV of the length and size told, and an agent is heard in it."""
    path = Path(finished.path)
    assert path.stat().st_size == finished.size
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
        assert abs(file.getnframes() / 8000 - finished.seconds) < 0.01
        assert finished.seconds > at_least_s
        heard = [_agent_is_heard(file, second) for second in range(0, int(at_least_s), 4)]
    assert sum(heard) > len(heard) / 2, (path, heard)  # SIPp may begin late, or pause, under load


def _agent_is_heard(file: wave.Wave_read, second: int) -> bool:
    file.setpos(second * 8000)
    samples = array.array("h", file.readframes(8000))
    return sound.loudest(samples, AGENT_HZ) > 600


@dataclass(frozen=True, slots=True)
class Spread:
    """Seconds that half, and nearly all, of something took at most."""

    p50: float
    p95: float

    def __str__(self) -> str:
        return f"p50 {self.p50 * 1000:.0f} ms, p95 {self.p95 * 1000:.0f} ms"


def _spread(seconds: list[float]) -> Spread:
    ordered = sorted(seconds)
    return Spread(ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)])
