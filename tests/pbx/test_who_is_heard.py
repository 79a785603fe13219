"""Transfers and supervision through the API, judged by what is heard at the telephones."""

import asyncio
import time
from dataclasses import dataclass

import pytest

from tests.e2e.callcentre import CallCentre
from tests.e2e.desk import ACCEPTED, HANG_UP, Desk
from tests.pbx.bed.phone import Call, Manner, Phones
from tests.pbx.ears import (
    AGENT_HZ,
    CUSTOMER_HZ,
    MUSIC_HZ,
    SUPERVISOR_HZ,
    eventually,
    hear_each_other,
    hears,
    stays_silent,
)
from tests.pbx.system import AGENTS, agents_of, at_work, customer_up, dialing, done_with, leave

CUSTOMER, NUMBER = "+12125550160", "+12125550161"
OTHER_HZ = SUPERVISOR_HZ  # what the other agent hums, or the number, or the supervisor
HOLD = f"mutation ($on: Boolean!) {{ callHold(on: $on) {ACCEPTED} }}"
TRANSFER = f"""
mutation ($agent: UUID, $number: PhoneNumber, $consult: Boolean!) {{
  callTransfer(toAgentId: $agent, toNumber: $number, consult: $consult) {ACCEPTED}
}}
"""
COMPLETE = f"mutation {{ callTransferComplete {ACCEPTED} }}"
CANCEL = f"mutation {{ callTransferCancel {ACCEPTED} }}"
SUPERVISE = f"""
mutation ($agent: UUID!, $role: SupervisorRole!) {{
  agentSupervise(agentId: $agent, role: $role, endpoint: "seat-3") {ACCEPTED}
}}
"""
SUPERVISE_END = "mutation { agentSuperviseEnd { __typename ... on Refusal { code } } }"


@dataclass
class Talk:
    """An agent and a customer who talk, and another agent who is free."""

    centre: CallCentre
    campaign: str
    ids: dict[str, str]  # agents by code
    desk: Desk
    agent: Call
    customer: Call
    other_desk: Desk
    other: Call

    @property
    def other_id(self) -> str:
        return self.ids["202"]

    async def customers_agent(self) -> str:
        """Whose the call is, once it is over."""
        (target,) = await self.centre.until_closed(self.campaign)
        assert target["closedReason"] == "CONNECTED"
        (call,) = await self.centre.calls(self.campaign)
        id: str = call["agentId"]
        return id


@pytest.fixture
async def talk(centre: CallCentre, phones: Phones, handsets: Phones) -> Talk:
    """Everybody hums a tone of his own, all the time."""
    codes = await agents_of(centre, 2, phone="seat")
    hums = [AGENT_HZ, OTHER_HZ, OTHER_HZ]
    for n, hz in enumerate(hums, start=1):
        handsets.manners[f"seat-{n}"] = Manner(hums=hz)
    phones.manners[NUMBER.removeprefix("+")] = Manner(ring_s=0.3, hums=OTHER_HZ)
    manner = Manner(ring_s=0.3, hums=CUSTOMER_HZ)
    campaign = await dialing(centre, phones, [CUSTOMER], manner)
    ids = {agent["code"]: agent["id"] for agent in (await centre.admin.ask(AGENTS))["nodes"]}
    desk = await at_work(centre, codes[0])
    await centre.start(campaign)
    customer = await customer_up(phones, CUSTOMER)
    await desk.until_state("TALKING")
    other_desk = await at_work(centre, codes[1])
    (agent,), (other,) = handsets.calls_of("seat-1"), handsets.calls_of("seat-2")
    await hear_each_other(agent, AGENT_HZ, customer, CUSTOMER_HZ)
    return Talk(centre, campaign, ids, desk, agent, customer, other_desk, other)


async def test_a_held_customer_hears_music_and_comes_back(talk: Talk) -> None:
    await talk.desk.do(HOLD, on=True)
    await hears(talk.customer, MUSIC_HZ, time.monotonic())
    await stays_silent(talk.customer, AGENT_HZ)
    await stays_silent(talk.agent, CUSTOMER_HZ)

    await talk.desk.do(HOLD, on=False)
    await hear_each_other(talk.agent, AGENT_HZ, talk.customer, CUSTOMER_HZ)
    await stays_silent(talk.customer, MUSIC_HZ)

    await leave(talk.other_desk)
    await done_with(talk.desk)
    assert await talk.customers_agent() == talk.ids["201"]


@pytest.mark.feature("AGT-11")
async def test_a_blind_transfer_lets_customer_and_other_agent_hear_each_other(talk: Talk) -> None:
    await talk.desk.do(TRANSFER, agent=talk.other_id, consult=False)
    await talk.other_desk.until_state("TALKING")
    await talk.desk.until_state("AVAILABLE")

    await hear_each_other(talk.other, OTHER_HZ, talk.customer, CUSTOMER_HZ)
    await stays_silent(talk.customer, AGENT_HZ)
    await stays_silent(talk.agent, CUSTOMER_HZ, OTHER_HZ)

    await leave(talk.desk)
    await done_with(talk.other_desk)
    assert await talk.customers_agent() == talk.other_id


