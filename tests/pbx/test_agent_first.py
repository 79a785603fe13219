"""Agent-first dialing on the real PBX: what the agent hears before the customer is there."""

import asyncio
import time

import pytest

from tests.e2e.callcentre import CallCentre
from tests.pbx.bed import sound
from tests.pbx.bed.phone import Manner, Phones
from tests.pbx.ears import (
    AGENT_HZ,
    CUSTOMER_HZ,
    RINGING_HZ,
    ZIP_HZ,
    assert_silent,
    eventually,
    hears,
)
from tests.pbx.system import agents_of, at_work, calls_at, customer_up, dialing, done_with

CUSTOMER = "+12125550153"
ONE_PERIOD_S = 6.5  # after this long, a ringing tone that still played was heard again


@pytest.mark.feature("CAM-04")
async def test_the_agent_alone_hears_it_ring_until_the_customer_answers(
    centre: CallCentre, phones: Phones, handsets: Phones
) -> None:
    await agents_of(centre, 1, phone="seat")
    campaign = await dialing(centre, phones, [CUSTOMER], Manner(ring_s=4.0), mode="AGENT_FIRST")
    desk = await at_work(centre, "201")
    (phone,) = handsets.calls_of("seat-1")
    began = time.monotonic()
    await centre.start(campaign)

    await eventually(lambda: bool(calls_at(phones, CUSTOMER)), seconds=10)
    (called,) = calls_at(phones, CUSTOMER)
    for hz in RINGING_HZ:
        await hears(phone, hz, began)
    assert not called.up.is_set()
    customer = await customer_up(phones, CUSTOMER)
    await desk.until_state("TALKING")
    since = time.monotonic()
    phone.say(sound.tone(AGENT_HZ, 2))
    customer.say(sound.tone(CUSTOMER_HZ, 2))
    await hears(phone, CUSTOMER_HZ, since)
    await hears(customer, AGENT_HZ, since)
    await asyncio.sleep(ONE_PERIOD_S)

    for hz in RINGING_HZ:
        assert_silent(phone, hz, since)
        assert_silent(customer, hz, began)
    assert_silent(customer, ZIP_HZ, began)
    await done_with(desk)
    (target,) = await centre.until_closed(campaign)
    assert target["customerStatus"] == "CONNECTED"
