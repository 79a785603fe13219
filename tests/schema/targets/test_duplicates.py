"""Numbers that are there already: skipped, updated or let in, by where they are."""

from datetime import timedelta
from typing import Any

import pytest

from domain.access.models import Account
from domain.campaigns.models import Campaign
from domain.targets.commands import TargetsChanged
from domain.targets.importing.import_run import run_import
from domain.targets.models import Contact, Target, TargetImport
from domain.targets.ordering import enqueue_unordered, order_targets
from domain.targets.rules import TargetState
from tests.domain.targets.conftest import new_campaign
from tests.domain.targets.files import us_number, xlsx
from tests.fakes import FakePorts
from tests.schema.targets.conftest import Ask
from tests.schema.targets.test_import import upload

START = """
mutation ($campaign: UUID!, $file: Upload!, $duplicates: DuplicatesInput) {
  targetImportStart(campaignId: $campaign, file: $file, duplicates: $duplicates) {
    ... on TargetImportStarted { targetImport { id } }
    ... on Refusal { code message }
  }
}
"""
READ = """
query ($id: UUID!) {
  targetImport(id: $id) {
    state imported updated duplicates suppressed invalid
    problems { nodes { row code value } } problemCounts { code rows }
  }
}
"""
ADD = """
mutation ($input: TargetsAddInput!) {
  targetsAdd(input: $input) {
    ... on TargetsAdded { added updated answers { row code targetId } }
    ... on Refusal { code message }
  }
}
"""
KEPT, AGAIN, ELSEWHERE, NEW = (us_number(index) for index in range(4))
HEADER = ("Phone", "Customer Name", "Caller ID", "Priority", "City", "Street")


@pytest.fixture
async def other(account: Account) -> Campaign:
    return await new_campaign(account, serial=2)


async def present(campaign: Campaign, number: str, **columns: Any) -> Target:
    contact = await Contact.create(
        account_id=campaign.account_id,
        name="As it was",
        variables={"City": "Haifa", "Street": "Main"},
    )
    return await Target.create(
        account_id=campaign.account_id,
        campaign_id=campaign.id,
        contact=contact,
        number=number,
        max_attempts=3,
        priority=5,
        **columns,
    )


async def imported(
    ask: Ask,
    campaign: Campaign,
    fakes: FakePorts,
    rows: list[Any],
    duplicates: dict[str, str],
    *more_columns: str,
) -> dict[str, Any]:
    started = await ask(
        START,
        campaign=str(campaign.id),
        file=upload(xlsx(rows, header=(*HEADER, *more_columns))),
        duplicates=duplicates or None,
    )
    id = started["targetImportStart"]["targetImport"]["id"]
    assert await run_import((await TargetImport.get(id=id)).id, ports=fakes.ports, for_s=60)
    found: dict[str, Any] = (await ask(READ, id=id))["targetImport"]
    assert found["state"] == "DONE"
    return found


def figures(found: dict[str, Any]) -> tuple[int, int, int]:
    return found["imported"], found["updated"], found["duplicates"]


def problems(found: dict[str, Any]) -> list[tuple[int, str, str]]:
    return [(each["row"], each["code"], each["value"]) for each in found["problems"]["nodes"]]


ROWS = [
    (KEPT, "Ana", None, 9, "Łódź", None),
    (NEW, "Bo"),
    (NEW, "Bo again", None, None, "Oulu"),
    (ELSEWHERE, "Cy"),
]


@pytest.mark.feature("TGT-02")
async def test_skipped_duplicates_of_file_campaign_and_account_are_told_apart(
    ask: Ask, campaign: Campaign, other: Campaign, fakes: FakePorts
) -> None:
    kept = await present(campaign, KEPT)
    elsewhere = await present(other, ELSEWHERE)

    found = await imported(ask, campaign, fakes, ROWS, {"inAccount": "SKIP"})

    assert figures(found) == (1, 0, 3)
    assert problems(found) == [
        (2, "DUPLICATE_IN_CAMPAIGN", KEPT),
        (4, "DUPLICATE_IN_FILE", NEW),
        (5, "DUPLICATE_IN_ACCOUNT", ELSEWHERE),
    ]
    codes = ["DUPLICATE_IN_ACCOUNT", "DUPLICATE_IN_CAMPAIGN", "DUPLICATE_IN_FILE"]
    assert found["problemCounts"] == [{"code": code, "rows": 1} for code in codes]
    for target in (kept, elsewhere):
        assert (await Contact.get(id=target.contact_id)).name == "As it was"
    assert await Target.filter(campaign=campaign).count() == 2


async def test_without_a_word_other_campaigns_do_not_matter(
    ask: Ask, campaign: Campaign, other: Campaign, fakes: FakePorts
) -> None:
    await present(other, ELSEWHERE)

    found = await imported(ask, campaign, fakes, ROWS, {})

    assert figures(found) == (3, 0, 1)


