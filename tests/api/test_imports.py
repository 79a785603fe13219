"""Files of contacts over plain HTTP and as GraphQL multipart requests."""

import csv
import io
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import python_calamine
from openpyxl import load_workbook

from api.door import DoorSettings
from api.runtime import Runtime
from domain.access.models import Account, User
from domain.adapters.local_files import LocalFiles
from domain.campaigns.models import Campaign
from domain.targets.exporting.export_run import run_export
from domain.targets.importing.import_run import run_import
from domain.targets.importing.templates import NUMBER_COLUMNS, OPTIONAL_COLUMNS, SYSTEM_COLUMNS
from domain.targets.models import ImportProblem, ImportState, Target, TargetExport, TargetImport
from tests.api.conftest import Served, served
from tests.api.old_workbook import looks_of
from tests.domain.targets.conftest import new_campaign
from tests.domain.targets.files import saved, us_number, xlsx

CONTENT = xlsx([(us_number(1), "Ana"), ("12", "wrong")])


@pytest.fixture
async def campaign(user: User) -> Campaign:
    return await new_campaign(await Account.get(id=user.account_id))


async def finished(server: Served, id: str) -> TargetImport:
    await run_import((await TargetImport.get(id=id)).id, ports=server.door.ports, for_s=60)
    return await TargetImport.get(id=id)


@pytest.mark.feature("TGT-02")
async def test_a_form_with_a_file_becomes_targets(
    server: Served, token: str, campaign: Campaign
) -> None:
    answer = await server.http.post(
        "/imports",
        headers={"authorization": f"Bearer {token}"},
        data={"campaign": str(campaign.id), "country": "US", "priority": "7"},
        files={"file": ("March list.xlsx", CONTENT)},
    )

    assert answer.status_code == 202
    said = answer.json()
    assert (said["fileName"], said["fileKind"], said["state"]) == (
        "March list.xlsx",
        "XLSX",
        "PENDING",
    )
    row = await finished(server, said["id"])
    assert (row.imported, row.invalid) == (1, 1)
    assert [(t.number, t.priority) for t in await Target.all()] == [(us_number(1), 7)]


@pytest.mark.feature("TGT-01")
@pytest.mark.parametrize("way", ["form", "body"])
async def test_the_encoding_of_a_file_may_be_said_by_its_usual_name(
    server: Served, token: str, campaign: Campaign, way: str
) -> None:
    content = f"Phone,Name\n{us_number(1)},Zoé\n".encode("mac_roman")
    fields = {"campaign": str(campaign.id), "encoding": "Mac-Roman"}
    headers = {"authorization": f"Bearer {token}"}
    if way == "form":
        files = {"file": ("list.csv", content)}
        answer = await server.http.post("/imports", headers=headers, data=fields, files=files)
    else:
        answer = await server.http.post("/imports", headers=headers, params=fields, content=content)

    await finished(server, answer.json()["id"])
    assert (await Target.get().select_related("contact")).contact.name == "Zoé"


@pytest.mark.parametrize("way", ["form", "body"])
async def test_a_field_that_there_is_not_is_refused_and_nothing_kept(
    server: Served, token: str, campaign: Campaign, way: str
) -> None:
    fields, headers = (
        {"campaign": str(campaign.id), "contry": "PL"},
        {"authorization": f"Bearer {token}"},
    )
    if way == "form":
        files = {"file": ("list.csv", CONTENT)}
        answer = await server.http.post("/imports", headers=headers, data=fields, files=files)
    else:
        answer = await server.http.post("/imports", headers=headers, params=fields, content=CONTENT)

    assert (answer.status_code, answer.json()["code"]) == (400, "BAD_REQUEST")
    assert "no field 'contry'. Send campaign, country, priority" in answer.json()["message"]
    assert await TargetImport.all().count() == 0


