"""A good row is never lost for a bad one: what comes before, and around, what is wrong."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from domain.targets.reading.blocks import Block, End, Refused
from domain.targets.reading.kinds import FileKind, kind_of
from tests.domain.targets.files import HEADER, us_number, xlsx
from tests.domain.targets.reading import contacts, outcome, read, reported
from tests.domain.targets.test_bad_workbooks import SHEET, edited
from tests.domain.targets.test_text_files import Stored


@pytest.fixture
def stored(tmp_path: Path) -> Stored:
    def store(content: bytes | str) -> Path:
        path = tmp_path / "upload"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return store


def as_ndjson(records: list[Any]) -> str:
    return "".join(f"{json.dumps(record)}\n" for record in records)


def as_xml(records: list[dict[str, str]]) -> str:
    rows = (
        "<t>" + "".join(f"<{key}>{value}</{key}>" for key, value in record.items()) + "</t>"
        for record in records
    )
    return f"<list>{''.join(rows)}</list>"


def good(count: int, *, start: int = 0) -> list[dict[str, str]]:
    return [{"Phone": us_number(index)} for index in range(start, start + count)]


WIDE = {f"k{index}": "x" for index in range(501)}


@pytest.mark.feature("TGT-02")
@pytest.mark.parametrize("write", [as_ndjson, as_xml, json.dumps])
def test_a_record_of_too_many_fields_is_reported_and_costs_no_other(
    stored: Stored, write: Callable[[list[dict[str, str]]], str]
) -> None:
    path = stored(write([*good(1_500), WIDE | {"Phone": us_number(9_999)}, *good(3, start=2_000)]))

    assert outcome(path) == (1_503, [("1501", "TOO_MANY_FIELDS")])
    assert contacts(path)[-1] == (1_504, us_number(2_002), "", {})


@pytest.mark.parametrize("write", [as_ndjson, as_xml])
def test_records_of_too_many_fields_alone_are_too_many_columns(
    stored: Stored, write: Callable[[list[dict[str, str]]], str]
) -> None:
    answer = read(stored(write([WIDE, WIDE])))[-1]

    assert isinstance(answer, Refused)
    assert (answer.code, answer.message[:26]) == ("TOO_MANY_COLUMNS", "The file was not imported:")


@pytest.mark.feature("TGT-02")
@pytest.mark.parametrize("write", [as_ndjson, as_xml])
def test_of_more_names_than_a_file_may_have_the_later_fields_alone_are_left_out(
    stored: Stored, write: Callable[[list[dict[str, str]]], str]
) -> None:
    records = [record | {f"own{index}": "x"} for index, record in enumerate(good(600))]
    path = stored(write(records))

    assert outcome(path) == (600, [(str(row), "FIELD_LEFT_OUT") for row in range(500, 601)])
    assert reported(path)[0][3] == "own499"
    found = contacts(path)
    assert (found[498][3], found[499][3]) == ({"own498": "x"}, {})


def test_a_first_record_of_any_length_leaves_ndjson_what_it_is(stored: Stored) -> None:
    long = {"Phone": us_number(1), "Notes": "x" * 1_900, "More": "y" * 1_900, "Other": "z" * 1_900}
    path = stored(as_ndjson([long, *good(1, start=2)]))

    assert [found[:2] for found in contacts(path)] == [(1, us_number(1)), (2, us_number(2))]


def test_a_list_inside_an_object_is_json_on_one_line_too(stored: Stored) -> None:
    path = stored(json.dumps({"list": "March", "targets": good(2)}))

    assert kind_of(path) is FileKind.JSON
    assert outcome(path) == (2, [])


def test_a_first_record_full_of_names_does_not_take_the_column_of_the_phones(
    stored: Stored,
) -> None:
    junk = {f"k{index}": "x" for index in range(500)}
    path = stored(as_ndjson([junk, *good(2)]))

    assert outcome(path) == (2, [("1", "NUMBER_MISSING")])


def test_a_row_that_is_refused_is_not_reported_for_its_fields_as_well(stored: Stored) -> None:
    junk = {f"k{index}": "x" for index in range(499)} | {"Phone": us_number(1)}
    path = stored(as_ndjson([junk, {"Phone": "12", "another": "x"}]))

    assert outcome(path) == (1, [("2", "NUMBER_INVALID")])


@pytest.mark.parametrize("block_rows", [2, 2_000])
def test_lines_that_are_no_json_at_the_beginning_cost_themselves(
    stored: Stored, block_rows: int
) -> None:
    path = stored('{"Phone": "1"\n' * 4 + as_ndjson(good(2, start=1)))

    assert outcome(path, kind=FileKind.NDJSON, block_rows=block_rows) == (
        2,
        [(str(row), "LINE_NOT_JSON") for row in range(1, 5)],
    )


def truncated(content: bytes, part: str) -> bytes:
    return edited(content, {part: lambda data: data[: data.rindex(b"</row>")]})


ROWS = 3_500  # of blocks of 2,000
JSON = json.dumps(good(ROWS))
BOOK = xlsx([(us_number(index), "Ana") for index in range(ROWS)])
CSV = "Phone\n" + "".join(f"{us_number(index)}\n" for index in range(ROWS))


@pytest.mark.feature("TGT-02")
@pytest.mark.parametrize(
    ("content", "kept", "last_row"),
    [
        pytest.param(f"{JSON[:-1]}, nonsense, 1]", ROWS, ROWS, id="a broken element of JSON"),
        pytest.param(JSON[:-5], ROWS - 1, ROWS - 1, id="truncated JSON"),
        pytest.param(as_xml(good(ROWS))[:-20], ROWS - 1, ROWS - 1, id="truncated XML"),
        pytest.param(
            as_xml(good(ROWS)).replace("</list>", "<t></list>"), ROWS, ROWS, id="damaged XML"
        ),
        pytest.param(truncated(BOOK, SHEET), ROWS - 1, ROWS, id="truncated sheet"),
        pytest.param(CSV + "5" * 16_000_001, ROWS, ROWS + 1, id="a line of CSV without an end"),
        pytest.param(
            as_ndjson(good(ROWS)) + f'{{"a": "{"x" * 16_000_001}"}}\n',
            ROWS,
            ROWS,
            id="a line of NDJSON without an end",
        ),
    ],
)
def test_rows_before_the_place_where_a_file_is_damaged_are_kept_and_told(
    stored: Stored, content: bytes | str, kept: int, last_row: int
) -> None:
    path = stored(content)
    *blocks, refused = read(path)

    assert isinstance(refused, Refused)
    assert refused.code == "FILE_BROKEN"
    start = f"The file was imported up to row {last_row} and no further: "
    assert refused.message.startswith(start), refused.message
    assert [block.staged_rows for block in blocks if isinstance(block, Block)] == [
        2_000,
        kept - 2_000,
    ]


@pytest.mark.parametrize("content", [JSON[:-5], as_xml(good(ROWS))[:-20], truncated(BOOK, SHEET)])
def test_a_run_that_resumes_behind_the_last_row_tells_how_far_the_file_was_imported(
    stored: Stored, content: bytes | str
) -> None:
    path = stored(content)
    read_so_far = sum(block.rows for block in read(path) if isinstance(block, Block))

    [refused] = read(path, skip=read_so_far)

    assert refused == read(path)[-1]


def test_a_file_broken_in_its_first_row_was_not_imported(stored: Stored) -> None:
    [refused] = read(stored('[{"Phone": nonsense}]'))

    assert isinstance(refused, Refused)
    assert refused.message.startswith("The file was not imported: object 1 is not JSON")


def test_lines_before_one_without_an_end_are_kept_even_where_a_quote_is_open(
    stored: Stored,
) -> None:
    content = f'Phone,Name\n{us_number(1)},a\n"{us_number(2)},b\n{us_number(3)},c\n'
    first, refused = read(stored(content + "5" * 17_000_000))

    assert isinstance(first, Block)
    assert (first.staged_rows, first.reported_rows) == (2, 1)
    assert isinstance(refused, Refused)


@pytest.mark.feature("TGT-02")
@pytest.mark.parametrize("index", [b"7", b"-1", b"x"])
def test_a_cell_whose_text_is_missing_costs_that_cell_alone(stored: Stored, index: bytes) -> None:
    def pointing(data: bytes) -> bytes:
        cell = b't="s"><v>' + index + b"</v>"
        for text in (b"Haifa", us_number(3).encode()):
            data = data.replace(b't="inlineStr"><is><t>' + text + b"</t></is>", cell)
        return data

    rows = [(us_number(n), "Ana", None, None, "Haifa" if n == 2 else "Oulu") for n in range(1, 6)]
    path = stored(edited(xlsx(rows), {SHEET: pointing}))

    assert outcome(path) == (4, [("4", "CELL_TEXT_LOST"), ("3", "CELL_TEXT_LOST")])
    assert [found[0] for found in contacts(path)] == [2, 3, 5, 6]
    assert contacts(path)[1] == (3, us_number(2), "Ana", {})


def test_a_header_whose_text_is_missing_is_damage(stored: Stored) -> None:
    name = HEADER[1].encode()
    content = edited(
        xlsx([(us_number(1),)]),
        {
            SHEET: lambda data: data.replace(
                b't="inlineStr"><is><t>' + name + b"</t></is>", b't="s"><v>7</v>'
            )
        },
    )
    [refused] = read(stored(content))

    assert isinstance(refused, Refused)
    assert refused.code == "FILE_BROKEN"


@pytest.mark.feature("TGT-02")
def test_names_of_fields_are_cleaned_as_values_are(stored: Stored) -> None:
    lines = [
        f'{{"Phone": "{us_number(1)}", "Ci\\u0000ty": "Oulu", "\\ud800Age": "44"}}',
        f'{{"Pho\\u0000ne": "{us_number(2)}", " City ": "Haifa"}}',
        f'{{"Phone": "{us_number(3)}", "City": "a", "Ci\\u0000ty": "b"}}',
    ]
    path = stored("\n".join(lines))

    assert isinstance(read(path)[-1], End)
    assert contacts(path) == [
        (1, us_number(1), "", {"City": "Oulu", "?Age": "44"}),
        (2, us_number(2), "", {"City": "Haifa"}),
        (3, us_number(3), "", {"City": "a", "City 2": "b"}),
    ]
