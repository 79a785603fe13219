"""Adding, looking at and removing targets through GraphQL."""

import asyncio
import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.access.models import Account
from domain.access.permissions import Role
from domain.access.principal import Principal
from domain.agents.models import Agent
from domain.calls.models import Attempt, Call
from domain.calls.rules import AttemptState, CallDirection, Disposition
from domain.campaigns.models import Campaign
from domain.targets.commands import TargetsChanged
from domain.targets.models import Contact, Target, TargetBatch
from domain.targets.rules import ClosedReason, TargetState
from tests.domain.targets.conftest import new_campaign, principal_of
from tests.domain.targets.files import us_number
from tests.fakes import FakePorts
from tests.queries import at_most
from tests.schema.targets.conftest import Ask, Refused

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
ADD = """
mutation ($input: TargetsAddInput!) {
  targetsAdd(input: $input) {
    ... on TargetsAdded { added repeated answers { row code number targetId } }
    ... on Refusal { code message }
    ... on InvalidInput { problems { path } }
  }
}
"""
LIST = """
query ($campaign: UUID!, $filter: TargetFilterInput, $order: TargetOrder! = ADDED,
       $first: Int! = 50, $after: String) {
  targets(campaignId: $campaign, filter: $filter, order: $order, first: $first, after: $after) {
    nodes {
      number state closedReason customerStatus addedAt lastAttemptAt nextAttemptAt
      contact { name variables }
      lastAttempt { callId durationSeconds agentName }
    }
    pageInfo { hasNextPage endCursor }
    totalCount
  }
}
"""
SHOWN = """
query ($campaign: UUID!) {
  targets(campaignId: $campaign) { nodes { number contact { name variables } } }
}
"""
ONE = "query ($id: UUID!) { target(id: $id) { contact { variables } } }"
REMOVE = """
mutation ($id: UUID!) {
  targetRemove(id: $id) {
    ... on TargetRemoved { target { id number } }
    ... on Refusal { code message }
  }
}
"""
REMOVE_ALL = """
mutation ($campaign: UUID!, $count: Int!) {
  targetsRemoveAll(campaignId: $campaign, confirmedCount: $count) {
    ... on TargetsRemoved { removed }
    ... on Refusal { code message }
    ... on CountChanged { present }
  }
}
"""


async def add(ask: Ask, campaign: Campaign, **input: Any) -> dict[str, Any]:
    data = await ask(ADD, input={"campaignId": str(campaign.id)} | input)
    answer: dict[str, Any] = data["targetsAdd"]
    return answer


async def target(campaign: Campaign, index: int, **columns: Any) -> Target:
    contact = await Contact.create(account_id=campaign.account_id, name=f"Name {index}")
    return await Target.create(
        account_id=campaign.account_id,
        campaign_id=campaign.id,
        contact_id=contact.id,
        number=us_number(index),
        max_attempts=3,
        **columns,
    )


@pytest.mark.feature("TGT-05")
async def test_pasted_numbers_become_targets_with_a_priority_and_an_answer_for_each_line(
    ask: Ask, campaign: Campaign, fakes: FakePorts
) -> None:
    pasted = "(202) 555-0101\n\n202-555-0102\tAna\n12\n202 555 0101, again\n"

    answer = await add(ask, campaign, pasted=pasted, priority=8)

    assert answer["added"] == 2
    assert [(a["row"], a["code"], a["number"]) for a in answer["answers"]] == [
        (1, "ADDED", "+12025550101"),
        (3, "ADDED", "+12025550102"),
        (4, "NUMBER_INVALID", None),
        (5, "DUPLICATE_IN_FILE", "+12025550101"),
    ]
    assert answer["answers"][0]["targetId"] == answer["answers"][3]["targetId"]
    rows = await Target.all().order_by("id").select_related("contact")
    assert [(row.number, row.priority, row.contact.name) for row in rows] == [
        ("+12025550101", 8, ""),
        ("+12025550102", 8, "Ana"),
    ]
    told = TargetsChanged(campaign=campaign.id)
    assert fakes.floors.told == [(campaign.account_id, told)]


