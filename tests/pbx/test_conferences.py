"""A room of equals, with no agent in it: what a conference asks of the switch."""

import asyncio
import time
from uuid import UUID, uuid4

from domain.telephony.events import LegEnded, LegMuted, LegTalking, RoomJoined, RoomLeft
from domain.telephony.port import CreateRoom, EndRoom, HangUp, Join, Leave, Role, SetRole
from tests.pbx.bed import sound
from tests.pbx.bed.phone import Call
from tests.pbx.ears import BEEP_HZ, MUSIC_HZ, assert_silent, hears
from tests.pbx.stage import PbxStage
from tests.pbx.test_recordings import recorded
from tests.telephony.stage import ACCOUNT

HZ = (600, 1150, 1900)  # of the first, second and third participant


async def _invited(stage: PbxStage, room: UUID, count: int) -> tuple[list[UUID], list[Call]]:
    """Participants who were called and came."""
    legs = []
    for _ in range(count):
        legs.append(await stage.customer(join=room, role=Role.NORMAL))
        await stage.see(RoomJoined, leg=legs[-1])
    return legs, [stage.far_end(leg) for leg in legs]


async def test_all_who_were_called_hear_each_other_and_are_told_to_talk(stage: PbxStage) -> None:
    room = uuid4()
    legs, calls = await _invited(stage, room, 3)
    await asyncio.sleep(1.0)  # their hellos are over
    since = time.monotonic()

    for call, hz in zip(calls, HZ, strict=True):
        call.say(sound.tone(hz, 2))

    for call, own in zip(calls, HZ, strict=True):
        for hz in HZ:
            if hz != own:
                await hears(call, hz, since)
    for leg in legs:
        await stage.see(LegTalking, leg=leg, room=room, talking=True)


async def test_a_muted_participant_hears_and_is_heard_again_when_unmuted(stage: PbxStage) -> None:
    room = uuid4()
    legs, calls = await _invited(stage, room, 2)
    await asyncio.sleep(1.0)
    await stage.do(SetRole(leg=legs[0], role=Role.MUTED))
    await stage.see(LegMuted, leg=legs[0], muted=True)
    since = time.monotonic()
    calls[0].say(sound.tone(HZ[0], 1.5))
    calls[1].say(sound.tone(HZ[1], 1.5))
    await hears(calls[0], HZ[1], since)
    await asyncio.sleep(1.5)
    assert_silent(calls[1], HZ[0], since)

    await stage.do(SetRole(leg=legs[0], role=Role.NORMAL))
    await stage.see(LegMuted, leg=legs[0], muted=False)
    since = time.monotonic()
    calls[0].say(sound.tone(HZ[0], 1.5))
    await hears(calls[1], HZ[0], since)


async def test_who_is_removed_hears_nobody_and_the_last_one_hears_music(stage: PbxStage) -> None:
    room = uuid4()
    legs, calls = await _invited(stage, room, 3)
    await asyncio.sleep(1.0)

    await stage.do(Leave(leg=legs[0]))
    await stage.see(RoomLeft, leg=legs[0], room=room)
    since = time.monotonic()
    calls[1].say(sound.tone(HZ[1], 1.5))
    await hears(calls[2], HZ[1], since)
    assert_silent(calls[0], HZ[1], since)
    await stage.do(HangUp(leg=legs[0]), HangUp(leg=legs[1]))
    await stage.see_all(2, LegEnded)

    await hears(calls[2], MUSIC_HZ, time.monotonic())
    assert await stage.legs_in(room) == {legs[2]}


async def test_joins_are_announced_where_the_room_says_so(stage: PbxStage) -> None:
    room = uuid4()
    await stage.do(CreateRoom(room=room, account=ACCOUNT, announce_joins=True))
    _, (first,) = await _invited(stage, room, 1)
    await asyncio.sleep(1.0)
    since = time.monotonic()

    newcomer = await stage.agent(role=Role.NORMAL)
    await stage.do(Join(leg=newcomer, room=room))
    await stage.see(RoomJoined, leg=newcomer)

    await hears(first, BEEP_HZ, since)


async def test_a_recorded_room_ends_with_its_file_and_its_legs(stage: PbxStage) -> None:
    room = uuid4()
    await stage.do(CreateRoom(room=room, account=ACCOUNT, record=True))
    legs, calls = await _invited(stage, room, 2)
    await asyncio.sleep(1.0)
    calls[0].say(sound.tone(HZ[0], 1))
    calls[1].say(sound.tone(HZ[1], 1))
    await asyncio.sleep(1.5)

    await stage.do(EndRoom(room=room, hang_up=True))
    ended = await stage.see_all(2, LegEnded)
    samples = await recorded(stage, room)

    assert {event.leg for event in ended} == set(legs)
    assert sound.loudest(samples, HZ[0]) > 2000
    assert sound.loudest(samples, HZ[1]) > 2000
    assert await stage.legs_in(room) == set()
