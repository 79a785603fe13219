"""Files as they should not be, uploaded as anybody does: a clear refusal, or a reported row.

How each is read is tested in tests/domain/targets; here it is what a client is told, that a good
row is never lost for a bad one, and that what is refused leaves nothing behind.
"""

import io
import json
import tempfile
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from domain.access.models import Account, User
from domain.campaigns.models import Campaign
from domain.targets.importing.import_run import run_import
from domain.targets.models import Contact, Target, TargetBatch, TargetImport
from tests.api.conftest import Served
from tests.domain.targets.conftest import new_campaign
from tests.domain.targets.files import HEADER, saved, us_number, xlsx
from tests.domain.targets.test_bad_workbooks import (
    GOOD,
    SHEET,
    bomb,
    compound,
    edited,
    old_with_password,
)
from tests.domain.targets.test_text_files import LAUGHS

READ = """query ($id: UUID!) {
  targetImport(id: $id) {
    state imported duplicates invalid failureCode failure problems { nodes { row code } }
  }
}"""
LINES = "\n".join(f"{us_number(index)},N" for index in range(3))
CSV = f"Phone,Name\n{LINES}\n"


@pytest.fixture
async def campaign(user: User) -> Campaign:
    return await new_campaign(await Account.get(id=user.account_id))


Content = bytes | Callable[[], bytes]  # called where it is much work


async def uploaded(server: Served, token: str, campaign: Campaign, content: Content) -> Any:
    return await server.http.post(
        f"/imports?campaign={campaign.id}&country=US",
        headers={"authorization": f"Bearer {token}"},
        content=content if isinstance(content, bytes) else content(),
    )


async def imported(
    server: Served, token: str, campaign: Campaign, content: Content
) -> dict[str, Any]:
    """What a client reads of the import once it is over."""
    answer = await uploaded(server, token, campaign, content)
    assert answer.status_code == 202, answer.text
    row = await TargetImport.get(id=answer.json()["id"])
    assert await run_import(row.id, ports=server.door.ports, for_s=60)
    said: dict[str, Any] = (await server.ask(READ, token, id=str(row.id)))["data"]["targetImport"]
    return said


def problems(said: dict[str, Any]) -> list[tuple[int, str]]:
    return [(each["row"], each["code"]) for each in said["problems"]["nodes"]]


async def assert_nothing_left(server: Served) -> None:
    assert await Target.all().count() == await Contact.all().count() == 0
    folder = server.door.ports.files.path("imports")
    assert not folder.exists() or not any(folder.iterdir())


@pytest.mark.feature("TGT-02")
@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(b"", "FILE_EMPTY", id="empty"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + b"\0" * 99, "FILE_KIND_UNKNOWN", id="a picture"),
        pytest.param(b"%PDF-1.7\n", "FILE_KIND_UNKNOWN", id="a PDF that calls itself list.xlsx"),
        pytest.param(compound("EncryptedPackage"), "FILE_ENCRYPTED", id="encrypted"),
        pytest.param(old_with_password(), "FILE_ENCRYPTED", id="encrypted, old"),
        pytest.param(compound("_VBA_PROJECT_CUR"), "FILE_HAS_MACROS", id="macros, old"),
        pytest.param(
            edited(
                GOOD,
                {"[Content_Types].xml": lambda d: d.replace(b"sheet.main", b"macroEnabled.main")},
            ),
            "FILE_HAS_MACROS",
            id="macros",
        ),
        pytest.param(bomb, "FILE_UNPACKS_TOO_LARGE", id="zip bomb"),
        pytest.param(GOOD[: len(GOOD) // 2], "FILE_BROKEN", id="truncated workbook"),
    ],
)
async def test_what_can_be_told_at_once_is_refused_at_the_upload_and_leaves_nothing(
    server: Served, token: str, campaign: Campaign, content: Content, code: str
) -> None:
    answer = await uploaded(server, token, campaign, content)

    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.json()["message"].startswith("The file was not imported: ")
    assert await TargetImport.all().count() == await TargetBatch.all().count() == 0
    await assert_nothing_left(server)


def many_columns() -> bytes:
    return ("Phone," + ",".join(f"C{n}" for n in range(1_000_000)) + "\n" + LINES).encode()


