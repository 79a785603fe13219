"""CSV, JSON, NDJSON, XML and XLS: as people and programs write them, and as they should not be."""

import codecs
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.targets.reading.blocks import Refused
from domain.targets.reading.encodings import TextEncoding, encoding_named, encoding_of
from domain.targets.reading.kinds import FileKind, kind_of
from tests.domain.targets.files import us_number
from tests.domain.targets.reading import contacts, outcome, read, refusal, reported

LISTS = Path(__file__).parent / "lists"
Stored = Callable[[bytes | str], Path]


@pytest.fixture
def stored(tmp_path: Path) -> Stored:
    def store(content: bytes | str) -> Path:
        path = tmp_path / "upload"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return store


HEBREW = ("נועה לוי", "חיפה")
RUSSIAN = ("Амир Серов", "Нижний Новгород")
SHOUTED = ("ИВАНОВ ИВАН", "МОСКВА")
WHISPERED = ("иванов иван", "москва")
POLISH = ("Łukasz Żak", "Świętochłowice")
FRENCH = ("Zoé Lefèvre", "Besançon")


@pytest.mark.feature("TGT-01")
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("utf-8", HEBREW),
        ("utf-8-sig", POLISH),
        ("utf-16", RUSSIAN),
        ("utf-16-be", HEBREW),
        ("utf-16-le", RUSSIAN),
        ("cp1255", HEBREW),
        ("cp1251", RUSSIAN),
        ("cp1251", SHOUTED),
        ("cp1251", WHISPERED),
        ("koi8_r", RUSSIAN),
        ("koi8_r", SHOUTED),
        ("koi8_r", WHISPERED),
        ("cp866", RUSSIAN),
        ("cp866", SHOUTED),
        ("cp866", WHISPERED),
        ("cp1250", POLISH),
        ("iso8859_2", POLISH),
        ("cp1252", FRENCH),
    ],
)
def test_a_csv_is_read_whatever_its_encoding_and_delimiter(
    stored: Stored, encoding: str, words: tuple[str, str], delimiter: str
) -> None:
    name, city = words
    lines = [["Phone", "Customer Name", "City"], [us_number(1), name, city]]
    lines += [[us_number(index), name, city] for index in range(2, 20)]
    text = "\r\n".join(delimiter.join(line) for line in lines)
    if encoding == "utf-16-be":
        text = "\ufeff" + text

    found = contacts(stored(text.encode(encoding)), kind=FileKind.CSV)

    assert found[0] == (2, us_number(1), name, {"City": city})
    assert len(found) == 19


@pytest.mark.feature("TGT-01")
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("said", [None, TextEncoding.UTF_16.value])
@pytest.mark.parametrize("words", [HEBREW, POLISH, ("Ana", "Oulu")])
@pytest.mark.parametrize("kind", [FileKind.CSV, FileKind.NDJSON, FileKind.JSON, FileKind.XML])
def test_utf_16_needs_no_mark(
    stored: Stored, encoding: str, said: str | None, words: tuple[str, str], kind: FileKind
) -> None:
    path = stored(as_kind(kind, *words).encode(encoding))

    [(_, *found)] = contacts(path, kind=kind_of(path), encoding=said)

    assert (kind_of(path), found) == (kind, [us_number(1), words[0], {"City": words[1]}])


def test_a_character_that_no_text_has_costs_itself_alone(stored: Stored) -> None:
    path = stored(f"Phone,Name\n{us_number(1)},A\0na\n{us_number(2)},Bo\n")

    assert kind_of(path) is FileKind.CSV
    assert [found[1:3] for found in contacts(path)] == [(us_number(1), "Ana"), (us_number(2), "Bo")]


@pytest.mark.parametrize("write", ["[{}]", "{}"])
def test_a_number_of_thousands_of_digits_costs_its_own_row(stored: Stored, write: str) -> None:
    lines = [f'{{"Phone": {phone}}}' for phone in ("9" * 5_000, us_number(1)[1:])]
    path = stored(f"[{','.join(lines)}]" if write == "[{}]" else "\n".join(lines))

    assert [found[1] for found in contacts(path, kind=kind_of(path))] == [us_number(1)]
    assert [row for row, *_ in reported(path)] == ["1"]


def as_kind(kind: FileKind, name: str, city: str) -> str:
    """A list of one contact."""
    record = f'{{"Phone": "{us_number(1)}", "Name": "{name}", "City": "{city}"}}'
    return {
        FileKind.CSV: f"Phone,Name,City\n{us_number(1)},{name},{city}\n",
        FileKind.NDJSON: f"{record}\n",
        FileKind.JSON: f"[{record}]",
        FileKind.XML: f"<?xml version='1.0'?><l><t><Phone>{us_number(1)}</Phone>"
        f"<Name>{name}</Name><City>{city}</City></t></l>",
    }[kind]


