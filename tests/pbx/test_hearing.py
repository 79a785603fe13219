"""Who hears what, judged by the sound that reaches each telephone over the wire."""

import asyncio
import time
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest

from domain.telephony.events import (
    LegAnalysed,
    LegAnswered,
    LegEarlyMedia,
    LegEnded,
    LegFailed,
    LegMuted,
    PlaybackFinished,
    RoomJoined,
    RoomLeft,
    Verdict,
)
from domain.telephony.port import (
    Analysis,
    CreateRoom,
    EarlyMediaOf,
    File,
    HangUp,
    Hold,
    Join,
    Play,
    Role,
    SendDigits,
    SetRole,
    Tone,
)
from tests.pbx.bed import sound
from tests.pbx.bed.phone import Call, Manner
from tests.pbx.ears import (
    AGENT_HZ,
    CUSTOMER_HZ,
    HEARD,
    MUSIC_HZ,
    SUPERVISOR_HZ,
    ZIP_HZ,
    assert_silent,
    eventually,
    falls_silent,
    hears,
)
from tests.pbx.stage import PbxStage
from tests.telephony.stage import ACCOUNT


class Talk:
    """An agent and a customer in a room, each of whom hums a tone of his own."""

    def __init__(self, stage: PbxStage, room: UUID, agent: UUID, customer: UUID) -> None:
        self.stage, self.room = stage, room
        self.agent_leg, self.customer_leg = agent, customer
        self.agent, self.customer = stage.far_end(agent), stage.far_end(customer)

    async def supervisor(self, role: Role) -> tuple[UUID, Call]:
        leg = await self.stage.agent(other=True, role=Role.NORMAL)
        await self.stage.do(Join(leg=leg, room=self.room, role=role))
        await self.stage.see(RoomJoined, leg=leg)
        return leg, self.stage.far_end(leg)


async def talk(stage: PbxStage, *, entry: Tone | File | None = None) -> Talk:
    room = uuid4()
    agent = await stage.agent(join=room)
    await stage.see(RoomJoined, leg=agent)
    customer = await stage.customer()
    await asyncio.sleep(1.0)  # the customer's hello is over
    await stage.do(Join(leg=customer, room=room, role=Role.CUSTOMER, entry=entry))
    await stage.see(RoomJoined, leg=customer)
    return Talk(stage, room, agent, customer)


@pytest.mark.feature("AGT-05")
@pytest.mark.parametrize("entry", [Tone(name="zip"), File(name="beep")], ids=["tone", "file"])
async def test_the_entry_tone_is_heard_by_the_agent_alone(
    stage: PbxStage, entry: Tone | File
) -> None:
    began = time.monotonic()
    both = await talk(stage, entry=entry)
    hz = ZIP_HZ if isinstance(entry, Tone) else 700  # the stock beep

    await eventually(lambda: sound.loudest(both.agent.heard(began), hz) > 500)
    await stage.quiet(0.5)

    assert_silent(both.customer, hz, began)


@pytest.mark.feature("CAM-04")
@pytest.mark.parametrize("status", [404, 200])
async def test_an_agent_hears_what_the_network_says_before_the_answer(
    stage: PbxStage, status: int
) -> None:
    announcement = sound.tone(CUSTOMER_HZ, 3)
    stage.phones.manners["12025550012"] = Manner(
        ring_s=2.5, progress=True, plays=announcement, status=status
    )
    room, playback = uuid4(), uuid4()
    agent = await stage.agent(join=room)
    await stage.see(RoomJoined, leg=agent)
    customer = stage.place("+12025550012")
    began = time.monotonic()
    await stage.do(customer)
    await stage.see(LegEarlyMedia, leg=customer.leg)
    await stage.do(Play(playback=playback, room=room, media=(EarlyMediaOf(leg=customer.leg),)))

    await hears(stage.far_end(agent), CUSTOMER_HZ, began)
    if status == 200:
        await stage.see(LegAnswered, leg=customer.leg)
    else:
        await stage.see(LegFailed, leg=customer.leg)
    await stage.see(PlaybackFinished, playback=playback)

    assert_silent(stage.far_end(customer.leg), AGENT_HZ, began)
    await stage.quiet(0.5)
    over = time.monotonic()
    stage.far_end(agent).say(sound.tone(AGENT_HZ, 1))
    await stage.quiet(0.5)
    assert_silent(stage.far_end(agent), CUSTOMER_HZ, over)  # nobody is overheard any more
    assert_silent(stage.far_end(customer.leg), AGENT_HZ, began)


