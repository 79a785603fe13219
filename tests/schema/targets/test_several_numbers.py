"""Contacts with several numbers: from files and programs, and as they are shown."""

from typing import Any

import pytest

from domain.campaigns.models import Campaign
from domain.targets.importing.import_run import run_import
from domain.targets.models import Target, TargetImport
from domain.targets.rules import DEFAULT_NEXT_NUMBER_AFTER, ClosedReason, TargetState
from tests.domain.targets.files import us_number, xlsx
from tests.fakes import FakePorts
from tests.schema.targets.conftest import Ask
from tests.schema.targets.test_exports import RESET
from tests.schema.targets.test_import import START, upload

READ = """
query ($id: UUID!) {
  target(id: $id) {
    number
    numbers {
      number type dialedNext attempts givenUp customerStatus callingWindows { days start end }
    }
  }
}
"""
ADD = """
mutation ($input: TargetsAddInput!) {
  targetsAdd(input: $input) {
    ... on TargetsAdded { added answers { row code message targetId } }
    ... on Refusal { code message }
  }
}
"""
PREVIEW = """
mutation ($campaign: UUID!, $file: Upload!) {
  targetImportPreview(campaignId: $campaign, file: $file) {
    ... on TargetImportPreviewed { targetImport { id } columns { header meaning numberType } }
  }
}
"""
CONFIRM = """
mutation ($id: UUID!, $columns: [ColumnChoiceInput!]) {
  targetImportConfirm(id: $id, columns: $columns) {
    ... on TargetImportConfirmed { targetImport { id } }
    ... on InvalidInput { problems { path message } }
  }
}
"""
SUPPRESS = """
mutation ($pasted: String!) {
  numbersSuppress(input: { pasted: $pasted }) { ... on NumbersSuppressed { targetsStopped } }
}
"""
ONE, TWO, THREE = (us_number(index) for index in (1, 2, 3))


async def imported(
    ask: Ask, campaign: Campaign, fakes: FakePorts, content: bytes
) -> tuple[TargetImport, list[tuple[int, str]]]:
    data = await ask(START, campaign=str(campaign.id), file=upload(content))
    id = data["targetImportStart"]["targetImport"]["id"]
    await run_import((await TargetImport.get(id=id)).id, ports=fakes.ports, for_s=60)
    row = await TargetImport.get(id=id)
    problems = await row.problems.all().order_by("row", "id")  # type: ignore[attr-defined]  # a reverse relation
    return row, [(each.row, each.code) for each in problems]


async def shown(ask: Ask, target: Target) -> list[dict[str, Any]]:
    numbers: list[dict[str, Any]] = (await ask(READ, id=str(target.id)))["target"]["numbers"]
    return numbers


@pytest.mark.feature("TGT-12")
async def test_columns_of_a_file_become_numbers_with_type_hours_and_order(
    ask: Ask, campaign: Campaign, fakes: FakePorts
) -> None:
    header = ("Mobile", "Customer Name", "Phone 2 (work)", "Phone 2 Hours", "Home Phone", "City")
    content = xlsx(
        [(ONE, "Ana", TWO, "Mon-Wed 9:00-17:00; Sat 10:00-12:00", THREE, "Oulu")], header=header
    )

    row, problems = await imported(ask, campaign, fakes, content)

    assert (row.imported, problems) == (1, [])
    target = await Target.get().select_related("contact")
    assert target.contact.variables == {"City": "Oulu"}
    assert await shown(ask, target) == [
        {
            "number": number,
            "type": type,
            "dialedNext": number == ONE,
            "attempts": 0,
            "givenUp": False,
            "customerStatus": None,
            "callingWindows": windows,
        }
        for number, type, windows in (
            (ONE, "MOBILE", []),
            (
                TWO,
                "WORK",
                [
                    {
                        "days": ["MONDAY", "TUESDAY", "WEDNESDAY"],
                        "start": "09:00",
                        "end": "17:00",
                    },
                    {"days": ["SATURDAY"], "start": "10:00", "end": "12:00"},
                ],
            ),
            (THREE, "HOME", []),
        )
    ]


