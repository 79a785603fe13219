"""The limit of targets that an account may hold, by every way in."""

import asyncio
import subprocess
from typing import Any

import pytest

from domain.access.models import Account, AuditEntry
from domain.access.permissions import Permission, Role
from domain.campaigns.models import Campaign
from domain.targets.importing.import_run import run_import
from domain.targets.models import Contact, ImportState, Target, TargetBatch, TargetImport
from tests import rows
from tests.domain.targets.conftest import principal_of
from tests.domain.targets.files import us_number, xlsx
from tests.fakes import FakePorts
from tests.schema.targets.conftest import Ask
from tests.schema.targets.test_drafts import PREVIEW
from tests.schema.targets.test_import import START, started, upload
from tests.schema.targets.test_targets import add
from tests.workers.launch.test_cli import outdial, refused

LIMIT = 2
HOW_FULL = "{ account { targetLimit targetsHeld } }"


@pytest.fixture
async def full(ask: Ask, account: Account, campaign: Campaign, fakes: FakePorts) -> Campaign:
    """A campaign of an account that holds as many as it may."""
    await Account.filter(id=account.id).update(target_limit=LIMIT)
    await add(ask, campaign, pasted="\n".join(us_number(index) for index in range(LIMIT)))
    fakes.forget()
    return campaign


async def limit(database: str, slug: str, wanted: str) -> "subprocess.CompletedProcess[str]":
    """The operator's command, as its process ended."""
    return await asyncio.to_thread(
        outdial, "account", "limit", "--database", database, slug, wanted
    )


@pytest.mark.feature("TGT-11")
async def test_the_operator_limits_an_account_and_whoever_sees_it_sees_how_full_it_is(
    ask: Ask, database: str, account: Account, campaign: Campaign
) -> None:
    other = await rows.a_campaign(await rows.an_account("other"))
    await rows.a_target(other)
    await add(ask, campaign, pasted=us_number(1))
    assert await ask(HOW_FULL) == {"account": {"targetLimit": None, "targetsHeld": 1}}

    done = await limit(database, "acme", "2")

    assert done.stdout.splitlines() == ["account  acme", "limit    2, before none", "targets  1"]
    assert await ask(HOW_FULL) == {"account": {"targetLimit": 2, "targetsHeld": 1}}
    assert (await add(ask, campaign, pasted=us_number(2)))["added"] == 1
    answer = await add(ask, campaign, pasted=us_number(3))
    assert answer["code"] == "TARGET_LIMIT_REACHED"
    assert (await Account.get(slug="other")).target_limit is None

    assert (await limit(database, "acme", "none")).returncode == 0
    assert (await add(ask, campaign, pasted=us_number(3)))["added"] == 1
    assert await ask(HOW_FULL) == {"account": {"targetLimit": None, "targetsHeld": 3}}


@pytest.mark.feature("TGT-11")
async def test_a_limit_below_what_is_held_removes_nothing_and_lets_nothing_in(
    ask: Ask, database: str, account: Account, full: Campaign, fakes: FakePorts
) -> None:
    await limit(database, "acme", "0")

    answer = await add(ask, full, pasted=us_number(9))

    assert answer["code"] == "TARGET_LIMIT_REACHED"
    assert "limit of 0 is reached" in answer["message"]
    await assert_nothing_came(fakes)


@pytest.mark.feature("TGT-11")
async def test_each_change_of_the_limit_is_in_the_audit_log_and_a_repetition_is_not(
    ask: Ask, database: str, account: Account
) -> None:
    for wanted in ("5", "5", "none"):
        assert (await limit(database, "acme", wanted)).returncode == 0

    auditor = rows.somebody(account, Permission.AUDIT_VIEW)
    query = "{ auditEntries { nodes { action principalKind principalId subjectId difference } } }"
    data = await ask(query, caller=auditor)
    by = {"principalKind": "SYSTEM", "principalId": str(account.id), "subjectId": str(account.id)}
    assert data["auditEntries"]["nodes"] == [
        {"action": "accountLimit", **by, "difference": {"targetLimit": change}}
        for change in ([5, None], [None, 5])
    ]