@pytest.mark.feature("TGT-13")
async def test_a_bulk_add_answers_per_row_and_the_same_key_never_adds_twice(
    ask: Ask, campaign: Campaign, fakes: FakePorts
) -> None:
    rows = [
        {
            "numbers": [us_number(1)],
            "name": "Ana",
            "priority": 10,
            "variables": [{"name": "City", "value": "Łódź"}],
        },
        {"numbers": ["nonsense"]},
        {"numbers": [us_number(2)], "priority": 11},
    ]

    first = await add(ask, campaign, targets=rows, idempotencyKey="order-1")
    fakes.forget()
    second = await add(ask, campaign, targets=rows, idempotencyKey="order-1")

    assert [a["code"] for a in first["answers"]] == ["ADDED", "NUMBER_INVALID", "PRIORITY_INVALID"]
    assert (first["repeated"], second["repeated"]) == (False, True)
    assert second["answers"] == first["answers"]
    assert await Target.all().count() == 1
    assert (await Contact.get()).variables == {"City": "Łódź"}
    assert fakes.floors.told == []


@pytest.mark.feature("TGT-13")
@pytest.mark.parametrize("name", ["", "  ", "x" * 65, "Ci\0ty", "Ci\nty", "\ud800"])
async def test_a_variable_by_a_name_that_nobody_could_be_shown_costs_its_row_alone(
    ask: Ask, campaign: Campaign, name: str
) -> None:
    rows = [
        {"numbers": [us_number(1)], "variables": [{"name": name, "value": "x"}]},
        {"numbers": [us_number(2)], "variables": [{"name": "x" * 64, "value": "x"}]},
        {"numbers": [us_number(3)], "variables": [{"name": "\u200fעיר", "value": "חיפה"}]},
    ]

    answer = await add(ask, campaign, targets=rows)

    assert [a["code"] for a in answer["answers"]] == ["VARIABLE_NAME_INVALID", "ADDED", "ADDED"]
    assert [t.number for t in await Target.all().order_by("id")] == [us_number(2), us_number(3)]


@pytest.mark.feature("TGT-13")
@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"pasted": ""}, "pasted"),
        ({"pasted": "\n" * 10_001}, "pasted"),
        ({"targets": []}, "targets"),
        ({"targets": [{"numbers": ["+12025550147"]}] * 1001}, "targets"),
        ({}, "pasted"),
    ],
    ids=["no line", "too many lines", "no row", "too many rows", "neither"],
)
async def test_too_many_or_none_are_told_by_the_fields_name_and_nothing_is_added(
    given: dict[str, Any], path: str, ask: Ask, campaign: Campaign
) -> None:
    answer = await add(ask, campaign, **given)

    assert [problem["path"] for problem in answer["problems"]] == [path]
    assert await Target.all().count() == 0


@pytest.mark.parametrize("row", [{"numbers": []}, {"numbers": [" "]}, {"phones": [{"number": ""}]}])
async def test_a_row_without_a_number_has_an_answer_too(
    ask: Ask, campaign: Campaign, row: dict[str, Any]
) -> None:
    answer = await add(ask, campaign, targets=[row, {"numbers": ["", us_number(1)]}])

    assert [(a["row"], a["code"]) for a in answer["answers"]] == [
        (1, "NUMBER_MISSING"),
        (2, "ADDED"),
    ]
    assert [target.number for target in await Target.all()] == [us_number(1)]


@pytest.mark.feature("TGT-13")
async def test_calls_at_once_with_one_key_add_once_and_all_answer_the_same(
    ask: Ask, campaign: Campaign, fakes: FakePorts
) -> None:
    rows = [{"numbers": [us_number(index)]} for index in range(3)]

    answers = await asyncio.gather(
        *(add(ask, campaign, targets=rows, idempotencyKey="order-1") for _ in range(8))
    )

    assert sorted(answer["repeated"] for answer in answers) == [False, *[True] * 7]
    assert all(answer["added"] == 3 for answer in answers)
    assert all(answer["answers"] == answers[0]["answers"] for answer in answers)
    assert await Target.all().count() == await Contact.all().count() == 3
    assert await TargetBatch.all().count() == 1
    assert len(fakes.floors.told) == 1


@pytest.mark.feature("TGT-13")
async def test_a_key_of_another_addition_is_refused_and_adds_nothing(
    ask: Ask, campaign: Campaign
) -> None:
    await add(ask, campaign, pasted=us_number(1), idempotencyKey="order-1")

    answer = await add(ask, campaign, pasted=us_number(2), idempotencyKey="order-1")

    assert answer["code"] == "IDEMPOTENCY_KEY_REUSED"
    assert await Target.all().count() == 1


async def test_additions_without_rows_or_with_both_kinds_are_refused(
    ask: Ask, campaign: Campaign, fakes: FakePorts
) -> None:
    both = await add(ask, campaign, pasted=us_number(1), targets=[{"numbers": [us_number(2)]}])
    neither = await add(ask, campaign)
    empty = await add(ask, campaign, targets=[])

    assert {answer["code"] for answer in (both, neither, empty)} == {"INVALID_INPUT"}
    assert await Target.all().count() == 0
    fakes.assert_untouched()


