"""Files of contacts through GraphQL."""

import io
from collections.abc import AsyncGenerator, Callable
from typing import Any

import pytest
from openpyxl import Workbook
from starlette.datastructures import UploadFile

from domain.access.models import Account
from domain.access.permissions import Role
from domain.access.principal import Principal
from domain.campaigns.models import Campaign
from domain.campaigns.rules import CampaignState
from domain.targets.importing.import_run import Reader, run_import
from domain.targets.models import Target, TargetImport
from domain.targets.reader import read_blocks
from domain.targets.reading.blocks import Block, End, ReadRequest
from schema.context import Context
from schema.root import OutdialSchema
from tests.domain.targets.conftest import principal_of
from tests.domain.targets.files import saved, us_number, xlsx
from tests.fakes import FakePorts
from tests.schema.targets.conftest import Ask

START = """
mutation (
  $campaign: UUID!, $file: Upload!, $country: String, $priority: Int! = 5, $encoding: TextEncoding
) {
  targetImportStart(
    campaignId: $campaign, file: $file, country: $country, priority: $priority, batchName: "March"
    encoding: $encoding
  ) {
    __typename
    ... on TargetImportStarted { targetImport { id state fileKind batch { name priority } } }
    ... on Refusal { code message }
    ... on InvalidInput { problems { path } }
  }
}
"""
READ = """
query ($id: UUID!) {
  targetImport(id: $id) {
    state rowsTotal rowsRead imported duplicates invalid failureCode failure
    problems(first: 2) {
      nodes { row code message value } pageInfo { hasNextPage endCursor } totalCount
    }
  }
}
"""
CANCEL = """
mutation ($id: UUID!) {
  targetImportCancel(id: $id) {
    ... on TargetImportCanceled { targetImport { state } }
    ... on Refusal { code message }
  }
}
"""
FOLLOW = """
subscription ($id: UUID!) {
  targetImportProgress(id: $id) { state rowsRead rowsTotal imported duplicates invalid }
}
"""

PACE = """
subscription ($id: UUID!) {
  targetImportProgress(id: $id) { state rowsRead rowsPerSecond secondsLeft }
}
"""


def upload(content: bytes, name: str = "list.xlsx") -> UploadFile:
    return UploadFile(io.BytesIO(content), filename=name)


async def started(ask: Ask, campaign: Campaign, content: bytes, **more: Any) -> str:
    data = await ask(START, campaign=str(campaign.id), file=upload(content), **more)
    answer = data["targetImportStart"]
    assert answer["__typename"] == "TargetImportStarted", answer
    id: str = answer["targetImport"]["id"]
    return id


@pytest.mark.feature("TGT-02")
async def test_numbers_of_one_country_become_e164_and_wrong_rows_are_told_by_number_and_reason(
    ask: Ask, campaign: Campaign, fakes: FakePorts
) -> None:
    content = xlsx(
        [("050-234-5678", "נועה"), ("+1 202 555 0103", "Bo"), ("12", "Cy"), ("0502345678", "Di")]
    )
    id = await started(ask, campaign, content, country="IL")
    await run_import((await TargetImport.get()).id, ports=fakes.ports, for_s=60)

    data = (await ask(READ, id=id))["targetImport"]

    assert [t.number for t in await Target.all().order_by("id")] == [
        "+972502345678",
        "+12025550103",
    ]
    assert (data["state"], data["imported"], data["duplicates"], data["invalid"]) == (
        "DONE",
        2,
        1,
        1,
    )
    assert data["problems"]["nodes"] == [
        {
            "row": 4,
            "code": "NUMBER_INVALID",
            "message": "No such number exists under country code +972.",
            "value": "12",
        },
        {
            "row": 5,
            "code": "DUPLICATE_IN_FILE",
            "message": "An earlier row has this number.",
            "value": "+972502345678",
        },
    ]


@pytest.mark.feature("TGT-01")
async def test_an_import_without_a_preview_is_read_in_the_encoding_that_is_said(
    ask: Ask, campaign: Campaign, fakes: FakePorts
) -> None:
    content = f"Телефон;Имя\n{us_number(1)};Амир Серов\n".encode("iso8859_5")

    id = await started(ask, campaign, content, encoding="ISO_8859_5")
    await run_import((await TargetImport.get(id=id)).id, ports=fakes.ports, for_s=60)

    assert (await Target.get().select_related("contact")).contact.name == "Амир Серов"


