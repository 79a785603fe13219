"""Files of targets, and targets by how far they came, through GraphQL."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from openpyxl import load_workbook

from domain.access.models import Account
from domain.access.permissions import Role
from domain.access.principal import Principal
from domain.agents.models import Agent
from domain.calls.models import Attempt, Call
from domain.calls.rules import AttemptState, CallDirection, Disposition
from domain.campaigns.models import Campaign
from domain.campaigns.rules import CampaignState
from domain.core.claims import FRUITLESS_STARTS
from domain.targets.commands import TargetsChanged
from domain.targets.exporting import writer
from domain.targets.exporting.export_run import run_export, tend_exports
from domain.targets.jobs import ExportTargets
from domain.targets.models import Contact, ExportState, Target, TargetExport
from domain.targets.rules import ClosedReason, TargetState
from schema.context import Context
from schema.root import OutdialSchema
from tests.domain.targets import full_disk
from tests.domain.targets.conftest import principal_of
from tests.domain.targets.files import us_number
from tests.fakes import FakePorts
from tests.schema.targets.conftest import Ask
from tests.schema.targets.test_targets import target

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
START = """
mutation ($campaign: UUID!, $kind: ExportKind!, $filter: TargetFilterInput, $class: TargetClass) {
  targetExportStart(campaignId: $campaign, kind: $kind, filter: $filter, targetClass: $class) {
    ... on TargetExportStarted { targetExport { id state rowsTotal path } }
    ... on Refusal { code message }
  }
}
"""
READ = """query ($id: UUID!) {
  targetExport(id: $id) { state rowsTotal rowsWritten path failure failureCode }
}"""
FOLLOW = "subscription ($id: UUID!) { targetExportProgress(id: $id) { state rowsWritten } }"
CLASSES = "query ($c: UUID!) { targetClasses(campaignId: $c) { targetClass count } }"
RESET = """
mutation ($campaign: UUID!, $class: TargetClass!, $count: Int!) {
  targetsReset(campaignId: $campaign, targetClass: $class, confirmedCount: $count) {
    ... on TargetsReset { count }
    ... on Refusal { code message }
  }
}
"""
PURGE = RESET.replace("targetsReset", "targetsPurge").replace("TargetsReset", "TargetsPurged")
TITLES = [
    "Representative",
    "Call ID",
    "Campaign",
    "Phone",
    "Customer Name",
    "Call sent",
    "Status",
    "Customer status",
    "Call duration in sec",
    "Next Retry",
    "Phone called",
    "All phones",
]


async def dialed(campaign: Campaign, index: int, **columns: Any) -> tuple[Target, Attempt]:
    row = await target(campaign, index, attempts=1, last_ordinal=1, **columns)
    agent = await Agent.create(
        account_id=campaign.account_id,
        name=f"=Ana{index}",
        code=f"1{index}",
        pin_hash="",
        endpoint="a",
    )
    attempt = await Attempt.create(
        account_id=campaign.account_id,
        campaign_id=campaign.id,
        target_id=row.id,
        ordinal=1,
        number=row.number,
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
        number=row.number,
        answered_at=NOW,
        ended_at=NOW + timedelta(seconds=90),
    )
    return row, attempt


async def exported(
    ask: Ask, campaign: Campaign, fakes: FakePorts, kind: str, **more: Any
) -> tuple[str, bytes]:
    data = await ask(START, campaign=str(campaign.id), kind=kind, **more)
    id = data["targetExportStart"]["targetExport"]["id"]
    row = await TargetExport.get(id=id)
    assert fakes.jobs.enqueued[-1] == ExportTargets(row.id)
    await run_export(row.id, ports=fakes.ports)
    read = (await ask(READ, id=id))["targetExport"]
    assert (read["state"], read["path"]) == ("DONE", f"/exports/{id}")
    assert read["rowsWritten"] == read["rowsTotal"]
    return id, fakes.files.path(row.file_path).read_bytes()


@pytest.mark.feature("TGT-09")
@pytest.mark.parametrize("kind", ["CSV", "XLSX"])
async def test_targets_are_exported_with_their_status(
    ask: Ask, account: Account, campaign: Campaign, fakes: FakePorts, kind: str
) -> None:
    await Account.filter(id=account.id).update(timezone="Europe/Warsaw")
    _, attempt = await dialed(
        campaign,
        1,
        state=TargetState.CLOSED,
        closed_reason=ClosedReason.CONNECTED,
        last_disposition=Disposition.CONNECTED,
        numbers={
            "list": [{"number": us_number(1), "type": "mobile"}, {"number": us_number(99)}],
        },
    )
    await target(campaign, 2, state=TargetState.RETRY, next_at=NOW)

    _, content = await exported(ask, campaign, fakes, kind)

    if kind == "CSV":
        assert content.startswith(b"\xef\xbb\xbf")
        rows: list[list[Any]] = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
        agent, seconds = "'=Ana1", "90"
    else:
        sheet = load_workbook(io.BytesIO(content)).worksheets[0]
        rows = [["" if c is None else c for c in row] for row in sheet.iter_rows(values_only=True)]
        agent, seconds = "=Ana1", "90.0"
        assert sheet["A2"].data_type != "f"
    assert rows[0] == TITLES
    assert [str(cell) for cell in rows[1]] == [
        agent,
        str(attempt.id),
        "Campaign 1",
        us_number(1),
        "Name 1",
        "2026-03-02 11:00:00",
        "connected",
        "connected",
        seconds,
        "",
        us_number(1),
        "mobile +12022000001, other +12022000099",
    ]
    waits = [us_number(2), "Name 2", "", "retry", "", "", "2026-03-02 11:00:00", "", ""]
    assert rows[2][3:] == waits
    assert len(rows) == 3


@pytest.mark.feature("TGT-09")
@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t", "\r"])
async def test_a_name_that_could_run_in_a_spreadsheet_is_exported_as_the_text_that_it_is(
    ask: Ask, campaign: Campaign, fakes: FakePorts, begins: str
) -> None:
    evil, number = f"{begins}1+1|' /C calc'!A0", f"{begins}42" if begins in "+-" else "42"
    for index, name in enumerate((evil, number), start=1):
        await Contact.filter(id=(await target(campaign, index)).contact_id).update(name=name)

    _, text = await exported(ask, campaign, fakes, "CSV")
    _, book = await exported(ask, campaign, fakes, "XLSX")

    lines = csv.DictReader(io.StringIO(text.decode("utf-8-sig"), newline=""))
    assert [line["Customer Name"] for line in lines] == [f"'{evil}", number]
    sheet = load_workbook(io.BytesIO(book)).worksheets[0]
    assert [sheet[cell].data_type for cell in ("E2", "E3")] == ["s", "s"]


@pytest.mark.feature("TGT-09")
async def test_an_export_holds_only_what_was_asked_for(
    ask: Ask, campaign: Campaign, fakes: FakePorts
) -> None:
    await target(campaign, 1)
    await target(campaign, 2, state=TargetState.RETRY, attempts=1, last_disposition="busy")

    _, untouched = await exported(ask, campaign, fakes, "CSV", **{"class": "UNTOUCHED"})
    _, busy = await exported(
        ask,
        campaign,
        fakes,
        "CSV",
        filter={
            "customerStatuses": ["BUSY"],
            "states": ["RETRY"],
            "numberBegins": "+1202",
            "attemptsAtLeast": 1,
        },
    )

    assert us_number(1) in untouched.decode()
    assert us_number(2) not in untouched.decode()
    assert us_number(2) in busy.decode()
    assert us_number(1) not in busy.decode()


async def test_an_export_by_a_filter_that_no_number_can_pass_is_refused(
    ask: Ask, campaign: Campaign, fakes: FakePorts
) -> None:
    filter = {"numberBegins": "+1\0"}

    data = await ask(START, campaign=str(campaign.id), kind="CSV", filter=filter)

    assert data["targetExportStart"]["code"] == "INVALID_INPUT"
    assert await TargetExport.all().count() == 0
    fakes.assert_untouched()


@pytest.mark.parametrize("kind", ["CSV", "XLSX"])
async def test_an_export_of_nothing_is_a_header(
    ask: Ask, campaign: Campaign, fakes: FakePorts, kind: str
) -> None:
    _, content = await exported(ask, campaign, fakes, kind)

    if kind == "CSV":
        assert content.decode("utf-8-sig").strip() == ",".join(TITLES)
    else:
        sheet = load_workbook(io.BytesIO(content)).worksheets[0]
        assert list(sheet.iter_rows(values_only=True)) == [tuple(TITLES)]


async def test_an_export_is_followed_to_its_end(
    whole_schema: OutdialSchema,
    context_of: Callable[[Principal | None], Context],
    supervisor: Principal,
    ask: Ask,
    campaign: Campaign,
    fakes: FakePorts,
) -> None:
    await target(campaign, 1)
    data = await ask(START, campaign=str(campaign.id), kind="CSV")
    id = data["targetExportStart"]["targetExport"]["id"]
    stream: Any = await whole_schema.subscribe(
        FOLLOW, variable_values={"id": id}, context_value=context_of(supervisor)
    )
    first = (await anext(stream)).data["targetExportProgress"]
    await run_export((await TargetExport.get()).id, ports=fakes.ports)
    last = [event.data["targetExportProgress"] async for event in stream][-1]

    assert first == {"state": "PENDING", "rowsWritten": 0}
    assert last == {"state": "DONE", "rowsWritten": 1}


async def test_more_rows_than_a_sheet_holds_are_refused_as_xlsx(
    ask: Ask, campaign: Campaign, fakes: FakePorts, monkeypatch: pytest.MonkeyPatch
) -> None:
    from domain.targets.exporting import exports

    monkeypatch.setattr(exports, "XLSX_ROWS", 1)
    await target(campaign, 1)
    await target(campaign, 2)

    data = await ask(START, campaign=str(campaign.id), kind="XLSX")

    assert data["targetExportStart"]["code"] == "TOO_MANY_FOR_XLSX"
    assert await TargetExport.all().count() == 0
    fakes.assert_untouched()


async def test_a_writing_process_that_dies_fails_the_export_and_leaves_no_file(
    ask: Ask, campaign: Campaign, fakes: FakePorts, monkeypatch: pytest.MonkeyPatch
) -> None:
    await target(campaign, 1)
    await ask(START, campaign=str(campaign.id), kind="CSV")
    monkeypatch.setattr(writer, "_CODE", "raise SystemExit(3)")

    await run_export((await TargetExport.get()).id, ports=fakes.ports)

    [row] = await TargetExport.all()
    read = (await ask(READ, id=str(row.id)))["targetExport"]
    assert (read["state"], read["failureCode"], read["rowsWritten"]) == (
        "FAILED",
        "WRITER_CRASHED",
        0,
    )
    assert "Try again" in read["failure"]
    assert [path for path in fakes.files.folder.rglob("*") if path.is_file()] == []


@pytest.mark.feature("TGT-09")
@pytest.mark.parametrize("kind", ["CSV", "XLSX"])
@pytest.mark.parametrize("rows", [0, 1])
async def test_an_export_onto_a_full_disk_says_so_and_leaves_no_file(
    ask: Ask,
    campaign: Campaign,
    fakes: FakePorts,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    rows: int,
) -> None:
    for index in range(rows):
        await target(campaign, index)
    data = await ask(START, campaign=str(campaign.id), kind=kind)
    id = data["targetExportStart"]["targetExport"]["id"]
    full_disk.fill(monkeypatch)

    await run_export((await TargetExport.get()).id, ports=fakes.ports)

    read = (await ask(READ, id=id))["targetExport"]
    assert (read["state"], read["failureCode"], read["path"]) == (
        "FAILED",
        "FILES_UNAVAILABLE",
        None,
    )
    assert "disk is full" in read["failure"]
    assert [path for path in fakes.files.folder.rglob("*") if path.is_file()] == []


async def test_an_export_whose_every_writer_dies_is_given_up_with_a_reason(
    ask: Ask, campaign: Campaign, fakes: FakePorts
) -> None:
    data = await ask(START, campaign=str(campaign.id), kind="CSV")
    id = data["targetExportStart"]["targetExport"]["id"]
    await TargetExport.all().update(fruitless_starts=FRUITLESS_STARTS)

    await run_export((await TargetExport.get()).id, ports=fakes.ports)

    read = (await ask(READ, id=id))["targetExport"]
    assert (read["state"], read["failureCode"]) == ("FAILED", "WRITER_CRASHED")
    assert "begun 5 times" in read["failure"]


async def test_exports_are_started_again_when_nobody_works_on_them_and_go_after_a_day(
    ask: Ask, campaign: Campaign, fakes: FakePorts
) -> None:
    id, _ = await exported(ask, campaign, fakes, "CSV")
    await ask(START, campaign=str(campaign.id), kind="CSV")
    lost = await TargetExport.filter(state=ExportState.PENDING).get()
    fakes.forget()
    fakes.clock.advance(61)

    await tend_exports(ports=fakes.ports)
    assert fakes.jobs.enqueued == [ExportTargets(lost.id)]
    await run_export(lost.id, ports=fakes.ports)
    fakes.clock.advance(86_401)
    await tend_exports(ports=fakes.ports)

    read = (await ask(READ, id=id))["targetExport"]
    assert (read["state"], read["path"]) == ("EXPIRED", None)
    assert [path for path in fakes.files.folder.rglob("*") if path.is_file()] == []


async def one_of_each_class(campaign: Campaign) -> None:
    closed = {"state": TargetState.CLOSED, "attempts": 2}
    await target(campaign, 1, closed_reason=ClosedReason.CONNECTED, **closed)
    await target(campaign, 2, closed_reason=ClosedReason.ATTEMPTS_EXHAUSTED, **closed)
    await target(
        campaign, 3, state=TargetState.RETRY, attempts=1, last_disposition=Disposition.MACHINE
    )
    await target(campaign, 4, state=TargetState.RETRY, attempts=1)
    await target(campaign, 5)
    await target(campaign, 6, state=TargetState.DIALING, attempts=1)


@pytest.mark.feature("TGT-10")
async def test_targets_are_counted_by_how_far_they_came(ask: Ask, campaign: Campaign) -> None:
    await one_of_each_class(campaign)

    data = await ask(CLASSES, c=str(campaign.id))

    assert {each["targetClass"]: each["count"] for each in data["targetClasses"]} == {
        "ANSWERED": 1,
        "ATTEMPTS_EXHAUSTED": 1,
        "VOICEMAIL": 1,
        "IN_PROGRESS": 2,
        "UNTOUCHED": 1,
    }


@pytest.mark.feature("TGT-10")
async def test_a_class_is_reset_after_its_count_is_typed(
    ask: Ask, campaign: Campaign, fakes: FakePorts
) -> None:
    await one_of_each_class(campaign)
    asked = {"campaign": str(campaign.id), "class": "ATTEMPTS_EXHAUSTED"}

    wrong = await ask(RESET, **asked, count=2)
    assert wrong["targetsReset"]["code"] == "COUNT_CHANGED"
    fakes.assert_untouched()
    right = await ask(RESET, **asked, count=1)

    assert right["targetsReset"]["count"] == 1
    row = await Target.get(number=us_number(2))
    assert (row.state, row.attempts) == (TargetState.NEW, 0)
    told = TargetsChanged(campaign=campaign.id)
    assert fakes.floors.told == [(campaign.account_id, told)]


@pytest.mark.feature("TGT-10")
async def test_a_class_is_purged_with_contacts_and_attempts(ask: Ask, campaign: Campaign) -> None:
    await dialed(campaign, 7, state=TargetState.RETRY)
    await one_of_each_class(campaign)

    data = await ask(PURGE, **{"campaign": str(campaign.id), "class": "IN_PROGRESS"}, count=3)

    assert data["targetsPurge"]["count"] == 3
    assert await Target.all().count() == 4
    assert await Contact.all().count() == 4
    assert await Attempt.all().count() == 0


async def test_a_closed_campaign_is_not_reset(ask: Ask, campaign: Campaign) -> None:
    await one_of_each_class(campaign)
    await Campaign.filter(id=campaign.id).update(state=CampaignState.CLOSED)

    data = await ask(RESET, **{"campaign": str(campaign.id), "class": "VOICEMAIL"}, count=1)

    assert data["targetsReset"]["code"] == "CAMPAIGN_CLOSED"
    assert (await Target.get(number=us_number(3))).attempts == 1


async def test_another_account_exports_resets_and_purges_nothing(
    ask: Ask, refused: Any, account: Account, campaign: Campaign, fakes: FakePorts
) -> None:
    await one_of_each_class(campaign)
    id, _ = await exported(ask, campaign, fakes, "CSV")
    foreign = principal_of(await Account.create(name="Other", slug="other"), Role.ADMIN)
    auditor = principal_of(account, Role.AUDITOR)
    asked = {"campaign": str(campaign.id), "class": "UNTOUCHED", "count": 1}

    assert await refused(READ, caller=foreign, id=id) == ["NOT_FOUND"]
    assert await refused(CLASSES, caller=foreign, c=str(campaign.id)) == ["NOT_FOUND"]
    started = await ask(START, caller=foreign, campaign=str(campaign.id), kind="CSV")
    assert started["targetExportStart"]["code"] == "NOT_FOUND"
    assert (await ask(RESET, caller=foreign, **asked))["targetsReset"]["code"] == "NOT_FOUND"
    assert (await ask(PURGE, caller=foreign, **asked))["targetsPurge"]["code"] == "NOT_FOUND"
    assert await refused(PURGE, caller=auditor, **asked) == ["FORBIDDEN"]
    assert await Target.all().count() == 6
