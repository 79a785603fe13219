"""What holds when the link breaks, Asterisk dies or stops answering: nobody is called twice."""

import asyncio
import wave
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from domain.adapters.system_clock import SystemClock
from domain.telephony.errors import SwitchUnavailable
from domain.telephony.events import (
    EndCause,
    EndedBy,
    Failure,
    LegAnswered,
    LegArrived,
    LegEnded,
    LegFailed,
    LegRinging,
    LegTalking,
    PlaybackFinished,
    RecordingFinished,
    RoomJoined,
    RoomLeft,
)
from domain.telephony.port import (
    Answer,
    HangUp,
    Join,
    Play,
    Role,
    StartRecording,
    StopRecording,
    Tone,
)
from tests.pbx.bed.servers import Bed
from tests.pbx.conftest import account_of
from tests.pbx.stage import OUR_NUMBER, PbxStage
from workers.gateway.asterisk.settings import Trunk
from workers.gateway.asterisk.switch import AsteriskSwitch


async def until(stage: PbxStage, up: bool) -> None:
    """Wait until the gateway sees the link as being up or down."""
    async with asyncio.timeout(20):
        while stage.asterisk.up != up:  # noqa: ASYNC110  # the switch tells nobody when
            await asyncio.sleep(0.02)


@pytest.fixture(autouse=True)
async def _asterisk_runs_afterwards(bed: Bed) -> AsyncIterator[None]:
    yield
    bed.resume_asterisk()
    if "fully booted" not in bed.cli("core waitfullybooted"):
        bed.start_asterisk()


async def test_a_cut_link_ends_no_call_and_dials_nothing_again(stage: PbxStage) -> None:
    room = uuid4()
    agent = await stage.agent(join=room)
    customer = await stage.customer(join=room)
    ringing = stage.place(stage.script.rings, ring_limit_s=30.0)
    await stage.do(ringing)
    await stage.see(LegRinging, leg=ringing.leg)
    await stage.see_all(2, RoomJoined)
    await stage.quiet()  # the customer has said his hello
    before = [event for event in stage.events if not isinstance(event, LegTalking)]

    stage.asterisk.cut()
    await until(stage, up=False)
    with pytest.raises(SwitchUnavailable):
        await stage.snapshot()
    await until(stage, up=True)
    await stage.quiet()

    after = [event for event in stage.events if not isinstance(event, LegTalking)]
    assert after == before
    assert await stage.legs_in(room) == {agent, customer}
    assert await stage.leg_ids() == {agent, customer, ringing.leg}
    assert [len(stage.phones.calls_of(u)) for u in ("12025550010", "12025550003")] == [1, 1]


async def test_what_ended_while_the_link_was_down_is_told_afterwards(stage: PbxStage) -> None:
    room = uuid4()
    agent = await stage.agent(join=room)
    customer = await stage.customer(join=room)
    await stage.see_all(2, RoomJoined)

    stage.asterisk.cut()
    stage.far_end(customer).hang_up()
    await until(stage, up=False)
    ended = await stage.see(LegEnded, leg=customer)
    await stage.quiet(0.5)

    assert (ended.cause, ended.by) == (EndCause.UNKNOWN, EndedBy.SWITCH)
    assert stage.told(customer)[-2:] == ["RoomLeft", "LegEnded"]
    assert await stage.legs_in(room) == {agent}


async def test_a_caller_who_came_while_the_link_was_down_is_told_afterwards(
    stage: PbxStage,
) -> None:
    stage.asterisk.cut()
    await until(stage, up=False)
    await stage.arrive()

    arrived = await stage.see(LegArrived)
    await stage.do(Answer(leg=arrived.leg))
    await stage.see(LegAnswered, leg=arrived.leg)
    await stage.quiet(0.5)

    assert arrived.number == OUR_NUMBER
    assert len(stage.seen(LegArrived)) == 1


async def test_a_command_while_the_link_is_down_dials_nothing_ever(stage: PbxStage) -> None:
    await stage.customer()
    stage.asterisk.cut()
    await until(stage, up=False)
    command = stage.place(stage.script.busy)

    await stage.do(command)
    failed = await stage.see(LegFailed, leg=command.leg)
    await until(stage, up=True)
    await stage.quiet()

    assert failed.failure is Failure.STALE
    assert stage.phones.calls_of("12025550002") == []


