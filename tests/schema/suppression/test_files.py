"""Do-not-call lists from files, and as files."""

import csv
import io
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook
from starlette.datastructures import UploadFile

from domain.access.models import Account, AuditEntry
from domain.access.permissions import Role
from domain.access.principal import Principal
from domain.campaigns.models import Campaign
from domain.core.errors import NotAllowed, NotFound
from domain.suppression import import_run
from domain.suppression.files import entries_file, problems_file
from domain.suppression.import_run import run_import
from domain.suppression.jobs import ImportSuppressions
from domain.suppression.models import Suppression, SuppressionImport
from domain.targets.commands import TargetsChanged
from domain.targets.models import ExportKind, ImportState, Target
from domain.targets.rules import ClosedReason, TargetState
from tests.domain.targets.conftest import principal_of
from tests.domain.targets.files import us_number, xlsx
from tests.fakes import FakePorts
from tests.schema.targets.conftest import Ask
from tests.schema.targets.test_targets import target

START = """
mutation ($file: Upload!, $options: SuppressionImportInput) {
  suppressionImportStart(file: $file, options: $options) {
    __typename
    ... on SuppressionImportStarted { suppressionImport { id state fileKind campaignId } }
    ... on Refusal { code }
    ... on InvalidInput { problems { path } }
  }
}
"""
READ = """
query ($id: UUID!) {
  suppressionImport(id: $id) {
    state rowsTotal rowsRead added present invalid targetsStopped failureCode
    problems { nodes { row code value } totalCount }
  }
}
"""
CANCEL = """
mutation ($id: UUID!) {
  suppressionImportCancel(id: $id) {
    ... on SuppressionImportCanceled { suppressionImport { state } }
    ... on Refusal { code }
  }
}
"""


async def started(ask: Ask, content: bytes, **more: Any) -> UUID:
    file = UploadFile(io.BytesIO(content), filename="list")
    answer = (await ask(START, file=file, options=more))["suppressionImportStart"]
    assert answer["__typename"] == "SuppressionImportStarted", answer
    return UUID(answer["suppressionImport"]["id"])


async def imported(ask: Ask, fakes: FakePorts, content: bytes, **more: Any) -> dict[str, Any]:
    id = await started(ask, content, **more)
    assert await run_import(id, ports=fakes.ports, for_s=60)
    row: dict[str, Any] = (await ask(READ, id=str(id)))["suppressionImport"]
    return row


