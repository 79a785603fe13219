"""Agents who have nothing but a telephone: they sign in, work and sign out on the real PBX."""

import asyncio
import time
from functools import partial
from typing import Any

import pytest

from tests.e2e.callcentre import CallCentre
from tests.e2e.customer import until
from tests.pbx.bed import sound
from tests.pbx.bed.phone import Call, Manner, Phones
from tests.pbx.bed.servers import Bed
from tests.pbx.ears import AGENT_HZ, CUSTOMER_HZ, MUSIC_HZ, eventually, hears
from tests.pbx.system import (
    AGENTS,
    agent_at,
    agents_of,
    at_work,
    dial_in,
    number,
    state_of,
    trunk,
)

LOGIN, OTHER_LOGIN = "+12025559900", "+12025559901"
CUSTOMERS = ["+12125550140", "+12125550141"]
LATER = "+12125550142"  # added when nobody is there any more
DESK_CAMPAIGNS = """
query ($agent: UUID!) { deskCampaigns(agentId: $agent) { nodes { agentLogin loggedInSince } } }
"""
BOARD = "subscription ($id: UUID!) { campaignBoard(id: $id) { why } }"
# They hardly ring: whoever has just dialed in is in the room before anybody is called.
HUMS = Manner(ring_s=0.1, hums=CUSTOMER_HZ)


async def _campaign(centre: CallCentre, phones: Phones, **settings: Any) -> str:
    """A campaign without analysis, whose customers answer at the bed's own phones and hum."""
    for customer in CUSTOMERS:
        phones.manners[customer.removeprefix("+")] = HUMS
    wire = await trunk(centre, "wire")
    assert wire
    campaign = await centre.campaign("PROGRESSIVE", analysis=False, linesPerAgent=1, **settings)
    await centre.add(campaign, CUSTOMERS)
    return campaign


def _type(call: Call, keys: str) -> None:
    """Press keys as fast as a person can, whatever is being played."""
    for key in keys:
        call.press(key)


def _is_told_something(call: Call, since: float) -> bool:
    return sound.loudness(call.heard(since)) > 100


async def _says(centre: CallCentre, campaign: str, reason: str) -> bool:
    """Whether the board says why nothing is dialed."""
    async with centre.admin.socket() as socket:
        async for board in socket.follow(BOARD, id=campaign):
            return reason in board["why"]
    return False


async def _customer(phones: Phones, known: list[Call]) -> Call:
    """The customer whose phone was called next, once it is up."""

    def fresh() -> list[Call]:
        calls = [call for name in CUSTOMERS for call in phones.calls_of(name.removeprefix("+"))]
        return [call for call in calls if call not in known and call.up.is_set()]

    await eventually(lambda: bool(fresh()), seconds=20)
    known.append(fresh()[0])
    return known[-1]


@pytest.mark.feature("AGT-02")
async def test_an_agent_works_with_a_telephone_alone(
    centre: CallCentre, bed: Bed, phones: Phones
) -> None:
    (code,) = await agents_of(centre, 1)
    await number(centre, LOGIN, "PHONE_LOGIN")
    campaign = await _campaign(centre, phones, wrapUpSeconds=None)

    agent = await dial_in(phones, bed, LOGIN)
    _type(agent, f"{code}#{code}0#")
    await until(state_of(centre, code, "AVAILABLE"))
    await hears(agent, MUSIC_HZ, time.monotonic())

    known: list[Call] = []
    await centre.start(campaign)
    customer = await _customer(phones, known)
    await until(state_of(centre, code, "TALKING"))
    since = time.monotonic()
    agent.say(sound.tone(AGENT_HZ, 2))
    await hears(agent, CUSTOMER_HZ, since)
    await hears(customer, AGENT_HZ, since)

    agent.press("*")
    await eventually(customer.ended.is_set)
    assert not agent.ended.is_set()
    await until(state_of(centre, code, "WRAP_UP"))
    agent.press("*")
    await _customer(phones, known)
    await until(state_of(centre, code, "TALKING"))

    agent.hang_up()
    await until(state_of(centre, code, "OFFLINE"))
    await eventually(known[-1].ended.is_set)
    targets = await centre.until_closed(campaign)
    assert {target["closedReason"] for target in targets} == {"CONNECTED"}