@pytest.mark.feature("TGT-02")
async def test_an_update_gives_the_contact_what_the_row_says_and_leaves_the_dial_state(
    ask: Ask, campaign: Campaign, other: Campaign, fakes: FakePorts
) -> None:
    kept = await present(campaign, KEPT, state=TargetState.RETRY, attempts=2, last_ordinal=2)
    elsewhere = await present(other, ELSEWHERE)
    everywhere = dict.fromkeys(("inFile", "inCampaign", "inAccount"), "UPDATE")

    found = await imported(ask, campaign, fakes, ROWS, everywhere)

    assert figures(found) == (1, 3, 0)
    assert problems(found) == [
        (2, "UPDATED", KEPT),
        (4, "UPDATED", NEW),
        (5, "UPDATED", ELSEWHERE),
    ]
    assert found["problemCounts"] == [{"code": "UPDATED", "rows": 3}]
    await kept.refresh_from_db()
    contact = await Contact.get(id=kept.contact_id)
    assert (contact.name, contact.variables) == ("Ana", {"City": "Łódź", "Street": "Main"})
    assert (kept.priority, kept.state, kept.attempts) == (9, TargetState.RETRY, 2)
    new = await Target.get(campaign=campaign, number=NEW).select_related("contact")
    assert (new.contact.name, new.contact.variables) == ("Bo again", {"City": "Oulu"})
    assert (await Contact.get(id=elsewhere.contact_id)).name == "Cy"
    assert await Target.filter(campaign=campaign).count() == 2
    assert (campaign.account_id, TargetsChanged(campaign=campaign.id)) in fakes.floors.told


async def test_an_update_gives_a_target_its_place_in_the_campaigns_order_anew(
    ask: Ask, campaign: Campaign, fakes: FakePorts
) -> None:
    by_city = [{"variable": "City", "kind": "text", "descending": False}]
    await Campaign.filter(id=campaign.id).update(target_order=by_city)
    first = await present(campaign, AGAIN)
    moved = await present(campaign, KEPT)
    over = await present(campaign, NEW, state=TargetState.CLOSED, order_key=b"as it was")
    await order_targets(campaign.id, ports=fakes.ports)
    rows = [(number, None, None, None, "Aarhus", None) for number in (KEPT, NEW)]

    await imported(ask, campaign, fakes, rows, {"inCampaign": "UPDATE"})
    found = await enqueue_unordered(ports=fakes.ports)
    await order_targets(campaign.id, ports=fakes.ports)

    for target in (first, moved, over):
        await target.refresh_from_db()
    assert found == 1
    assert moved.order_key is not None
    assert first.order_key is not None
    assert moved.order_key < first.order_key
    assert over.order_key is None  # it is written when the target is dialed anew


@pytest.mark.parametrize(
    ("held_by", "zone", "goes"),
    [
        ("filtered", None, True),
        ("rule", None, True),
        ("outside_hours", "Europe/Helsinki", True),
        ("holiday", "Europe/Helsinki", True),
        ("outside_hours", None, False),
        ("cap_reached", "Europe/Helsinki", False),
        ("do_not_call", None, False),
    ],
)
async def test_an_update_lets_go_of_what_rules_held_because_of_the_data_before(
    ask: Ask,
    campaign: Campaign,
    fakes: FakePorts,
    held_by: str,
    zone: str | None,
    goes: bool,
) -> None:
    held_at, again = fakes.clock.now(), fakes.clock.now() + timedelta(hours=24)
    held = {"state": TargetState.RETRY, "held_by": held_by, "held_at": held_at, "next_at": again}
    fresh = await present(campaign, KEPT, **held)
    retried = await present(campaign, AGAIN, **held, due_at=held_at, attempts=1, last_ordinal=1)
    dialing = await present(campaign, NEW, state=TargetState.DIALING, attempts=1, last_ordinal=1)
    rows = [(number, None, None, None, "Oulu", None, zone) for number in (KEPT, AGAIN, NEW)]

    await imported(ask, campaign, fakes, rows, {"inCampaign": "UPDATE"}, "Time zone")

    for target in (fresh, retried, dialing):
        await target.refresh_from_db()
    if goes:
        assert (fresh.state, fresh.next_at) == (TargetState.NEW, None)
        assert (retried.state, retried.next_at) == (TargetState.RETRY, held_at)
        for target in (fresh, retried):
            assert (target.held_by, target.held_at, target.due_at) == (None, None, None)
    else:
        assert (fresh.held_by, fresh.next_at, fresh.due_at) == (held_by, again, None)
        assert (retried.held_by, retried.next_at, retried.due_at) == (held_by, again, held_at)
    assert (dialing.state, dialing.attempts) == (TargetState.DIALING, 1)