def as_csv(*rows: tuple[str, ...]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


@pytest.mark.feature("CAM-20")
async def test_a_file_of_numbers_and_prefixes_is_answered_row_by_row(
    ask: Ask, account: Account, fakes: FakePorts
) -> None:
    await Account.filter(id=account.id).update(timezone="Europe/Warsaw")
    await imported(ask, fakes, as_csv(("Phone",), (us_number(9),)), reason="old")
    content = as_csv(
        ("Phone", "Reason", "Source", "Expires"),
        (us_number(1), "asked twice", "customer", ""),
        ("+1900*", "", "register", "2030-12-31"),
        ("(202) 200-0002", "", "fair", "2031-01-01 12:00"),
        ("12", "", "", ""),
        ("1900*", "", "", ""),
        (us_number(3), "", "", "soon"),
        (us_number(4), "", "", "2020-01-01"),
        (us_number(1), "again", "", ""),
        (us_number(9), "new", "", ""),
        ("", "", "", ""),
    )

    row = await imported(ask, fakes, content, reason="of the file")

    assert (row["state"], row["rowsTotal"], row["added"], row["present"], row["invalid"]) == (
        "DONE",
        10,
        3,
        2,
        4,
    )
    assert [(each["row"], each["code"], each["value"]) for each in row["problems"]["nodes"]] == [
        (5, "NUMBER_INVALID", "12"),
        (6, "PREFIX_INVALID", "1900*"),
        (7, "EXPIRY_UNKNOWN", "soon"),
        (8, "EXPIRY_PAST", us_number(4)),
        (9, "ALREADY_THERE", us_number(1)),
        (10, "ALREADY_THERE", us_number(9)),
    ]
    warsaw = ZoneInfo("Europe/Warsaw")
    found = {
        each.pattern: (each.is_prefix, each.source.value, each.reason, each.expires_at)
        for each in await Suppression.filter(scope_id=account.id)
    }
    assert found == {
        us_number(1): (False, "customer", "asked twice", None),
        "+1900": (True, "register", "of the file", datetime(2031, 1, 1, tzinfo=warsaw)),
        us_number(2): (False, "import", "fair", datetime(2031, 1, 1, 12, tzinfo=warsaw)),
        us_number(9): (False, "import", "new", None),
    }


@pytest.mark.feature("CAM-20")
async def test_an_expiry_in_the_year_9999_means_never_whatever_the_import_says(
    ask: Ask, account: Account, campaign: Campaign, fakes: FakePorts
) -> None:
    await Account.filter(id=account.id).update(timezone="America/New_York")
    waits = await target(campaign, 1)
    never = (
        "9999-12-31",
        "9999-12-31T23:59:59",
        "9999-12-31T23:59:59-05:00",
        "9999-12-31 23:59:59+09:00",
        "9999-01-01",
    )
    rows = [(us_number(index), said) for index, said in enumerate(never, start=1)]
    content = as_csv(("Phone", "Expires"), *rows, (us_number(6), "9998-12-31"), (us_number(7), ""))

    row = await imported(ask, fakes, content, expiresAt="2031-01-01T05:00:00Z")

    assert (row["state"], row["added"], row["invalid"]) == ("DONE", 7, 0)
    new_york = ZoneInfo("America/New_York")
    assert {each.pattern: each.expires_at for each in await Suppression.all()} == {
        **dict.fromkeys([us_number(index) for index in range(1, 6)]),
        us_number(6): datetime(9999, 1, 1, tzinfo=new_york),
        us_number(7): datetime(2031, 1, 1, tzinfo=new_york),
    }
    await waits.refresh_from_db()
    assert waits.closed_reason is ClosedReason.SUPPRESSED


async def test_an_import_that_is_to_expire_in_the_year_9999_makes_entries_that_never_do(
    ask: Ask, fakes: FakePorts
) -> None:
    content = as_csv(("Phone",), (us_number(1),))

    row = await imported(ask, fakes, content, expiresAt="9999-12-31T23:59:59-05:00")

    assert (row["state"], row["added"]) == ("DONE", 1)
    assert (await Suppression.get()).expires_at is None


@pytest.mark.feature("CAM-20")
@pytest.mark.parametrize("kind", ["xlsx", "plain", "json"])
async def test_any_kind_of_file_is_read_with_or_without_a_header(
    ask: Ask, campaign: Campaign, fakes: FakePorts, kind: str
) -> None:
    content = {
        "xlsx": xlsx([(us_number(1), "Ana"), ("+1900*", "Premium")]),
        "plain": f"{us_number(1)}\n+1900*\n".encode(),
        "json": f'[{{"phone": "{us_number(1)}"}}, {{"phone": "+1900*"}}]'.encode(),
    }[kind]

    row = await imported(ask, fakes, content, campaignId=str(campaign.id))

    assert (row["state"], row["added"]) == ("DONE", 2), row
    assert await Suppression.filter(scope_id=campaign.id).count() == 2


@pytest.mark.feature("CAM-20")
async def test_waiting_targets_of_an_imported_list_are_stopped(
    ask: Ask, campaign: Campaign, fakes: FakePorts
) -> None:
    gone, put_off, other = [await target(campaign, index) for index in (1, 2, 3)]
    content = as_csv(
        ("Number", "Until"), (us_number(1), ""), (us_number(2), "2030-01-01"), ("+44*", "")
    )

    row = await imported(ask, fakes, content)

    rows = {each.id: each for each in await Target.all()}
    assert row["targetsStopped"] == 2
    assert rows[gone.id].closed_reason is ClosedReason.SUPPRESSED
    assert (rows[put_off.id].state, rows[put_off.id].held_by) == (TargetState.RETRY, "do_not_call")
    assert rows[other.id].state is TargetState.NEW
    assert fakes.floors.told == [(campaign.account_id, TargetsChanged(campaign=campaign.id))]


@pytest.mark.feature("CAM-20")
async def test_an_import_that_was_cut_off_goes_on_behind_its_last_block(
    ask: Ask, account: Account, fakes: FakePorts, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = as_csv(("Phone",), *[(us_number(index),) for index in range(1, 4_502)])
    id = await started(ask, content)
    writes = 0
    write = import_run._write

    async def dies_in_the_second(*given: Any) -> None:
        nonlocal writes
        writes += 1
        if writes == 2:
            raise OSError("the worker dies")
        await write(*given)

    monkeypatch.setattr(import_run, "_write", dies_in_the_second)
    with pytest.raises(OSError, match="the worker dies"):
        await run_import(id, ports=fakes.ports, for_s=60)
    half = await SuppressionImport.get(id=id)
    fakes.clock.advance(120)
    await import_run.enqueue_orphans(ports=fakes.ports)
    assert await run_import(id, ports=fakes.ports, for_s=60)

    row = await SuppressionImport.get(id=id)
    assert (half.state, half.rows_read) == (ImportState.RUNNING, 2_000)
    assert fakes.jobs.enqueued.count(ImportSuppressions(id)) == 2
    assert (row.state, row.added, row.present) == (ImportState.DONE, 4_501, 0)
    assert await Suppression.filter(account_id=account.id).count() == 4_501


@pytest.mark.feature("CAM-20")
async def test_a_canceled_import_stops_and_keeps_what_it_made(ask: Ask, fakes: FakePorts) -> None:
    id = await started(ask, as_csv(("Phone",), (us_number(1),)))

    canceled = (await ask(CANCEL, id=str(id)))["suppressionImportCancel"]
    again = (await ask(CANCEL, id=str(id)))["suppressionImportCancel"]
    await run_import(id, ports=fakes.ports, for_s=60)

    assert canceled["suppressionImport"]["state"] == "CANCELED"
    assert again["code"] == "IMPORT_FINISHED"
    entry = await AuditEntry.get(action="suppressionImportCancel")
    assert (entry.subject_id, entry.difference) == (id, {"state": ["pending", "canceled"]})
    assert await Suppression.all().count() == 0


async def test_a_file_that_is_none_and_an_expiry_in_the_past_are_refused(
    ask: Ask, fakes: FakePorts
) -> None:
    bad = UploadFile(io.BytesIO(b"\x7fELF\x00\x00\x01"), filename="list.xlsx")
    good = UploadFile(io.BytesIO(as_csv(("Phone",), (us_number(1),))), filename="list.csv")
    past = (fakes.clock.now() - timedelta(days=1)).isoformat()

    kind = (await ask(START, file=bad))["suppressionImportStart"]
    expired = (await ask(START, file=good, options={"expiresAt": past}))["suppressionImportStart"]
    unread = await imported(ask, fakes, b"Name,City\nAna,Haifa\n")

    assert kind["code"] == "FILE_KIND_UNKNOWN"
    assert expired["problems"] == [{"path": "expiresAt"}]
    assert (unread["state"], unread["failureCode"]) == ("FAILED", "NO_PHONE_COLUMN")
    assert await Suppression.all().count() == 0


@pytest.mark.feature("CAM-20")
async def test_a_list_is_exported_and_imported_again_as_it_was(
    ask: Ask, account: Account, campaign: Campaign, supervisor: Principal, fakes: FakePorts
) -> None:
    content = as_csv(
        ("Phone", "Reason", "Expires"),
        (us_number(1), "=cmd()", ""),
        ("+1900*", "premium", "2030-12-31"),
    )
    await imported(ask, fakes, content, campaignId=str(campaign.id))
    await imported(ask, fakes, as_csv(("Phone",), (us_number(5),)))
    before = await Suppression.filter(scope_id=campaign.id).order_by("pattern").values_list()

    file = await entries_file(supervisor, campaign.id, ExportKind.CSV, ports=fakes.ports)
    everything = await entries_file(supervisor, None, ExportKind.XLSX, ports=fakes.ports)
    text = file.path.read_text(encoding="utf-8-sig")
    sheet = load_workbook(everything.path).worksheets[0]
    await Suppression.filter(scope_id=campaign.id).delete()
    await imported(ask, fakes, file.path.read_bytes(), campaignId=str(campaign.id))

    assert [row["Number"] for row in csv.DictReader(io.StringIO(text))] == [
        us_number(1),
        "'+1900*",  # which the import reads, and a spreadsheet does not run
    ]
    assert "'=cmd()" in text
    assert [row[0] for row in sheet.iter_rows(values_only=True)] == [
        "Number",
        us_number(1),
        "+1900*",
        us_number(5),
    ]
    fetched = AuditEntry.filter(action="suppressionsFetch").order_by("id")
    assert await fetched.values_list("subject_type", "subject_id") == [
        ("campaign", campaign.id),
        ("account", account.id),
    ]
    after = await Suppression.filter(scope_id=campaign.id).order_by("pattern").values_list()
    shown = [(row[3], row[4], row[7]) for row in before]
    assert shown == [(row[3], row[4], row[7]) for row in after]


@pytest.mark.feature("CAM-20")
async def test_problems_are_a_file_and_nobody_else_reads_either(
    ask: Ask, account: Account, supervisor: Principal, fakes: FakePorts
) -> None:
    id = await started(ask, as_csv(("Phone",), ("12",)))
    await run_import(id, ports=fakes.ports, for_s=60)
    stranger = principal_of(await Account.create(name="Other", slug="other"), Role.ADMIN)
    agent = principal_of(account, Role.AGENT)

    file = await problems_file(supervisor, id, ExportKind.CSV, ports=fakes.ports)

    assert list(csv.reader(io.StringIO(file.path.read_text(encoding="utf-8-sig")))) == [
        ["Row", "Value", "Code", "Problem"],
        ["2", "12", "NUMBER_INVALID", "No such number exists under country code +1."],
    ]
    with pytest.raises(NotFound):
        await problems_file(stranger, id, ExportKind.CSV, ports=fakes.ports)
    with pytest.raises(NotAllowed):
        await entries_file(agent, None, ExportKind.CSV, ports=fakes.ports)
    fetched = AuditEntry.filter(action__endswith="Fetch")
    assert await fetched.values_list("action", "subject_id") == [
        ("suppressionImportProblemsFetch", id)
    ]