async def test_a_priority_of_thousands_of_digits_is_refused_and_nothing_kept(
    server: Served, token: str, campaign: Campaign
) -> None:
    answer = await server.http.post(
        "/imports",
        headers={"authorization": f"Bearer {token}"},
        data={"campaign": str(campaign.id), "priority": "9" * 5_000},
        files={"file": ("list.csv", CONTENT)},
    )

    assert (answer.status_code, answer.json()["code"]) == (422, "INVALID_INPUT")
    assert await TargetImport.all().count() == 0


async def test_an_encoding_that_nobody_knows_is_refused_with_those_that_are_known(
    server: Served, token: str, campaign: Campaign
) -> None:
    answer = await server.http.post(
        f"/imports?campaign={campaign.id}&encoding=hex",
        headers={"authorization": f"Bearer {token}"},
        content=CONTENT,
    )

    assert (answer.status_code, answer.json()["code"]) == (422, "INVALID_INPUT")
    assert "UTF_8, UTF_16, WINDOWS_1250" in answer.text
    assert await TargetImport.all().count() == 0


async def test_a_raw_body_is_written_to_the_store_as_it_comes_in(
    server: Served, token: str, campaign: Campaign
) -> None:
    async def body() -> AsyncIterator[bytes]:
        for start in range(0, len(CONTENT), 1000):
            yield CONTENT[start : start + 1000]

    answer = await server.http.post(
        f"/imports?campaign={campaign.id}&fileName=a.xlsx",
        headers={"authorization": f"Bearer {token}"},
        content=body(),
    )

    assert answer.status_code == 202
    assert (await finished(server, answer.json()["id"])).imported == 1


@pytest.mark.feature("TGT-02")
async def test_the_graphql_multipart_request_uploads_too(
    server: Served, token: str, campaign: Campaign
) -> None:
    query = """mutation ($campaign: UUID!, $file: Upload!) {
        targetImportStart(campaignId: $campaign, file: $file) {
            ... on TargetImportStarted { targetImport { id fileName } }
            ... on Refusal { code message }
        }
    }"""
    variables = {"campaign": str(campaign.id), "file": None}
    answer = await server.http.post(
        "/graphql",
        headers={"authorization": f"Bearer {token}"},
        data={
            "operations": json.dumps({"query": query, "variables": variables}),
            "map": json.dumps({"0": ["variables.file"]}),
        },
        files={"0": ("list.xlsx", CONTENT)},
    )

    said = answer.json()["data"]["targetImportStart"]["targetImport"]
    assert said["fileName"] == "list.xlsx"
    assert (await finished(server, said["id"])).imported == 1


@pytest.mark.parametrize("form", [True, False])
async def test_a_file_over_the_limit_is_refused_and_leaves_nothing(
    runtime: Runtime, token: str, campaign: Campaign, form: bool
) -> None:
    headers = {"authorization": f"Bearer {token}"}
    large = b"x" * 20_000

    async def body() -> AsyncIterator[bytes]:
        yield large

    async with served(runtime, DoorSettings(upload_limit=10_000)) as server:
        path = f"/imports?campaign={campaign.id}"
        known = await server.http.post(path, headers=headers, content=large)
        if form:
            unknown = await server.http.post(path, headers=headers, files={"file": large})
        else:
            unknown = await server.http.post(path, headers=headers, content=body())

    assert {known.status_code, unknown.status_code} == {413}
    assert {known.json()["code"], unknown.json()["code"]} == {"FILE_TOO_LARGE"}
    assert await TargetImport.all().count() == 0
    assert [p for p in runtime.ports.files.path("imports").rglob("*") if p.is_file()] == []