async def test_what_an_update_leaves_empty_stays_and_of_several_rows_the_last_word_counts(
    ask: Ask, campaign: Campaign, fakes: FakePorts
) -> None:
    kept = await present(campaign, KEPT, caller_id=us_number(90))
    rows = [
        (KEPT, "First", us_number(91), 3, "Oulu", None),
        (KEPT, None, None, 7, None, "Side"),
        (KEPT, "Last", None, None, None, None),
    ]

    found = await imported(ask, campaign, fakes, rows, {"inCampaign": "UPDATE"})

    assert figures(found) == (0, 3, 0)
    await kept.refresh_from_db()
    contact = await Contact.get(id=kept.contact_id)
    assert (contact.name, contact.variables) == ("Last", {"City": "Oulu", "Street": "Side"})
    assert (kept.priority, kept.caller_id) == (7, us_number(91))


async def test_numbers_are_updated_while_the_contact_was_never_dialed(
    ask: Ask, campaign: Campaign, fakes: FakePorts
) -> None:
    fresh = await present(campaign, KEPT)
    dialed = await present(campaign, AGAIN, last_ordinal=1, attempts=1, state=TargetState.RETRY)
    rows = [{"numbers": [number, us_number(50)]} for number in (KEPT, AGAIN)]

    data = await ask(
        ADD,
        input={
            "campaignId": str(campaign.id),
            "targets": rows,
            "duplicates": {"inCampaign": "UPDATE"},
        },
    )

    assert [each["code"] for each in data["targetsAdd"]["answers"]] == ["UPDATED", "UPDATED"]
    await fresh.refresh_from_db()
    await dialed.refresh_from_db()
    assert fresh.numbers is not None
    assert [each["number"] for each in fresh.numbers["list"]] == [KEPT, us_number(50)]
    assert dialed.numbers is None


@pytest.mark.feature("TGT-02")
async def test_duplicates_that_are_let_in_are_targets_of_their_own(
    ask: Ask, campaign: Campaign, fakes: FakePorts
) -> None:
    kept = await present(campaign, KEPT)
    rows = [(KEPT, "Ana"), (NEW, "Bo"), (NEW, "Bo again")]

    found = await imported(ask, campaign, fakes, rows, {"inFile": "ALLOW", "inCampaign": "ALLOW"})
    again = await imported(ask, campaign, fakes, rows, {})

    assert figures(found) == (3, 0, 0)
    assert figures(again) == (0, 0, 3)  # what was let in counts as there
    assert {code for _, code, _ in problems(again)} == {
        "DUPLICATE_IN_CAMPAIGN",
    }
    targets = await Target.filter(campaign=campaign).order_by("id").select_related("contact")
    assert [(t.number, t.contact.name) for t in targets] == [
        (KEPT, "As it was"),
        (KEPT, "Ana"),
        (NEW, "Bo"),
        (NEW, "Bo again"),
    ]
    assert targets[0].id == kept.id


@pytest.mark.feature("TGT-13")
async def test_an_addition_treats_duplicates_as_told_and_answers_per_row(
    ask: Ask, campaign: Campaign, other: Campaign
) -> None:
    kept = await present(campaign, KEPT)
    elsewhere = await present(other, ELSEWHERE)
    rows = [{"numbers": [number]} for number in (KEPT, NEW, NEW, ELSEWHERE)]
    said = {"inFile": "ALLOW", "inCampaign": "UPDATE", "inAccount": "SKIP"}

    data = await ask(
        ADD, input={"campaignId": str(campaign.id), "targets": rows, "duplicates": said}
    )

    answer = data["targetsAdd"]
    assert (answer["added"], answer["updated"]) == (2, 1)
    assert [each["code"] for each in answer["answers"]] == [
        *("UPDATED", "ADDED", "ADDED", "DUPLICATE_IN_ACCOUNT"),
    ]
    new = [str(row.id) for row in await Target.filter(number=NEW).order_by("id")]
    assert [each["targetId"] for each in answer["answers"]] == [
        *(str(kept.id), *new, str(elsewhere.id)),
    ]


async def test_another_accounts_numbers_are_never_duplicates(
    ask: Ask, campaign: Campaign, fakes: FakePorts
) -> None:
    stranger = await Account.create(name="Other", slug="other", country="US")
    theirs = await present(await new_campaign(stranger), NEW)
    everywhere = dict.fromkeys(("inFile", "inCampaign", "inAccount"), "UPDATE")

    found = await imported(ask, campaign, fakes, [(NEW, "Bo")], everywhere)

    assert figures(found) == (1, 0, 0)
    assert (await Contact.get(id=theirs.contact_id)).name == "As it was"