@pytest.mark.feature("TGT-07")
async def test_the_list_shows_status_times_duration_and_agent_with_few_statements(
    ask: Ask, campaign: Campaign
) -> None:
    agent = await Agent.create(
        account_id=campaign.account_id, name="Ana", code="11", pin_hash="", endpoint="ana"
    )
    dialed = await target(
        campaign,
        1,
        state=TargetState.CLOSED,
        closed_reason=ClosedReason.CONNECTED,
        attempts=2,
        last_ordinal=2,
        last_attempt_at=NOW,
        last_disposition=Disposition.CONNECTED,
    )
    await target(campaign, 2, state=TargetState.RETRY, next_at=NOW + timedelta(hours=1))
    await Target.filter(id=dialed.id).update(created_at=NOW - timedelta(days=1))
    await Target.exclude(id=dialed.id).update(created_at=NOW)
    for ordinal in (1, 2):
        attempt = await Attempt.create(
            account_id=campaign.account_id,
            campaign_id=campaign.id,
            target_id=dialed.id,
            ordinal=ordinal,
            number=dialed.number,
            node="main",
            epoch=1,
            state=AttemptState.ENDED,
            agent_id=agent.id,
            created_at=NOW,
        )
    await Call.create(
        id=attempt.id,
        account_id=campaign.account_id,
        direction=CallDirection.OUTBOUND,
        number=dialed.number,
        answered_at=NOW,
        ended_at=NOW + timedelta(seconds=90),
    )

    with at_most(5):  # campaign, page, count, contacts, attempts
        data = await ask(LIST, campaign=str(campaign.id))

    first, second = data["targets"]["nodes"]
    assert (first["state"], first["closedReason"]) == ("CLOSED", "CONNECTED")
    assert (first["customerStatus"], first["contact"]["name"]) == ("CONNECTED", "Name 1")
    assert first["lastAttempt"] == {
        "callId": str(attempt.id),
        "durationSeconds": 90.0,
        "agentName": "Ana",
    }
    assert (second["state"], second["lastAttempt"]) == ("RETRY", None)
    times = ("addedAt", "lastAttemptAt", "nextAttemptAt")
    assert [[each[name] for name in times] for each in (first, second)] == [
        ["2026-03-01T10:00:00+00:00", "2026-03-02T10:00:00+00:00", None],
        ["2026-03-02T10:00:00+00:00", None, "2026-03-02T11:00:00+00:00"],
    ]
    assert data["targets"]["totalCount"] == 2


@pytest.mark.feature("CAM-13")
@pytest.mark.parametrize(("role", "shown"), [(Role.SUPERVISOR, True), (Role.AUDITOR, False)])
async def test_sensitive_variables_are_shown_to_those_who_manage_targets(
    ask: Ask, account: Account, campaign: Campaign, role: Role, shown: bool
) -> None:
    campaign.sensitive_variables = ["Card"]
    await campaign.save()
    others = [await target(campaign, index) for index in range(1, 6)]
    for one in others:
        await Contact.filter(id=one.contact_id).update(variables={"Card": "4111", "City": "Łódź"})

    with at_most(5):  # campaign, page, count, contacts, sensitive variables
        data = await ask(SHOWN, caller=principal_of(account, role), campaign=str(campaign.id))

    told = [node["contact"]["variables"] for node in data["targets"]["nodes"]]
    assert told == [({"Card": "4111"} if shown else {}) | {"City": "Łódź"}] * 5
    single = await ask(ONE, caller=principal_of(account, role), id=str(others[0].id))
    assert ("4111" in str(single)) is shown


@pytest.mark.feature("CAM-13")
async def test_what_is_sensitive_is_said_by_each_campaign_for_itself(
    ask: Ask, account: Account, campaign: Campaign
) -> None:
    open_one = await new_campaign(account, serial=2)
    campaign.sensitive_variables = ["Card"]
    await campaign.save()
    contact = await Contact.create(account=account, name="Ana", variables={"Card": "4111"})
    for each in (campaign, open_one):
        await Target.create(
            account=account, campaign=each, contact=contact, number=us_number(1), max_attempts=3
        )

    auditor = principal_of(account, Role.AUDITOR)
    told = [
        (await ask(SHOWN, caller=auditor, campaign=str(each.id)))["targets"]["nodes"]
        for each in (campaign, open_one)
    ]

    assert [nodes[0]["contact"]["variables"] for nodes in told] == [{}, {"Card": "4111"}]


