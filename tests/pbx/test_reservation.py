"""An agent's phone between customers, through the API: called once, kept, left, and told."""

import asyncio
import time
from functools import partial

import pytest

from tests.e2e.callcentre import CallCentre
from tests.e2e.customer import until
from tests.e2e.desk import GO_AVAILABLE, HANG_UP
from tests.pbx.bed import sound
from tests.pbx.bed.browser import USER, browser_phone
from tests.pbx.bed.phone import Manner, Phones
from tests.pbx.bed.servers import Bed
from tests.pbx.ears import (
    AGENT_HZ,
    BEEP_HZ,
    CUSTOMER_HZ,
    HEARD,
    MUSIC_HZ,
    RINGING_HZ,
    ZIP_HZ,
    assert_silent,
    eventually,
    hears,
)
from tests.pbx.system import (
    agent_at,
    agents_of,
    at_work,
    calls_at,
    customer_up,
    dialing,
    done_with,
    leave,
)

CUSTOMERS = ["+12125550140", "+12125550141"]
ONE_PERIOD_S = 6.5  # after this long, a ringing tone that still played was heard again


@pytest.mark.feature("AGT-04")
async def test_the_phone_is_called_once_and_stays_up_between_customers(
    centre: CallCentre, phones: Phones, handsets: Phones
) -> None:
    await agents_of(centre, 1, phone="seat")
    campaign = await dialing(centre, phones, CUSTOMERS, Manner(hums=CUSTOMER_HZ))
    desk = await at_work(centre, "201")
    await centre.start(campaign)

    first = await customer_up(phones, CUSTOMERS[0])
    await desk.until_state("TALKING")
    (phone,) = handsets.calls_of("seat-1")
    await hears(phone, CUSTOMER_HZ, time.monotonic())
    first.hang_up()
    second = await customer_up(phones, CUSTOMERS[1])
    await desk.until_state("TALKING")
    await hears(phone, CUSTOMER_HZ, time.monotonic())
    await desk.do(HANG_UP)
    await eventually(second.ended.is_set)
    await desk.until_state("AVAILABLE")

    assert handsets.calls_of("seat-1") == [phone]
    assert not phone.ended.is_set()
    await hears(phone, MUSIC_HZ, time.monotonic())
    await leave(desk)
    await eventually(phone.ended.is_set)


@pytest.mark.feature("AGT-04")
async def test_an_agent_who_leaves_before_the_customer_answers_is_not_connected(
    centre: CallCentre, phones: Phones, handsets: Phones
) -> None:
    await agents_of(centre, 1, phone="seat")
    campaign = await dialing(centre, phones, CUSTOMERS[:1], Manner(ring_s=60))
    desk = await at_work(centre, "201")
    await centre.start(campaign)
    await desk.until_state("RESERVED")
    await eventually(lambda: bool(calls_at(phones, CUSTOMERS[0])))
    (phone,) = handsets.calls_of("seat-1")

    phone.hang_up()
    await desk.until_state("BREAK")
    (customer,) = calls_at(phones, CUSTOMERS[0])
    await eventually(customer.ended.is_set)

    assert not customer.up.is_set()
    (target,) = await centre.until_closed(campaign)
    assert target["customerStatus"] == "CANCELED"
    assert desk.events("ScreenPop", stage="CONNECTED") == []
    assert handsets.calls_of("seat-1") == [phone]  # nobody calls an agent who left
    await desk.do(GO_AVAILABLE)
    await desk.until_state("AVAILABLE")
    assert len(handsets.calls_of("seat-1")) == 2
    await leave(desk)