@pytest.mark.feature("TGT-01")
@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        (TextEncoding.UTF_8, HEBREW),
        (TextEncoding.DOS_862, HEBREW),
        (TextEncoding.ISO_8859_8, HEBREW),
        (TextEncoding.ISO_8859_5, RUSSIAN),
        (TextEncoding.MAC_CYRILLIC, RUSSIAN),
        (TextEncoding.DOS_852, POLISH),
        (TextEncoding.MAC_CENTRAL_EUROPE, POLISH),
        (TextEncoding.DOS_850, FRENCH),
        (TextEncoding.DOS_437, FRENCH),
        (TextEncoding.MAC_ROMAN, FRENCH),
    ],
)
@pytest.mark.parametrize("kind", [FileKind.CSV, FileKind.NDJSON, FileKind.JSON, FileKind.XML])
def test_text_is_read_in_the_encoding_that_somebody_says(
    stored: Stored, encoding: TextEncoding, words: tuple[str, str], kind: FileKind
) -> None:
    name, city = words
    text = as_kind(kind, name, city)

    [(_, *found)] = contacts(stored(text.encode(encoding)), kind=kind, encoding=encoding.value)

    assert found == [us_number(1), name, {"City": city}]


def test_what_is_said_to_be_utf_8_may_begin_with_its_mark(stored: Stored) -> None:
    path = stored(f"\ufeffPhone,City\n{us_number(1)},Łódź\n")

    assert contacts(path, encoding=TextEncoding.UTF_8.value)[0][3] == {"City": "Łódź"}


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("UTF-8", TextEncoding.UTF_8),
        ("utf8", TextEncoding.UTF_8),
        ("windows-1255", TextEncoding.WINDOWS_1255),
        ("CP1255", TextEncoding.WINDOWS_1255),
        ("WINDOWS_1255", TextEncoding.WINDOWS_1255),
        ("cp862", TextEncoding.DOS_862),
        ("ISO-8859-5", TextEncoding.ISO_8859_5),
        ("Latin1", TextEncoding.ISO_8859_1),
        ("koi8-r", TextEncoding.KOI8_R),
        ("", None),
        ("hex", None),
        ("rot13", None),
    ],
)
def test_encodings_go_by_their_usual_names(name: str, encoding: TextEncoding | None) -> None:
    assert encoding_named(name) is encoding


@pytest.mark.parametrize("encoding", TextEncoding)
def test_each_encoding_can_be_read(encoding: TextEncoding) -> None:
    assert codecs.lookup(encoding.value).name


def test_ascii_and_empty_text_count_as_utf_8() -> None:
    assert [encoding_of([b"abc"]), encoding_of([])] == ["utf-8", "utf-8"]


def test_a_letter_cut_in_two_by_a_chunk_is_still_utf_8() -> None:
    content = "שלום".encode()
    assert encoding_of([content[:3], content[3:]]) == "utf-8"


def test_a_plain_list_of_numbers_needs_no_header(stored: Stored) -> None:
    found = contacts(stored(f"{us_number(1)};Ana\n{us_number(2)};Bo\n"))

    assert found == [
        (1, us_number(1), "", {"Column 2": "Ana"}),
        (2, us_number(2), "", {"Column 2": "Bo"}),
    ]


def test_excels_own_word_for_the_delimiter_is_heard(stored: Stored) -> None:
    assert outcome(stored(f"sep=;\nPhone;City\n{us_number(1)};a,b,c\n")) == (1, [])


def test_texts_that_excel_was_kept_from_changing_are_read(stored: Stored) -> None:
    content = f'Phone,Note\n"=""{us_number(1)}""",x\n\'{us_number(2)},y\n'

    assert [number for _, number, *_ in contacts(stored(content))] == [us_number(1), us_number(2)]


def test_quoted_cells_may_hold_lines_and_delimiters(stored: Stored) -> None:
    content = f'Phone,Note\n{us_number(1)},"a, ""b""\nc"\n{us_number(2)},d\n'

    assert [(row, values["Note"]) for row, _, _, values in contacts(stored(content))] == [
        (2, 'a, "b"\nc'),
        (3, "d"),
    ]


