"""Do-not-call lists through GraphQL, at import and at the instant of dialing."""

from datetime import timedelta
from typing import Any

import pytest
from tortoise import connections

from domain.access.models import Account
from domain.access.permissions import Role
from domain.campaigns.models import Campaign
from domain.suppression.checks import is_suppressed, suppressed_numbers
from domain.suppression.models import Suppression
from domain.targets.commands import TargetsChanged
from domain.targets.importing.import_run import run_import
from domain.targets.models import Target, TargetImport
from domain.targets.rules import ClosedReason, TargetState
from tests.domain.targets.conftest import new_campaign, principal_of
from tests.domain.targets.files import us_number, xlsx
from tests.fakes import FakePorts
from tests.schema.targets.conftest import Ask
from tests.schema.targets.test_import import READ, started
from tests.schema.targets.test_targets import add, target

SUPPRESS = """
mutation ($input: NumbersSuppressInput!) {
  numbersSuppress(input: $input) {
    ... on NumbersSuppressed { targetsStopped answers { row code pattern } }
    ... on Refusal { code message }
    ... on InvalidInput { problems { path } }
  }
}
"""
LIST = """
query ($campaign: UUID, $number: PhoneNumber) {
  suppressions(campaignId: $campaign, number: $number) {
    nodes { id pattern isPrefix campaignId source reason expiresAt } totalCount
  }
}
"""
REMOVE = """
mutation ($id: UUID!) {
  suppressionRemove(id: $id) {
    ... on SuppressionRemoved { suppression { pattern } }
    ... on Refusal { code message }
  }
}
"""


async def suppress(ask: Ask, pasted: str, **input: Any) -> dict[str, Any]:
    answer: dict[str, Any] = (await ask(SUPPRESS, input={"pasted": pasted} | input))[
        "numbersSuppress"
    ]
    return answer


@pytest.mark.feature("TGT-02")
@pytest.mark.feature("CAM-20")
async def test_numbers_on_a_list_are_scrubbed_from_imports_and_additions(
    ask: Ask, campaign: Campaign, fakes: FakePorts
) -> None:
    await suppress(ask, f"{us_number(1)}\n+1202200001*")
    rows = [(us_number(1),), (us_number(15),), (us_number(2),)]
    id = await started(ask, campaign, xlsx(rows))
    await run_import((await TargetImport.get()).id, ports=fakes.ports, for_s=60)

    data = (await ask(READ, id=id))["targetImport"]
    added = await add(ask, campaign, pasted=f"{us_number(1)}\n{us_number(3)}")

    assert [(p["row"], p["code"]) for p in data["problems"]["nodes"]] == [
        (2, "SUPPRESSED"),
        (3, "SUPPRESSED"),
    ]
    assert (data["imported"], data["duplicates"], data["invalid"]) == (1, 0, 0)
    assert (await TargetImport.get()).suppressed == 2
    assert [answer["code"] for answer in added["answers"]] == ["SUPPRESSED", "ADDED"]
    assert [t.number for t in await Target.all().order_by("id")] == [us_number(2), us_number(3)]


@pytest.mark.feature("CAM-20")
async def test_an_entry_made_while_a_target_waits_stops_it(
    ask: Ask, campaign: Campaign, fakes: FakePorts
) -> None:
    exact, by_prefix, other = [await target(campaign, index) for index in (1, 15, 2)]
    dialing = await target(campaign, 16, state=TargetState.DIALING, last_ordinal=1)

    answer = await suppress(ask, f"{us_number(1)}\n+1202200001*", reason="asked")

    assert answer["targetsStopped"] == 2
    rows = {row.id: row for row in await Target.all()}
    for stopped in (exact, by_prefix):
        assert (rows[stopped.id].state, rows[stopped.id].closed_reason) == (
            TargetState.CLOSED,
            ClosedReason.SUPPRESSED,
        )
    assert rows[other.id].state is TargetState.NEW
    assert rows[dialing.id].state is TargetState.DIALING
    told = TargetsChanged(campaign=campaign.id)
    assert fakes.floors.told == [(campaign.account_id, told)]