@pytest.mark.parametrize(
    "document",
    [
        "mutation ($c: UUID!, $f: Upload!) { done: targetImportStart(campaignId: $c, file: $f)"
        " { __typename ... on Refusal { code } } }",
        "mutation ($c: UUID!, $f: Upload!) { done: targetImportPreview(campaignId: $c, file: $f)"
        " { __typename ... on Refusal { code } } }",
        "mutation ($c: UUID!, $f: Upload!) { done: suppressionImportStart("
        "file: $f, options: { campaignId: $c }) { __typename ... on Refusal { code } } }",
    ],
)
@pytest.mark.parametrize("megabytes", [1, 500])
async def test_an_upload_by_graphql_may_be_as_large_as_the_operator_says(
    runtime: Runtime,
    token: str,
    campaign: Campaign,
    monkeypatch: pytest.MonkeyPatch,
    document: str,
    megabytes: int,
) -> None:
    limits = list[int]()
    save = LocalFiles.save

    async def noted(*given: Any, limit: int) -> int:
        limits.append(limit)
        return await save(*given, limit=limit)

    monkeypatch.setattr(LocalFiles, "save", noted)
    variables = {"c": str(campaign.id), "f": None}
    async with served(runtime, DoorSettings(upload_limit=megabytes * 1_000_000)) as server:
        answer = await server.http.post(
            "/graphql",
            headers={"authorization": f"Bearer {token}"},
            data={
                "operations": json.dumps({"query": document, "variables": variables}),
                "map": json.dumps({"0": ["variables.f"]}),
            },
            files={"0": ("list.xlsx", CONTENT)},
        )

    assert "code" not in answer.json()["data"]["done"]
    assert limits == [megabytes * 1_000_000]


@pytest.mark.parametrize(
    ("query", "content", "status", "code"),
    [
        ("", CONTENT, 400, "BAD_REQUEST"),
        ("?campaign=7", CONTENT, 400, "BAD_REQUEST"),
        ("?campaign=00000000-0000-0000-0000-000000000000", CONTENT, 404, "NOT_FOUND"),
        ("?campaign={campaign}&priority=x", CONTENT, 422, "INVALID_INPUT"),
        ("?campaign={campaign}&country=Mars", CONTENT, 422, "INVALID_INPUT"),
        ("?campaign={campaign}", b"%PDF", 422, "FILE_KIND_UNKNOWN"),
        ("?campaign={campaign}", b"", 422, "FILE_EMPTY"),
    ],
)
async def test_a_wrong_request_is_told_what_is_wrong_and_starts_nothing(
    server: Served,
    token: str,
    campaign: Campaign,
    query: str,
    content: bytes,
    status: int,
    code: str,
) -> None:
    answer = await server.http.post(
        "/imports" + query.format(campaign=campaign.id),
        headers={"authorization": f"Bearer {token}"},
        content=content,
    )

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await TargetImport.all().count() == 0


async def test_a_stranger_and_a_wrong_token_import_nothing(
    server: Served, campaign: Campaign
) -> None:
    path = f"/imports?campaign={campaign.id}"
    stranger = await server.http.post(path, content=CONTENT)
    wrong = await server.http.post(path, content=CONTENT, headers={"authorization": "Bearer x"})

    assert [stranger.status_code, wrong.status_code] == [401, 401]
    assert stranger.json()["code"] == "UNAUTHENTICATED"
    assert await TargetImport.all().count() == 0


@pytest.mark.feature("TGT-01")
async def test_the_template_has_green_system_and_blue_optional_columns(server: Served) -> None:
    answer = await server.http.get("/imports/template.xlsx")

    sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    columns = [(str(cell.value), cell.fill.fgColor.rgb) for cell in sheet[1]]
    green, blue = "FFA9D08E", "FF9DC3E6"
    assert columns[:4] == [
        ("Phone", green),
        ("Customer Name", green),
        ("Caller ID", green),
        ("Priority", green),
    ]
    assert {colour for _, colour in columns[4:]} == {blue}
    phones = [cell for cell in sheet[1] if str(cell.value).startswith("Phone")]
    assert len(phones) == 2
    for phone in phones:  # text, so that leading zeros stay
        assert sheet.cell(row=2, column=phone.column or 0).number_format == "@"