async def test_agent_and_customer_hear_each_other(
    stage: PbxStage, record_property: Callable[[str, object], None]
) -> None:
    room = uuid4()
    agent = await stage.agent(join=room)
    await stage.see(RoomJoined, leg=agent)
    customer = await stage.customer()
    await asyncio.sleep(1.0)
    stage.far_end(customer).say(sound.tone(CUSTOMER_HZ, 4))
    stage.far_end(agent).say(sound.tone(AGENT_HZ, 4))

    began = time.monotonic()
    await stage.do(Join(leg=customer, room=room, role=Role.CUSTOMER, entry=Tone()))
    await stage.see(RoomJoined, leg=customer)
    record_property("connect_ms", round((time.monotonic() - began) * 1000))

    await hears(stage.far_end(agent), CUSTOMER_HZ, began)
    await hears(stage.far_end(customer), AGENT_HZ, began)


@pytest.mark.feature("MON-04")
async def test_a_whisper_is_heard_by_the_agent_and_not_by_the_customer(stage: PbxStage) -> None:
    both = await talk(stage)
    _, supervisor = await both.supervisor(Role.WHISPER)
    since = time.monotonic()

    supervisor.say(sound.tone(SUPERVISOR_HZ, 2))
    both.customer.say(sound.tone(CUSTOMER_HZ, 2))
    both.agent.say(sound.tone(AGENT_HZ, 2))

    await hears(both.agent, SUPERVISOR_HZ, since)
    await hears(supervisor, CUSTOMER_HZ, since)
    await hears(supervisor, AGENT_HZ, since)
    await hears(both.customer, AGENT_HZ, since)
    await stage.quiet(1.0)
    assert_silent(both.customer, SUPERVISOR_HZ, since)


@pytest.mark.feature("MON-04")
async def test_a_listener_hears_both_and_is_heard_by_nobody(stage: PbxStage) -> None:
    both = await talk(stage)
    _, supervisor = await both.supervisor(Role.LISTEN)
    since = time.monotonic()

    supervisor.say(sound.tone(SUPERVISOR_HZ, 2))
    both.customer.say(sound.tone(CUSTOMER_HZ, 2))
    both.agent.say(sound.tone(AGENT_HZ, 2))

    await hears(supervisor, CUSTOMER_HZ, since)
    await hears(supervisor, AGENT_HZ, since)
    await stage.quiet(1.0)
    assert_silent(both.customer, SUPERVISOR_HZ, since)
    assert_silent(both.agent, SUPERVISOR_HZ, since)


@pytest.mark.feature("MON-04")
async def test_a_listener_who_barges_in_is_heard_by_both(stage: PbxStage) -> None:
    both = await talk(stage)
    leg, supervisor = await both.supervisor(Role.LISTEN)

    await stage.do(SetRole(leg=leg, role=Role.BARGE))
    await stage.quiet(0.3)
    since = time.monotonic()
    supervisor.say(sound.tone(SUPERVISOR_HZ, 2))

    await hears(both.agent, SUPERVISOR_HZ, since)
    await hears(both.customer, SUPERVISOR_HZ, since)


async def test_a_whisperer_who_barges_in_is_heard_by_both(stage: PbxStage) -> None:
    both = await talk(stage)
    leg, supervisor = await both.supervisor(Role.WHISPER)

    await stage.do(SetRole(leg=leg, role=Role.BARGE))
    await stage.quiet(0.5)
    since = time.monotonic()
    supervisor.say(sound.tone(SUPERVISOR_HZ, 2))

    await hears(both.customer, SUPERVISOR_HZ, since)
    assert await stage.legs_in(both.room) == {both.agent_leg, both.customer_leg, leg}


async def test_a_held_customer_hears_music_and_not_the_agent(stage: PbxStage) -> None:
    both = await talk(stage)

    since = time.monotonic()
    await stage.do(Hold(leg=both.customer_leg))
    await hears(both.customer, MUSIC_HZ, since)
    since = time.monotonic()
    both.agent.say(sound.tone(AGENT_HZ, 2))
    both.customer.say(sound.tone(CUSTOMER_HZ, 2))
    await hears(both.customer, MUSIC_HZ, since)
    await stage.quiet(1.0)
    assert_silent(both.customer, AGENT_HZ, since)
    assert_silent(both.agent, CUSTOMER_HZ, since)

    await stage.do(Hold(leg=both.customer_leg, on=False))
    await falls_silent(both.customer, MUSIC_HZ)
    since = time.monotonic()
    both.agent.say(sound.tone(AGENT_HZ, 2))
    await hears(both.customer, AGENT_HZ, since)
    assert_silent(both.customer, MUSIC_HZ, since)