@pytest.mark.feature("CAM-20")
@pytest.mark.parametrize("pattern", [us_number(1), "+1202200000*"])
async def test_an_entry_that_is_removed_lets_what_it_held_go_as_it_was(
    ask: Ask, campaign: Campaign, fakes: FakePorts, pattern: str
) -> None:
    due = fakes.clock.now() + timedelta(hours=1)
    fresh = await target(campaign, 1)
    retry = await target(campaign, 2, state=TargetState.RETRY, next_at=due, last_ordinal=1)
    closed = await target(campaign, 3)
    other = await target(
        campaign, 4, state=TargetState.RETRY, next_at=due, held_by="cap_reached", held_at=due
    )
    await suppress(ask, us_number(3))
    until = fakes.clock.now() + timedelta(days=30)
    await suppress(ask, us_number(2), expiresAt=until.isoformat())
    await suppress(ask, pattern, expiresAt=until.isoformat())
    await Target.filter(id=other.id).update(held_by="cap_reached", next_at=due, due_at=None)
    entry = await Suppression.get(pattern=pattern.rstrip("*"))
    fakes.floors.told.clear()

    await ask(REMOVE, id=str(entry.id))

    rows = {row.id: row for row in await Target.all()}
    assert (rows[fresh.id].state, rows[fresh.id].next_at) == (TargetState.NEW, None)
    assert rows[fresh.id].held_by is None
    if entry.is_prefix:
        assert (rows[retry.id].state, rows[retry.id].next_at) == (TargetState.RETRY, due)
    else:
        assert (rows[retry.id].held_by, rows[retry.id].next_at) == ("do_not_call", until)
    assert (rows[other.id].held_by, rows[other.id].next_at) == ("cap_reached", due)
    assert rows[closed.id].state is TargetState.CLOSED
    assert fakes.floors.told == [(campaign.account_id, TargetsChanged(campaign=campaign.id))]


@pytest.mark.feature("CAM-20")
async def test_a_campaigns_entry_lets_go_of_that_campaigns_targets_only(
    ask: Ask, account: Account, campaign: Campaign, fakes: FakePorts
) -> None:
    other = await new_campaign(account, serial=2)
    here, there = await target(campaign, 1), await target(other, 1)
    until = (fakes.clock.now() + timedelta(days=1)).isoformat()
    await suppress(ask, us_number(1), campaignId=str(campaign.id), expiresAt=until)
    await suppress(ask, us_number(1), campaignId=str(other.id), expiresAt=until)
    entry = await Suppression.get(scope_id=campaign.id)

    await ask(REMOVE, id=str(entry.id))

    await here.refresh_from_db()
    await there.refresh_from_db()
    assert here.state is TargetState.NEW
    assert (there.state, there.held_by) == (TargetState.RETRY, "do_not_call")


async def test_an_entry_that_expires_puts_a_target_off_until_then(
    ask: Ask, campaign: Campaign, fakes: FakePorts
) -> None:
    row = await target(campaign, 1)
    until = fakes.clock.now() + timedelta(days=30)

    await suppress(ask, us_number(1), expiresAt=until.isoformat())

    await row.refresh_from_db()
    assert (row.state, row.next_at) == (TargetState.RETRY, until)


async def test_an_expiry_in_the_year_9999_means_never(ask: Ask, campaign: Campaign) -> None:
    row = await target(campaign, 1)

    await suppress(ask, us_number(1), expiresAt="9999-12-31T23:59:59-05:00")

    await row.refresh_from_db()
    assert (await Suppression.get()).expires_at is None
    assert row.closed_reason is ClosedReason.SUPPRESSED


@pytest.mark.feature("CAM-20")
async def test_the_check_at_dialing_sees_both_lists_prefixes_and_expiry(
    ask: Ask, account: Account, campaign: Campaign, fakes: FakePorts
) -> None:
    other = await new_campaign(account, serial=2)
    until = fakes.clock.now() + timedelta(hours=1)
    await suppress(ask, us_number(1))
    await suppress(ask, us_number(2), campaignId=str(other.id))
    await suppress(ask, "+44*")
    await suppress(ask, us_number(3), expiresAt=until.isoformat())
    numbers = [*(us_number(index) for index in range(1, 5)), "+442079460958"]

    async def found(campaign_id: Any) -> list[str]:
        return sorted(
            await suppressed_numbers(
                connections.get("default"),
                numbers,
                account_id=account.id,
                campaign_id=campaign_id,
                now=fakes.clock.now(),
            )
        )

    assert await found(campaign.id) == [us_number(1), us_number(3), "+442079460958"]
    assert await found(other.id) == [us_number(1), us_number(2), us_number(3), "+442079460958"]
    fakes.clock.advance(3600)
    assert await found(campaign.id) == [us_number(1), "+442079460958"]
    assert await is_suppressed(
        connections.get("default"),
        us_number(1),
        account_id=account.id,
        campaign_id=campaign.id,
        now=fakes.clock.now(),
    )