async def test_there_is_no_template_of_an_unknown_kind(server: Served) -> None:
    answer = await server.http.get("/imports/template.pdf")
    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


@pytest.mark.feature("TGT-01")
@pytest.mark.parametrize("kind", ["csv", "xml", "json", "ndjson"])
async def test_each_kind_has_a_template_that_imports_once_it_is_filled_in(
    server: Served, token: str, campaign: Campaign, kind: str
) -> None:
    template = await server.http.get(f"/imports/template.{kind}")
    content = template.content
    if kind == "csv":
        content += b"+1 202 555 0123,Ana Example,,5,Springfield,en,,\r\n"

    answer = await server.http.post(
        f"/imports?campaign={campaign.id}",
        headers={"authorization": f"Bearer {token}"},
        content=content,
    )

    assert template.headers["content-disposition"] == f'attachment; filename="targets.{kind}"'
    assert answer.json()["fileKind"] == kind.upper()
    assert (await finished(server, answer.json()["id"])).imported == 1
    target = await Target.get().select_related("contact")
    assert (target.number, target.contact.name) == ("+12025550123", "Ana Example")
    assert target.contact.variables["City"] == "Springfield"


@pytest.mark.feature("TGT-02")
@pytest.mark.parametrize("kind", ["xlsx", "csv"])
async def test_the_problems_of_an_import_are_downloaded(
    server: Served, token: str, campaign: Campaign, kind: str
) -> None:
    headers = {"authorization": f"Bearer {token}"}
    answer = await server.http.post(
        f"/imports?campaign={campaign.id}", headers=headers, content=CONTENT
    )
    row = await finished(server, answer.json()["id"])

    file = await server.http.get(f"/imports/{row.id}/problems.{kind}", headers=headers)
    stranger = await server.http.get(f"/imports/{row.id}/problems.{kind}")
    unknown = await server.http.get(f"/imports/{campaign.id}/problems.{kind}", headers=headers)

    if kind == "xlsx":
        sheet = load_workbook(io.BytesIO(file.content)).worksheets[0]
        rows = [[str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    else:
        rows = [line.split(",") for line in file.content.decode("utf-8-sig").splitlines()]
    assert rows[0] == ["Row", "Value", "Code", "Problem"]
    assert rows[1][:3] == ["3", "12", "NUMBER_INVALID"]
    assert (stranger.status_code, unknown.status_code) == (401, 404)
    assert [p for p in server.door.ports.files.path("exports").glob("*")] == []


@pytest.mark.feature("TGT-02")
@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t", "\r"])
async def test_a_wrong_cell_that_could_run_in_a_spreadsheet_is_told_harmlessly(
    server: Served, token: str, campaign: Campaign, begins: str
) -> None:
    headers = {"authorization": f"Bearer {token}"}
    evil = f'{begins}HYPERLINK("http://evil.example")'
    content = json.dumps([{"Phone": us_number(1)}, {"Phone": evil}]).encode()
    answer = await server.http.post(
        f"/imports?campaign={campaign.id}", headers=headers, content=content
    )
    await finished(server, answer.json()["id"])
    # What a reader keeps of a cell has no blanks around it; what was kept before may have.
    await ImportProblem.all().update(value=evil)

    path = f"/imports/{answer.json()['id']}/problems"
    text = (await server.http.get(f"{path}.csv", headers=headers)).content.decode("utf-8-sig")
    [problem] = csv.DictReader(io.StringIO(text, newline=""))
    sheet = load_workbook(
        io.BytesIO((await server.http.get(f"{path}.xlsx", headers=headers)).content)
    ).worksheets[0]

    assert problem["Value"] == f"'{evil}"
    assert problem["Row"] == "2"
    assert (sheet["B2"].data_type, sheet["A2"].value) == ("s", "2")


@pytest.mark.feature("TGT-09")
async def test_a_finished_export_is_fetched_and_an_unfinished_one_is_not(
    server: Served, token: str, campaign: Campaign, user: User
) -> None:
    headers = {"authorization": f"Bearer {token}"}
    answer = await server.ask(
        """mutation ($c: UUID!) { targetExportStart(campaignId: $c, kind: CSV) {
            ... on TargetExportStarted { targetExport { id } } } }""",
        token,
        c=str(campaign.id),
    )
    id = answer["data"]["targetExportStart"]["targetExport"]["id"]

    early = await server.http.get(f"/exports/{id}", headers=headers)
    await run_export((await TargetExport.get()).id, ports=server.door.ports)
    file = await server.http.get(f"/exports/{id}", headers=headers)
    stranger = await server.http.get(f"/exports/{id}")

    assert (early.status_code, early.json()["code"]) == (409, "EXPORT_NOT_READY")
    assert file.content.decode("utf-8-sig").startswith("Representative,Call ID,Campaign,Phone")
    assert file.headers["content-disposition"] == 'attachment; filename="targets.csv"'
    assert stranger.status_code == 401


@pytest.mark.feature("TGT-01")
async def test_the_old_workbook_has_the_same_columns_and_colours_and_no_rows(
    server: Served,
) -> None:
    content = (await server.http.get("/imports/template.xls")).content
    book = python_calamine.load_workbook(io.BytesIO(content))

    rows = book.get_sheet_by_index(0).to_python()
    names = [*SYSTEM_COLUMNS, *OPTIONAL_COLUMNS, *NUMBER_COLUMNS]
    assert rows[0] == names
    assert not any(any(row) for row in rows[1:])
    looks = looks_of(content)
    assert [looks[0, column].colour for column in range(len(names))] == [
        *["A9D08E"] * len(SYSTEM_COLUMNS),
        *["9DC3E6"] * (len(names) - len(SYSTEM_COLUMNS)),
    ]
    texts = [looks[1, column].is_text for column in map(names.index, ("Phone", "Phone 2"))]
    assert texts == [True, True]


@pytest.mark.feature("TGT-01")
async def test_the_template_that_is_a_workbook_imports_once_it_is_filled_in(
    server: Served, token: str, campaign: Campaign
) -> None:
    book = load_workbook(io.BytesIO((await server.http.get("/imports/template.xlsx")).content))
    sheet = book.worksheets[0]
    names = [str(cell.value) for cell in sheet[1]]
    filled = {"Phone": "+1 202 555 0123", "Customer Name": "Ana", "City": "Springfield"}
    for name, text in (filled | {"Phone 2": "+1 202 555 0124"}).items():
        sheet.cell(row=2, column=1 + names.index(name), value=text)

    answer = await server.http.post(
        f"/imports?campaign={campaign.id}",
        headers={"authorization": f"Bearer {token}"},
        content=saved(book),
    )

    assert (await finished(server, answer.json()["id"])).imported == 1
    row = await Target.get().select_related("contact")
    assert (row.number, row.contact.name) == ("+12025550123", "Ana")
    assert row.contact.variables == {"City": "Springfield"}
    assert row.numbers is not None
    assert [each["number"] for each in row.numbers["list"]] == ["+12025550123", "+12025550124"]


@pytest.mark.feature("TGT-01")
async def test_the_old_template_that_nobody_filled_in_is_told_to_be_empty(
    server: Served, token: str, campaign: Campaign
) -> None:
    content = (await server.http.get("/imports/template.xls")).content

    answer = await server.http.post(
        f"/imports?campaign={campaign.id}",
        headers={"authorization": f"Bearer {token}"},
        content=content,
    )

    assert answer.json()["fileKind"] == "XLS"
    row = await finished(server, answer.json()["id"])
    assert (row.state, row.failure_code) == (ImportState.FAILED, "FILE_EMPTY")
    assert await Target.all().count() == 0
