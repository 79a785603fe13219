"""What agents do with live calls and their recordings, through the API, on the real PBX."""

import array
import asyncio
import wave
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.e2e.callcentre import CallCentre
from tests.e2e.customer import until
from tests.e2e.desk import ACCEPTED, HANG_UP, WRAP_UP
from tests.e2e.system import System
from tests.pbx.bed import sound
from tests.pbx.bed.phone import Manner, Phones
from tests.pbx.ears import AGENT_HZ, CUSTOMER_HZ, SUPERVISOR_HZ
from tests.pbx.system import AGENTS, agents_of, at_work, customer_up, dialing, leave

LIVE = "+12125550140"  # rings 2 s, says hello, stays
FIRST, SECOND = CUSTOMERS = ["+12125550170", "+12125550171"]
OTHER_HZ = SUPERVISOR_HZ  # what the other agent hums
PAUSE_S = 2.0
TRANSFER = f"mutation ($to: UUID!) {{ callTransfer(toAgentId: $to) {ACCEPTED} }}"
RECORD = f"mutation ($action: RecordAction!) {{ callRecord(action: $action) {ACCEPTED} }}"
DIAL = f"mutation ($number: String!) {{ agentDial(number: $number) {ACCEPTED} }}"
DEFAULT_CAMPAIGN = """
mutation ($agent: UUID!, $campaign: UUID!) {
  agentChange(id: $agent, input: {defaultCampaignId: $campaign}) { __typename }
}
"""
SWITCHES = {
    "campaign": "mutation ($id: UUID!) { campaignChange(id: $id, input: {record: true}) %s }",
    "agent": "mutation ($id: UUID!) { agentChange(id: $id, input: {record: true}) %s }",
    "trunk": "mutation ($id: UUID!) { trunkChange(id: $id, settings: {record: true}) %s }",
}
TRUNKS = "{ trunks { nodes { id } } }"
BY_HAND = "query ($campaign: UUID!) { attempts(campaignId: $campaign) { nodes { number byHand } } }"
RECORDINGS = "{ recordings { nodes { id callId agentId finishedAt size seconds } } }"


async def _ids(centre: CallCentre) -> dict[str, str]:
    found = await centre.admin.ask(AGENTS)
    return {agent["code"]: agent["id"] for agent in found["nodes"]}


async def _recordings(centre: CallCentre) -> list[Any]:
    nodes: list[Any] = (await centre.admin.ask(RECORDINGS))["nodes"]
    return nodes


def _has_recordings(
    centre: CallCentre, count: int, *, finished: bool
) -> Callable[[], Awaitable[bool]]:
    async def has() -> bool:
        found = await _recordings(centre)
        return len(found) == count and all(bool(one["finishedAt"]) == finished for one in found)

    return has


def _samples(outdial: System, recording: Any) -> list[int]:
    """The sound of a recording, whose size and length are those that the API tells."""
    (path,) = (outdial.folder / "data/files/recordings").glob(f"*/{recording['id']}.wav")
    assert path.stat().st_size == recording["size"]
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
        assert abs(file.getnframes() / 8000 - recording["seconds"]) < 0.01
        return list(array.array("h", file.readframes(file.getnframes())))


def _quiet_s(samples: list[int]) -> tuple[float, float]:
    """Where the longest silence begins, and for how long it is, in seconds."""
    longest, began = (0.0, 0.0), None
    for at in range(0, len(samples) - 399, 400):
        if sound.loudness(samples[at : at + 400]) >= 10:
            began = None
            continue
        began = at if began is None else began
        longest = max(longest, ((at + 400 - began) / 8000, began / 8000))
    return longest[1], longest[0]