@pytest.mark.feature("TGT-12")
async def test_ten_numbers_are_kept_and_a_wrong_one_is_reported_without_costing_the_others(
    ask: Ask, campaign: Campaign, fakes: FakePorts
) -> None:
    header = [f"Phone {n}" if n > 1 else "Phone" for n in range(1, 12)]
    many = [us_number(index) for index in range(11)]
    content = xlsx(
        [many, [ONE, "12", TWO], ["12", us_number(40), us_number(41)], ["12", "13"]], header=header
    )

    row, problems = await imported(ask, campaign, fakes, content)

    assert (row.imported, row.invalid, row.duplicates) == (3, 1, 0)
    assert problems == [
        (3, "OTHER_NUMBER_INVALID"),
        (4, "OTHER_NUMBER_INVALID"),
        (5, "NUMBER_INVALID"),
    ]
    first, second, third = await Target.all().order_by("id").select_related("contact")
    assert [each["number"] for each in await shown(ask, first)] == many[:10]
    assert first.contact.variables == {"Phone 11": many[10]}
    assert [each["number"] for each in await shown(ask, second)] == [ONE, TWO]
    assert [each["number"] for each in await shown(ask, third)] == [us_number(40), us_number(41)]


@pytest.mark.feature("TGT-12")
async def test_of_more_than_ten_columns_of_numbers_the_first_ten_of_a_row_are_kept(
    ask: Ask, campaign: Campaign, fakes: FakePorts
) -> None:
    header = [f"N{n}" for n in range(13)]
    many = [us_number(index) for index in range(13)]
    few = [None, None, None, *(us_number(20 + index) for index in range(10))]
    content = xlsx([many, few], header=header)
    seen = await ask(PREVIEW, campaign=str(campaign.id), file=upload(content))
    id = seen["targetImportPreview"]["targetImport"]["id"]
    columns = [{"header": each, "meaning": "PHONE"} for each in header]

    await ask(CONFIRM, id=id, columns=columns)
    await run_import((await TargetImport.get(id=id)).id, ports=fakes.ports, for_s=60)

    row = await TargetImport.get(id=id)
    assert (row.imported, row.invalid) == (2, 0)
    [problem] = await row.problems.all()  # type: ignore[attr-defined]  # a reverse relation
    assert (problem.row, problem.code, problem.value) == (2, "TOO_MANY_NUMBERS", many[10])
    first, second = await Target.all().order_by("id")
    assert [each["number"] for each in await shown(ask, first)] == many[:10]
    assert [each["number"] for each in await shown(ask, second)] == few[3:]


@pytest.mark.feature("TGT-12")
@pytest.mark.feature("TGT-13")
async def test_numbers_beyond_ten_of_an_added_contact_are_told_with_its_answer(
    ask: Ask, campaign: Campaign
) -> None:
    many = [us_number(index) for index in range(11)]
    rows = [{"numbers": many}, {"numbers": ["1"] * 11}]

    data = await ask(ADD, input={"campaignId": str(campaign.id), "targets": rows})

    first, second = data["targetsAdd"]["answers"]
    assert (first["code"], first["message"]) == (
        "ADDED",
        "Added without the numbers after its first 10, the most that a contact may have.",
    )
    assert len(await shown(ask, await Target.get(id=first["targetId"]))) == 10
    assert second["code"] == "NUMBER_INVALID"


async def test_a_list_of_one_number_each_keeps_nothing_more(
    ask: Ask, campaign: Campaign, fakes: FakePorts
) -> None:
    await imported(ask, campaign, fakes, xlsx([(ONE, "Ana")], header=("Mobile", "Name")))

    target = await Target.get()
    assert target.numbers is None
    [number] = await shown(ask, target)
    assert (number["number"], number["type"], number["dialedNext"]) == (ONE, "OTHER", True)


@pytest.mark.feature("TGT-12")
async def test_programs_add_numbers_with_type_and_hours_and_wrong_hours_cost_their_row(
    ask: Ask, campaign: Campaign
) -> None:
    window = {"days": ["MONDAY"], "start": "09:00", "end": "12:00"}
    rows = [
        {
            "numbers": [ONE],
            "phones": [{"number": TWO, "type": "WORK", "callingWindows": [window]}],
        },
        {"phones": [{"number": THREE, "callingWindows": [window | {"end": "08:00"}]}]},
        {"phones": []},
    ]

    data = await ask(ADD, input={"campaignId": str(campaign.id), "targets": rows})

    answers = data["targetsAdd"]["answers"]
    assert [(each["row"], each["code"]) for each in answers] == [
        (1, "ADDED"),
        (2, "HOURS_INVALID"),
        (3, "NUMBER_MISSING"),
    ]
    one, two = await shown(ask, await Target.get(id=answers[0]["targetId"]))
    assert (one["number"], one["type"], one["callingWindows"]) == (ONE, "OTHER", [])
    assert (two["number"], two["type"], two["callingWindows"]) == (TWO, "WORK", [window])


