"""The limit of targets that an account may hold, by every way in."""

from typing import Any

import pytest

from domain.access.models import Account
from domain.campaigns.models import Campaign
from domain.targets.import_run import run_import
from domain.targets.models import Contact, ImportState, Target, TargetBatch, TargetImport
from tests.domain.targets.files import us_number, xlsx
from tests.fakes import FakePorts
from tests.schema.targets.conftest import Ask
from tests.schema.targets.test_drafts import PREVIEW
from tests.schema.targets.test_import import START, started, upload
from tests.schema.targets.test_targets import add

LIMIT = 2


@pytest.fixture
async def full(ask: Ask, account: Account, campaign: Campaign, fakes: FakePorts) -> Campaign:
    """A campaign of an account that holds as many as it may."""
    await Account.filter(id=account.id).update(target_limit=LIMIT)
    await add(ask, campaign, pasted="\n".join(us_number(index) for index in range(LIMIT)))
    fakes.forget()
    return campaign


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
