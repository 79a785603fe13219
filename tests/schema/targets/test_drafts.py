"""A file is looked at, its columns are chosen, and then it is imported, through GraphQL."""

from datetime import UTC, datetime
from typing import Any

import pytest

from domain.access.models import Account, AuditEntry
from domain.access.permissions import Role
from domain.campaigns.models import Campaign
from domain.campaigns.rules import CampaignState
from domain.targets.importing.columns import signatures
from domain.targets.importing.import_run import enqueue_orphans, run_import
from domain.targets.jobs import ImportTargets
from domain.targets.models import ColumnChoice, ImportState, Target, TargetImport
from tests.domain.targets.conftest import principal_of
from tests.domain.targets.files import us_number, xlsx
from tests.fakes import FakePorts
from tests.schema.targets.conftest import Ask
from tests.schema.targets.test_import import started, upload

PREVIEW = """
mutation ($campaign: UUID!, $file: Upload!, $encoding: TextEncoding) {
  targetImportPreview(campaignId: $campaign, file: $file, encoding: $encoding) {
    ... on TargetImportPreviewed {
      targetImport { id state encoding } encoding headers columns { header meaning variable }
      rows { row cells number problem } rowsTotal
    }
    ... on Refusal { code message }
  }
}
"""
CONFIRM = """
mutation (
  $id: UUID!, $columns: [ColumnChoiceInput!], $remember: Boolean! = false, $encoding: TextEncoding
) {
  targetImportConfirm(id: $id, columns: $columns, remember: $remember, encoding: $encoding) {
    ... on TargetImportConfirmed { targetImport { id state encoding } }
    ... on Refusal { code message }
    ... on InvalidInput { problems { path } }
  }
}
"""
CHOICES = """
query { columnChoices { nodes { id columns { header meaning variable } } totalCount } }
"""
FORGET = """
mutation ($id: UUID!) {
  columnChoiceRemove(id: $id) {
    ... on ColumnChoiceRemoved { columnChoice { id } }
    ... on Refusal { code message }
  }
}
"""
ODD = xlsx(
    [(us_number(1), "Ana", "Łódź", "x"), ("12", "Bo", "Haifa", "y")],
    header=("Kontakt 1", "Kto", "Gdzie", "Bez znaczenia"),
)
CHOICE = [
    {"header": "Kontakt 1", "meaning": "PHONE"},
    {"header": "Kto", "meaning": "NAME"},
    {"header": "Gdzie", "meaning": "VARIABLE", "variable": "City"},
]


async def preview(
    ask: Ask, campaign: Campaign, content: bytes, encoding: str | None = None
) -> dict[str, Any]:
    file = upload(content)
    data = await ask(PREVIEW, campaign=str(campaign.id), file=file, encoding=encoding)
    answer: dict[str, Any] = data["targetImportPreview"]
    return answer


@pytest.mark.feature("TGT-01")
async def test_the_first_rows_show_what_would_become_of_them(
    ask: Ask, campaign: Campaign, fakes: FakePorts
) -> None:
    answer = await preview(ask, campaign, xlsx([(us_number(1), "Ana", "", 5, "Łódź"), ("12",)]))

    assert answer["targetImport"]["state"] == "DRAFT"
    assert [(c["header"], c["meaning"], c["variable"]) for c in answer["columns"]] == [
        ("Phone", "PHONE", None),
        ("Customer Name", "NAME", None),
        ("Caller ID", "CALLER_ID", None),
        ("Priority", "PRIORITY", None),
        ("City", "VARIABLE", "City"),
    ]
    assert [(row["row"], row["number"], row["problem"]) for row in answer["rows"]] == [
        (2, us_number(1), None),
        (3, None, "No such number exists under country code +1."),
    ]
    assert answer["rows"][0]["cells"] == [us_number(1), "Ana", "", "5", "Łódź"]
    assert fakes.jobs.enqueued == []
    assert await Target.all().count() == 0