@pytest.mark.feature("CAM-20")
async def test_a_list_is_answered_line_by_line_shown_changed_and_shortened(
    ask: Ask, campaign: Campaign
) -> None:
    pasted = f"(202) 200-0001\n\n12\n1900*\n{us_number(2)}"

    answer = await suppress(ask, pasted, campaignId=str(campaign.id), source="CUSTOMER")
    await suppress(ask, us_number(1), campaignId=str(campaign.id), reason="again")

    assert [(a["row"], a["code"], a["pattern"]) for a in answer["answers"]] == [
        (1, "SUPPRESSED", us_number(1)),
        (3, "NUMBER_INVALID", None),
        (4, "PREFIX_INVALID", None),
        (5, "SUPPRESSED", us_number(2)),
    ]
    listed = (await ask(LIST, campaign=str(campaign.id)))["suppressions"]
    assert listed["totalCount"] == 2
    [entry] = (await ask(LIST, number=us_number(1)))["suppressions"]["nodes"]
    assert (entry["reason"], entry["campaignId"]) == ("again", str(campaign.id))
    await ask(REMOVE, id=entry["id"])
    assert (await ask(LIST, number=us_number(1)))["suppressions"]["totalCount"] == 0


async def test_wrong_requests_are_refused_and_suppress_nothing(ask: Ask, fakes: FakePorts) -> None:
    past = (fakes.clock.now() - timedelta(days=1)).isoformat()

    empty = await suppress(ask, "")
    expired = await suppress(ask, us_number(1), expiresAt=past)
    unknown = await suppress(ask, us_number(1), campaignId="00000000-0000-0000-0000-000000000000")

    assert [problem["path"] for problem in empty["problems"]] == ["pasted"]
    assert [empty["code"], expired["code"], unknown["code"]] == [
        "INVALID_INPUT",
        "INVALID_INPUT",
        "NOT_FOUND",
    ]
    assert await Suppression.all().count() == 0
    fakes.assert_untouched()


async def test_auditors_read_only_and_other_accounts_see_nothing(
    ask: Ask, refused: Any, account: Account, campaign: Campaign
) -> None:
    await suppress(ask, us_number(1), campaignId=str(campaign.id))
    entry = await Suppression.get()
    foreign = principal_of(await Account.create(name="Other", slug="other"), Role.ADMIN)
    auditor = principal_of(account, Role.AUDITOR)

    input = {"pasted": us_number(2)}
    assert await refused(SUPPRESS, caller=auditor, input=input) == ["FORBIDDEN"]
    assert await refused(SUPPRESS, caller=None, input=input) == ["UNAUTHENTICATED"]
    assert (await ask(LIST, caller=foreign))["suppressions"]["totalCount"] == 0
    removed = await ask(REMOVE, caller=foreign, id=str(entry.id))
    assert removed["suppressionRemove"]["code"] == "NOT_FOUND"
    assert await Suppression.all().count() == 1


@pytest.mark.feature("TGT-11")
async def test_an_account_at_its_limit_adds_and_imports_nothing_more(
    ask: Ask, account: Account, campaign: Campaign, fakes: FakePorts
) -> None:
    await Account.filter(id=account.id).update(target_limit=3)
    two = f"{us_number(1)}\n{us_number(2)}"
    assert (await add(ask, campaign, pasted=two))["added"] == 2

    too_many = await add(ask, campaign, pasted=f"{us_number(3)}\n{us_number(4)}")
    id = await started(ask, campaign, xlsx([(us_number(5),), (us_number(6),)]))
    await run_import((await TargetImport.get()).id, ports=fakes.ports, for_s=60)
    failed = (await ask(READ, id=id))["targetImport"]
    fits = await add(ask, campaign, pasted=us_number(7))

    assert too_many["code"] == "TARGET_LIMIT_REACHED"
    assert (failed["state"], failed["failureCode"], failed["imported"]) == (
        "FAILED",
        "TARGET_LIMIT_REACHED",
        0,
    )
    assert fits["added"] == 1
    assert await Target.all().count() == 3
