"""Removing, resetting and purging more targets than a request waits for."""

from typing import Any
from uuid import UUID

import pytest
from tortoise import connections

from domain.access.models import AuditEntry
from domain.campaigns.models import Campaign
from domain.core import claims
from domain.core.claims import ClaimLost
from domain.targets.commands import TargetsChanged
from domain.targets.jobs import OperateOnTargets
from domain.targets.managing import operation_run
from domain.targets.managing.operation_run import enqueue_orphans, run_operation
from domain.targets.models import Contact, OperationState, Target, TargetOperation
from domain.targets.rules import ClosedReason, TargetState
from tests.fakes import FakePorts
from tests.schema.targets.conftest import Ask
from tests.schema.targets.test_exports import CLASSES
from tests.schema.targets.test_targets import target

REMOVE_ALL = """
mutation ($campaign: UUID!, $count: Int!) {
  targetsRemoveAll(campaignId: $campaign, confirmedCount: $count) {
    ... on TargetsRemoved {
      removed operation { id action state targetsTotal targetsDone finishedAt }
    }
    ... on Refusal { code }
  }
}
"""
RESET = """
mutation ($campaign: UUID!, $class: TargetClass!, $count: Int!) {
  targetsReset(campaignId: $campaign, targetClass: $class, confirmedCount: $count) {
    ... on TargetsReset { count operation { id state targetClass } }
    ... on Refusal { code }
  }
}
"""
PURGE = RESET.replace("targetsReset", "targetsPurge").replace("TargetsReset", "TargetsPurged")
FOLLOW = """
subscription ($id: UUID!) {
  targetOperationProgress(id: $id) { state targetsTotal targetsDone }
}
"""
LIST = """
query ($campaign: UUID!) {
  targetOperations(campaignId: $campaign) { nodes { id action state targetsDone } }
}
"""

MANY = """
WITH people AS (
    INSERT INTO contact (id, account_id, name, variables, created_at)
    SELECT lpad(n::text, 32, '0')::uuid, $1, '', '{}', now() FROM generate_series(1, $3) AS n
    RETURNING id
)
INSERT INTO target (id, account_id, campaign_id, contact_id, number, priority, state,
    closed_reason, attempts, last_ordinal, max_attempts, created_at)
SELECT id, $1, $2, id, '+1202' || (2500000 + row_number() OVER ())::text, 5, $4,
    $5, $6, $6, 3, now()
FROM people
"""


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("domain.targets.managing.operation_run", "domain.targets.managing.operations"):
        monkeypatch.setattr(f"{module}.BLOCK_ROWS", 100)


async def many(
    campaign: Campaign, count: int, state: str = "new", reason: str | None = None, dialed: int = 0
) -> None:
    await connections.get("default").execute_query(
        MANY, [campaign.account_id, campaign.id, count, state, reason, dialed]
    )


@pytest.mark.feature("TGT-08")
async def test_removing_many_is_done_by_a_job_with_progress(
    ask: Ask, campaign: Campaign, fakes: FakePorts
) -> None:
    await many(campaign, 250)
    retried = await target(campaign, 1, state=TargetState.RETRY, attempts=1, last_ordinal=1)
    closed = await target(campaign, 2, state=TargetState.CLOSED, closed_reason="connected")

    answer = (await ask(REMOVE_ALL, campaign=str(campaign.id), count=251))["targetsRemoveAll"]
    id = UUID(answer["operation"]["id"])
    waiting = await Target.all().count()
    [job] = fakes.jobs.enqueued
    assert await run_operation(id, ports=fakes.ports, for_s=60)

    assert (answer["removed"], answer["operation"]["state"]) == (0, "PENDING")
    assert (answer["operation"]["action"], answer["operation"]["targetsTotal"]) == (
        "REMOVE_ALL",
        251,
    )
    assert (waiting, job) == (252, OperateOnTargets(id))
    row = await TargetOperation.get(id=id)
    assert (row.state, row.targets_done, row.runner) == (OperationState.DONE, 251, None)
    rows = {each.id: each for each in await Target.all()}
    assert set(rows) == {retried.id, closed.id}
    assert rows[retried.id].closed_reason is ClosedReason.REMOVED
    assert await Contact.all().count() == 2
    assert set(fakes.floors.told) == {(campaign.account_id, TargetsChanged(campaign=campaign.id))}
    [entry] = await AuditEntry.filter(action="targetsRemoveAll")
    assert entry.difference == {"targets": [251, 0]}
    listed = (await ask(LIST, campaign=str(campaign.id)))["targetOperations"]["nodes"]
    assert [(each["action"], each["state"], each["targetsDone"]) for each in listed] == [
        ("REMOVE_ALL", "DONE", 251)
    ]


