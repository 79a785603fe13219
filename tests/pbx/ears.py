"""What is heard at a phone of the bed, judged by the frequencies that reached it over the wire."""

import asyncio
import time
from collections.abc import Callable

from tests.pbx.bed import sound
from tests.pbx.bed.phone import Call
from tests.pbx.bed.servers import Bed

AGENT_HZ, CUSTOMER_HZ, SUPERVISOR_HZ = 700, 1150, 1900  # what the parties hum
ZIP_HZ, BEEP_HZ, MUSIC_HZ = 1400, 1000, 350  # what the PBX plays
RINGING_HZ = (440, 480)  # together
ANNOUNCED_HZ = 850  # the announcement that `announcement` puts among the sounds of the bed
HEARD, NOT_HEARD = 1500.0, 150.0  # amplitudes; the phones speak with 6,000


def announcement(bed: Bed, seconds: float) -> str:
    """The name of a sound that the bed's PBX has from now on."""
    sound.write_ulaw(bed.run / "sounds/announced.ulaw", sound.tone(ANNOUNCED_HZ, seconds))
    return "outdial/announced"


async def hears(call: Call, hz: int, since: float, level: float = HEARD) -> None:
    """Wait until a phone hears a tone; fails when it does not within seconds."""
    try:
        await eventually(lambda: sound.loudest(call.heard(since), hz) > level)
    except AssertionError:
        raise AssertionError(
            f"{call.user} did not hear {hz} Hz, but {_said(call, since)}"
        ) from None


def _said(call: Call, since: float) -> str:
    """What a phone heard instead, and what it said itself, for the one who looks for the fault."""
    samples = call.heard(since)
    tones = (AGENT_HZ, CUSTOMER_HZ, SUPERVISOR_HZ, ZIP_HZ, BEEP_HZ, MUSIC_HZ)
    heard = {each: round(sound.loudest(samples, each)) for each in tones}
    return (
        f"{len(samples) / sound.RATE:.1f} s of sound with these amplitudes by Hz: {heard}; "
        f"ended: {call.ended.is_set()}; packets sent: {call.sent}, still to say: {call.unsaid}"
    )


async def hear_each_other(one: Call, hz: int, other: Call, other_hz: int) -> None:
    """Wait until two who hum, each a tone of his own, hear what the other hums from now on."""
    since = time.monotonic()
    await hears(one, other_hz, since)
    await hears(other, hz, since)


async def stays_silent(call: Call, *hz: int, seconds: float = 1.0) -> None:
    """Fail if one of these tones is heard at a phone in the next seconds."""
    await asyncio.sleep(0.3)  # what is on its way still comes
    since = time.monotonic()
    await asyncio.sleep(seconds)
    for each in hz:
        assert_silent(call, each, since)


async def falls_silent(call: Call, hz: int) -> None:
    """Wait until what came to a phone for half a second is without a tone."""

    def silent() -> bool:
        samples = call.heard(time.monotonic() - 0.5)
        return len(samples) > 0.3 * sound.RATE and sound.loudest(samples, hz) < NOT_HEARD

    await eventually(silent)


async def eventually(condition: Callable[[], bool], *, seconds: float = 20.0) -> None:
    """Wait until something is so; fails when it does not come to be."""
    for _ in range(round(seconds * 10)):
        if condition():
            return
        await asyncio.sleep(0.1)
    raise AssertionError("it did not come to be so")


def assert_silent(call: Call, hz: int, since: float) -> None:
    """Fail if a phone heard a tone."""
    assert sound.loudest(call.heard(since), hz) < NOT_HEARD
