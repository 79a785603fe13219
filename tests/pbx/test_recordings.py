"""Recordings as files: valid, of the right length, with the right sounds in the right places."""

import array
import asyncio
import wave
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from domain.telephony.events import LegAnalysed, RecordingFinished, RoomJoined
from domain.telephony.port import (
    Analysis,
    CreateRoom,
    HangUp,
    Join,
    PauseRecording,
    Role,
    StartRecording,
    StopRecording,
)
from tests.pbx.bed import sound
from tests.pbx.stage import PbxStage
from tests.telephony.stage import ACCOUNT

AGENT_HZ, CUSTOMER_HZ = 700, 1150


def samples_of(finished: RecordingFinished) -> list[int]:
    """The samples of a recording, whose size and length are those that were told."""
    path = Path(finished.path)
    assert path.stat().st_size == finished.size
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
        assert abs(file.getnframes() / 8000 - finished.seconds) < 0.01
        return list(array.array("h", file.readframes(file.getnframes())))


def part(samples: list[int], start_s: float, end_s: float) -> list[int]:
    return samples[int(start_s * 8000) : int(end_s * 8000)]


async def recorded(stage: PbxStage, recording: UUID) -> list[int]:
    return samples_of(await stage.see(RecordingFinished, recording=recording))


@pytest.mark.feature("REC-01")
async def test_a_pause_is_silence_in_the_file(stage: PbxStage) -> None:
    leg, recording = await stage.customer(), uuid4()
    await asyncio.sleep(1.0)
    stage.far_end(leg).say(sound.tone(CUSTOMER_HZ, 8))
    await stage.do(StartRecording(recording=recording, leg=leg))
    await asyncio.sleep(1.5)
    await stage.do(PauseRecording(recording=recording))
    await asyncio.sleep(1.5)
    await stage.do(PauseRecording(recording=recording, paused=False))
    await asyncio.sleep(1.5)
    await stage.do(StopRecording(recording=recording))

    samples = await recorded(stage, recording)

    assert abs(len(samples) / 8000 - 4.5) < 0.6
    assert sound.strength(part(samples, 0.4, 1.2), CUSTOMER_HZ) > 3000
    assert sound.loudness(part(samples, 1.9, 2.7)) < 10
    assert sound.strength(part(samples, 3.4, 4.1), CUSTOMER_HZ) > 3000


@pytest.mark.feature("REC-01")
async def test_a_leg_is_recorded_from_room_to_room_until_it_ends(stage: PbxStage) -> None:
    room, recording = uuid4(), uuid4()
    agent = await stage.agent(join=room)
    await stage.see(RoomJoined, leg=agent)
    leg = await stage.customer()
    await stage.do(StartRecording(recording=recording, leg=leg))
    await asyncio.sleep(1.0)
    await stage.do(Join(leg=leg, room=room, role=Role.CUSTOMER))
    await stage.see(RoomJoined, leg=leg)
    stage.far_end(agent).say(sound.tone(AGENT_HZ, 1.5))
    await asyncio.sleep(1.5)
    stage.far_end(leg).say(sound.tone(CUSTOMER_HZ, 1.0))
    await asyncio.sleep(1.2)
    await stage.do(HangUp(leg=leg))

    samples = await recorded(stage, recording)

    assert abs(len(samples) / 8000 - 3.7) < 0.8
    assert sound.loudest(samples, AGENT_HZ) > 2000  # what the customer heard
    assert sound.loudest(samples, CUSTOMER_HZ) > 2000  # what the customer said


async def test_a_room_records_all_who_speak_and_pauses(stage: PbxStage) -> None:
    room, recording = uuid4(), uuid4()
    agent = await stage.agent(join=room)
    customer = await stage.customer(join=room)
    await stage.see_all(2, RoomJoined)
    await asyncio.sleep(1.0)
    await stage.do(StartRecording(recording=recording, room=room))
    stage.far_end(agent).say(sound.tone(AGENT_HZ, 5))
    stage.far_end(customer).say(sound.tone(CUSTOMER_HZ, 5))
    await asyncio.sleep(1.5)
    await stage.do(PauseRecording(recording=recording))
    await asyncio.sleep(1.5)
    await stage.do(PauseRecording(recording=recording, paused=False))
    await asyncio.sleep(1.0)
    await stage.do(StopRecording(recording=recording))

    samples = await recorded(stage, recording)

    assert sound.loudest(part(samples, 0, 1.5), AGENT_HZ) > 2000
    assert sound.loudest(part(samples, 0, 1.5), CUSTOMER_HZ) > 2000
    assert sound.loudness(part(samples, 1.9, 2.6)) < 10
    assert sound.loudest(part(samples, 3.2, 4.0), AGENT_HZ) > 2000


async def test_a_room_that_records_itself_does_so_under_its_own_id(stage: PbxStage) -> None:
    room = uuid4()
    await stage.do(CreateRoom(room=room, account=ACCOUNT, record=True))
    agent = await stage.agent(join=room)
    await stage.customer(join=room)  # nobody records an agent who is alone with his music
    await stage.see_all(2, RoomJoined)
    stage.far_end(agent).say(sound.tone(AGENT_HZ, 1))
    await asyncio.sleep(1.5)
    await stage.do(HangUp(leg=agent))

    samples = await recorded(stage, room)

    assert sound.loudest(samples, AGENT_HZ) > 2000


@pytest.mark.feature("CAM-11")
async def test_the_analysis_is_recorded_if_asked_for(stage: PbxStage) -> None:
    place = stage.place(stage.script.answers, analysis=Analysis(record=True))
    leg = await stage.reach(place)
    await stage.see(LegAnalysed, leg=leg)

    samples = await recorded(stage, leg)

    assert sound.loudness(samples) > 100