@pytest.mark.feature("TGT-02")
@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(
            f"<!DOCTYPE l [{LAUGHS}]><l><t><Phone>&l11;</Phone></t></l>".encode(),
            "FILE_UNPACKS_TOO_LARGE",
            id="entity bomb",
        ),
        pytest.param(
            b'<!DOCTYPE l [<!ENTITY f SYSTEM "file:///etc/passwd">]><l><t><Phone>&f;</Phone></t></l>',
            "FILE_UNPACKS_TOO_LARGE",
            id="external entity",
        ),
        pytest.param(b"<l><t><Phone>1</Phone>", "FILE_BROKEN", id="XML cut off in its first row"),
        pytest.param(b'[{"Phone": "1"', "FILE_BROKEN", id="JSON cut off in its first row"),
        pytest.param(
            edited(GOOD, {SHEET: lambda data: data[: data.index(b"</row>") + 20]}),
            "FILE_BROKEN",
            id="a sheet cut off in its first row",
        ),
        pytest.param(xlsx([]), "FILE_EMPTY", id="header alone"),
        pytest.param(xlsx([("a", "b")], header=("A", "B")), "NO_PHONE_COLUMN", id="no phones"),
        pytest.param(many_columns, "TOO_MANY_COLUMNS", id="a million columns"),
    ],
)
async def test_what_is_found_while_reading_ends_the_import_with_a_reason(
    server: Served, token: str, campaign: Campaign, content: Content, code: str
) -> None:
    said = await imported(server, token, campaign, content)

    assert (said["state"], said["failureCode"], said["imported"]) == ("FAILED", code, 0)
    assert said["failure"].startswith("The file was not imported: ")
    await assert_nothing_left(server)


OBJECTS = ",".join(f'{{"Phone": "{us_number(index)}"}}' for index in range(2_500))
RECORDS = "".join(f"<t><Phone>{us_number(index)}</Phone></t>" for index in range(2_500))
LONG_BOOK = xlsx([(us_number(index), "Ana") for index in range(2_500)])


@pytest.mark.feature("TGT-02")
@pytest.mark.parametrize(
    ("content", "last_row"),
    [
        pytest.param(f"<l>{RECORDS}<t><Phone>".encode(), 2_500, id="truncated XML"),
        pytest.param(f"[{OBJECTS},{{".encode(), 2_500, id="truncated JSON"),
        pytest.param(f"[{OBJECTS}, nonsense, {{}}]".encode(), 2_500, id="a broken element"),
        pytest.param(
            edited(LONG_BOOK, {SHEET: lambda data: data[: data.rindex(b"</row>") + 6]}),
            2_501,
            id="truncated sheet",
        ),
        pytest.param(
            f"Phone\n{LINES}\n".encode() + b"5" * 17_000_000, 4, id="a line without an end"
        ),
    ],
)
async def test_rows_before_the_place_where_a_file_is_damaged_are_imported_and_the_place_is_told(
    server: Served, token: str, campaign: Campaign, content: Content, last_row: int
) -> None:
    said = await imported(server, token, campaign, content)

    assert (said["state"], said["failureCode"], said["invalid"]) == ("FAILED", "FILE_BROKEN", 0)
    assert said["failure"].startswith(f"The file was imported up to row {last_row} and no further")
    assert said["imported"] == await Target.all().count() == (3 if last_row == 4 else 2_500)
    assert not server.door.ports.files.path((await TargetImport.get()).file_path).exists()


def of_200_sheets() -> bytes:
    book = Workbook()
    for index in range(199):
        book.create_sheet(f"S{index}").append([us_number(100 + index)])
    first = book.worksheets[0]
    for row in (HEADER, (us_number(1), "Ana"), (us_number(2), "Bo")):
        first.append(row)
    return saved(book)


def merged() -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (HEADER, (us_number(1), "Ana"), (None, "Bo"), (us_number(3), "Cy")):
        sheet.append(row)
    sheet.merge_cells("A2:A3")
    return saved(book)


ODD = xlsx(
    [
        (us_number(1), "good"),
        (datetime(2026, 3, 2, 10, 30),),  # noqa: DTZ001  # as spreadsheets have them
        ("5.01E+08",),
        (2025550101.5,),
        ("=A2",),
        ("=1/0",),
        (2025550102,),
        (True,),
    ]
)
MEGABYTE = edited(
    GOOD, {SHEET: lambda data: data.replace(b"<t>Bo</t>", b"<t>" + b"x" * 1_000_000 + b"</t>")}
)