@pytest.mark.feature("AGT-11")
async def test_an_agent_is_consulted_let_go_consulted_again_and_given_the_customer(
    talk: Talk,
) -> None:
    await talk.desk.do(TRANSFER, agent=talk.other_id, consult=True)
    await hear_each_other(talk.agent, AGENT_HZ, talk.other, OTHER_HZ)
    await hears(talk.customer, MUSIC_HZ, time.monotonic())
    await asyncio.gather(
        stays_silent(talk.customer, AGENT_HZ, OTHER_HZ),
        stays_silent(talk.agent, CUSTOMER_HZ),
        stays_silent(talk.other, CUSTOMER_HZ),
    )

    await talk.desk.do(CANCEL)
    await talk.other_desk.until_state("AVAILABLE")
    await hear_each_other(talk.agent, AGENT_HZ, talk.customer, CUSTOMER_HZ)
    await hears(talk.other, MUSIC_HZ, time.monotonic())  # alone again
    await asyncio.gather(
        stays_silent(talk.customer, OTHER_HZ),
        stays_silent(talk.agent, OTHER_HZ),
        stays_silent(talk.other, AGENT_HZ, CUSTOMER_HZ),
    )
    assert talk.desk.state == "TALKING"

    await talk.desk.do(TRANSFER, agent=talk.other_id, consult=True)
    await hear_each_other(talk.agent, AGENT_HZ, talk.other, OTHER_HZ)
    await talk.desk.do(COMPLETE)
    await talk.other_desk.until_state("TALKING")
    await talk.desk.until_state("AVAILABLE")
    await hear_each_other(talk.other, OTHER_HZ, talk.customer, CUSTOMER_HZ)
    await asyncio.gather(
        stays_silent(talk.customer, AGENT_HZ, MUSIC_HZ),
        stays_silent(talk.agent, CUSTOMER_HZ, OTHER_HZ),
        stays_silent(talk.other, AGENT_HZ),
    )

    await leave(talk.desk)
    await done_with(talk.other_desk)
    assert await talk.customers_agent() == talk.other_id


@pytest.mark.feature("AGT-11")
async def test_a_consulted_number_talks_on_with_the_customer_alone(
    talk: Talk, phones: Phones
) -> None:
    await leave(talk.other_desk)
    await talk.desk.do(TRANSFER, number=NUMBER, consult=True)
    number = await customer_up(phones, NUMBER)
    await hear_each_other(talk.agent, AGENT_HZ, number, OTHER_HZ)
    await hears(talk.customer, MUSIC_HZ, time.monotonic())
    await stays_silent(number, CUSTOMER_HZ)

    await talk.desk.do(COMPLETE)
    await talk.desk.until_state("AVAILABLE")
    await hear_each_other(number, OTHER_HZ, talk.customer, CUSTOMER_HZ)
    await asyncio.gather(
        stays_silent(talk.customer, AGENT_HZ, MUSIC_HZ),
        stays_silent(talk.agent, CUSTOMER_HZ, OTHER_HZ),
    )

    number.hang_up()
    await eventually(talk.customer.ended.is_set)  # nobody is left to speak with
    await leave(talk.desk)
    assert await talk.customers_agent() == talk.ids["201"]


@pytest.mark.feature("MON-04")
async def test_a_supervisor_listens_whispers_and_barges_in(talk: Talk, handsets: Phones) -> None:
    async def supervises(role: str) -> Call:
        done = await talk.centre.admin.ask(SUPERVISE, agent=talk.ids["201"], role=role)
        assert done["__typename"] == "AgentAccepted", done
        return await customer_up(handsets, "seat-3")

    supervisor = await supervises("LISTEN")
    since = time.monotonic()
    await hears(supervisor, AGENT_HZ, since)
    await hears(supervisor, CUSTOMER_HZ, since)
    await asyncio.gather(
        stays_silent(talk.agent, SUPERVISOR_HZ), stays_silent(talk.customer, SUPERVISOR_HZ)
    )

    assert await supervises("WHISPER") is supervisor
    await hears(talk.agent, SUPERVISOR_HZ, time.monotonic())
    await hears(supervisor, CUSTOMER_HZ, time.monotonic())
    await stays_silent(talk.customer, SUPERVISOR_HZ)
    await hear_each_other(talk.agent, AGENT_HZ, talk.customer, CUSTOMER_HZ)

    assert await supervises("BARGE") is supervisor
    since = time.monotonic()
    await hears(talk.agent, SUPERVISOR_HZ, since)
    await hears(talk.customer, SUPERVISOR_HZ, since)

    ended = await talk.centre.admin.ask(SUPERVISE_END)
    assert ended["__typename"] == "SupervisionEnded"
    await eventually(supervisor.ended.is_set)
    assert (await talk.centre.admin.ask(SUPERVISE_END))["code"] == "NOT_SUPERVISING"
    await asyncio.gather(
        stays_silent(talk.agent, SUPERVISOR_HZ), stays_silent(talk.customer, SUPERVISOR_HZ)
    )
    assert handsets.calls_of("seat-3") == [supervisor]  # called once for all three

    await leave(talk.other_desk)
    await talk.desk.do(HANG_UP)
    await talk.desk.until_state("AVAILABLE")
    await leave(talk.desk)
    assert await talk.customers_agent() == talk.ids["201"]