@pytest.mark.feature("AGT-05")
@pytest.mark.parametrize(
    ("announcement", "hz"), [("", ZIP_HZ), ("outdial/beep", BEEP_HZ)], ids=["zip", "announcement"]
)
async def test_what_tells_of_a_live_customer_is_heard_by_the_agent_alone(
    centre: CallCentre, phones: Phones, handsets: Phones, announcement: str, hz: int
) -> None:
    await agents_of(centre, 1, phone="seat")
    campaign = await dialing(
        centre, phones, CUSTOMERS[:1], Manner(ring_s=1.0), agentAnnouncement=announcement
    )
    desk = await at_work(centre, "201")
    (phone,) = handsets.calls_of("seat-1")
    began = time.monotonic()
    await centre.start(campaign)
    customer = await customer_up(phones, CUSTOMERS[0])

    await hears(phone, hz, began, level=500)
    await desk.until_state("TALKING")
    since = time.monotonic()
    phone.say(sound.tone(AGENT_HZ, 1))
    await hears(customer, AGENT_HZ, since)
    await asyncio.sleep(0.5)

    assert_silent(customer, hz, began)
    await done_with(desk)


@pytest.mark.feature("CAM-04")
async def test_the_agent_alone_hears_it_ring_until_the_customer_answers(
    centre: CallCentre, phones: Phones, handsets: Phones
) -> None:
    await agents_of(centre, 1, phone="seat")
    campaign = await dialing(centre, phones, CUSTOMERS[:1], Manner(ring_s=10.0), mode="AGENT_FIRST")
    desk = await at_work(centre, "201")
    (phone,) = handsets.calls_of("seat-1")
    began = time.monotonic()
    await centre.start(campaign)

    await eventually(lambda: bool(calls_at(phones, CUSTOMERS[0])), seconds=10)
    (called,) = calls_at(phones, CUSTOMERS[0])
    for hz in RINGING_HZ:
        await hears(phone, hz, began)
    assert not called.up.is_set()
    customer = await customer_up(phones, CUSTOMERS[0])
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


@pytest.mark.feature("AGT-01")
@pytest.mark.parametrize("kind", ["SIP", "NUMBER"])
async def test_a_phone_of_ours_and_one_of_a_carriers_hold_an_agent(
    centre: CallCentre, phones: Phones, handsets: Phones, kind: str
) -> None:
    await agents_of(centre, 0)
    outside = kind == "NUMBER"
    endpoint = "+12125550160" if outside else "seat-2"
    code = await agent_at(centre, "301", endpoint=endpoint, endpointKind=kind)
    campaign = await dialing(centre, phones, CUSTOMERS[:1], Manner(ring_s=0.3, hums=CUSTOMER_HZ))

    desk = await at_work(centre, code)
    await centre.start(campaign)
    await desk.until_state("TALKING")

    (phone,) = phones.calls_of("12125550160") if outside else handsets.calls_of("seat-2")
    (customer,) = calls_at(phones, CUSTOMERS[0])
    since = time.monotonic()
    phone.say(sound.tone(AGENT_HZ, 2))
    await hears(phone, CUSTOMER_HZ, since)
    await hears(customer, AGENT_HZ, since)
    await done_with(desk)
    await eventually(phone.ended.is_set)
    await eventually(customer.ended.is_set)


@pytest.mark.browser
@pytest.mark.feature("AGT-01")
async def test_an_agent_and_a_customer_hear_each_other_through_a_browser(
    centre: CallCentre, bed: Bed, phones: Phones
) -> None:
    await agents_of(centre, 0)
    code = await agent_at(centre, "401", endpoint=USER, endpointKind="WEBRTC")
    campaign = await dialing(centre, phones, CUSTOMERS[:1], Manner(ring_s=0.3, hums=CUSTOMER_HZ))

    async with browser_phone(bed, AGENT_HZ) as phone:
        assert await phone.idle()
        desk = await at_work(centre, code)
        await until(partial(phone.hears, MUSIC_HZ))
        await centre.start(campaign)
        customer = await customer_up(phones, CUSTOMERS[0])
        await desk.until_state("TALKING")

        since = time.monotonic()
        await eventually(lambda: sound.loudest(customer.heard(since), AGENT_HZ) > HEARD, seconds=30)
        await until(partial(phone.hears, CUSTOMER_HZ))
        await until(partial(phone.hears_no, MUSIC_HZ))  # what it hears is the mean of some time
        await eventually(lambda: min(phone.packets()) > 50)  # both ways, a second's worth

        await done_with(desk)
        await eventually(customer.ended.is_set)

        await until(phone.idle)
