"""Lists while they are dialed: call-backs, do-not-call entries, priorities, removing many."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.e2e.callcentre import CallCentre
from tests.e2e.customer import until
from tests.e2e.desk import GO_AVAILABLE, Desk, wraps_up

SUPPRESS = """
mutation ($input: NumbersSuppressInput!) {
  numbersSuppress(input: $input) { ... on NumbersSuppressed { targetsStopped } }
}
"""
ENTRIES = "query ($number: PhoneNumber!) { suppressions(number: $number) { nodes { id } } }"
UNSUPPRESS = """
mutation ($id: UUID!) { suppressionRemove(id: $id) { __typename } }
"""
IMPORT = """
mutation ($file: Upload!, $options: SuppressionImportInput) {
  suppressionImportStart(file: $file, options: $options) {
    ... on SuppressionImportStarted { suppressionImport { id } }
    ... on Refusal { code message }
  }
}
"""
PROGRESS = """
subscription ($id: UUID!) {
  suppressionImportProgress(id: $id) { state rowsRead added present invalid targetsStopped }
}
"""
STATUS = """
query ($campaign: UUID!, $filter: TargetFilterInput) {
  targets(campaignId: $campaign, filter: $filter) {
    nodes { number state closedReason source priority nextAttemptAt }
  }
}
"""
BOARD = "query ($id: UUID!) { campaignBoard(id: $id) { state targetsLeft } }"
ADD = """
mutation ($input: TargetsAddInput!) {
  targetsAdd(input: $input) { ... on TargetsAdded { added } }
}
"""
REMOVE_ALL = """
mutation ($campaign: UUID!, $count: Int!) {
  targetsRemoveAll(campaignId: $campaign, confirmedCount: $count) {
    ... on TargetsRemoved { operation { id state } }
    ... on Refusal { code message }
  }
}
"""
OPERATION = """
subscription ($id: UUID!) {
  targetOperationProgress(id: $id) { state targetsTotal targetsDone }
}
"""
COUNTS = "query ($id: UUID!) { campaign(id: $id) { targets { total left } } }"


NUMBER = """
mutation ($number: PhoneNumber!, $settings: InboundNumberInput!) {
  inboundNumberCreate(number: $number, purpose: TEAM, settings: $settings) {
    ... on InboundNumberSaved { number { id } }
    ... on Refusal { code message }
  }
}
"""
NUMBER_DELETE = "mutation ($id: UUID!) { inboundNumberDelete(id: $id) { __typename } }"


async def at_work(centre: CallCentre, code: str) -> Desk:
    desk = await centre.desk(code)
    desk.listen(wraps_up)
    await desk.until_state("BREAK")
    await desk.do(GO_AVAILABLE)
    return desk


async def status(centre: CallCentre, campaign: str, **filter: Any) -> list[Any]:
    page = await centre.admin.ask(STATUS, campaign=campaign, filter=filter)
    nodes: list[Any] = page["nodes"]
    return nodes


async def dialed(centre: CallCentre, campaign: str) -> set[str]:
    return {attempt["number"] for attempt in await centre.attempts(campaign)}


@pytest.mark.feature("TGT-06")
async def test_abandoned_customers_become_call_backs_that_wait_out_the_72_hours(
    centre: CallCentre,
) -> None:
    (code,) = await centre.agents(1)
    campaign = await centre.campaign(
        "PROGRESSIVE",
        linesPerAgent=3,
        patienceSeconds=1,
        maxAttempts=1,
        analysis=False,
        callBack=True,
        callBackPriority=9,
    )
    await centre.add(campaign, ["+12125500010", "+12125510010", "+12125520010"])
    desk = await at_work(centre, code)
    await centre.start(campaign)

    async def held() -> list[Any]:
        found = await status(centre, campaign, source="CALL_BACK", states=["RETRY"])
        late = (datetime.now(UTC) + timedelta(hours=70)).isoformat()
        return [each for each in found if (each["nextAttemptAt"] or "") > late]

    waiting = await until(held)

    assert {each["priority"] for each in waiting} == {9}
    abandoned = [a for a in await centre.attempts(campaign) if a["disposition"] == "ABANDONED"]
    assert {each["number"] for each in waiting} <= {a["number"] for a in abandoned}
    await desk.cut_off()


@pytest.mark.feature("TGT-06")
async def test_callers_whom_nobody_answers_become_targets_once_each(centre: CallCentre) -> None:
    await centre.agents(1)  # who stays at home
    campaign = await centre.campaign("PROGRESSIVE")
    settings = {
        "teamId": centre.team,
        "callBackCampaignId": campaign,
        "callBackDelaySeconds": 3600,
        "callBackPriority": 8,
    }
    made = await centre.admin.ask(NUMBER, number="+12125558000", settings=settings)

    async def three() -> list[Any]:
        found = await status(centre, campaign, source="CALL_BACK")
        return found if len(found) >= 3 else []

    try:
        found = await until(three)
    finally:
        await centre.admin.ask(NUMBER_DELETE, id=made["number"]["id"])

    assert {(each["state"], each["priority"]) for each in found} == {("RETRY", 8)}
    assert all(each["nextAttemptAt"] for each in found)
    assert len({each["number"] for each in found}) == len(found)


@pytest.mark.feature("CAM-20")
async def test_an_entry_made_while_a_target_waits_in_the_hopper_stops_it_until_it_is_removed(
    centre: CallCentre,
) -> None:
    (code,) = await centre.agents(1)
    campaign = await centre.campaign("PROGRESSIVE", wrapUpSeconds=None)
    await centre.add(campaign, ["+12125500013", "+12125510013", "+12125520013"])
    await centre.start(campaign)

    async def counted() -> bool:  # nobody is there to talk, so what is next waits in the hopper
        board = await centre.admin.ask(BOARD, id=campaign)
        return bool(board and board["targetsLeft"] == 3)

    await until(counted)
    for_good = await centre.admin.ask(SUPPRESS, input={"pasted": "+12125500013"})
    for_now = await centre.admin.ask(
        SUPPRESS, input={"pasted": "+1212551*", "expiresAt": "2999-01-01T00:00:00Z"}
    )
    desk = await at_work(centre, code)

    async def one_is_done() -> bool:
        return bool(await status(centre, campaign, closedReasons=["CONNECTED"]))

    await until(one_is_done)
    before = await dialed(centre, campaign)
    [entry] = (await centre.admin.ask(ENTRIES, number="+1212551"))["nodes"]
    await centre.admin.ask(UNSUPPRESS, id=entry["id"])
    targets = await centre.until_closed(campaign)

    assert (for_good["targetsStopped"], for_now["targetsStopped"]) == (1, 1)
    assert before == {"+12125520013"}
    assert {each["number"]: each["closedReason"] for each in targets} == {
        "+12125500013": "SUPPRESSED",
        "+12125510013": "CONNECTED",
        "+12125520013": "CONNECTED",
    }
    assert await dialed(centre, campaign) == {"+12125510013", "+12125520013"}
    await desk.cut_off()


@pytest.mark.feature("CAM-20")
async def test_a_do_not_call_list_comes_from_a_file_and_goes_into_one(centre: CallCentre) -> None:
    await centre.agents(1)
    campaign = await centre.campaign("PROGRESSIVE")
    await centre.add(campaign, ["+12125500013", "+12125510013"])
    content = b"Number;Reason;Expires\n+12125500013;asked;\n+1900*;premium;2999-01-01\n12;;\n"

    begun = await centre.admin.upload(IMPORT, "dnc.csv", content, options={"source": "CUSTOMER"})
    seen = []
    async with centre.admin.socket() as socket:
        async for progress in socket.follow(PROGRESS, id=begun["suppressionImport"]["id"]):
            seen.append(progress)
    listed = await centre.admin.http.get(
        f"{centre.admin.url}/suppressions.csv", headers=centre.admin.headers
    )

    assert seen[-1] == {
        "state": "DONE",
        "rowsRead": 3,
        "added": 2,
        "present": 0,
        "invalid": 1,
        "targetsStopped": 1,
    }
    lines = listed.content.decode("utf-8-sig").splitlines()
    assert [line.split(",")[:3] for line in lines[1:]] == [
        ["+12125500013", "asked", "customer"],
        ["'+1900*", "premium", "customer"],
    ]
    closed = await status(centre, campaign, closedReasons=["SUPPRESSED"])
    assert [each["number"] for each in closed] == ["+12125500013"]


@pytest.mark.feature("CAM-06")
async def test_batches_and_targets_are_dialed_by_their_priority(centre: CallCentre) -> None:
    (code,) = await centre.agents(1)
    campaign = await centre.campaign("PROGRESSIVE", wrapUpSeconds=0)
    for priority, targets in (
        (3, [{"numbers": ["+12125500002"]}, {"numbers": ["+12125510002"], "priority": 10}]),
        (7, [{"numbers": ["+12125520002"]}, {"numbers": ["+12125530002"], "priority": 1}]),
    ):
        added = await centre.admin.ask(
            ADD, input={"campaignId": campaign, "targets": targets, "priority": priority}
        )
        assert added["added"] == 2

    await centre.start(campaign)
    desk = await at_work(centre, code)
    await centre.until_closed(campaign)

    attempts = sorted(await centre.attempts(campaign), key=lambda attempt: str(attempt["id"]))
    assert [each["number"] for each in attempts if each["disposition"] != "NOT_PLACED"] == [
        "+12125510002",
        "+12125520002",
        "+12125500002",
        "+12125530002",
    ]
    await desk.cut_off()


@pytest.mark.feature("TGT-08")
async def test_thousands_of_targets_are_removed_in_the_background(centre: CallCentre) -> None:
    await centre.agents(1)
    campaign = await centre.campaign("PROGRESSIVE")
    numbers = [f"+1212{2_000_000 + n}" for n in range(6_000)]
    await centre.add(campaign, numbers)

    begun = await centre.admin.ask(REMOVE_ALL, campaign=campaign, count=6_000)
    seen = []
    async with centre.admin.socket() as socket:
        async for progress in socket.follow(OPERATION, id=begun["operation"]["id"]):
            seen.append(progress)

    assert begun["operation"]["state"] == "PENDING"
    assert seen[-1] == {"state": "DONE", "targetsTotal": 6_000, "targetsDone": 6_000}
    counts = await centre.admin.ask(COUNTS, id=campaign)
    assert counts["targets"] == {"total": 0, "left": 0}
