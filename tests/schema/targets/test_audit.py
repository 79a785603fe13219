"""Who brought lists in and took data out is written down; what was refused is not."""

import asyncio
from uuid import UUID

import pytest

from domain.access.models import Account, AuditEntry
from domain.access.permissions import Role
from domain.access.principal import Principal
from domain.campaigns.models import Campaign
from domain.core.errors import NotFound
from domain.targets.errors import ExportNotReady, TooManyForXlsx
from domain.targets.exporting import exports
from domain.targets.exporting.export_run import run_export
from domain.targets.importing.import_run import run_import
from domain.targets.models import ExportKind
from tests.domain.targets.conftest import principal_of
from tests.domain.targets.files import us_number, xlsx
from tests.fakes import FakePorts
from tests.schema.targets.conftest import Ask
from tests.schema.targets.test_drafts import CONFIRM, preview
from tests.schema.targets.test_duplicates import ADD
from tests.schema.targets.test_exports import START as EXPORT
from tests.schema.targets.test_import import CANCEL, started
from tests.schema.targets.test_targets import target


async def trail() -> list[tuple[str, str, UUID | None, object]]:
    """What was written down, in order."""
    return [
        (row.action, row.subject_type, row.subject_id, row.difference)
        for row in await AuditEntry.all().order_by("id")
    ]


@pytest.mark.feature("API-06")
async def test_an_import_its_confirmation_and_its_end_are_written_down(
    ask: Ask, campaign: Campaign, supervisor: Principal
) -> None:
    first = await started(ask, campaign, xlsx([(us_number(1),)]))
    draft = (await preview(ask, campaign, xlsx([(us_number(2),)])))["targetImport"]["id"]
    before_it_is_confirmed = len(await trail())

    await ask(CONFIRM, id=draft)
    for _ in range(2):  # the second is refused
        await ask(CONFIRM, id=draft)
        await ask(CANCEL, id=first)

    assert before_it_is_confirmed == 1
    assert await trail() == [
        ("targetImportStart", "campaign", campaign.id, {"import": [None, first]}),
        ("targetImportConfirm", "campaign", campaign.id, {"import": [None, draft]}),
        ("targetImportCancel", "import", UUID(first), {"state": ["pending", "canceled"]}),
    ]
    assert {row.principal_id for row in await AuditEntry.all()} == {supervisor.id}


@pytest.mark.feature("API-06")
async def test_an_addition_is_written_down_once_and_only_if_it_added_something(
    ask: Ask, campaign: Campaign
) -> None:
    given = {"campaignId": str(campaign.id), "idempotencyKey": "k"}
    some = [{"numbers": [us_number(1)]}, {"numbers": ["12"]}]

    for _ in range(2):  # the second answers as the first did
        await ask(ADD, input={**given, "targets": some})
    await ask(ADD, input={"campaignId": str(campaign.id), "targets": some})

    difference = {"added": [None, 1], "updated": [None, 0]}
    assert await trail() == [("targetsAdd", "campaign", campaign.id, difference)]


@pytest.mark.feature("API-06")
async def test_an_export_and_each_time_that_it_is_fetched_are_written_down(
    ask: Ask, campaign: Campaign, account: Account, supervisor: Principal, fakes: FakePorts
) -> None:
    await target(campaign, 1)
    stranger = principal_of(await Account.create(name="Other", slug="other"), Role.ADMIN)
    data = await ask(EXPORT, campaign=str(campaign.id), kind="CSV")
    id = UUID(data["targetExportStart"]["targetExport"]["id"])

    with pytest.raises(ExportNotReady):
        await exports.export_file(supervisor, id, ports=fakes.ports)
    await run_export(id, ports=fakes.ports)
    for _ in range(2):
        await exports.export_file(supervisor, id, ports=fakes.ports)
    with pytest.raises(NotFound):
        await exports.export_file(stranger, id, ports=fakes.ports)

    assert await trail() == [
        ("targetExportStart", "campaign", campaign.id, {"export": [None, str(id)]}),
        *[("targetExportFetch", "export", id, {})] * 2,
    ]


@pytest.mark.feature("API-06")
async def test_the_wrong_rows_of_an_import_are_fetched_on_record(
    ask: Ask,
    campaign: Campaign,
    supervisor: Principal,
    fakes: FakePorts,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    id = UUID(await started(ask, campaign, xlsx([("12",)])))
    await run_import(id, ports=fakes.ports, for_s=60)
    await AuditEntry.all().delete()

    file = await exports.problems_file(supervisor, id, ExportKind.CSV, ports=fakes.ports)
    monkeypatch.setattr(exports, "XLSX_ROWS", 0)
    with pytest.raises(TooManyForXlsx):
        await exports.problems_file(supervisor, id, ExportKind.XLSX, ports=fakes.ports)

    assert await trail() == [("targetImportProblemsFetch", "import", id, {})]
    await asyncio.to_thread(file.path.unlink)