async def test_few_are_removed_before_the_answer(
    ask: Ask, campaign: Campaign, fakes: FakePorts
) -> None:
    await many(campaign, 100)

    answer = (await ask(REMOVE_ALL, campaign=str(campaign.id), count=100))["targetsRemoveAll"]

    assert (answer["removed"], answer["operation"]["state"]) == (100, "DONE")
    assert answer["operation"]["finishedAt"] is not None
    assert fakes.jobs.enqueued == []
    assert await Target.all().count() == 0


@pytest.mark.feature("TGT-10")
async def test_an_operation_whose_worker_died_goes_on_behind_its_last_block(
    ask: Ask, campaign: Campaign, fakes: FakePorts, monkeypatch: pytest.MonkeyPatch
) -> None:
    await many(campaign, 250, "closed", "attempts_exhausted", 3)
    asked: dict[str, Any] = {"campaign": str(campaign.id), "class": "ATTEMPTS_EXHAUSTED"}
    answer = (await ask(RESET, **asked, count=250))["targetsReset"]
    id = UUID(answer["operation"]["id"])
    blocks = 0
    block = operation_run._block

    async def dies_in_the_second(run: Any) -> bool:
        nonlocal blocks
        blocks += 1
        if blocks == 2:
            raise OSError("the worker dies")
        return await block(run)

    monkeypatch.setattr(operation_run, "_block", dies_in_the_second)
    with pytest.raises(OSError, match="the worker dies"):
        await run_operation(id, ports=fakes.ports, for_s=60)
    half = await TargetOperation.get(id=id)
    fresh = await Target.filter(state=TargetState.NEW).count()
    # One that is closed meanwhile, behind the last block: it was not among those confirmed.
    await target(
        campaign, 1, state=TargetState.CLOSED, closed_reason="attempts_exhausted", attempts=3
    )
    fakes.clock.advance(120)
    await enqueue_orphans(ports=fakes.ports)
    assert await run_operation(id, ports=fakes.ports, for_s=60)

    assert (half.state, half.targets_done, fresh) == (OperationState.RUNNING, 100, 100)
    assert fakes.jobs.enqueued.count(OperateOnTargets(id)) == 2
    row = await TargetOperation.get(id=id)
    assert (row.state, row.targets_done) == (OperationState.DONE, 250)
    assert await Target.filter(state=TargetState.NEW, attempts=0).count() == 250


async def test_only_the_newest_claim_writes(ask: Ask, campaign: Campaign, fakes: FakePorts) -> None:
    await many(campaign, 250)
    answer = (await ask(REMOVE_ALL, campaign=str(campaign.id), count=250))["targetsRemoveAll"]
    id = UUID(answer["operation"]["id"])
    claim = await claims.take(TargetOperation, id, now=fakes.clock.now())
    assert claim is not None
    zombie = operation_run._Run(claim.row, claim, fakes.ports)
    fakes.clock.advance(31)

    assert not await run_operation(id, ports=fakes.ports, for_s=0)
    left = await Target.all().count()
    with pytest.raises(ClaimLost):
        await operation_run._block(zombie)

    assert left == 150
    assert await Target.all().count() == 150


