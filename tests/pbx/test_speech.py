"""Texts that are spoken to a telephone, and what is told where nobody speaks them."""

import shlex
import sys
import time
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from domain.adapters.system_clock import SystemClock
from domain.telephony.events import PlaybackFinished
from domain.telephony.port import Play, Say, Tone
from tests.pbx.bed import sound
from tests.pbx.bed.phone import Phones
from tests.pbx.bed.servers import Bed
from tests.pbx.conftest import empty
from tests.pbx.ears import BEEP_HZ, SUPERVISOR_HZ, hears
from tests.pbx.stage import PbxStage
from workers.gateway.asterisk.settings import Trunk
from workers.gateway.asterisk.speech import Speech
from workers.gateway.asterisk.switch import AsteriskSwitch

# Says every text as a second of a tone, at a rate that no telephone has.
ENGINE = f"""
import math, struct, sys, wave
sys.stdin.read()
out = wave.open(sys.stdout.buffer, "wb")
out.setparams((1, 2, 16000, 16000, "NONE", ""))
turn = 2 * math.pi * {SUPERVISOR_HZ} / 16000
samples = [round(6000 * math.sin(turn * n)) for n in range(16000)]
out.writeframesraw(struct.pack("<16000h", *samples))
"""


@pytest.fixture
async def speaking(bed: Bed, phones: Phones) -> AsyncIterator[PbxStage]:
    """A stage whose switch has an engine."""
    settings = bed.settings(trunks=(Trunk("wire"),))
    engine = f"{shlex.quote(sys.executable)} -c {shlex.quote(ENGINE)} {{language}}"
    speech = Speech(engine, settings.recordings, settings.recordings_there)
    switch = AsteriskSwitch(settings, clock=SystemClock(), speak=speech)
    made = PbxStage(switch, bed, phones)
    await switch.start(made.hear)
    yield made
    await switch.stop()
    await empty(bed)
    phones.forget()


async def test_a_spoken_text_is_heard_in_its_place(speaking: PbxStage) -> None:
    leg, playback, again = await speaking.customer(), uuid4(), uuid4()
    since = time.monotonic()
    media = (Tone(name="beep"), Say(text="Good morning"))

    await speaking.do(
        Play(playback=playback, media=media, leg=leg),
        Play(playback=again, media=(Say(text="Good morning"),), leg=leg),
    )
    first = await speaking.see(PlaybackFinished, playback=playback)
    second = await speaking.see(PlaybackFinished, playback=again)

    call = speaking.far_end(leg)
    await hears(call, BEEP_HZ, since)
    await hears(call, SUPERVISOR_HZ, since)
    assert [first.unspoken, second.unspoken] == [False, False]
    heard = call.heard(since)
    windows = [heard[at : at + 800] for at in range(0, len(heard), 800)]
    spoken = [sound.strength(window, SUPERVISOR_HZ) > 1500 for window in windows]
    assert 16 <= sum(spoken) <= 22  # two seconds, in tenths


async def test_a_text_that_nobody_speaks_is_left_out_and_told(stage: PbxStage) -> None:
    leg, playback = await stage.customer(), uuid4()
    since = time.monotonic()
    media = (Say(text="Good morning"), Tone(name="beep"))

    await stage.do(Play(playback=playback, media=media, leg=leg))
    finished = await stage.see(PlaybackFinished, playback=playback)

    assert finished.unspoken
    await hears(stage.far_end(leg), BEEP_HZ, since)