@pytest.mark.feature("TGT-01")
async def test_columns_are_chosen_and_remembered_for_files_with_the_same_headers(
    ask: Ask, campaign: Campaign, fakes: FakePorts
) -> None:
    unknown = await preview(ask, campaign, ODD)
    assert (unknown["columns"], unknown["rows"][0]["number"]) == ([], None)
    id = unknown["targetImport"]["id"]

    data = await ask(CONFIRM, id=id, columns=CHOICE, remember=True)
    assert data["targetImportConfirm"]["targetImport"]["state"] == "PENDING"
    row = await TargetImport.get(id=id)
    assert fakes.jobs.enqueued == [ImportTargets(row.id)]
    await run_import(row.id, ports=fakes.ports, for_s=60)

    target = await Target.get().select_related("contact")
    assert (target.number, target.contact.name) == (us_number(1), "Ana")
    assert target.contact.variables == {"City": "Łódź"}

    again = await preview(ask, campaign, ODD)
    assert [column["meaning"] for column in again["columns"]] == [
        "PHONE",
        "NAME",
        "VARIABLE",
        "SKIP",
    ]
    later = await started(ask, campaign, ODD)
    await run_import((await TargetImport.get(id=later)).id, ports=fakes.ports, for_s=60)
    done = await TargetImport.get(id=later)
    assert (done.state, done.duplicates, done.invalid) == (ImportState.DONE, 1, 1)


@pytest.mark.feature("TGT-01")
async def test_a_choice_kept_by_an_older_version_is_used_and_then_replaced(
    ask: Ask, campaign: Campaign
) -> None:
    headers = ["Kündigung öffnen", "Kto"]
    file = xlsx([(us_number(1), "Ana")], header=tuple(headers))
    _, former = signatures(headers)
    await ColumnChoice.create(
        account_id=campaign.account_id,
        signature=former,
        columns=[["Kündigung öffnen", "phone"], ["Kto", "skip"]],
        used_at=datetime(2026, 3, 2, tzinfo=UTC),
    )

    shown = await preview(ask, campaign, file)
    assert [column["meaning"] for column in shown["columns"]] == ["PHONE", "SKIP"]
    choice = [{"header": header, "meaning": "PHONE"} for header in headers[:1]]
    await ask(CONFIRM, id=shown["targetImport"]["id"], columns=choice, remember=True)

    kept = await ColumnChoice.get()
    assert kept.columns == [["Kündigung öffnen", "phone"]]
    assert kept.signature != former


GUESSED = xlsx([(us_number(1), "Ana", "Oulu")], header=("Phone", "Customer Name", "City"))


@pytest.mark.feature("TGT-01")
async def test_what_was_guessed_and_confirmed_is_remembered_too(
    ask: Ask, campaign: Campaign, fakes: FakePorts
) -> None:
    id = (await preview(ask, campaign, GUESSED))["targetImport"]["id"]

    data = await ask(CONFIRM, id=id, remember=True)

    assert data["targetImportConfirm"]["targetImport"]["state"] == "PENDING"
    assert (await ColumnChoice.get()).columns == [
        ["Phone", "phone"],
        ["Customer Name", "name"],
        ["City", "variable:City"],
    ]
    await run_import((await TargetImport.get(id=id)).id, ports=fakes.ports, for_s=60)
    assert (await Target.get().select_related("contact")).contact.variables == {"City": "Oulu"}


@pytest.mark.feature("TGT-01")
async def test_what_is_remembered_is_listed_and_may_be_forgotten(
    ask: Ask, campaign: Campaign
) -> None:
    id = (await preview(ask, campaign, ODD))["targetImport"]["id"]
    await ask(CONFIRM, id=id, columns=CHOICE, remember=True)
    foreign = principal_of(await Account.create(name="Other", slug="other"), Role.ADMIN)

    [choice] = (await ask(CHOICES))["columnChoices"]["nodes"]
    elsewhere = await ask(CHOICES, caller=foreign)
    refused = await ask(FORGET, caller=foreign, id=choice["id"])
    assert choice["columns"] == [
        {"header": "Kontakt 1", "meaning": "PHONE", "variable": None},
        {"header": "Kto", "meaning": "NAME", "variable": None},
        {"header": "Gdzie", "meaning": "VARIABLE", "variable": "City"},
    ]
    assert elsewhere["columnChoices"]["nodes"] == []
    assert refused["columnChoiceRemove"]["code"] == "NOT_FOUND"
    assert (await preview(ask, campaign, ODD))["columns"] != []

    forgotten = await ask(FORGET, id=choice["id"])

    assert forgotten["columnChoiceRemove"]["columnChoice"]["id"] == choice["id"]
    assert (await preview(ask, campaign, ODD))["columns"] == []
    assert (await ask(CHOICES))["columnChoices"]["totalCount"] == 0
    entry = await AuditEntry.get(action="columnChoiceRemove")
    assert entry.difference == {"headers": [["Kontakt 1", "Kto", "Gdzie"], None]}