@pytest.mark.parametrize("rows_after", [1, 500])
def test_a_quote_that_is_never_closed_costs_one_row_and_not_the_rest(
    stored: Stored, rows_after: int
) -> None:
    after = "".join(f"Ana,{us_number(index)}\n" for index in range(2, 2 + rows_after))
    content = f'Customer Name,Phone\nBo,{us_number(1)}\n"Cy,{us_number(999)}\n{after}'

    assert outcome(stored(content)) == (1 + rows_after, [("3", "NUMBER_MISSING")])


def test_text_behind_a_closing_quote_costs_nothing(stored: Stored) -> None:
    content = f'Customer Name,Phone\n"Bo" Li,{us_number(1)}\nCy,{us_number(2)}\n'
    assert outcome(stored(content)) == (2, [])


def test_a_row_of_a_million_columns_and_a_cell_of_a_megabyte_cost_their_own_rows(
    stored: Stored,
) -> None:
    content = (
        f"Phone,Note\n{us_number(1)}{',' * 1_000_000}\n"
        f"{us_number(2)},{'x' * 1_000_000}\n{us_number(3)},fine\n"
    )
    assert outcome(stored(content)) == (2, [("3", "VALUE_TOO_LONG")])


@pytest.mark.feature("CAM-13")
def test_a_value_that_is_too_long_is_not_repeated_where_more_people_read_it(stored: Stored) -> None:
    ((row, code, message, value),) = reported(
        stored(f"Phone,Card\n{us_number(1)},{'4111' * 1000}\n")
    )

    assert (row, code, value) == ("2", "VALUE_TOO_LONG", "")
    assert message == "Card has more than 2,000 characters."


def test_a_header_of_a_million_columns_is_refused(stored: Stored) -> None:
    content = "Phone," + ",".join(f"c{i}" for i in range(100_000)) + "\n1\n"
    assert refusal(stored(content)) == "TOO_MANY_COLUMNS"


def test_a_line_without_an_end_is_refused(stored: Stored) -> None:
    assert refusal(stored("Phone\n" + "5" * 17_000_000)) == "FILE_BROKEN"


def test_numbers_that_a_spreadsheet_rounded_are_reported(stored: Stored) -> None:
    assert outcome(stored(f'Phone\n5.01E+08\n"9,72502E+11"\n{us_number(1)}\n')) == (
        1,
        [("2", "NUMBER_ROUNDED"), ("3", "NUMBER_ROUNDED")],
    )


def test_a_byte_that_is_no_utf_8_costs_no_row(stored: Stored) -> None:
    rows = "".join(f"{us_number(i)},Łódź\n" for i in range(50_000))
    content = b"Phone,City\n" + rows.encode() + us_number(60_000).encode() + b",\xff\xfe\n"

    assert outcome(stored(content)) == (50_001, [])


@pytest.mark.parametrize("content", ["Phone\n", "Phone,City\n\n\n"])
def test_a_csv_without_rows_is_empty(stored: Stored, content: str) -> None:
    assert refusal(stored(content)) in ("FILE_EMPTY",)


FIELD = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=8)


@given(st.lists(st.tuples(FIELD, FIELD), min_size=1, max_size=6), st.sampled_from(",;\t|"))
def test_what_pythons_csv_writes_is_read_back(
    tmp_path_factory: Any, rows: list[tuple[str, str]], delimiter: str
) -> None:
    import csv

    path = tmp_path_factory.mktemp("csv") / "list"
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow(["Phone", "First", "Second"])
        writer.writerows((us_number(i), *row) for i, row in enumerate(rows))

    found = contacts(path, kind=FileKind.CSV)

    assert [(values.get("First", ""), values.get("Second", "")) for *_, values in found] == [
        (first.strip(), second.strip()) for first, second in rows
    ]


@pytest.mark.feature("TGT-01")
def test_json_lists_are_read_with_nested_variables_and_several_numbers(stored: Stored) -> None:
    content = f"""{{"list": "March", "targets": [
        {{"phone": "{us_number(1)}", "name": "Łucja", "variables": {{"City": "Łódź", "Age": 44}}}},
        {{"name": "Амир", "phone": ["{us_number(2)}", "{us_number(3)}"], "vip": true, "x": null}},
        7,
        {{"name": "nobody"}}
    ]}}"""
    path = stored(content)

    assert contacts(path) == [
        (1, us_number(1), "Łucja", {"City": "Łódź", "Age": "44"}),
        (2, us_number(2), "Амир", {"vip": "TRUE"}),
    ]
    assert outcome(path)[1] == [("3", "ROW_NOT_AN_OBJECT"), ("4", "NUMBER_MISSING")]


