"""A whole campaign over GraphQL on the real PBX: a workbook in, closed targets out."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.domain.targets.files import xlsx
from tests.e2e.callcentre import AGENT_CREATE, ASSIGN, CAMPAIGN_CREATE, TEAM_CREATE, CallCentre
from tests.e2e.customer import PATIENCE_S, signed_in
from tests.e2e.desk import GO_AVAILABLE, HANG_UP, SIGN_OUT, Desk
from tests.e2e.system import System
from tests.pbx.bed.servers import Bed

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


@pytest.fixture
async def centre(bed: Bed, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[CallCentre]:
    system = System(tmp_path_factory.mktemp("e"), options=["--pbx", f"{bed.url}&capacity=100"])
    try:
        system.start()
        async with httpx.AsyncClient(timeout=PATIENCE_S) as http:
            credentials = system.account("Acme", "acme")
            yield CallCentre(await signed_in(http, system.url, credentials), credentials)
    finally:
        print(system.logs())  # noqa: T201  # shown by pytest when the test fails
        system.stop()


async def _agents(centre: CallCentre) -> list[str]:
    made = await centre.admin.ask(TEAM_CREATE, name="Phones")
    centre.team = made["team"]["id"]
    codes = [str(200 + n) for n in range(1, AGENTS + 1)]
    for n, code in enumerate(codes, start=1):
        agent = {
            "name": f"Agent {code}",
            "code": code,
            "pin": f"{code}0",
            "endpoint": f"agent-{n}",
            "teamId": centre.team,
        }
        done = await centre.admin.ask(AGENT_CREATE, input=agent)
        assert done["__typename"] == "AgentCreated", done
    return codes


async def _hangs_up(desk: Desk, event: dict[str, Any]) -> None:
    """Talks for two seconds, then ends the call, unless the customer did."""
    if event["__typename"] == "ScreenPop" and event["stage"] == "CONNECTED":
        await asyncio.sleep(2)
        await desk.agent.ask(HANG_UP)


@pytest.mark.feature("CAM-11")
@pytest.mark.feature("OPS-02")
@pytest.mark.parametrize("mode", ["PROGRESSIVE", "PREDICTIVE"])
async def test_a_workbook_is_dialed_to_its_last_target_on_the_pbx(
    centre: CallCentre, mode: str, tmp_path: Path
) -> None:
    codes = await _agents(centre)
    settings = {
        "name": f"{mode} on the PBX",
        "mode": mode,
        "callerId": "+12025550100",
        "retryDelays": [],
        "wrapUpSeconds": 0.5,
        "linesPerAgent": 2,
        "patienceSeconds": 10,
        "ringLimitSeconds": 15,
    }
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
    attempts = await centre.attempts(campaign)
    assert len(attempts) == len(rows)
    pops = [pop["callId"] for desk in desks for pop in desk.events("ScreenPop", stage="CONNECTED")]
    assert sorted(pops) == sorted(a["id"] for a in attempts if a["disposition"] == "CONNECTED")