@pytest.mark.feature("TGT-07")
async def test_the_list_is_filtered_ordered_and_paged(ask: Ask, campaign: Campaign) -> None:
    for index in range(1, 6):
        retry = index % 2 == 1
        await target(
            campaign,
            index,
            state=TargetState.RETRY if retry else TargetState.NEW,
            next_at=NOW - timedelta(minutes=index) if retry else None,
            last_attempt_at=NOW + timedelta(minutes=index) if retry else None,
            last_disposition=Disposition.BUSY if retry else None,
        )

    async def listed(**variables: Any) -> list[int]:
        data = await ask(LIST, campaign=str(campaign.id), **variables)
        return [int(node["number"][-1]) for node in data["targets"]["nodes"]]

    assert await listed() == [1, 2, 3, 4, 5]
    assert await listed(order="NEWEST") == [5, 4, 3, 2, 1]
    assert await listed(order="NUMBER", filter={"numberBegins": us_number(3)}) == [3]
    assert await listed(order="LAST_ATTEMPT") == [5, 3, 1]
    assert await listed(order="NEXT_ATTEMPT") == [5, 3, 1]
    assert await listed(filter={"states": ["NEW"]}) == [2, 4]
    assert await listed(filter={"customerStatuses": ["BUSY"]}) == [1, 3, 5]
    page = await ask(LIST, campaign=str(campaign.id), order="NEXT_ATTEMPT", first=2)
    assert page["targets"]["pageInfo"]["hasNextPage"]
    after = page["targets"]["pageInfo"]["endCursor"]
    assert await listed(order="NEXT_ATTEMPT", after=after) == [1]


@pytest.mark.feature("TGT-07")
@pytest.mark.parametrize(
    "filter", [{"numberBegins": "+1\0"}, {"numberBegins": "1" * 17}, {"numberBegins": "\ud800"}]
)
async def test_a_filter_that_no_number_can_pass_is_refused(
    refused: Refused, supervisor: Principal, campaign: Campaign, filter: dict[str, Any]
) -> None:
    asked = {"caller": supervisor, "campaign": str(campaign.id), "filter": filter}

    assert await refused(LIST, **asked) == ["INVALID_INPUT"]


@pytest.mark.feature("TGT-07")
@pytest.mark.parametrize("attempts", [32_768, 2**31 - 1])
async def test_nothing_was_dialed_more_often_than_can_be(
    ask: Ask, campaign: Campaign, attempts: int
) -> None:
    await target(campaign, 1, attempts=3, last_attempt_at=NOW)

    page = await ask(LIST, campaign=str(campaign.id), filter={"attemptsAtLeast": attempts})

    assert page["targets"]["nodes"] == []


@pytest.mark.parametrize(
    ("order", "place"),
    [
        ("NUMBER", ["+1\0", str(UUID(int=1))]),
        ("LAST_ATTEMPT", ["0001-01-01T00:00:00+23:00", str(UUID(int=1))]),
        ("LAST_ATTEMPT", ["2026-01-01T00:00:00", str(UUID(int=1))]),
        ("ADDED", [1]),
        ("ADDED", []),
    ],
)
async def test_a_cursor_that_was_made_up_is_refused(
    refused: Refused, supervisor: Principal, campaign: Campaign, order: str, place: list[object]
) -> None:
    after = base64.urlsafe_b64encode(json.dumps(place).encode()).decode()

    asked = {"caller": supervisor, "campaign": str(campaign.id), "order": order, "after": after}

    assert await refused(LIST, **asked) == ["INVALID_INPUT"]


@pytest.mark.feature("TGT-07")
@pytest.mark.feature("TGT-06")
async def test_the_list_is_filtered_by_agent_reason_batch_and_source(
    ask: Ask, campaign: Campaign
) -> None:
    agent = await Agent.create(
        account_id=campaign.account_id, name="Ana", code="11", pin_hash="", endpoint="ana"
    )
    batch = await TargetBatch.create(campaign_id=campaign.id, name="March")
    talked = await target(campaign, 1, last_ordinal=1)
    await target(
        campaign, 2, state=TargetState.CLOSED, closed_reason=ClosedReason.FINAL, batch_id=batch.id
    )
    await target(campaign, 3, call_back_at=NOW)
    await Attempt.create(
        account_id=campaign.account_id,
        campaign_id=campaign.id,
        target_id=talked.id,
        ordinal=1,
        number=talked.number,
        node="main",
        epoch=1,
        agent_id=agent.id,
        created_at=NOW,
    )

    async def listed(**filter: Any) -> list[int]:
        data = await ask(LIST, campaign=str(campaign.id), filter=filter)
        return [int(node["number"][-1]) for node in data["targets"]["nodes"]]

    assert await listed(agentId=str(agent.id)) == [1]
    assert await listed(closedReasons=["FINAL"]) == [2]
    assert await listed(closedReasons=["FINAL"], states=["NEW"]) == []
    assert await listed(batchId=str(batch.id)) == [2]
    assert await listed(source="CALL_BACK") == [3]
    assert await listed(source="LIST") == [1, 2]