@pytest.mark.feature("TGT-10")
async def test_a_purge_passes_over_what_is_being_dialed_and_reset_lets_go_of_what_is_held(
    ask: Ask, campaign: Campaign, fakes: FakePorts
) -> None:
    dialing = await target(
        campaign, 1, state=TargetState.DIALING, attempts=2, last_disposition="machine"
    )
    gone = await target(
        campaign, 2, state=TargetState.RETRY, attempts=1, last_disposition="machine"
    )
    held = await target(
        campaign,
        3,
        state=TargetState.RETRY,
        attempts=1,
        held_by="cap_reached",
        held_at=fakes.clock.now(),
    )
    machines = {"campaign": str(campaign.id), "class": "VOICEMAIL"}
    started = {"campaign": str(campaign.id), "class": "IN_PROGRESS"}

    purged = (await ask(PURGE, **machines, count=1))["targetsPurge"]
    reset = (await ask(RESET, **started, count=1))["targetsReset"]

    assert (purged["count"], reset["count"]) == (1, 1)
    rows = {row.id: row for row in await Target.all()}
    assert set(rows) == {dialing.id, held.id}
    assert gone.id not in rows
    assert (rows[held.id].state, rows[held.id].held_by) == (TargetState.NEW, None)


async def test_progress_is_heard_until_the_end(
    ask: Ask,
    campaign: Campaign,
    fakes: FakePorts,
    whole_schema: Any,
    context_of: Any,
    supervisor: Any,
) -> None:
    await many(campaign, 250)
    answer = (await ask(REMOVE_ALL, campaign=str(campaign.id), count=250))["targetsRemoveAll"]
    id = answer["operation"]["id"]
    stream = await whole_schema.subscribe(
        FOLLOW, variable_values={"id": id}, context_value=context_of(supervisor)
    )
    first = (await anext(stream)).data["targetOperationProgress"]
    await run_operation(UUID(id), ports=fakes.ports, for_s=60)
    said = [each.data["targetOperationProgress"] async for each in stream]

    assert first == {"state": "PENDING", "targetsTotal": 250, "targetsDone": 0}
    assert said[-1] == {"state": "DONE", "targetsTotal": 250, "targetsDone": 250}


@pytest.mark.feature("TGT-10")
async def test_a_reset_forgets_all_that_was_said_of_the_calls_before(
    ask: Ask, campaign: Campaign, fakes: FakePorts
) -> None:
    row = await target(
        campaign,
        1,
        state=TargetState.CLOSED,
        closed_reason=ClosedReason.CONNECTED,
        attempts=1,
        last_ordinal=1,
        last_disposition="connected",
        last_wrap_up_code="Not at home",
        call_back_at=fakes.clock.now(),
    )

    answered = {"campaign": str(campaign.id), "class": "ANSWERED"}
    assert (await ask(RESET, **answered, count=1))["targetsReset"]["count"] == 1

    await row.refresh_from_db()
    assert (row.state, row.attempts, row.last_ordinal) == (TargetState.NEW, 0, 1)
    forgotten = ("last_disposition", "last_wrap_up_code", "call_back_at")
    assert [getattr(row, column) for column in forgotten] == [None, None, None]


@pytest.mark.feature("TGT-10")
async def test_what_a_person_removed_is_in_no_class_and_not_dialed_anew(
    ask: Ask, campaign: Campaign
) -> None:
    machine = {"state": TargetState.CLOSED, "last_disposition": "machine", "attempts": 1}
    removed = await target(campaign, 1, **machine, closed_reason=ClosedReason.REMOVED)
    tried = await target(campaign, 2, **machine, closed_reason=ClosedReason.ATTEMPTS_EXHAUSTED)
    waits = await target(
        campaign, 3, state=TargetState.RETRY, attempts=1, last_disposition="machine"
    )
    machines = {"campaign": str(campaign.id), "class": "VOICEMAIL"}

    counted = (await ask(CLASSES, c=str(campaign.id)))["targetClasses"]
    reset = (await ask(RESET, **machines, count=2))["targetsReset"]

    assert {each["targetClass"]: each["count"] for each in counted}["VOICEMAIL"] == 2
    assert reset["count"] == 2
    rows = {row.id: row for row in await Target.all()}
    assert rows[removed.id].closed_reason is ClosedReason.REMOVED
    assert {rows[tried.id].state, rows[waits.id].state} == {TargetState.NEW}
