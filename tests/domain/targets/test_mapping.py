"""Which column is what: chosen, remembered or guessed, however the fields of a file grow."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from domain.targets.importing.columns import signature
from tests.domain.targets.files import us_number
from tests.domain.targets.reading import contacts, outcome
from tests.domain.targets.test_good_rows import as_ndjson, as_xml

CHOICE = (("Kontakt", "phone"), ("Kto", "name"), ("Gdzie", "variable:City"))
HEADERS = [header for header, _ in CHOICE]
REMEMBERED = ((signature(HEADERS), CHOICE),)


def records(count: int, *, extra_in: Sequence[int] = ()) -> list[dict[str, str]]:
    return [
        dict(zip(HEADERS, (us_number(n), "Ana", "Oulu"), strict=True))
        | ({f"Extra{n}": "x"} if n in extra_in else {})
        for n in range(1, count + 1)
    ]


def stored(folder: Path, content: str) -> Path:
    path = folder / "upload"
    path.write_text(content)
    return path


@pytest.mark.feature("TGT-01")
@pytest.mark.parametrize("write", [as_ndjson, as_xml, json.dumps])
@pytest.mark.parametrize(("count", "extra_in"), [(3, [3]), (12, [11, 12]), (2_003, [2_001])])
@pytest.mark.parametrize("skip", [0, 1])
def test_what_was_chosen_for_such_files_holds_when_a_later_record_has_another_field(
    tmp_path: Path, write: object, count: int, extra_in: Sequence[int], skip: int
) -> None:
    assert callable(write)
    path = stored(tmp_path, write(records(count, extra_in=extra_in)))

    assert outcome(path, remembered=REMEMBERED, skip=skip) == (count - skip, [])
    assert {found[2:][0] for found in contacts(path, remembered=REMEMBERED)} == {"Ana"}
    assert all(found[3] == {"City": "Oulu"} for found in contacts(path, remembered=REMEMBERED))


def test_of_several_choices_that_of_all_the_first_records_fields_is_taken(tmp_path: Path) -> None:
    both = (*REMEMBERED, (signature([*HEADERS, "Extra2"]), (("Kontakt", "phone"), ("Kto", "skip"))))
    path = stored(tmp_path, as_ndjson(records(4, extra_in=[2, 4])))

    assert [found[2:] for found in contacts(path, remembered=both)] == [("", {})] * 4


def test_a_choice_for_fewer_fields_says_nothing_of_files_that_begin_with_more(
    tmp_path: Path,
) -> None:
    remembered = ((signature(["Phone"]), (("Phone", "phone"),)),)
    path = stored(tmp_path, as_ndjson([{"Phone": us_number(1), "City": "Oulu"}]))

    assert contacts(path, remembered=remembered) == [(1, us_number(1), "", {"City": "Oulu"})]


# What "Kündigung öffnen", "Kto", "Gdzie" was kept by when the first choices were.
FORMER = "96f19dfc616d3c6cad7a395652d41882c20303001dbf758531e9cbafdb5da037"


def test_a_choice_of_old_for_headers_with_accents_is_found(tmp_path: Path) -> None:
    choice = (("Kündigung öffnen", "phone"), ("Kto", "name"), ("Gdzie", "variable:City"))
    path = stored(tmp_path, f"Kündigung öffnen;Kto;Gdzie\n{us_number(1)};Ana;Oulu\n")

    found = contacts(path, remembered=((FORMER, choice),))

    assert found == [(2, us_number(1), "Ana", {"City": "Oulu"})]


@pytest.mark.parametrize("header", ["NR. KLÍENTA", "nr kli\u0065\u0301nta", "Nr_Klienta"])
def test_a_choice_holds_for_headers_that_differ_in_case_blanks_and_accents_alone(
    tmp_path: Path, header: str
) -> None:
    choice = (("Nr klienta", "phone"), ("Kto", "name"))
    path = stored(tmp_path, f"{header};Kto\n{us_number(1)};Ana\n")

    found = contacts(path, remembered=((signature(["Nr klienta", "Kto"]), choice),))

    assert found == [(2, us_number(1), "Ana", {})]


def test_guessed_fields_that_come_later_are_variables(tmp_path: Path) -> None:
    found = contacts(
        stored(
            tmp_path,
            as_ndjson([{"Phone": us_number(1)}, {"Phone": us_number(2), "City": "Oulu"}]),
        )
    )

    assert [values for *_, values in found] == [{}, {"City": "Oulu"}]


@pytest.mark.parametrize("columns", [(), ((us_number(1), "phone"), ("Ana", "name"))])
def test_the_first_row_of_a_plain_list_is_a_row_whoever_says_what_the_columns_are(
    tmp_path: Path, columns: tuple[tuple[str, str], ...]
) -> None:
    path = stored(tmp_path, f"{us_number(1)},Ana\n{us_number(2)},Bo\n")

    found = contacts(path, columns=columns)

    assert [number for _, number, *_ in found] == [us_number(1), us_number(2)]
    assert [name for _, _, name, _ in found] == (["Ana", "Bo"] if columns else ["", ""])
