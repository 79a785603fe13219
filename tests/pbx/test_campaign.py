"""A whole campaign over GraphQL on the real PBX: a workbook in, closed targets out."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from tests.domain.targets.files import xlsx
from tests.e2e.callcentre import ASSIGN, CAMPAIGN_CREATE, CallCentre
from tests.e2e.desk import GO_AVAILABLE, HANG_UP, SIGN_OUT, Desk
from tests.pbx.system import agents_of

IMPORT = """
mutation ($campaign: UUID!, $file: Upload!) {
  targetImportStart(campaignId: $campaign, file: $file, country: "multiple", batchName: "PBX") {
    __typename
    ... on Refusal { code message }
  }
}
"""
AGENTS = 4
# The bed's customers by what they do; see tests/pbx/bed/scenarios.py.
LIVE = [f"+1 212 555 01{n:02d}" for n in range(40, 48)]  # ring 2 s, say hello, stay
MACHINES = ["+61 2 5550 1234", "+61 2 5550 1235"]
LEAVERS = ["+7 495 123 45 67"]  # hang up after 3 s


async def _hangs_up(desk: Desk, event: dict[str, Any]) -> None:
    """Talks for two seconds, then ends the call, unless the customer did."""
    if event["__typename"] == "ScreenPop" and event["stage"] == "CONNECTED":
        await asyncio.sleep(2)
        await desk.agent.ask(HANG_UP)


@pytest.mark.feature("CAM-11")
@pytest.mark.feature("OPS-02")
@pytest.mark.parametrize("mode", ["PROGRESSIVE", "PREDICTIVE"])
async def test_a_workbook_is_dialed_to_its_last_target_on_the_pbx(
    centre: CallCentre, mode: str
) -> None:
    codes = await agents_of(centre, AGENTS)
    settings = {
        "name": f"{mode} on the PBX",
        "mode": mode,
        "callerId": centre.caller_id,
        "retryDelays": [],
        "wrapUpSeconds": 0.5,
        "linesPerAgent": 2,
        "patienceSeconds": 10,
        "ringLimitSeconds": 15,
    }
    await centre.number(centre.caller_id)
    made = await centre.admin.ask(CAMPAIGN_CREATE, input=settings)
    assert made["__typename"] == "CampaignCreated", made
    campaign = made["campaign"]["id"]
    await centre.admin.ask(ASSIGN, id=campaign, teams=[{"id": centre.team, "level": 1}])
    rows = [(number, f"Person {number[-2:]}") for number in [*LIVE, *MACHINES, *LEAVERS]]
    begun = await centre.admin.upload(
        IMPORT, "list.xlsx", xlsx(rows, header=("Phone", "Customer Name")), campaign=campaign
    )
    assert begun["__typename"] == "TargetImportStarted", begun
    desks = [await centre.desk(code) for code in codes]
    for desk in desks:
        desk.listen(_hangs_up)
        await desk.until_state("BREAK")
        await desk.do(GO_AVAILABLE)
    for desk in desks:
        await desk.until_state("AVAILABLE")
    await centre.start(campaign)

    targets = await centre.until_closed(campaign, seconds=120)

    for desk in desks:
        await desk.until_state("AVAILABLE")
        await desk.do(SIGN_OUT)
        await desk.cut_off()
    assert len(targets) == len(rows)
    by_number = {target["number"]: target["customerStatus"] for target in targets}
    for number in MACHINES:
        assert by_number[number.replace(" ", "")] == "MACHINE"
    counts = Counter(by_number.values())
    assert counts["CONNECTED"] + counts["ABANDONED"] + counts["HUNG_UP"] == len(LIVE) + 1
    assert counts["CONNECTED"] >= AGENTS
    attempts = [a for a in await centre.attempts(campaign) if a["disposition"] != "NOT_PLACED"]
    assert len(attempts) == len(rows)
    pops = [pop["callId"] for desk in desks for pop in desk.events("ScreenPop", stage="CONNECTED")]
    assert sorted(pops) == sorted(a["id"] for a in attempts if a["disposition"] == "CONNECTED")