async def test_a_held_customer_can_be_brought_to_another_agents_room(stage: PbxStage) -> None:
    both = await talk(stage)
    consulting = uuid4()

    await stage.do(Hold(leg=both.customer_leg))
    await stage.do(Join(leg=both.agent_leg, room=consulting, role=Role.AGENT))
    await stage.see(RoomJoined, leg=both.agent_leg, room=consulting)
    other_leg = await stage.agent(other=True, join=consulting)
    await stage.see(RoomJoined, leg=other_leg)
    await stage.see(RoomLeft, leg=both.customer_leg, room=both.room)
    since = time.monotonic()
    other = stage.far_end(other_leg)
    other.say(sound.tone(SUPERVISOR_HZ, 2))
    await hears(both.agent, SUPERVISOR_HZ, since)
    await hears(both.customer, MUSIC_HZ, since)
    assert_silent(both.customer, SUPERVISOR_HZ, since)

    await stage.do(Join(leg=both.customer_leg, room=consulting, role=Role.CUSTOMER))
    await stage.see(RoomJoined, leg=both.customer_leg, room=consulting)
    await stage.do(HangUp(leg=both.agent_leg))
    await stage.see(LegEnded, leg=both.agent_leg)
    since = time.monotonic()
    other.say(sound.tone(SUPERVISOR_HZ, 2))

    await hears(both.customer, SUPERVISOR_HZ, since)
    assert await stage.legs_in(consulting) == {other_leg, both.customer_leg}
    await stage.do(HangUp(leg=both.customer_leg))
    await stage.see(RoomLeft, leg=both.customer_leg, room=consulting)


@pytest.mark.feature("AGT-02")
@pytest.mark.parametrize("music", [True, False])
async def test_who_is_alone_hears_music_if_the_room_has_it(stage: PbxStage, music: bool) -> None:
    room = uuid4()
    await stage.do(CreateRoom(room=room, account=ACCOUNT, music_while_alone=music))
    agent = await stage.agent(join=room)
    await stage.see(RoomJoined, leg=agent)
    since = time.monotonic()

    await stage.quiet(1.0)

    heard = sound.loudest(stage.far_end(agent).heard(since), MUSIC_HZ)
    assert (heard > HEARD) == music


async def test_a_muted_leg_hears_and_is_not_heard(stage: PbxStage) -> None:
    both = await talk(stage)
    await stage.do(SetRole(leg=both.agent_leg, role=Role.MUTED))
    await stage.see(LegMuted, leg=both.agent_leg, muted=True)
    since = time.monotonic()

    both.agent.say(sound.tone(AGENT_HZ, 2))
    both.customer.say(sound.tone(CUSTOMER_HZ, 2))

    await hears(both.agent, CUSTOMER_HZ, since)
    await stage.quiet(1.0)
    assert_silent(both.customer, AGENT_HZ, since)


async def test_a_sound_for_one_leg_of_a_room_is_heard_by_no_other(stage: PbxStage) -> None:
    both = await talk(stage)
    since, playback = time.monotonic(), uuid4()

    media = (Tone(name="beep"), Tone(name="zip"))
    await stage.do(Play(playback=playback, media=media, leg=both.agent_leg))
    await stage.see(PlaybackFinished, playback=playback)

    await hears(both.agent, ZIP_HZ, since)
    assert_silent(both.customer, ZIP_HZ, since)
    assert_silent(both.customer, 1000, since)


async def test_a_sound_for_a_room_is_heard_by_all(stage: PbxStage) -> None:
    both = await talk(stage)
    since, playback = time.monotonic(), uuid4()

    await stage.do(Play(playback=playback, media=(Tone(name="beep"),), room=both.room))
    await stage.see(PlaybackFinished, playback=playback)

    await hears(both.agent, 1000, since)
    await hears(both.customer, 1000, since)


@pytest.mark.feature("CAM-11")
async def test_a_message_for_a_machine_is_heard_after_its_beep(stage: PbxStage) -> None:
    since, playback = time.monotonic(), uuid4()
    leg = await stage.reach(stage.place(stage.script.machine, analysis=Analysis()))
    await stage.see(LegAnalysed, leg=leg, verdict=Verdict.MACHINE)

    # Asked for at the verdict, while the machine still speaks.
    await stage.do(Play(playback=playback, media=(Tone(name="beep"),), leg=leg))
    await stage.see(PlaybackFinished, playback=playback)

    told = [type(event).__name__ for event in stage.events]
    assert told.count("LegAnalysed") == 2  # the second is the beep
    assert told.index("PlaybackFinished") == len(told) - 1
    assert sound.loudest(stage.far_end(leg).heard(since), 1000) > HEARD


async def test_digits_reach_the_far_end(stage: PbxStage) -> None:
    both = await talk(stage)

    await stage.do(SendDigits(leg=both.customer_leg, digits="159*#"))

    await eventually(lambda: both.customer.pressed == "159*#")
    assert both.agent.pressed == ""


async def test_a_sound_before_the_room_is_heard_by_the_leg(stage: PbxStage) -> None:
    leg = await stage.customer()
    since, playback = time.monotonic(), uuid4()

    await stage.do(Play(playback=playback, media=(Tone(name="beep"),), leg=leg))
    await stage.see(PlaybackFinished, playback=playback)

    await hears(stage.far_end(leg), 1000, since)