async def test_columns_are_chosen_with_their_type_and_hours(
    ask: Ask, campaign: Campaign, fakes: FakePorts
) -> None:
    content = xlsx([(ONE, TWO, "Mon 09:00-10:00")], header=("Kontakt", "Work Phone", "When"))
    seen = (await ask(PREVIEW, campaign=str(campaign.id), file=upload(content)))[
        "targetImportPreview"
    ]
    assert seen["columns"][1] == {
        "header": "Work Phone",
        "meaning": "PHONE",
        "numberType": "OTHER",
    }

    columns = [
        {"header": "Kontakt", "meaning": "PHONE", "numberType": "HOME"},
        {"header": "Work Phone", "meaning": "PHONE", "numberType": "WORK"},
        {"header": "When", "meaning": "PHONE_HOURS"},
    ]
    id = seen["targetImport"]["id"]
    await ask(CONFIRM, id=id, columns=columns)
    await run_import((await TargetImport.get(id=id)).id, ports=fakes.ports, for_s=60)

    numbers = await shown(ask, await Target.get())
    assert [(each["number"], each["type"]) for each in numbers] == [(ONE, "HOME"), (TWO, "WORK")]
    assert [len(each["callingWindows"]) for each in numbers] == [0, 1]


@pytest.mark.feature("CAM-20")
@pytest.mark.feature("TGT-12")
async def test_a_contact_stays_while_one_of_the_numbers_is_on_no_list(
    ask: Ask, campaign: Campaign, fakes: FakePorts
) -> None:
    await ask(SUPPRESS, pasted=f"{ONE}\n{TWO}")
    header = ("Phone", "Phone 2")

    row, problems = await imported(
        ask, campaign, fakes, xlsx([(ONE, THREE), (ONE, TWO), (TWO, None)], header=header)
    )

    assert (row.imported, row.suppressed) == (1, 2)
    assert problems == [(3, "SUPPRESSED"), (4, "SUPPRESSED")]
    data = await ask(SUPPRESS, pasted=THREE)
    assert data["numbersSuppress"]["targetsStopped"] == 0  # a floor judges it when it is its turn


@pytest.mark.feature("TGT-10")
@pytest.mark.feature("TGT-12")
async def test_a_reset_forgets_what_became_of_each_number(ask: Ask, campaign: Campaign) -> None:
    numbers = [ONE, {"number": TWO, "type": "WORK"}]
    phones = [{"number": each} if isinstance(each, str) else each for each in numbers]
    added = await ask(ADD, input={"campaignId": str(campaign.id), "targets": [{"phones": phones}]})
    id = added["targetsAdd"]["answers"][0]["targetId"]
    before = await shown(ask, await Target.get(id=id))
    tried = {"attempts": 1, "last_disposition": "busy", "next_at": "2026-03-02T10:00:00Z"}
    await Target.filter(id=id).update(
        state=TargetState.CLOSED,
        closed_reason=ClosedReason.ATTEMPTS_EXHAUSTED,
        attempts=3,
        last_ordinal=3,
        numbers={
            "list": [
                {"number": ONE, "given_up": True} | tried,
                {"number": TWO, "type": "work"} | tried,
            ],
            "next": TWO,
        },
    )
    one, two = await shown(ask, await Target.get(id=id))
    assert (one["givenUp"], two["attempts"], two["customerStatus"]) == (True, 1, "BUSY")
    assert not two["dialedNext"]  # closed

    asked = {"campaign": str(campaign.id), "class": "ATTEMPTS_EXHAUSTED"}
    assert (await ask(RESET, **asked, count=1))["targetsReset"]["count"] == 1

    assert await shown(ask, await Target.get(id=id)) == before


@pytest.mark.feature("TGT-12")
async def test_a_campaign_says_after_what_the_next_number_is_dialed(
    ask: Ask, campaign: Campaign
) -> None:
    change = """mutation ($id: UUID!, $after: [Disposition!]) {
        campaignChange(id: $id, input: { nextNumberAfter: $after }) {
            ... on CampaignChanged { campaign { nextNumberAfter } }
            ... on InvalidInput { problems { path } }
        }
    }"""

    async def changed(after: list[str] | None) -> Any:
        answer = (await ask(change, id=str(campaign.id), after=after))["campaignChange"]
        return answer.get("problems") or answer["campaign"]["nextNumberAfter"]

    assert await changed(["BUSY"]) == ["BUSY"]
    assert await changed(["BUSY", "CONNECTED"]) == [{"path": "nextNumberAfter.connected"}]
    assert await changed([]) == []
    assert await changed(None) == [each.name for each in DEFAULT_NEXT_NUMBER_AFTER]