@pytest.mark.feature("REC-01")
@pytest.mark.parametrize("switch", [*SWITCHES, "desk"])
async def test_a_call_is_recorded_from_when_a_switch_says_so_and_silent_where_paused(
    outdial: System, centre: CallCentre, phones: Phones, handsets: Phones, switch: str
) -> None:
    handsets.manners["seat-1"] = Manner(hums=AGENT_HZ)
    (code,) = await agents_of(centre, 1, phone="seat")
    manner = Manner(ring_s=0.3, hums=CUSTOMER_HZ)
    campaign = await dialing(centre, phones, CUSTOMERS, manner, wrapUpSeconds=None)
    desk = await at_work(centre, code)
    await centre.start(campaign)
    await desk.until_state("TALKING")
    for action in ("PAUSE", "RESUME", "STOP"):
        refused = await desk.agent.ask(RECORD, action=action)
        assert refused["code"] == "NOT_RECORDING"

    # Switched on while the agent is at work; what is on goes on without.
    (trunk,) = (await centre.admin.ask(TRUNKS))["nodes"]
    ids = {"campaign": campaign, "agent": (await _ids(centre))[code], "trunk": trunk["id"]}
    if switch in SWITCHES:
        done = await centre.admin.ask(SWITCHES[switch] % "{ __typename }", id=ids[switch])
        assert done["__typename"] in ("CampaignChanged", "AgentChanged", "TrunkSaved"), done
    await desk.do(HANG_UP)
    await desk.until_state("WRAP_UP")
    assert await _recordings(centre) == []
    await desk.do(WRAP_UP, note="")
    await desk.until_state("TALKING")
    if switch == "desk":
        assert await _recordings(centre) == []
        await desk.do(RECORD, action="START")
        await desk.do(RECORD, action="START")  # changes nothing
    await until(_has_recordings(centre, 1, finished=False))

    await asyncio.sleep(PAUSE_S)
    await desk.do(RECORD, action="PAUSE")
    await asyncio.sleep(PAUSE_S)
    await desk.do(RECORD, action="RESUME")
    await asyncio.sleep(PAUSE_S)
    await desk.do(RECORD, action="STOP")
    await until(_has_recordings(centre, 1, finished=True))
    assert desk.state == "TALKING"

    (recording,) = await _recordings(centre)
    samples = _samples(outdial, recording)
    began_s, quiet_s = _quiet_s(samples)
    assert quiet_s > PAUSE_S - 0.5
    assert began_s > 0.5
    for part in (samples[: int(began_s * 8000)], samples[int((began_s + quiet_s) * 8000) :]):
        assert len(part) > 4000
        assert sound.loudest(part, AGENT_HZ) > 1500
        assert sound.loudest(part, CUSTOMER_HZ) > 1500

    await desk.do(HANG_UP)
    await desk.until_state("WRAP_UP")
    await leave(desk)
    calls = {call["number"]: call["id"] for call in await centre.calls(campaign)}
    assert (recording["callId"], recording["agentId"]) == (calls[SECOND], ids["agent"])
    assert len(await _recordings(centre)) == 1


@pytest.mark.feature("REC-01")
@pytest.mark.feature("AGT-11")
async def test_the_recording_of_a_customer_goes_on_with_the_next_agent(
    outdial: System, centre: CallCentre, phones: Phones, handsets: Phones
) -> None:
    for n, hz in enumerate((AGENT_HZ, OTHER_HZ), start=1):
        handsets.manners[f"seat-{n}"] = Manner(hums=hz)
    codes = await agents_of(centre, 2, phone="seat")
    ids = await _ids(centre)
    manner = Manner(ring_s=0.3, hums=CUSTOMER_HZ)
    campaign = await dialing(centre, phones, [FIRST], manner, record=True)
    first = await at_work(centre, codes[0])
    await centre.start(campaign)
    await first.until_state("TALKING")
    second = await at_work(centre, codes[1])

    await asyncio.sleep(1.5)
    await first.do(TRANSFER, to=ids[codes[1]])
    await second.until_state("TALKING")
    await asyncio.sleep(1.5)
    (await customer_up(phones, FIRST)).hang_up()
    await until(_has_recordings(centre, 1, finished=True))

    (recording,) = await _recordings(centre)
    (call,) = await centre.calls(campaign)
    assert (recording["callId"], call["agentId"]) == (call["id"], ids[codes[1]])
    samples = _samples(outdial, recording)
    assert recording["seconds"] > 2.5
    begin, end = samples[:8000], samples[-8000:]
    assert sound.loudest(begin, AGENT_HZ) > 1500
    assert sound.loudest(begin, OTHER_HZ) < 500
    assert sound.loudest(end, OTHER_HZ) > 1500
    assert sound.loudest(end, AGENT_HZ) < 500
    for part in (begin, end):
        assert sound.loudest(part, CUSTOMER_HZ) > 1500
    for desk in (first, second):
        await desk.until_state("AVAILABLE")
        await leave(desk)


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
    await leave(desk)