@pytest.mark.feature("TGT-02")
async def test_with_multiple_countries_every_number_is_international(
    ask: Ask, campaign: Campaign, fakes: FakePorts
) -> None:
    content = xlsx(
        [("972502345678",), ("0044 20 7946 0958",), ("+48 512 345 678",), ("0502345678",)]
    )
    id = await started(ask, campaign, content, country="multiple")
    await run_import((await TargetImport.get()).id, ports=fakes.ports, for_s=60)

    problems = (await ask(READ, id=id))["targetImport"]["problems"]

    numbers = [target.number for target in await Target.all().order_by("id")]
    assert numbers == ["+972502345678", "+442079460958", "+48512345678"]
    assert [(p["row"], p["code"]) for p in problems["nodes"]] == [(5, "NUMBER_WITHOUT_COUNTRY")]


@pytest.mark.feature("TGT-03")
@pytest.mark.feature("CAM-06")
async def test_a_batch_has_a_name_and_a_priority_that_rows_may_override(
    ask: Ask, campaign: Campaign, fakes: FakePorts
) -> None:
    data = await ask(
        START,
        campaign=str(campaign.id),
        file=upload(xlsx([(us_number(1), "", "", 9), (us_number(2),)])),
        priority=3,
    )
    await run_import((await TargetImport.get()).id, ports=fakes.ports, for_s=60)

    batch = data["targetImportStart"]["targetImport"]["batch"]
    assert batch == {"name": "March", "priority": 3}
    assert [t.priority for t in await Target.all().order_by("id")] == [9, 3]


@pytest.mark.feature("TGT-03")
async def test_progress_is_followed_until_the_end(
    whole_schema: OutdialSchema,
    context_of: Callable[[Principal | None], Context],
    supervisor: Principal,
    ask: Ask,
    campaign: Campaign,
    fakes: FakePorts,
) -> None:
    id = await started(ask, campaign, xlsx([(us_number(1),), ("12",)]))
    stream: Any = await whole_schema.subscribe(
        FOLLOW, variable_values={"id": id}, context_value=context_of(supervisor)
    )
    first = (await anext(stream)).data["targetImportProgress"]

    await run_import((await TargetImport.get()).id, ports=fakes.ports, for_s=60)

    rest = [event.data["targetImportProgress"] async for event in stream]
    assert (first["state"], first["rowsRead"]) == ("PENDING", 0)
    assert [(said["state"], said["rowsRead"]) for said in rest] == [("RUNNING", 2), ("DONE", 2)]
    assert rest[-1] == {
        "state": "DONE",
        "rowsRead": 2,
        "rowsTotal": 2,
        "imported": 1,
        "duplicates": 0,
        "invalid": 1,
    }
    assert fakes.bus.listeners == 0


def seconds_a_block(fakes: FakePorts, seconds: float, *, blocks: int = 99) -> Reader:
    """Reads as usual while each block takes so long, and breaks off after `blocks` of them."""

    async def read(request: ReadRequest) -> AsyncGenerator[Block | End, None]:
        left = blocks
        async for block in read_blocks(request):
            if not left:
                raise BrokenOff
            left -= 1
            fakes.clock.advance(seconds)
            yield block

    return read


class BrokenOff(Exception):
    """The worker ends."""


@pytest.mark.feature("TGT-03")
async def test_progress_says_how_fast_the_file_is_read_and_how_long_it_will_take(
    whole_schema: OutdialSchema,
    context_of: Callable[[Principal | None], Context],
    supervisor: Principal,
    ask: Ask,
    campaign: Campaign,
    fakes: FakePorts,
) -> None:
    book = Workbook()  # which says how many rows its sheet has
    sheet = book.worksheets[0]
    for number in ("Phone", *map(us_number, range(10_000))):
        sheet.append((number,))
    id = await started(ask, campaign, saved(book))
    row = await TargetImport.get(id=id)
    stream: Any = await whole_schema.subscribe(
        PACE, variable_values={"id": id}, context_value=context_of(supervisor)
    )
    said = [(await anext(stream)).data["targetImportProgress"]]

    slow, fast = seconds_a_block(fakes, 4, blocks=2), seconds_a_block(fakes, 1)
    with pytest.raises(BrokenOff):
        await run_import(row.id, ports=fakes.ports, for_s=600, read=slow)
    fakes.clock.advance(600)  # nobody was at it, which says nothing of how fast it is read
    await run_import(row.id, ports=fakes.ports, for_s=600, read=fast)

    said += [event.data["targetImportProgress"] async for event in stream]
    assert [tuple(each.values()) for each in said] == [
        ("PENDING", 0, 0.0, None),
        ("RUNNING", 2_000, 500.0, 16.0),
        ("RUNNING", 4_000, 500.0, 12.0),
        ("RUNNING", 6_000, 2_000.0, 2.0),
        ("RUNNING", 8_000, 2_000.0, 1.0),
        ("RUNNING", 10_000, 2_000.0, 0.0),
        ("DONE", 10_000, 0.0, None),
    ]