@pytest.mark.feature("TGT-01")
def test_ndjson_is_read_line_by_line_and_a_broken_line_costs_itself(stored: Stored) -> None:
    content = (
        f'{{"Phone": {us_number(1)[1:]}, "City": "חיפה"}}\n'
        '{"Phone": \n\n[1]\n'
        f'{{"Phone": "{us_number(2)}"}}'
    )
    path = stored(content)

    assert kind_of(path) is FileKind.NDJSON
    assert [(row, number) for row, number, *_ in contacts(path)] == [
        (1, us_number(1)),
        (5, us_number(2)),
    ]
    assert outcome(path)[1] == [("2", "LINE_NOT_JSON"), ("4", "ROW_NOT_AN_OBJECT")]


@pytest.mark.parametrize(
    "content",
    [
        '[{"Phone": "1"',
        '[{"Phone": "1"} {"Phone"',
        '[{"Phone": }]',
        "[" * 100_000,
        '{"a": 1}x',
        '{"targets": 7,\n"b": 8}',
    ],
)
def test_broken_json_is_refused(stored: Stored, content: str) -> None:
    assert refusal(stored(content), kind=FileKind.JSON) == "FILE_BROKEN"


def test_rows_before_the_place_where_json_breaks_are_kept(stored: Stored) -> None:
    rows = ",".join(f'{{"Phone": "{us_number(i)}"}}' for i in range(3_000))
    path = stored(f"[{rows}, nonsense]")

    *_, refused = read(path)

    assert isinstance(refused, Refused)
    assert refused.message == (
        "The file was imported up to row 3000 and no further: "
        "object 3001 is not JSON. Send the file again."
    )
    assert [number for _, number, *_ in contacts(path)] == [us_number(i) for i in range(3_000)]


@pytest.mark.feature("TGT-01")
def test_xml_fields_are_elements_or_attributes(stored: Stored) -> None:
    elements = f"""<?xml version="1.0" encoding="windows-1251"?>
        <l:list xmlns:l="urn:x"><l:target id="7"><l:Phone>{us_number(1)}</l:Phone>
        <l:Name>Амир &amp; Ко</l:Name><l:Phone>{us_number(2)}</l:Phone></l:target>
        <l:target><l:Name>nobody</l:Name></l:target></l:list>""".encode("cp1251")
    attributes = f'<list><c phone="{us_number(1)}" name="Zoë"/><c phone="{us_number(2)}"/></list>'
    nested = (
        f"<a><b><c><Phone>{us_number(1)}</Phone></c><c><Phone>{us_number(2)}</Phone></c></b></a>"
    )

    assert contacts(stored(elements)) == [(1, us_number(1), "Амир & Ко", {"id": "7"})]
    assert outcome(stored(elements))[1] == [("2", "NUMBER_MISSING")]
    assert contacts(stored(attributes)) == [
        (1, us_number(1), "Zoë", {}),
        (2, us_number(2), "", {}),
    ]
    assert outcome(stored(nested)) == (2, [])


LAUGHS = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10 if i else "ha"}">' for i in range(12))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (f"<!DOCTYPE l [{LAUGHS}]><l><t><Phone>&l11;</Phone></t></l>", "FILE_UNPACKS_TOO_LARGE"),
        (
            '<!DOCTYPE l [<!ENTITY f SYSTEM "file:///etc/passwd">]><l><t><Phone>&f;</Phone></t></l>',
            "FILE_UNPACKS_TOO_LARGE",
        ),
        ("<l><t><Phone>1</Phone>", "FILE_BROKEN"),
        ("<l><t></l>", "FILE_BROKEN"),
        ("<l/>", "FILE_EMPTY"),
        ("<l><t><City>Haifa</City></t></l>", "NO_PHONE_COLUMN"),
    ],
)
def test_bad_xml_is_refused_and_no_entity_is_opened(
    stored: Stored, content: str, code: str
) -> None:
    assert refusal(stored(content), kind=FileKind.XML) == code


@pytest.mark.feature("TGT-01")
def test_an_old_workbook_is_read_from_its_first_visible_sheet() -> None:
    path = LISTS / "excel97.xls"

    assert kind_of(path) is FileKind.XLS
    assert contacts(path) == [
        (3, us_number(1), "נועה לוי", {"City": "חיפה"}),
        (4, us_number(2), "Łukasz Żak", {"City": "Łódź"}),
        (7, us_number(3), "Амир", {}),
    ]
    assert outcome(path)[1] == [("5", "NUMBER_IS_DATE"), ("6", "NUMBER_INVALID")]


def test_a_damaged_old_workbook_is_refused(stored: Stored) -> None:
    content = (LISTS / "excel97.xls").read_bytes()
    assert refusal(stored(content[:3000]), kind=FileKind.XLS) == "FILE_BROKEN"
