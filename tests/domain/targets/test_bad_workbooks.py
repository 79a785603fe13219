"""Workbooks as they should not be: each ends in a clear refusal or a reported row."""

import io
import struct
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from domain.targets.errors import (
    FileBroken,
    FileEmpty,
    FileEncrypted,
    FileHasMacros,
    FileKindUnknown,
    FileUnpacksTooLarge,
    ImportFileRefused,
)
from domain.targets.reading.blocks import Block, Refused
from domain.targets.reading.kinds import FileKind, kind_of
from tests.domain.targets.files import HEADER, saved, us_number, xlsx
from tests.domain.targets.reading import outcome, read, refusal


@pytest.fixture
def stored(tmp_path: Path) -> Callable[[bytes], Path]:
    def store(content: bytes) -> Path:
        path = tmp_path / "upload"
        path.write_bytes(content)
        return path

    return store


def edited(content: bytes, changes: dict[str, Callable[[bytes], bytes] | None]) -> bytes:
    """The archive with some members changed; None leaves one out."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(result, "w", 8) as new:
        for name in old.namelist():
            change, data = changes.get(name, bytes), old.read(name)
            if change is not None:
                new.writestr(name, change(data))
    return result.getvalue()


LISTS = Path(__file__).parent / "lists"
SHEET = "xl/worksheets/sheet1.xml"
GOOD = xlsx([(us_number(1), "Ana"), (us_number(2), "Bo")])


def bomb() -> bytes:
    """A sheet of 300 MB of blanks."""
    return edited(GOOD, {SHEET: lambda data: data + b" " * 300_000_000})


def compound(stream: str) -> bytes:
    """As much of an OLE2 container as anybody looks at: its magic and the name of a stream."""
    return (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + stream.encode("utf-16-le") + b"\0" * 99
    )


def old_with_password(*, records_before: int = 0) -> bytes:
    """An old workbook whose second record, or a later one, says that what follows is encrypted."""
    content = bytearray((LISTS / "excel97.xls").read_bytes())
    at = content.index(b"\x09\x08\x10\0\0\x06\x05\0")
    for _ in range(1 + records_before):
        at += 4 + int(struct.unpack_from("<H", content, at + 2)[0])
    struct.pack_into("<H", content, at, 0x2F)
    return bytes(content)


def truncated_numbers() -> bytes:
    return GOOD[: len(GOOD) // 2]


@pytest.mark.parametrize(
    ("content", "error", "words"),
    [
        (b"", FileEmpty, "it has no rows"),
        (b"  \n ", FileEmpty, "it has no rows"),
        (b"%PDF-1.7", FileKindUnknown, "it is a PDF"),
        (b"\x89PNG\r\n", FileKindUnknown, "it is a picture"),
        (b"\x1f\x8b\x08", FileKindUnknown, "gzip"),
        (b"\x7fELF\x02\x01\x01\0\0\0", FileKindUnknown, "not text"),
        (b"<html><body><table>", FileKindUnknown, "it is a web page"),
        (truncated_numbers(), FileBroken, "cut off"),
        (compound("EncryptedPackage"), FileEncrypted, "password"),
        (old_with_password(), FileEncrypted, "password"),
        (old_with_password(records_before=1), FileEncrypted, "password"),
        (compound("_VBA_PROJECT_CUR"), FileHasMacros, "macros"),
        (compound("WordDocument"), FileKindUnknown, "another kind of Office file"),
        (
            edited(
                GOOD,
                {"[Content_Types].xml": lambda d: d.replace(b"sheet.main", b"macroEnabled.main")},
            ),
            FileHasMacros,
            "macros",
        ),
        (
            edited(
                GOOD,
                {"[Content_Types].xml": lambda d: d.replace(b"spreadsheetml", b"wordprocessingml")},
            ),
            FileKindUnknown,
            "another kind of Office file",
        ),
        (edited(GOOD, {"[Content_Types].xml": None}), FileKindUnknown, "a zip archive"),
    ],
)
def test_what_can_be_told_without_reading_is_refused_at_the_upload(
    stored: Callable[[bytes], Path], content: bytes, error: type[ImportFileRefused], words: str
) -> None:
    with pytest.raises(error, match=words):
        kind_of(stored(content))


def test_a_zip_bomb_is_refused_before_it_is_unpacked(stored: Callable[[bytes], Path]) -> None:
    content = bomb()
    assert len(content) < 1_000_000

    with pytest.raises(FileUnpacksTooLarge, match="times its size"):
        kind_of(stored(content))


def test_a_member_that_lies_about_its_size_is_damaged(stored: Callable[[bytes], Path]) -> None:
    with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
        size = archive.getinfo(SHEET).file_size
    lying = GOOD.replace(struct.pack("<I", size), struct.pack("<I", 100))

    assert refusal(stored(lying)) == "FILE_BROKEN"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda data: data[: len(data) // 2], "FILE_BROKEN"),
        (lambda data: data.replace(b"</row>", b"</rwo>", 1), "FILE_BROKEN"),
        (lambda data: b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + data, "FILE_UNPACKS_TOO_LARGE"),
        (lambda data: b"", "FILE_BROKEN"),
    ],
)
def test_a_damaged_sheet_is_refused(
    stored: Callable[[bytes], Path], change: Callable[[bytes], bytes], code: str
) -> None:
    assert refusal(stored(edited(GOOD, {SHEET: change}))) == code


@pytest.mark.parametrize("rows", [[], [HEADER]])
def test_a_workbook_without_rows_is_empty(stored: Callable[[bytes], Path], rows: list[Any]) -> None:
    assert refusal(stored(xlsx(rows, header=None))) == "FILE_EMPTY"


def test_a_header_without_a_phone_column_is_refused_with_what_it_says(
    stored: Callable[[bytes], Path],
) -> None:
    [answer] = read(stored(xlsx([("Ana", "Łódź")], header=("Customer", "City"))))

    assert isinstance(answer, Refused)
    assert answer.code == "NO_PHONE_COLUMN"
    assert "Customer, City" in answer.message


def test_more_columns_than_a_contact_can_have_are_refused(stored: Callable[[bytes], Path]) -> None:
    wide = ["Phone", *(f"C{index}" for index in range(16_000))]
    assert refusal(stored(xlsx([[us_number(1)]], header=wide))) == "TOO_MANY_COLUMNS"


def test_cells_far_to_the_right_of_the_header_cost_no_row(
    stored: Callable[[bytes], Path],
) -> None:
    wide = [us_number(1), *([None] * 16_000), "stray"]
    assert outcome(stored(xlsx([wide]))) == (1, [])


def test_of_200_sheets_the_first_visible_one_is_read_and_the_others_are_told(
    stored: Callable[[bytes], Path],
) -> None:
    book = Workbook()
    book.active.sheet_state = "hidden"  # type: ignore[union-attr]
    for index in range(199):
        sheet = book.create_sheet(f"S{index}")
        sheet.append(HEADER)
        sheet.append([us_number(index)])

    good, problems = outcome(stored(saved(book)))

    assert (good, problems) == (1, [("0", "FILE_NOTE")])


def test_merged_cells_leave_rows_without_a_number_which_are_reported(
    stored: Callable[[bytes], Path],
) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (HEADER, (us_number(1), "Ana"), (None, "Bo"), (us_number(3), "Cy")):
        sheet.append(row)
    sheet.merge_cells("A2:A3")

    assert outcome(stored(saved(book))) == (2, [("3", "NUMBER_MISSING")])


def test_dates_floats_formulas_and_errors_in_the_phone_column_are_reported(
    stored: Callable[[bytes], Path],
) -> None:
    rows = [
        (date(2026, 3, 2),),
        (5.01e8,),
        (2025550101.5,),
        ("5.01E+08",),
        ("=A2",),
        ("#REF!",),
        (True,),
        (2025550102,),
        (2025550103.0,),
    ]

    assert outcome(stored(xlsx(rows))) == (
        2,
        [
            ("2", "NUMBER_IS_DATE"),
            ("3", "NUMBER_INVALID"),
            ("4", "NUMBER_INVALID"),
            ("5", "NUMBER_ROUNDED"),
            ("6", "NUMBER_IS_FORMULA"),
            ("7", "NUMBER_IS_FORMULA"),
            ("8", "NUMBER_INVALID"),
        ],
    )


def test_a_formula_with_a_result_counts_as_its_result(stored: Callable[[bytes], Path]) -> None:
    def with_result(data: bytes) -> bytes:
        return data.replace(b"</f><v />", b"</f><v>2025550101</v>").replace(
            b"</f><v></v>", b"</f><v>2025550101</v>"
        )

    content = edited(xlsx([("=B2",)]), {SHEET: with_result})

    assert outcome(stored(content)) == (1, [])


def test_a_cell_of_a_megabyte_costs_its_own_row_only(stored: Callable[[bytes], Path]) -> None:
    def with_megabyte(data: bytes) -> bytes:
        return data.replace(b"<t>Bo</t>", b"<t>" + b"x" * 1_000_000 + b"</t>")

    content = edited(GOOD, {SHEET: with_megabyte})

    assert outcome(stored(content)) == (1, [("3", "NAME_TOO_LONG")])


def test_duplicate_headers_become_variables_of_their_own(stored: Callable[[bytes], Path]) -> None:
    header = ("Phone", "City", "city", "City")
    [block, _] = read(stored(xlsx([(us_number(1), "a", "b", "c")], header=header)))

    assert isinstance(block, Block)
    assert '""City"":""a"",""city 2"":""b"",""City 3"":""c""' in block.staged.decode()


def test_a_workbook_that_needs_a_password_for_its_parts_is_refused(
    stored: Callable[[bytes], Path],
) -> None:
    flagged = bytearray(GOOD)
    # Bit 0 of the general purpose flags in each local and central header (APPNOTE 4.4.4).
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = 0
        while (start := flagged.find(signature, start)) >= 0:
            flagged[start + offset] |= 1
            start += 4

    with pytest.raises(FileEncrypted):
        kind_of(stored(bytes(flagged)))


def test_a_file_that_is_gone_from_the_store_is_told(tmp_path: Path) -> None:
    assert refusal(tmp_path / "gone", kind=FileKind.XLSX) == "FILE_BROKEN"