async def test_a_list_without_a_header_cannot_be_remembered_and_that_is_said(
    ask: Ask, campaign: Campaign, fakes: FakePorts
) -> None:
    content = f"{us_number(1)},Ana\n{us_number(2)},Bo\n".encode()
    id = (await preview(ask, campaign, content))["targetImport"]["id"]

    answer = (await ask(CONFIRM, id=id, remember=True))["targetImportConfirm"]

    assert (answer["code"], answer["problems"]) == ("INVALID_INPUT", [{"path": "remember"}])
    assert (await TargetImport.get(id=id)).state is ImportState.DRAFT
    assert await ColumnChoice.all().count() == 0
    assert fakes.jobs.enqueued == []


@pytest.mark.feature("TGT-01")
async def test_a_choice_holds_for_records_with_another_field_than_the_first_ones(
    ask: Ask, campaign: Campaign, fakes: FakePorts
) -> None:
    line = '{"Kontakt 1": "%s", "Kto": "Ana", "Gdzie": "Oulu"%s}\n'
    first = (await preview(ask, campaign, (line % (us_number(1), "")).encode()))["targetImport"]
    await ask(CONFIRM, id=first["id"], columns=CHOICE, remember=True)
    lines = [line % (us_number(n), ', "Więcej": "x"' if n == 2_050 else "") for n in range(2_100)]

    later = await started(ask, campaign, "".join(lines).encode())
    await run_import((await TargetImport.get(id=later)).id, ports=fakes.ports, for_s=60)

    done = await TargetImport.get(id=later)
    assert (done.state, done.imported, done.failure_code) == (ImportState.DONE, 2_100, None)


async def test_wrong_choices_are_refused_and_the_draft_stays(
    ask: Ask, campaign: Campaign, fakes: FakePorts
) -> None:
    id = (await preview(ask, campaign, ODD))["targetImport"]["id"]

    phoneless = await ask(CONFIRM, id=id, columns=CHOICE[1:])
    elsewhere = await ask(CONFIRM, id=id, columns=[{"header": "Phone", "meaning": "PHONE"}])
    guessed = await ask(CONFIRM, id=id)

    assert phoneless["targetImportConfirm"]["code"] == "INVALID_INPUT"
    assert elsewhere["targetImportConfirm"]["code"] == "NO_PHONE_COLUMN"
    assert guessed["targetImportConfirm"]["code"] == "NO_PHONE_COLUMN"
    assert (await TargetImport.get(id=id)).state is ImportState.DRAFT
    assert fakes.jobs.enqueued == []
    assert await ColumnChoice.all().count() == 0


OLD = "Phone,Customer Name,עיר\n" + f"{us_number(1)},נועה לוי,חיפה\n" * 2


@pytest.mark.feature("TGT-01")
async def test_a_preview_tells_the_encoding_that_was_guessed_and_reads_the_one_that_is_said(
    ask: Ask, campaign: Campaign
) -> None:
    guessed = await preview(ask, campaign, OLD.encode("cp862"))
    said = await preview(ask, campaign, OLD.encode("cp862"), "DOS_862")
    plain = await preview(ask, campaign, OLD.encode())
    book = await preview(ask, campaign, ODD)

    assert (guessed["encoding"], guessed["targetImport"]["encoding"]) == ("DOS_866", None)
    assert guessed["rows"][0]["cells"][1] != "נועה לוי"
    assert (said["encoding"], said["targetImport"]["encoding"]) == ("DOS_862", "DOS_862")
    assert said["rows"][0]["cells"] == [us_number(1), "נועה לוי", "חיפה"]
    assert (plain["encoding"], book["encoding"]) == ("UTF_8", None)


