"""Workbooks as Excel and other programs write them."""

import io
import zipfile
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook as Book
from openpyxl import load_workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from domain.targets.reading.cells import Oddity
from domain.targets.reading.workbook import Workbook
from tests.domain.targets.files import saved, xlsx
from tests.domain.targets.test_bad_workbooks import SHEET, edited

SHARED = """<?xml version="1.0"?><x:sst xmlns:x="urn:any" uniqueCount="3">
<x:si><x:t>Phone</x:t></x:si>
<x:si><x:r><x:t>An</x:t></x:r><x:r><x:rPr/><x:t xml:space="preserve">a &amp; Bo</x:t></x:r></x:si>
<x:si><x:t>東京</x:t><x:rPh sb="0" eb="1"><x:t>トウキョウ</x:t></x:rPh></x:si></x:sst>"""


def naive(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    """A cell has no zone."""
    return datetime(year, month, day, hour, minute)  # noqa: DTZ001


def rows_of(content: bytes, folder: Path) -> list[tuple[int, Any]]:
    path = folder / "book.xlsx"
    path.write_bytes(content)
    book = Workbook(path)
    return list(book.rows(book.sheets[0]))


def test_shared_texts_are_read_whole_and_without_how_they_are_pronounced(tmp_path: Path) -> None:
    sheet = (
        '<x:worksheet xmlns:x="urn:any"><x:sheetData><x:row r="2">'
        '<x:c r="A2" t="s"><x:v>0</x:v></x:c><x:c r="C2" t="s"><x:v>1</x:v></x:c>'
        '<x:c t="s"><x:v>2</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    )
    content = io.BytesIO(edited(xlsx([]), {SHEET: lambda data: sheet.encode()}))
    with zipfile.ZipFile(content, "a") as archive:
        archive.writestr("xl/sharedStrings.xml", SHARED)

    rows = rows_of(content.getvalue(), tmp_path)

    assert rows == [(2, ["Phone", None, "Ana & Bo", "東京"])]


def test_numbers_in_a_date_format_are_dates_and_others_are_not(tmp_path: Path) -> None:
    book = Book()
    sheet = book.active
    assert sheet is not None
    sheet.append([date(2026, 3, 2), naive(2026, 3, 2, 9, 30), time(9, 30), 45_000, 1.5])
    for column, shown in zip("FGH", ("0.00", '"d"0', "[Red]0.0;[h]:mm"), strict=True):
        sheet[f"{column}1"] = 1
        sheet[f"{column}1"].number_format = shown

    [(_, cells)] = rows_of(saved(book), tmp_path)

    assert cells[:5] == [
        naive(2026, 3, 2),
        naive(2026, 3, 2, 9, 30),
        naive(1899, 12, 30, 9, 30),
        45_000,
        1.5,
    ]
    assert cells[5:7] == [1, 1]
    assert isinstance(cells[7], datetime)


def test_days_count_from_1904_where_the_book_says_so(tmp_path: Path) -> None:
    book = Book()
    book.epoch = CALENDAR_MAC_1904
    book.active.append([date(2026, 3, 2)])  # type: ignore[union-attr]  # a new book has a sheet

    assert rows_of(saved(book), tmp_path) == [(1, [naive(2026, 3, 2)])]


def test_booleans_errors_and_formulas_without_a_result_keep_their_kind(tmp_path: Path) -> None:
    [(_, cells)] = rows_of(xlsx([], header=(True, "#REF!", "=A1")), tmp_path)

    assert cells == [True, Oddity("#REF!"), Oddity("(formula)")]


CELL = st.one_of(
    st.none(),
    st.integers(-(10**14), 10**14),
    st.floats(-1e14, 1e14).map(lambda value: round(value, 4)),
    st.text(
        st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"),
        min_size=1,
        max_size=20,
    ).filter(lambda text: text.strip() == text and not text.startswith(("=", "#"))),
    st.booleans(),
)


@given(st.lists(st.lists(CELL, min_size=1, max_size=6), min_size=1, max_size=8))
def test_what_openpyxl_writes_is_read_as_openpyxl_reads_it(rows: list[list[object]]) -> None:
    import tempfile

    content = xlsx(rows, header=None)
    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    expected = [
        (number, list(cells)) for number, cells in enumerate(sheet.iter_rows(values_only=True), 1)
    ]

    with tempfile.TemporaryDirectory() as folder:
        found = rows_of(content, Path(folder))

    # openpyxl fills rows to one width and keeps empty ones.
    assert [(number, _filled(cells)) for number, cells in found] == [
        (number, _filled(cells))
        for number, cells in expected
        if _filled(cells) or number in dict(found)
    ]


def _filled(cells: list[Any]) -> list[Any]:
    while cells and cells[-1] is None:
        cells = cells[:-1]
    return cells