async def test_a_killed_asterisk_ends_every_leg_with_a_stated_cause(stage: PbxStage) -> None:
    room, playback, recording = uuid4(), uuid4(), uuid4()
    agent = await stage.agent(join=room)
    customer = await stage.customer(join=room)
    alone = await stage.customer()
    await stage.see_all(2, RoomJoined)
    ringing = stage.place(stage.script.rings, ring_limit_s=30.0)
    await stage.do(ringing)
    await stage.see(LegRinging, leg=ringing.leg)
    await stage.do(
        Play(playback=playback, media=(Tone(name="busy"),) * 9, leg=alone),
        StartRecording(recording=recording, leg=customer),
    )
    await stage.quiet(5.0)  # Asterisk writes in pieces of two seconds

    stage.bed.kill_asterisk()
    await until(stage, up=False)
    stage.bed.start_asterisk()
    await until(stage, up=True)
    await stage.see_all(3, LegEnded)
    await stage.see(LegFailed, leg=ringing.leg)
    await stage.quiet()

    ended = {event.leg: (event.cause, event.by) for event in stage.seen(LegEnded)}
    lost = (EndCause.SWITCH_LOST, EndedBy.SWITCH)
    assert ended == {agent: lost, customer: lost, alone: lost}
    assert {event.leg for event in stage.seen(RoomLeft)} == {agent, customer}
    assert len(stage.seen(PlaybackFinished)) == 1
    assert await stage.leg_ids() == set()
    assert [len(stage.phones.calls_of(u)) for u in ("12025550010", "12025550003")] == [2, 1]

    finished = await stage.see(RecordingFinished, recording=recording)
    with wave.open(finished.path) as file:  # as far as it had been written
        assert file.getnframes() / 8000 == pytest.approx(finished.seconds, abs=0.01)
    assert finished.seconds > 0

    again = await stage.customer()
    assert await stage.leg_ids() == {again}


@pytest.mark.parametrize("not_after_s", [1.0, 60.0], ids=["stale by then", "still wanted"])
async def test_a_stopped_asterisk_is_noticed_and_nobody_is_called_twice(
    stage: PbxStage, not_after_s: float
) -> None:
    room = uuid4()
    agent = await stage.agent(join=room)
    await stage.see(RoomJoined)
    command = stage.place(stage.script.answers, not_after_s=not_after_s)

    stage.bed.suspend_asterisk()
    placing = asyncio.create_task(stage.do(command))
    await until(stage, up=False)
    await placing
    stage.bed.resume_asterisk()
    await until(stage, up=True)
    told = (LegAnswered, LegFailed)
    assert await stage.let_pass(
        lambda: any(stage.seen(kind, leg=command.leg) for kind in told), stage.limit_s
    )
    await stage.quiet(3.0)

    # The broken link may still have delivered the call: then it is a leg like any other, unless it
    # came too late. Then it was hung up at once.
    calls = stage.phones.calls_of("12025550010")
    assert len(calls) <= 1
    if not_after_s < 60:
        assert not stage.seen(LegAnswered, leg=command.leg)
    answered = bool(stage.seen(LegAnswered, leg=command.leg))
    assert [call.ended.is_set() for call in calls] == [not answered] * len(calls)
    assert len(stage.seen(LegFailed, leg=command.leg)) == (0 if answered else 1)
    assert await stage.leg_ids() == ({agent, command.leg} if answered else {agent})
    assert await stage.legs_in(room) == {agent}


async def test_a_new_gateway_adopts_the_calls_of_the_old_one(stage: PbxStage, bed: Bed) -> None:
    room = uuid4()
    agent = await stage.agent(join=room)
    customer = await stage.customer(join=room)
    alone = await stage.customer()
    await stage.see_all(2, RoomJoined)
    recording = uuid4()
    await stage.do(StartRecording(recording=recording, leg=alone))
    supervisor = await stage.agent(other=True, role=Role.NORMAL)
    await stage.do(Join(leg=supervisor, room=room, role=Role.WHISPER))
    await stage.see(RoomJoined, leg=supervisor)
    await stage.arrive()
    arrived = await stage.let_pass(lambda: "LegArrived" in str(stage.events), stage.limit_s)
    assert arrived
    before = {leg.leg: (leg.state, leg.room) for leg in (await stage.snapshot()).legs}

    await stage.asterisk.stop()
    successor = AsteriskSwitch(
        bed.settings(trunks=(Trunk("wire"),)), clock=SystemClock(), account_of=account_of
    )
    second = PbxStage(successor, stage.bed, stage.phones)
    await successor.start(second.hear)
    after = {leg.leg: (leg.state, leg.room) for leg in (await second.snapshot()).legs}
    await second.do(Join(leg=alone, room=room, role=Role.NORMAL))
    await second.see(RoomJoined, leg=alone)
    await second.do(HangUp(leg=customer))
    ended = await second.see(LegEnded, leg=customer)
    await second.do(StopRecording(recording=recording))
    finished = await second.see(RecordingFinished, recording=recording)
    inside = await second.legs_in(room)
    await successor.stop()

    assert after == before
    assert ended.by is EndedBy.US
    assert inside == {agent, alone, supervisor}
    assert finished.seconds > 0


async def test_a_wrong_secret_is_refused_in_words_without_the_secret(bed: Bed) -> None:
    switch = AsteriskSwitch(bed.settings(secret="not-it"), clock=SystemClock())

    with pytest.raises(SwitchUnavailable, match=r"manager\.conf") as refused:
        await switch.start(lambda event: None)

    assert "not-it" not in str(refused.value)
