"""What agents and supervisors do with live calls, through the API, on the real PBX."""

import asyncio
from typing import Any

import pytest

from tests.e2e.callcentre import CallCentre
from tests.e2e.customer import until
from tests.e2e.desk import ACCEPTED, GO_AVAILABLE, HANG_UP, SIGN_OUT, Desk
from tests.pbx.system import agents_of

LIVE = "+12125550140"  # rings 2 s, says hello, stays
HOLD = f"mutation ($on: Boolean!) {{ callHold(on: $on) {ACCEPTED} }}"
TRANSFER = f"mutation ($to: UUID!) {{ callTransfer(toAgentId: $to) {ACCEPTED} }}"
CONSULT = f"""
mutation ($number: PhoneNumber!) {{ callTransfer(toNumber: $number, consult: true) {ACCEPTED} }}
"""
COMPLETE = f"mutation {{ callTransferComplete {ACCEPTED} }}"
SUPERVISE = f"""
mutation ($agent: UUID!, $role: SupervisorRole!) {{
  agentSupervise(agentId: $agent, role: $role, endpoint: "agent-9") {ACCEPTED}
}}
"""
SUPERVISE_END = "mutation { agentSuperviseEnd { __typename ... on Refusal { code } } }"
DIAL = f"mutation ($number: String!) {{ agentDial(number: $number) {ACCEPTED} }}"
DEFAULT_CAMPAIGN = """
mutation ($agent: UUID!, $campaign: UUID!) {
  agentChange(id: $agent, input: {defaultCampaignId: $campaign}) { __typename }
}
"""
BY_HAND = "query ($campaign: UUID!) { attempts(campaignId: $campaign) { nodes { number byHand } } }"
AGENTS = "{ agents { nodes { id code now { state reason } } } }"
RECORDINGS = "{ recordings { nodes { callId agentId finishedAt size seconds } } }"


async def _ids(centre: CallCentre) -> dict[str, str]:
    found = await centre.admin.ask(AGENTS)
    return {agent["code"]: agent["id"] for agent in found["nodes"]}


async def _talking(centre: CallCentre, codes: list[str], **settings: Any) -> list[Any]:
    """Desks whose first agent talks with a customer and whose others are available."""
    campaign = await centre.campaign(
        "PROGRESSIVE", wrapUpSeconds=0.5, ringLimitSeconds=15, **settings
    )
    await centre.add(campaign, [LIVE])
    desks = [await centre.desk(code) for code in codes]
    for desk in desks:
        desk.listen()
        await desk.until_state("BREAK")
    await desks[0].do(GO_AVAILABLE)
    await desks[0].until_state("AVAILABLE")
    await centre.start(campaign)
    await desks[0].until_state("TALKING")
    for desk in desks[1:]:
        await desk.do(GO_AVAILABLE)
        await desk.until_state("AVAILABLE")
    return [campaign, *desks]


async def test_a_recorded_customer_is_held_transferred_and_listened_to(
    centre: CallCentre,
) -> None:
    codes = await agents_of(centre, 2)
    ids = await _ids(centre)
    campaign, first, second = await _talking(centre, codes, record=True)

    await first.do(HOLD, on=True)
    await asyncio.sleep(1)
    await first.do(HOLD, on=False)
    await first.do(TRANSFER, to=ids[codes[1]])
    await second.until_state("TALKING")
    await first.until_state("AVAILABLE")
    for role in ("LISTEN", "WHISPER", "BARGE"):
        done = await centre.admin.ask(SUPERVISE, agent=ids[codes[1]], role=role)
        assert done["__typename"] == "AgentAccepted", done
        await asyncio.sleep(1)
    assert (await centre.admin.ask(SUPERVISE_END))["__typename"] == "SupervisionEnded"
    assert (await centre.admin.ask(SUPERVISE_END))["code"] == "NOT_SUPERVISING"
    await second.do(HANG_UP)

    (target,) = await centre.until_closed(campaign)
    assert target["closedReason"] == "CONNECTED"
    (call,) = await centre.calls(campaign)
    assert call["agentId"] == ids[codes[1]]

    async def finished() -> Any:
        found = await centre.admin.ask(RECORDINGS)
        return [one for one in found["nodes"] if one["finishedAt"]]

    (recording,) = await until(finished)
    assert recording["callId"] == call["id"]
    assert recording["seconds"] > 3
    assert recording["size"] > recording["seconds"] * 8000  # 8 kHz, 16 bit
    await _leave(first, second)


async def test_a_consulted_number_takes_the_customer_over(centre: CallCentre) -> None:
    codes = await agents_of(centre, 1)
    campaign, agent = await _talking(centre, codes)

    await agent.do(CONSULT, number="+12125550141")

    async def completed() -> bool:
        done = await agent.agent.ask(COMPLETE)
        return bool(done["__typename"] == "AgentAccepted")

    await until(completed)
    await agent.until_state("AVAILABLE")
    (attempt,) = await centre.attempts(campaign)
    assert attempt["state"] == "CONNECTED"  # customer and number speak without an agent
    await _leave(agent)


@pytest.mark.feature("AGT-01")
async def test_an_agent_on_a_break_dials_by_hand_and_talks(centre: CallCentre) -> None:
    (code,) = await agents_of(centre, 1)
    campaign = await centre.campaign("PREDICTIVE", wrapUpSeconds=0.5, ringLimitSeconds=15)
    await centre.start(campaign)
    agent = (await _ids(centre))[code]
    made = await centre.admin.ask(DEFAULT_CAMPAIGN, agent=agent, campaign=campaign)
    assert made["__typename"] == "AgentChanged", made
    desk = await centre.desk(code)
    desk.listen()
    await desk.until_state("BREAK")

    await desk.do(DIAL, number="(212) 555-0140")  # the phone is off the line
    refused = await desk.agent.ask(DIAL, number=LIVE)
    await desk.until_state("TALKING")
    await desk.do(HANG_UP)
    await desk.until_state("BREAK")

    assert refused["code"] == "AGENT_BUSY"
    (attempt,) = (await centre.admin.ask(BY_HAND, campaign=campaign))["nodes"]
    assert (attempt["number"], attempt["byHand"]) == (LIVE, True)
    (target,) = await centre.until_closed(campaign)
    assert (target["number"], target["closedReason"]) == (LIVE, "CONNECTED")
    await _leave(desk)


async def _leave(*desks: Desk) -> None:
    for desk in desks:
        await desk.do(SIGN_OUT)
        await desk.cut_off()