@pytest.mark.parametrize(
    ("slug", "wanted", "code", "said"),
    [
        ("nobody", "5", 1, "no account of this server has the slug nobody"),
        ("acme", "2147483648", 1, "limit: must be"),
        ("acme", "all", 2, "neither a count of targets nor"),
        ("acme", "٣", 2, "neither a count of targets nor"),
        ("acme", "", 2, "neither a count of targets nor"),
    ],
)
async def test_a_limit_that_is_none_or_of_nobody_is_refused_and_changes_nothing(
    database: str, account: Account, slug: str, wanted: str, code: int, said: str
) -> None:
    await Account.filter(id=account.id).update(target_limit=7)

    done = await limit(database, slug, wanted)

    assert done.returncode == code
    assert said in (refused(done) if code == 1 else done.stderr)
    assert (await Account.get(id=account.id)).target_limit == 7
    assert await AuditEntry.all().count() == 0


@pytest.mark.feature("TGT-11")
async def test_an_agent_reaches_the_account_but_not_how_full_it_is(
    ask: Ask, account: Account, full: Campaign
) -> None:
    data = await ask(
        "{ viewer { account { name targetLimit targetsHeld } } }",
        caller=principal_of(account, Role.AGENT),
    )

    assert data["viewer"]["account"] == {"name": "Acme", "targetLimit": None, "targetsHeld": None}


async def assert_nothing_came(fakes: FakePorts) -> None:
    assert await Target.all().count() == await Contact.all().count() == LIMIT
    assert await TargetBatch.all().count() == 1
    assert await TargetImport.all().count() == 0
    fakes.assert_untouched()


@pytest.mark.feature("TGT-11")
@pytest.mark.parametrize("query", [START, PREVIEW])
async def test_a_file_is_not_taken_when_there_is_no_room_at_all(
    ask: Ask, full: Campaign, fakes: FakePorts, query: str
) -> None:
    data = await ask(query, campaign=str(full.id), file=upload(xlsx([(us_number(9),)])))

    (answer,) = data.values()
    assert answer["code"] == "TARGET_LIMIT_REACHED"
    assert "limit of 2 is reached" in answer["message"]
    await assert_nothing_came(fakes)


@pytest.mark.feature("TGT-11")
@pytest.mark.parametrize(
    "rows",
    [
        {"pasted": us_number(9)},
        {"targets": [{"numbers": [us_number(9)]}]},
        {"targets": [{"numbers": [us_number(0)]}], "duplicates": {"inCampaign": "ALLOW"}},
    ],
)
async def test_an_addition_beyond_the_limit_adds_nothing(
    ask: Ask, full: Campaign, fakes: FakePorts, rows: dict[str, Any]
) -> None:
    answer = await add(ask, full, **rows)

    assert answer["code"] == "TARGET_LIMIT_REACHED"
    await assert_nothing_came(fakes)


@pytest.mark.feature("TGT-11")
async def test_contacts_that_are_there_are_updated_at_the_limit(
    ask: Ask, full: Campaign, fakes: FakePorts
) -> None:
    rows = [{"numbers": [us_number(0)], "name": "Now"}]
    answer = await add(ask, full, targets=rows, duplicates={"inCampaign": "UPDATE"})

    assert [each["code"] for each in answer["answers"]] == ["UPDATED"]
    assert await Contact.filter(name="Now").count() == 1
    assert await Target.all().count() == LIMIT


@pytest.mark.feature("TGT-11")
async def test_an_import_that_reaches_the_limit_ends_with_a_reason_and_keeps_what_fitted(
    ask: Ask, account: Account, campaign: Campaign, fakes: FakePorts
) -> None:
    rows = 5_000  # blocks of 2,000: two fit
    await Account.filter(id=account.id).update(target_limit=rows - 1)
    id = await started(ask, campaign, xlsx((us_number(index),) for index in range(rows)))

    assert await run_import((await TargetImport.get(id=id)).id, ports=fakes.ports, for_s=60)

    row = await TargetImport.get(id=id)
    assert (row.state, row.failure_code, row.imported) == (
        ImportState.FAILED,
        "TARGET_LIMIT_REACHED",
        4_000,
    )
    assert row.failure is not None
    assert "limit of 4999" in row.failure
    assert await Target.all().count() == 4_000