@pytest.mark.feature("AGT-02")
# A seat for each account: without an `accountcode` a phone is that of the last who named it.
@pytest.mark.parametrize(("login", "seat"), [("PERMANENT", "seat-1"), ("MANUAL", "seat-2")])
async def test_star_ten_and_star_eleven_sign_an_agents_own_phone_in_and_out(
    centre: CallCentre, bed: Bed, phones: Phones, handsets: Phones, login: str, seat: str
) -> None:
    await agents_of(centre, 0)
    code = await agent_at(centre, "201", endpoint=seat)
    campaign = await _campaign(centre, phones, wrapUpSeconds=0.5, agentLogin=login)
    phones.manners[LATER.removeprefix("+")] = HUMS
    await centre.start(campaign)
    known: list[Call] = []
    (who,) = (await centre.admin.ask(AGENTS))["nodes"]

    async def logged_in() -> bool:
        found = await centre.admin.ask(DESK_CAMPAIGNS, agent=who["id"])
        (row,) = found["nodes"]
        assert row["agentLogin"] == login
        return row["loggedInSince"] is not None

    assert not await logged_in()
    agent = await dial_in(handsets, bed, "*10", seat)
    since = time.monotonic()
    customer = await _customer(phones, known)
    await hears(agent, CUSTOMER_HZ, since)
    assert await logged_in() == (login == "MANUAL")
    agent.press("*")
    await eventually(customer.ended.is_set)
    await _customer(phones, known)

    leaving = await dial_in(handsets, bed, "*11", seat)
    await until(state_of(centre, code, "OFFLINE"))

    await eventually(agent.ended.is_set)
    await eventually(known[-1].ended.is_set)
    await eventually(lambda: sound.loudness(leaving.heard()) > 100)  # that he is signed out
    await eventually(leaving.ended.is_set, seconds=10)
    assert not await logged_in()
    await centre.add(campaign, [LATER])
    await asyncio.sleep(3.0)
    assert phones.calls_of(LATER.removeprefix("+")) == []  # nobody is there to be called for
    assert handsets.calls_of(seat) == []  # and nobody had to call him


@pytest.mark.feature("AGT-02")
async def test_a_campaign_with_manual_login_waits_for_star_ten_from_an_agent_at_work(
    centre: CallCentre, bed: Bed, phones: Phones, handsets: Phones
) -> None:
    await agents_of(centre, 0)
    code = await agent_at(centre, "201", endpoint="seat-3")
    campaign = await _campaign(centre, phones, wrapUpSeconds=0.5, agentLogin="MANUAL")
    desk = await at_work(centre, code)
    await centre.start(campaign)

    await until(partial(_says, centre, campaign, "no agent is logged into the campaign"))
    await asyncio.sleep(2.0)
    assert await centre.attempts(campaign) == []
    assert desk.state == "AVAILABLE"

    agent = await dial_in(handsets, bed, "*10", "seat-3")
    await _customer(phones, [])
    await desk.until_state("TALKING")
    await hears(agent, CUSTOMER_HZ, time.monotonic())


@pytest.mark.feature("AGT-02")
async def test_a_wrong_pin_signs_nobody_in(centre: CallCentre, bed: Bed, phones: Phones) -> None:
    (code,) = await agents_of(centre, 1)
    await number(centre, OTHER_LOGIN, "PHONE_LOGIN")

    stranger = await dial_in(phones, bed, OTHER_LOGIN)
    for pin in ("1111", "2222", "3333"):
        since = time.monotonic()
        _type(stranger, f"{code}#{pin}#")
        await eventually(partial(_is_told_something, stranger, since))
        await asyncio.sleep(2.0)
    await eventually(stranger.ended.is_set, seconds=15)

    assert await state_of(centre, code, "OFFLINE")()