@pytest.mark.feature("TGT-03")
async def test_an_import_is_canceled_once(ask: Ask, campaign: Campaign) -> None:
    id = await started(ask, campaign, xlsx([(us_number(1),)]))

    first = await ask(CANCEL, id=id)
    second = await ask(CANCEL, id=id)

    assert first["targetImportCancel"]["targetImport"]["state"] == "CANCELED"
    assert second["targetImportCancel"]["code"] == "IMPORT_FINISHED"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "FILE_EMPTY"),
        (b"%PDF-1.7 ...", "FILE_KIND_UNKNOWN"),
        (b"\x00\x01\x02\x03", "FILE_KIND_UNKNOWN"),
        (b"PK\x03\x04 cut off", "FILE_BROKEN"),
        (b"<html><table></table></html>", "FILE_KIND_UNKNOWN"),
    ],
)
async def test_a_file_of_the_wrong_kind_is_refused_at_once_and_nothing_is_kept(
    ask: Ask, campaign: Campaign, fakes: FakePorts, content: bytes, code: str
) -> None:
    data = await ask(START, campaign=str(campaign.id), file=upload(content))

    assert data["targetImportStart"]["__typename"] == "ImportFileRefused"
    assert data["targetImportStart"]["code"] == code
    assert await TargetImport.all().count() == 0
    assert (fakes.jobs.enqueued, list(fakes.files.folder.rglob("*.*"))) == ([], [])


async def test_wrong_options_are_refused_together_and_nothing_is_stored(
    ask: Ask, campaign: Campaign, fakes: FakePorts
) -> None:
    file = upload(xlsx([(us_number(1),)]))
    data = await ask(START, campaign=str(campaign.id), file=file, country="Mars", priority=11)

    answer = data["targetImportStart"]
    assert [problem["path"] for problem in answer["problems"]] == ["priority", "country"]
    assert await TargetImport.all().count() == 0
    fakes.assert_untouched()


async def test_a_closed_campaign_takes_no_import(
    ask: Ask, campaign: Campaign, fakes: FakePorts
) -> None:
    await Campaign.filter(id=campaign.id).update(state=CampaignState.CLOSED)

    data = await ask(START, campaign=str(campaign.id), file=upload(xlsx([(us_number(1),)])))

    assert data["targetImportStart"]["code"] == "CAMPAIGN_CLOSED"
    assert await TargetImport.all().count() == 0
    fakes.assert_untouched()


async def test_strangers_auditors_and_other_accounts_start_nothing(
    ask: Ask, refused: Any, account: Account, campaign: Campaign, fakes: FakePorts
) -> None:
    other = await Account.create(name="Other", slug="other")
    file = upload(xlsx([(us_number(1),)]))
    auditor, foreign = principal_of(account, Role.AUDITOR), principal_of(other, Role.ADMIN)

    assert await refused(START, caller=None, campaign=str(campaign.id), file=file) == [
        "UNAUTHENTICATED"
    ]
    assert await refused(START, caller=auditor, campaign=str(campaign.id), file=file) == [
        "FORBIDDEN"
    ]
    data = await ask(START, caller=foreign, campaign=str(campaign.id), file=file)
    assert data["targetImportStart"]["code"] == "NOT_FOUND"
    assert await TargetImport.all().count() == 0
    fakes.assert_untouched()


async def test_another_accounts_import_looks_like_none(
    ask: Ask, refused: Any, campaign: Campaign
) -> None:
    id = await started(ask, campaign, xlsx([(us_number(1),)]))
    other = await Account.create(name="Other", slug="other")
    foreign = principal_of(other, Role.ADMIN)

    assert await refused(READ, caller=foreign, id=id) == ["NOT_FOUND"]
    data = await ask(CANCEL, caller=foreign, id=id)
    assert data["targetImportCancel"]["code"] == "NOT_FOUND"
    assert (await TargetImport.get()).finished_at is None
