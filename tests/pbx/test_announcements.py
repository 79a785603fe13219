"""What a campaign says to customers by itself, heard at their phones, and what their keys do."""

import time

import pytest

from tests.e2e.callcentre import CallCentre
from tests.pbx.bed import sound
from tests.pbx.bed.phone import Manner, Phones
from tests.pbx.bed.servers import Bed
from tests.pbx.ears import (
    AGENT_HZ,
    ANNOUNCED_HZ,
    CUSTOMER_HZ,
    announcement,
    assert_silent,
    eventually,
    hears,
)
from tests.pbx.system import agents_of, at_work, customer_up, dialing, done_with

WANTS, REFUSES, LISTENS = CUSTOMERS = ["+12125550150", "+12125550151", "+12125550152"]
SUPPRESSIONS = "{ suppressions { nodes { pattern source } } }"


async def _outcomes(centre: CallCentre, campaign: str) -> dict[str, tuple[str, str]]:
    """By number: why the target was closed, and how the call ended."""
    return {
        target["number"]: (target["closedReason"], target["customerStatus"])
        for target in await centre.until_closed(campaign)
    }


async def _not_to_be_called(centre: CallCentre) -> list[dict[str, str]]:
    page = await centre.admin.ask(SUPPRESSIONS)
    nodes: list[dict[str, str]] = page["nodes"]
    return nodes


@pytest.mark.feature("CAM-04")
@pytest.mark.feature("CAM-11")
async def test_customers_of_an_ivr_campaign_hear_it_and_choose_by_key(
    centre: CallCentre, bed: Bed, phones: Phones, handsets: Phones
) -> None:
    await agents_of(centre, 1, phone="seat")
    campaign = await dialing(
        centre,
        phones,
        CUSTOMERS,
        Manner(ring_s=0.3),
        mode="IVR_PROGRESSIVE",
        ivrPorts=3,
        announcement={
            "sound": announcement(bed, 4.0),
            "agentKey": "1",
            "optOutKey": "9",
            "waitSeconds": 1.0,
        },
    )
    desk = await at_work(centre, "201")
    (phone,) = handsets.calls_of("seat-1")
    began = time.monotonic()

    await centre.start(campaign)
    wants, refuses, listens = [await customer_up(phones, number) for number in CUSTOMERS]
    for customer in (wants, refuses, listens):
        await hears(customer, ANNOUNCED_HZ, began)
    refuses.press("9")
    await eventually(refuses.ended.is_set)
    wants.press("1")
    await desk.until_state("TALKING")
    since = time.monotonic()
    wants.say(sound.tone(CUSTOMER_HZ, 2))
    phone.say(sound.tone(AGENT_HZ, 2))
    await hears(phone, CUSTOMER_HZ, since)
    await hears(wants, AGENT_HZ, since)
    assert_silent(wants, ANNOUNCED_HZ, since)  # the key ended it for him
    await eventually(listens.ended.is_set)

    assert_silent(phone, ANNOUNCED_HZ, began)
    assert_silent(listens, AGENT_HZ, began)
    assert 3.5 < _announced_s(listens.heard(began)) < 4.5  # once, to its end
    await done_with(desk)
    assert await _outcomes(centre, campaign) == {
        WANTS: ("CONNECTED", "CONNECTED"),
        REFUSES: ("SUPPRESSED", "CONNECTED"),
        LISTENS: ("CONNECTED", "CONNECTED"),
    }
    assert await _not_to_be_called(centre) == [{"pattern": REFUSES, "source": "CUSTOMER"}]


@pytest.mark.feature("CAM-11")
@pytest.mark.feature("CAM-20")
async def test_customers_for_whom_no_agent_came_hear_who_called(
    centre: CallCentre, bed: Bed, phones: Phones, handsets: Phones
) -> None:
    await agents_of(centre, 1, phone="seat")
    campaign = await dialing(
        centre,
        phones,
        CUSTOMERS,
        Manner(ring_s=0.3),
        linesPerAgent=3,
        patienceSeconds=0.5,
        abandonAction="MESSAGE",
        abandonMessage={"sound": announcement(bed, 3.0), "optOutKey": "9", "waitSeconds": 1.0},
    )
    desk = await at_work(centre, "201")
    (phone,) = handsets.calls_of("seat-1")
    began = time.monotonic()

    await centre.start(campaign)
    calls = {number: await customer_up(phones, number) for number in CUSTOMERS}
    await desk.until_state("TALKING")
    (pop,) = desk.events("ScreenPop", stage="CONNECTED")
    served = calls.pop(pop["number"])
    served.say(sound.tone(CUSTOMER_HZ, 2))
    for customer in calls.values():
        await hears(customer, ANNOUNCED_HZ, began)
    refuses, listens = calls
    calls[refuses].press("9")
    for customer in calls.values():
        await eventually(customer.ended.is_set)

    assert 2.5 < _announced_s(calls[listens].heard(began)) < 3.5
    await hears(phone, CUSTOMER_HZ, began)
    assert_silent(phone, ANNOUNCED_HZ, began)
    assert_silent(served, ANNOUNCED_HZ, began)
    await done_with(desk)
    assert await _outcomes(centre, campaign) == {
        pop["number"]: ("CONNECTED", "CONNECTED"),
        refuses: ("SUPPRESSED", "ABANDONED"),
        listens: ("FINAL", "ABANDONED"),
    }
    assert await _not_to_be_called(centre) == [{"pattern": refuses, "source": "CUSTOMER"}]


def _announced_s(heard: sound.Samples) -> float:
    """For how long the announcement was heard."""
    tenths = [heard[at : at + 800] for at in range(0, len(heard), 800)]
    return sum(sound.strength(tenth, ANNOUNCED_HZ) > 1500 for tenth in tenths) / 10