@pytest.mark.feature("TGT-08")
async def test_a_target_never_dialed_is_removed_with_its_contact(
    ask: Ask, campaign: Campaign, fakes: FakePorts
) -> None:
    row = await target(campaign, 1)
    await target(campaign, 2)

    data = await ask(REMOVE, id=str(row.id))

    assert data["targetRemove"]["target"] == {"id": str(row.id), "number": us_number(1)}
    assert [t.number for t in await Target.all()] == [us_number(2)]
    assert [c.name for c in await Contact.all()] == ["Name 2"]
    told = TargetsChanged(campaign=campaign.id)
    assert fakes.floors.told == [(campaign.account_id, told)]


@pytest.mark.feature("TGT-08")
@pytest.mark.parametrize(
    "columns",
    [
        {"state": TargetState.DIALING, "last_ordinal": 1},
        {"state": TargetState.RETRY, "attempts": 1, "last_ordinal": 1},
        {"state": TargetState.NEW, "last_ordinal": 1},
        {"state": TargetState.CLOSED},
    ],
)
async def test_a_target_that_was_dialed_stays(
    ask: Ask, campaign: Campaign, fakes: FakePorts, columns: dict[str, Any]
) -> None:
    row = await target(campaign, 1, **columns)

    data = await ask(REMOVE, id=str(row.id))

    assert data["targetRemove"]["code"] == "TARGET_DIALED"
    assert await Target.all().count() == 1
    fakes.assert_untouched()


@pytest.mark.feature("TGT-08")
async def test_all_are_removed_at_once_after_the_count_is_typed(
    ask: Ask, campaign: Campaign, fakes: FakePorts
) -> None:
    await target(campaign, 1)
    await target(campaign, 2)
    retried = await target(campaign, 3, state=TargetState.RETRY, attempts=1, last_ordinal=1)
    closed = await target(
        campaign, 4, state=TargetState.CLOSED, closed_reason=ClosedReason.CONNECTED
    )

    wrong = await ask(REMOVE_ALL, campaign=str(campaign.id), count=2)
    assert (wrong["targetsRemoveAll"]["code"], wrong["targetsRemoveAll"]["present"]) == (
        "COUNT_CHANGED",
        3,
    )
    assert await Target.all().count() == 4
    fakes.assert_untouched()

    right = await ask(REMOVE_ALL, campaign=str(campaign.id), count=3)

    assert right["targetsRemoveAll"]["removed"] == 3
    rows = await Target.all().order_by("id")
    assert [(row.id, row.state, row.closed_reason) for row in rows] == [
        (retried.id, TargetState.CLOSED, ClosedReason.REMOVED),
        (closed.id, TargetState.CLOSED, ClosedReason.CONNECTED),
    ]
    assert fakes.floors.commands == []
    assert {command for _, command in fakes.floors.told} == {TargetsChanged(campaign=campaign.id)}


async def test_another_accounts_targets_can_be_neither_seen_nor_changed(
    ask: Ask, refused: Any, campaign: Campaign, fakes: FakePorts
) -> None:
    row = await target(campaign, 1)
    foreign = principal_of(await Account.create(name="Other", slug="other"), Role.ADMIN)
    id = str(campaign.id)

    assert await refused(LIST, caller=foreign, campaign=id) == ["NOT_FOUND"]
    added = await ask(ADD, caller=foreign, input={"campaignId": id, "pasted": us_number(2)})
    removed = await ask(REMOVE, caller=foreign, id=str(row.id))
    emptied = await ask(REMOVE_ALL, caller=foreign, campaign=id, count=1)

    assert added["targetsAdd"]["code"] == "NOT_FOUND"
    assert removed["targetRemove"]["code"] == "NOT_FOUND"
    assert emptied["targetsRemoveAll"]["code"] == "NOT_FOUND"
    assert await Target.all().count() == 1
    fakes.assert_untouched()