@pytest.mark.feature("TGT-02")
@pytest.mark.parametrize(
    ("content", "imported_rows", "reported"),
    [
        pytest.param(of_200_sheets, 2, [(0, "FILE_NOTE")], id="200 sheets"),
        pytest.param(merged(), 2, [(3, "NUMBER_MISSING")], id="merged cells"),
        pytest.param(
            ODD,
            2,
            [
                (3, "NUMBER_IS_DATE"),
                (4, "NUMBER_ROUNDED"),
                (5, "NUMBER_INVALID"),
                (6, "NUMBER_IS_FORMULA"),
                (7, "NUMBER_IS_FORMULA"),
                (9, "NUMBER_INVALID"),
            ],
            id="dates, floats and formulas",
        ),
        pytest.param(MEGABYTE, 1, [(3, "NAME_TOO_LONG")], id="a cell of a megabyte"),
        pytest.param(
            f"{CSV}{us_number(7)},{'x' * 1_000_000}\n{us_number(8)},Z\n".encode(),
            4,
            [(5, "NAME_TOO_LONG")],
            id="a CSV cell of a megabyte",
        ),
        pytest.param(
            f"{CSV}{us_number(7)}{',' * 1_000_000}x\n{us_number(8)},Z\n".encode(),
            5,
            [],
            id="a row of a million cells",
        ),
        pytest.param(
            f'{CSV}{us_number(7)},"never closed\n{us_number(8)},Z\n'.encode(),
            None,
            None,
            id="a quote that is never closed",
        ),
        pytest.param(
            b'{"Phone": "'
            + us_number(1).encode()
            + b'"}\nnonsense\n{"Phone": "'
            + us_number(2).encode()
            + b'"}\n',
            2,
            [(2, "LINE_NOT_JSON")],
            id="a broken line of NDJSON",
        ),
        pytest.param(
            f'{{"Phone": "{us_number(1)}", "Ci\\u0000ty": "x", "\\ud800": "y"}}\n'.encode(),
            1,
            [],
            id="names with characters that no database keeps",
        ),
        pytest.param(
            b"[%s, %s]" % (OBJECTS.encode(), json.dumps({f"k{n}": 1 for n in range(501)}).encode()),
            2_500,
            [(2_501, "TOO_MANY_FIELDS")],
            id="a record of too many fields",
        ),
    ],
)
async def test_a_bad_row_is_reported_and_costs_no_good_one(
    server: Served,
    token: str,
    campaign: Campaign,
    content: Content,
    imported_rows: int | None,
    reported: list[tuple[int, str]] | None,
) -> None:
    said = await imported(server, token, campaign, content)

    assert (said["state"], said["failureCode"]) == ("DONE", None)
    if imported_rows is not None:
        assert (said["imported"], problems(said)) == (imported_rows, reported)
    assert await Target.all().count() == said["imported"]
    assert said["imported"] >= 1


@pytest.mark.feature("TGT-02")
async def test_headers_that_repeat_are_all_kept(
    server: Served, token: str, campaign: Campaign
) -> None:
    content = xlsx([(us_number(1), "a", "b", "c")], header=("Phone", "City", "city", "City"))

    said = await imported(server, token, campaign, content)

    assert said["imported"] == 1
    assert (await Contact.get()).variables == {"City": "a", "city 2": "b", "City 3": "c"}


@pytest.mark.feature("TGT-02")
@pytest.mark.parametrize("way", ["body", "form", "graphql"])
async def test_a_full_disk_is_told_and_leaves_nothing(
    server: Served, token: str, campaign: Campaign, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    headers = {"authorization": f"Bearer {token}"}
    content = CSV.encode() + b" " * 3_000_000  # more than what a form keeps in memory
    path = f"/imports?campaign={campaign.id}"
    opened = Path.open

    def full(path: Path, mode: str = "r", *rest: Any, **more: Any) -> Any:
        if mode == "xb":
            opened(path, mode).close()
            return io.FileIO("/dev/full", "wb")
        return opened(path, mode, *rest, **more)

    monkeypatch.setattr(Path, "open", full)
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda **_: io.FileIO("/dev/full", "wb+"))
    if way == "body":
        answer = await server.http.post(path, headers=headers, content=content)
    elif way == "form":
        answer = await server.http.post(path, headers=headers, files={"file": content})
    else:
        query = """mutation ($c: UUID!, $f: Upload!) {
            targetImportStart(campaignId: $c, file: $f) { __typename } }"""
        asked = {"query": query, "variables": {"c": str(campaign.id), "f": None}}
        answer = await server.http.post(
            "/graphql",
            headers=headers,
            data={"operations": json.dumps(asked), "map": '{"0": ["variables.f"]}'},
            files={"0": ("list.csv", content)},
        )
    monkeypatch.undo()

    assert answer.status_code == 503
    said = answer.json()
    code = said["errors"][0]["extensions"]["code"] if way == "graphql" else said["code"]
    assert code == "FILES_UNAVAILABLE"
    assert await TargetImport.all().count() == 0
    await assert_nothing_left(server)


@pytest.mark.feature("TGT-02")
async def test_an_upload_that_breaks_off_leaves_nothing(
    server: Served, token: str, campaign: Campaign
) -> None:
    async def half() -> AsyncIterator[bytes]:
        yield CSV.encode()
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await server.http.post(
            f"/imports?campaign={campaign.id}",
            headers={"authorization": f"Bearer {token}"},
            content=half(),
        )

    assert await TargetImport.all().count() == 0
    await assert_nothing_left(server)