@pytest.mark.feature("TGT-01")
@pytest.mark.parametrize("said_at", ["preview", "confirm"])
async def test_a_draft_is_imported_in_the_encoding_that_was_said(
    ask: Ask, campaign: Campaign, fakes: FakePorts, said_at: str
) -> None:
    at_preview = "DOS_862" if said_at == "preview" else None
    seen = await preview(ask, campaign, OLD.encode("cp862"), at_preview)
    id = seen["targetImport"]["id"]

    at_confirm = "DOS_862" if said_at == "confirm" else None
    data = await ask(CONFIRM, id=id, encoding=at_confirm)
    assert data["targetImportConfirm"]["targetImport"]["encoding"] == "DOS_862"
    await run_import((await TargetImport.get(id=id)).id, ports=fakes.ports, for_s=60)

    contact = (await Target.get().select_related("contact")).contact
    assert (contact.name, contact.variables) == ("נועה לוי", {"עיר": "חיפה"})


async def test_a_file_that_cannot_be_read_leaves_no_draft(
    ask: Ask, campaign: Campaign, fakes: FakePorts
) -> None:
    answer = await preview(ask, campaign, xlsx([]))

    assert answer["code"] == "FILE_EMPTY"
    assert await TargetImport.all().count() == 0
    assert [path for path in fakes.files.folder.rglob("*") if path.is_file()] == []


async def test_a_draft_is_confirmed_once(ask: Ask, campaign: Campaign, fakes: FakePorts) -> None:
    content = xlsx([(us_number(1),)])
    id = (await preview(ask, campaign, content))["targetImport"]["id"]

    first = await ask(CONFIRM, id=id)
    second = await ask(CONFIRM, id=id)

    assert first["targetImportConfirm"]["targetImport"]["state"] == "PENDING"
    assert second["targetImportConfirm"]["code"] == "IMPORT_FINISHED"
    assert len(fakes.jobs.enqueued) == 1


async def test_a_draft_that_nobody_confirms_is_removed_with_its_file(
    ask: Ask, campaign: Campaign, fakes: FakePorts
) -> None:
    id = (await preview(ask, campaign, ODD))["targetImport"]["id"]
    path = fakes.files.path((await TargetImport.get(id=id)).file_path)
    await enqueue_orphans(ports=fakes.ports)
    assert path.exists()

    fakes.clock.advance(2 * 3600 + 1)
    await enqueue_orphans(ports=fakes.ports)

    assert not path.exists()
    assert await TargetImport.all().count() == 0


async def test_a_draft_of_a_campaign_that_was_closed_since_stays_a_draft(
    ask: Ask, campaign: Campaign, fakes: FakePorts
) -> None:
    draft = (await preview(ask, campaign, xlsx([(us_number(1),)])))["targetImport"]["id"]
    await Campaign.filter(id=campaign.id).update(state=CampaignState.CLOSED)

    answer = (await ask(CONFIRM, id=draft))["targetImportConfirm"]

    assert answer["code"] == "CAMPAIGN_CLOSED"
    assert (await TargetImport.get(id=draft)).state is ImportState.DRAFT
    assert await AuditEntry.all().count() == 0
    assert fakes.jobs.enqueued == []


async def test_another_account_confirms_nothing(ask: Ask, campaign: Campaign) -> None:
    id = (await preview(ask, campaign, ODD))["targetImport"]["id"]
    foreign = principal_of(await Account.create(name="Other", slug="other"), Role.ADMIN)

    data = await ask(CONFIRM, caller=foreign, id=id, columns=CHOICE)

    assert data["targetImportConfirm"]["code"] == "NOT_FOUND"
    assert (await TargetImport.get(id=id)).state is ImportState.DRAFT
