"""What answering machines hear of a campaign, on the wire, as it is set through the API."""

import time
from typing import Any

import pytest

from tests.e2e.callcentre import CallCentre
from tests.e2e.customer import until
from tests.pbx.bed import sound
from tests.pbx.bed.phone import Manner, Phones
from tests.pbx.bed.servers import Bed
from tests.pbx.ears import (
    AGENT_HZ,
    ANNOUNCED_HZ,
    BEEP_HZ,
    CUSTOMER_HZ,
    announcement,
    assert_silent,
    eventually,
    hears,
)
from tests.pbx.system import agents_of, at_work, customer_up, dialing, leave

NUMBER = "+12125550160"
MESSAGE_S, LONG_S = 2.0, 60.0  # of our message; of a greeting that nobody waits for
QUICK = {"greetingSeconds": 1.0}  # what speaks so long is a machine
UNSURE = {"greetingSeconds": 10.0, "totalSeconds": 1.0}  # no time to tell
RECORDINGS = "{ recordings { nodes { callId agentId kind finishedAt size seconds } } }"


def _greets(seconds: float) -> Manner:
    """A machine that speaks so long and beeps."""
    says = [*sound.tone(CUSTOMER_HZ, seconds), *sound.tone(BEEP_HZ, 0.4)]
    return Manner(ring_s=0.3, says=says)


async def _campaign(
    centre: CallCentre, bed: Bed, phones: Phones, greeting_s: float, **settings: Any
) -> str:
    return await dialing(
        centre,
        phones,
        [NUMBER],
        _greets(greeting_s),
        linesPerAgent=2,
        maxAttempts=1,
        analysis=True,
        machineMessage=announcement(bed, MESSAGE_S),
        **settings,
    )


async def _became(centre: CallCentre, campaign: str) -> tuple[str, str]:
    """Why the only target was closed, and how its call ended."""
    (target,) = await centre.until_closed(campaign)
    return target["closedReason"], target["customerStatus"]


@pytest.mark.feature("CAM-11")
@pytest.mark.parametrize(
    "settings",
    [
        {"analysisSettings": QUICK},
        {"analysisSettings": UNSURE, "unsureAction": "AS_MACHINE"},
    ],
    ids=["a machine", "unsure"],
)
async def test_a_machine_hears_the_message_after_its_beep(
    centre: CallCentre, bed: Bed, phones: Phones, handsets: Phones, settings: dict[str, Any]
) -> None:
    await agents_of(centre, 1, phone="seat")
    campaign = await _campaign(centre, bed, phones, 4.0, machineAction="MESSAGE", **settings)
    desk = await at_work(centre, "201")
    (phone,) = handsets.calls_of("seat-1")
    began = time.monotonic()

    await centre.start(campaign)
    machine = await customer_up(phones, NUMBER)
    greets_until = time.monotonic() + 3.5  # half a second before its beep
    await eventually(machine.ended.is_set, seconds=30)

    assert sound.loudest(machine.heard(began, greets_until), ANNOUNCED_HZ) < 150
    assert sound.loudest(machine.heard(greets_until), ANNOUNCED_HZ) > 1500
    assert_silent(phone, CUSTOMER_HZ, began)
    assert_silent(machine, AGENT_HZ, began)
    assert await _became(centre, campaign) == ("FINAL", "MACHINE")
    await leave(desk)


@pytest.mark.feature("CAM-11")
@pytest.mark.parametrize(
    "settings",
    [
        {"analysisSettings": {**QUICK, "record": True}},
        {"analysisSettings": {**UNSURE, "record": True}, "unsureAction": "AS_MACHINE"},
    ],
    ids=["a machine", "unsure"],
)
async def test_a_machine_hears_the_message_at_once_and_its_analysis_is_kept(
    centre: CallCentre, bed: Bed, phones: Phones, handsets: Phones, settings: dict[str, Any]
) -> None:
    await agents_of(centre, 1, phone="seat")
    campaign = await _campaign(centre, bed, phones, LONG_S, machineAction="PLAY", **settings)
    desk = await at_work(centre, "201")
    (phone,) = handsets.calls_of("seat-1")
    began = time.monotonic()

    await centre.start(campaign)
    machine = await customer_up(phones, NUMBER)
    await hears(machine, ANNOUNCED_HZ, began)  # it still greets
    await eventually(machine.ended.is_set, seconds=20)

    assert_silent(phone, CUSTOMER_HZ, began)
    assert await _became(centre, campaign) == ("FINAL", "MACHINE")
    (attempt,) = await centre.attempts(campaign)

    async def kept() -> Any:
        found = await centre.admin.ask(RECORDINGS)
        return [one for one in found["nodes"] if one["finishedAt"]]

    (recording,) = await until(kept)
    assert (recording["callId"], recording["kind"]) == (attempt["id"], "ANALYSIS")
    assert recording["agentId"] is None
    # Neither the message nor what follows: the verdict ended it.
    assert 0.5 < recording["seconds"] < LONG_S / 2
    assert recording["size"] > recording["seconds"] * 8000  # 8 kHz, 16 bit
    await leave(desk)
