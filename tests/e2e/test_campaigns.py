"""A campaign from an empty account to its last target, as a customer's program sees it."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from tests.domain.targets.files import xlsx
from tests.e2e.callcentre import CLOSE, CallCentre
from tests.e2e.customer import until
from tests.e2e.desk import DECIDE, GO_AVAILABLE, HANG_UP, SIGN_OUT, Desk, wraps_up

IMPORT = """
mutation ($campaign: UUID!, $file: Upload!) {
  targetImportStart(campaignId: $campaign, file: $file, country: "US", batchName: "March") {
    __typename
    ... on TargetImportStarted { targetImport { id state } }
    ... on Refusal { code message }
  }
}
"""
PROGRESS = """
subscription ($id: UUID!) {
  targetImportProgress(id: $id) { state rowsRead imported duplicates invalid }
}
"""
PROBLEMS = """
query ($id: UUID!) { targetImport(id: $id) { problems { nodes { row code } } } }
"""
BOARD = """
subscription ($id: UUID!) {
  campaignBoard(id: $id) { state targetsLeft dialed connected why agents { state count } }
}
"""
STATES = "query { agentStates(first: 100) { nodes { state startedAt endedAt seconds } } }"
FLOOR_BOARD = "subscription { floorBoard { agents { agentId state } } }"
LIST = """
query ($finished: Boolean!) {
  campaigns(finished: $finished) {
    nodes { id state mode targets { total left new retry } newestTarget { number } }
  }
}
"""


async def imported(centre: CallCentre, campaign: str, content: bytes) -> tuple[str, Any]:
    """The id of an import and its last progress, followed over a socket."""
    begun = await centre.admin.upload(IMPORT, "list.xlsx", content, campaign=campaign)
    assert begun["__typename"] == "TargetImportStarted", begun
    id = begun["targetImport"]["id"]
    seen = []
    async with centre.admin.socket() as socket:
        async for progress in socket.follow(PROGRESS, id=id):
            seen.append(progress)
    assert seen
    return id, seen[-1]


@pytest.mark.feature("CAM-03")
@pytest.mark.feature("TGT-02")
@pytest.mark.feature("TGT-03")
@pytest.mark.feature("AGT-03")
@pytest.mark.feature("AGT-06")
@pytest.mark.feature("MON-03")
@pytest.mark.feature("API-02")
async def test_a_progressive_campaign_runs_from_a_workbook_to_its_last_target(
    centre: CallCentre,
) -> None:
    codes = await centre.agents(3)
    campaign = await centre.campaign(
        "PROGRESSIVE",
        variables=["City"],
        crmUrl="https://crm.example/{City}?phone={number}",
        wrapUpSeconds=None,
        linesPerAgent=2,
        patienceSeconds=30,
    )
    rows = [
        *((f"212 55{n} 0013", f"Person {n}", "New York") for n in range(10)),  # talks 3 s
        ("212 550 0002", "Busy", "Łódź"),
        ("212 550 0003", "Away", "Łódź"),
        ("212 550 0006", "Machine", "Łódź"),
        ("212 551 0013", "Twice", "Łódź"),
        ("12", "Nobody", "Łódź"),
    ]
    import_id, progress = await imported(
        centre, campaign, xlsx(rows, header=("Phone", "Customer Name", "City"))
    )
    assert progress == {
        "state": "DONE",
        "rowsRead": 15,
        "imported": 13,
        "duplicates": 1,
        "invalid": 1,
    }
    told = await centre.admin.ask(PROBLEMS, id=import_id)
    assert [(p["row"], p["code"]) for p in told["problems"]["nodes"]] == [
        (15, "DUPLICATE_IN_FILE"),
        (16, "NUMBER_INVALID"),
    ]

    desks = [await centre.desk(code) for code in codes]
    boards: list[Any] = []
    floor_boards: list[Any] = []
    async with asyncio.TaskGroup() as group, centre.admin.socket() as socket:
        watching = [
            group.create_task(_collect(socket.follow(BOARD, id=campaign), boards)),
            group.create_task(_collect(socket.follow(FLOOR_BOARD), floor_boards)),
        ]
        for desk in desks:
            desk.listen(wraps_up)
            await desk.until_state("BREAK")
            await desk.do(GO_AVAILABLE)
        assert (await centre.start(campaign))["campaign"]["state"] == "RUNNING"
        assert (await centre.start(campaign))["campaign"]["state"] == "RUNNING"  # harmless

        targets = await centre.until_closed(campaign)

        await until(_shows(boards, targetsLeft=0, connected=10))
        for each in watching:
            each.cancel()
    for desk in desks:
        await desk.until_state("AVAILABLE")
        await desk.do(SIGN_OUT)
        await desk.cut_off()

    assert (
        Counter((t["closedReason"], t["customerStatus"]) for t in targets)
        == {
            ("CONNECTED", "CONNECTED"): 10,
            ("FINAL", "BUSY"): 1,
            ("FINAL", "NO_ANSWER"): 1,
            ("FINAL", "MACHINE"): 1,
        }
        | {}
    )
    assert {t["attempts"] for t in targets} == {1}
    attempts = [a for a in await centre.attempts(campaign) if a["disposition"] != "NOT_PLACED"]
    assert len(attempts) == 13  # the second start dialed nobody again
    connected = {a["id"]: a for a in attempts if a["disposition"] == "CONNECTED"}
    pops = [pop for desk in desks for pop in desk.events("ScreenPop", stage="CONNECTED")]
    assert Counter(pop["callId"] for pop in pops) == dict.fromkeys(connected, 1)
    one = next(pop for pop in pops if pop["number"] == "+12125500013")
    assert one == {
        "__typename": "ScreenPop",
        "stage": "CONNECTED",
        "callId": one["callId"],
        "targetId": connected[one["callId"]]["targetId"],
        "campaignId": campaign,
        "campaignName": "PROGRESSIVE spring",
        "direction": "OUTBOUND",
        "number": "+12125500013",
        "name": "Person 0",
        "crmUrl": "https://crm.example/New%20York?phone=%2B12125500013",
        "variables": [{"name": "City", "value": "New York"}],
    }
    ended = [event for desk in desks for event in desk.events("CallEnded")]
    assert {e["callId"] for e in ended} >= set(connected)
    calls = [call for call in await centre.calls(campaign) if call["agentId"]]
    assert {(call["wrapUpCode"], call["note"]) for call in calls} == {("sale", "pleased")}
    log = (await centre.admin.ask(STATES))["nodes"]
    worked = {"BREAK", "RINGING", "AVAILABLE", "TALKING", "WRAP_UP", "OFFLINE"}
    assert worked <= {entry["state"] for entry in log}
    assert Counter(entry["state"] for entry in log)["TALKING"] == len(connected)
    assert any(board["dialed"] < 13 for board in boards)  # it moved, not only arrived
    assert any(len(board["agents"]) == 3 for board in floor_boards)


@pytest.mark.feature("CAM-01")
async def test_predictive_dialing_closes_every_target_and_the_lists_tell(
    centre: CallCentre,
) -> None:
    codes = await centre.agents(6)
    campaign = await centre.campaign("PREDICTIVE", wrapUpSeconds=0.2, minimumAgents=2)
    endings = ("0013", "0013", "0003", "0002", "0006")
    await centre.add(campaign, [f"+1212{200 + n}{endings[n % 5]}" for n in range(60)])
    desks = [await centre.desk(code) for code in codes]
    for desk in desks:
        desk.listen()
        await desk.until_state("BREAK")
        await desk.do(GO_AVAILABLE)
    await centre.start(campaign)

    targets = await centre.until_closed(campaign, seconds=90)

    for desk in desks:
        await desk.until_state("AVAILABLE")
        await desk.do(SIGN_OUT)
        await desk.cut_off()
    attempts = [a for a in await centre.attempts(campaign) if a["disposition"] != "NOT_PLACED"]
    assert len(attempts) == len(targets) == 60
    counts = Counter(target["customerStatus"] for target in targets)
    assert counts["BUSY"] == counts["NO_ANSWER"] == counts["MACHINE"] == 12
    assert counts["CONNECTED"] + counts["ABANDONED"] == 24
    pops = [pop["callId"] for desk in desks for pop in desk.events("ScreenPop", stage="CONNECTED")]
    assert sorted(pops) == sorted(a["id"] for a in attempts if a["disposition"] == "CONNECTED")

    (row,) = (await centre.admin.ask(LIST, finished=False))["nodes"]
    assert row["targets"] == {"total": 60, "left": 0, "new": 0, "retry": 0}
    assert row["newestTarget"] == {"number": "+12122590006"}
    assert (row["mode"], row["state"]) == ("PREDICTIVE", "RUNNING")
    closed = await centre.admin.ask(CLOSE, id=campaign)
    assert (closed["campaign"]["state"], closed["settled"]) == ("CLOSED", True)
    assert (await centre.admin.ask(LIST, finished=False))["nodes"] == []
    assert [c["id"] for c in (await centre.admin.ask(LIST, finished=True))["nodes"]] == [campaign]


async def test_preview_offers_each_contact_and_dials_what_the_agent_accepts(
    centre: CallCentre,
) -> None:
    (code,) = await centre.agents(1)
    campaign = await centre.campaign("PREVIEW", wrapUpSeconds=None)
    await centre.add(campaign, ["+12125550013", "+12125560013", "+12125570013", "+12125580013"])
    desk = await centre.desk(code)
    offered: list[str] = []

    async def decides(desk: Desk, event: dict[str, Any]) -> None:
        await wraps_up(desk, event)
        if event["__typename"] == "ScreenPop" and event["stage"] == "OFFERED":
            offered.append(event["number"])
            await desk.do(
                DECIDE,
                target=event["targetId"],
                decision="REMOVE" if event["number"] == "+12125560013" else "ACCEPT",
            )

    desk.listen(decides)
    await desk.until_state("BREAK")
    await desk.do(GO_AVAILABLE)
    await centre.start(campaign)

    targets = await centre.until_closed(campaign)

    await desk.until_state("AVAILABLE")
    await desk.cut_off()
    assert sorted(offered) == sorted(target["number"] for target in targets)
    assert {t["number"]: t["closedReason"] for t in targets} == {
        "+12125550013": "CONNECTED",
        "+12125560013": "REMOVED",
        "+12125570013": "CONNECTED",
        "+12125580013": "CONNECTED",
    }
    attempts = await centre.attempts(campaign)
    assert "+12125560013" not in {attempt["number"] for attempt in attempts}
    for stage in ("DIALING", "CONNECTED"):  # the contact is on the screen before the answer
        assert len(desk.events("ScreenPop", stage=stage)) == 3


@pytest.mark.feature("CAM-03")
async def test_no_call_leaves_after_a_stop_and_the_campaign_goes_on_when_started_again(
    centre: CallCentre,
) -> None:
    codes = await centre.agents(2)
    campaign = await centre.campaign("PROGRESSIVE", wrapUpSeconds=0)
    # Those stay on the line until somebody hangs up, so two are live at the stop.
    await centre.add(campaign, [f"+1212{500 + n}0010" for n in range(8)])
    desks = [await centre.desk(code) for code in codes]
    for desk in desks:
        desk.listen()
        await desk.until_state("BREAK")
        await desk.do(GO_AVAILABLE)
    await centre.start(campaign)
    for desk in desks:
        await desk.until_state("TALKING")
    for count in (4, 6):  # so that calls are being placed when the stop comes
        await asyncio.gather(*(desk.do(HANG_UP) for desk in desks))
        await until(_dialed(centre, campaign, count))  # each for an agent who is kept for it

    stopped = await centre.stop(campaign)

    assert (stopped["settled"], stopped["campaign"]["state"]) == (True, "STOPPED")
    placed = {attempt["id"] for attempt in await centre.attempts(campaign)}
    assert 2 <= len(placed) < 8
    await asyncio.sleep(2.0)  # twenty seconds for the carrier
    assert {attempt["id"] for attempt in await centre.attempts(campaign)} == placed
    live: set[str] = await until(_all_connected(centre, campaign))  # and these calls finish

    async def shown() -> bool:
        return live <= {pop["callId"] for desk in desks for pop in _pops(desk)}

    await until(shown)
    for desk in desks:
        if _pops(desk)[-1]["callId"] in live:
            await desk.do(HANG_UP)
    await until(_all_ended(centre, campaign))
    assert {attempt["id"] for attempt in await centre.attempts(campaign)} == placed

    async def hangs_up(desk: Desk, event: dict[str, Any]) -> None:
        if event["__typename"] == "ScreenPop" and event["stage"] == "CONNECTED":
            await desk.do(HANG_UP)

    for desk in desks:
        await desk.cut_off()
        desk.listen(hangs_up)
    await centre.start(campaign)
    targets = await centre.until_closed(campaign)
    for desk in desks:
        await desk.until_state("AVAILABLE")
        await desk.cut_off()
    attempts = await centre.attempts(campaign)
    dialed = Counter(a["targetId"] for a in attempts if a["disposition"] != "NOT_PLACED")
    assert dialed == dict.fromkeys((target["id"] for target in targets), 1)
    closed = await centre.admin.ask(CLOSE, id=campaign)
    assert closed["campaign"]["state"] == "CLOSED"
    refused = await centre.start(campaign)
    assert refused["code"] == "CAMPAIGN_CLOSED"


async def _collect(values: Any, into: list[Any]) -> None:
    async for value in values:
        into.append(value)


def _shows(boards: list[Any], **wanted: Any) -> Any:
    async def shown() -> bool:
        return bool(boards) and all(boards[-1][name] == value for name, value in wanted.items())

    return shown


def _pops(desk: Desk) -> list[dict[str, Any]]:
    return desk.events("ScreenPop", stage="CONNECTED")


def _dialed(centre: CallCentre, campaign: str, count: int) -> Any:
    async def dialed() -> bool:
        return len(await centre.attempts(campaign)) >= count

    return dialed


def _all_connected(centre: CallCentre, campaign: str) -> Any:
    """The ids of the attempts that go on, once the customer of each is talking to somebody."""

    async def connected() -> set[str]:
        under_way = [a for a in await centre.attempts(campaign) if a["state"] != "ENDED"]
        return {a["id"] for a in under_way if all(a["state"] == "CONNECTED" for a in under_way)}

    return connected


def _all_ended(centre: CallCentre, campaign: str) -> Any:
    async def ended() -> bool:
        return all(a["state"] == "ENDED" for a in await centre.attempts(campaign))

    return ended
