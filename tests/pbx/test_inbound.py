"""Calls that arrive: who answers them, and what a caller hears when nobody does."""

import asyncio
import time
from uuid import uuid4

from domain.telephony.events import (
    DigitsCollected,
    EndCause,
    EndedBy,
    LegAnswered,
    LegArrived,
    LegEnded,
    PlaybackFinished,
    RoomJoined,
)
from domain.telephony.port import Answer, Collect, HangUp, Hold, Join, Play, Role, Tone
from tests.pbx.bed import sound
from tests.pbx.bed.phone import Phones
from tests.pbx.bed.servers import ACCOUNT as BED_ACCOUNT
from tests.pbx.ears import MUSIC_HZ, hears
from tests.pbx.stage import OUR_NUMBER, PbxStage
from tests.telephony.stage import ACCOUNT


async def test_a_caller_is_answered_asked_and_connected(stage: PbxStage) -> None:
    room, playback = uuid4(), uuid4()
    agent = await stage.agent(join=room)
    await stage.arrive()
    arrived = await stage.see(LegArrived)
    assert (arrived.number, arrived.caller, arrived.trunk) == (OUR_NUMBER, "+12025550123", "wire")

    await stage.do(Answer(leg=arrived.leg))
    await stage.see(LegAnswered, leg=arrived.leg)
    since = time.monotonic()
    await stage.do(
        Play(playback=playback, media=(Tone(name="beep"),), leg=arrived.leg),
        Collect(leg=arrived.leg, maximum=4),
    )
    await stage.see(PlaybackFinished, playback=playback)
    await stage.press(arrived.leg, "42#")
    collected = await stage.see(DigitsCollected, leg=arrived.leg)
    await stage.do(Join(leg=arrived.leg, room=room, role=Role.CUSTOMER, entry=Tone()))
    await stage.see(RoomJoined, leg=arrived.leg)

    assert collected.digits == "42"
    assert sound.loudest(stage.far_end(arrived.leg).heard(since), 1000) > 1500
    assert await stage.legs_in(room) == {agent, arrived.leg}


async def test_who_types_the_next_answer_ahead_of_its_question_is_heard(stage: PbxStage) -> None:
    await stage.arrive()
    leg = (await stage.see(LegArrived)).leg
    await stage.do(Answer(leg=leg), Collect(leg=leg, maximum=9))
    await stage.see(LegAnswered, leg=leg)
    await stage.press(leg, "201#2010#")
    await stage.see(DigitsCollected, leg=leg, digits="201")
    await stage.quiet(1.0)  # the next question comes late

    await stage.do(Collect(leg=leg, maximum=9))

    assert (await stage.see_all(2, DigitsCollected, leg=leg))[1].digits == "2010"


async def test_who_is_answered_and_held_at_once_hears_music(stage: PbxStage) -> None:
    await stage.arrive()
    leg = (await stage.see(LegArrived)).leg

    await stage.do(Answer(leg=leg), Hold(leg=leg))
    await stage.see(LegAnswered, leg=leg)

    await hears(stage.far_end(leg), MUSIC_HZ, 0.0)


async def test_a_caller_of_a_number_of_nobody_is_refused(stage: PbxStage) -> None:
    call = await stage.phones.dial(stage.bed.address, "12025558888", "+12025550123")
    async with asyncio.timeout(20):
        await call.ended.wait()

    assert call.status == 404
    assert not stage.seen(LegArrived)


async def test_a_caller_whom_nobody_takes_hears_an_apology_and_is_let_go(stage: PbxStage) -> None:
    await stage.arrive()
    arrived = await stage.see(LegArrived)
    since = time.monotonic()

    ended = await stage.see(LegEnded, leg=arrived.leg)

    assert ended.by is EndedBy.SWITCH
    assert sound.loudness(stage.far_end(arrived.leg).heard(since)) > 100


async def test_a_caller_who_is_refused_hears_why(stage: PbxStage) -> None:
    for cause, status in ((EndCause.BUSY, 486), (EndCause.REJECTED, 403)):
        stage.events.clear()
        await stage.arrive()
        arrived = await stage.see(LegArrived)

        await stage.do(HangUp(leg=arrived.leg, cause=cause))
        await stage.see(LegEnded, leg=arrived.leg, by=EndedBy.US)

        call = stage.far_end(arrived.leg)
        async with asyncio.timeout(20):
            await call.ended.wait()
        assert call.status == status


async def test_a_withheld_caller_has_no_number(stage: PbxStage) -> None:
    await stage.phones.dial(stage.bed.address, OUR_NUMBER[1:], "anonymous", "Anonymous")

    arrived = await stage.see(LegArrived)

    assert (arrived.caller, arrived.account) == (None, ACCOUNT)


async def test_an_agents_phone_that_calls_in_belongs_to_its_account(
    stage: PbxStage, handsets: Phones
) -> None:
    # From an address that no trunk has: the phone is then known by its user name.
    await handsets.dial(stage.bed.address, "*10", "ear-1")

    arrived = await stage.see(LegArrived)
    handsets.forget()

    assert (arrived.number, arrived.trunk, arrived.account) == ("*10", "ear-1", BED_ACCOUNT)
