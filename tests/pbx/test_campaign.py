"""A whole campaign over GraphQL on the real PBX: a workbook in, closed targets out."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import pytest

from tests.domain.targets.files import xlsx
from tests.e2e.callcentre import ASSIGN, CAMPAIGN_CREATE, CallCentre
from tests.e2e.customer import until
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
BOARD = "subscription ($id: UUID!) { campaignBoard(id: $id) { dialing talking why } }"
AGENTS = 4
# The bed's customers by what they do; see tests/pbx/bed/scenarios.py.
LIVE = [f"+1 212 555 01{n:02d}" for n in range(40, 80)]  # ring 2 s, say hello, stay
MACHINES = ["+61 2 5550 1234", "+61 2 5550 1235"]
LEAVERS = ["+7 495 123 45 67"]  # hang up after 3 s


PACED = {
    "PROGRESSIVE": "2 lines for each of",
    "PREDICTIVE": "the next call's risk of an abandon is",
}


async def _watch(centre: CallCentre, campaign: str, boards: list[Any]) -> None:
    async with centre.admin.socket() as socket:
        async for board in socket.follow(BOARD, id=campaign):
            boards.append(board)


def _is_told(boards: list[Any]) -> Callable[[], Awaitable[bool]]:
    async def told() -> bool:
        return bool(boards)

    return told


async def _hangs_up(desk: Desk, event: dict[str, Any]) -> None:
    """Talks for two seconds, then ends the call, unless the customer did."""
    if event["__typename"] == "ScreenPop" and event["stage"] == "CONNECTED":
        await asyncio.sleep(2)
        await desk.agent.ask(HANG_UP)


@pytest.mark.feature("CAM-11")
@pytest.mark.feature("OPS-02")
@pytest.mark.parametrize(("mode", "live"), [("PROGRESSIVE", LIVE[:8]), ("PREDICTIVE", LIVE)])
async def test_a_workbook_is_dialed_to_its_last_target_on_the_pbx(
    centre: CallCentre, mode: str, live: list[str]
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
        # A list so short leaves no risk to take at 3 %: nobody would see it dial ahead.
        "abandonTarget": 0.5,
    }
    await centre.number(centre.caller_id)
    made = await centre.admin.ask(CAMPAIGN_CREATE, input=settings)
    assert made["__typename"] == "CampaignCreated", made
    campaign = made["campaign"]["id"]
    await centre.admin.ask(ASSIGN, id=campaign, teams=[{"id": centre.team, "level": 1}])
    rows = [(number, f"Person {number[-2:]}") for number in [*live, *MACHINES, *LEAVERS]]
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
    boards: list[Any] = []
    watching = asyncio.create_task(_watch(centre, campaign, boards))
    await until(_is_told(boards))
    await centre.start(campaign)

    targets = await centre.until_closed(campaign, seconds=180)
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching

    for desk in desks:
        await desk.until_state("AVAILABLE")
        await desk.do(SIGN_OUT)
        await desk.cut_off()
    # More lines than agents were up at once, and the pacer that was asked for said so.
    assert max(board["dialing"] + board["talking"] for board in boards) > AGENTS, boards
    said = {pacer for pacer, words in PACED.items() if any(words in b["why"] for b in boards)}
    assert said == {mode}
    assert len(targets) == len(rows)
    by_number = {target["number"]: target["customerStatus"] for target in targets}
    for number in MACHINES:
        assert by_number[number.replace(" ", "")] == "MACHINE"
    counts = Counter(by_number.values())
    assert counts["CONNECTED"] + counts["ABANDONED"] + counts["HUNG_UP"] == len(live) + 1
    assert counts["CONNECTED"] >= AGENTS
    attempts = [a for a in await centre.attempts(campaign) if a["disposition"] != "NOT_PLACED"]
    assert len(attempts) == len(rows)
    pops = [pop["callId"] for desk in desks for pop in desk.events("ScreenPop", stage="CONNECTED")]
    assert sorted(pops) == sorted(a["id"] for a in attempts if a["disposition"] == "CONNECTED")
