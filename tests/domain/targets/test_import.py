"""A file becomes targets: what is imported, what is reported, what is told."""

import json

import pytest

from domain.access.principal import Principal
from domain.campaigns.models import Campaign
from domain.campaigns.rules import CampaignState
from domain.targets.commands import TargetsChanged
from domain.targets.events import import_topic
from domain.targets.importing.import_run import run_import
from domain.targets.importing.imports import ImportOptions, begin_import
from domain.targets.jobs import ImportTargets
from domain.targets.models import Contact, ImportProblem, ImportState, Target, TargetImport
from tests.domain.targets.files import in_chunks, us_number, xlsx
from tests.fakes import FakePorts


async def begun(
    principal: Principal,
    campaign: Campaign,
    fakes: FakePorts,
    content: bytes,
    options: ImportOptions | None = None,
) -> TargetImport:
    return await begin_import(
        principal,
        campaign.id,
        options or ImportOptions(),
        file_name="list.xlsx",
        chunks=in_chunks(content),
        ports=fakes.ports,
    )


async def imported(
    principal: Principal,
    campaign: Campaign,
    fakes: FakePorts,
    content: bytes,
    options: ImportOptions | None = None,
) -> TargetImport:
    row = await begun(principal, campaign, fakes, content, options)
    assert await run_import(row.id, ports=fakes.ports, for_s=600)
    return await TargetImport.get(id=row.id)


async def problems(row: TargetImport) -> list[tuple[int, str]]:
    found = await ImportProblem.filter(target_import_id=row.id).order_by("row", "id")
    return [(problem.row, problem.code) for problem in found]


async def test_an_upload_waits_as_a_row_with_a_job(
    supervisor: Principal, campaign: Campaign, fakes: FakePorts
) -> None:
    row = await begun(supervisor, campaign, fakes, xlsx([(us_number(1), "Ana")]))

    assert (row.state, row.file_name, row.country) == (ImportState.PENDING, "list.xlsx", "US")
    assert fakes.jobs.enqueued == [ImportTargets(row.id)]
    assert fakes.files.path(row.file_path).is_file()


async def test_rows_become_contacts_and_targets_in_the_order_of_the_file(
    supervisor: Principal, campaign: Campaign, fakes: FakePorts
) -> None:
    content = xlsx(
        [
            ("(202) 555-0101", "Ana Łącka", "202 555 0199", 9, "Łódź"),
            (2025550102, "דוד", None, None, "חיפה"),
            ("+44 20 7946 0958", "Zoë", None, 1, None),
        ]
    )

    row = await imported(
        supervisor, campaign, fakes, content, ImportOptions(priority=4, batch_name="March")
    )

    assert (row.state, row.imported, row.duplicates, row.invalid) == (ImportState.DONE, 3, 0, 0)
    assert (row.rows_read, row.rows_total) == (3, 3)
    targets = await Target.filter(campaign_id=campaign.id).order_by("id").select_related("contact")
    assert [(t.number, t.caller_id, t.priority, t.max_attempts) for t in targets] == [
        ("+12025550101", "+12025550199", 9, 3),
        ("+12025550102", None, 4, 3),
        ("+442079460958", None, 1, 3),
    ]
    assert [(t.contact.name, t.contact.variables) for t in targets] == [
        ("Ana Łącka", {"City": "Łódź"}),
        ("דוד", {"City": "חיפה"}),
        ("Zoë", {}),
    ]
    assert {t.batch_id for t in targets} == {row.batch_id}


async def test_wrong_and_repeated_rows_are_reported_by_number_and_the_rest_is_imported(
    supervisor: Principal, campaign: Campaign, fakes: FakePorts
) -> None:
    await imported(supervisor, campaign, fakes, xlsx([(us_number(1),)]))
    content = xlsx(
        [
            (us_number(1), "in the campaign already"),
            (us_number(2), "good"),
            ("12", "too short"),
            (us_number(2), "in the file already"),
            (None, "no number"),
            (None, None, None, None, None),
            (5.01e8, "not a US number"),
            ("5.01E+08", "rounded"),
            (us_number(3), "bad priority", None, 11),
            (us_number(4), "bad caller id", "call me"),
            (us_number(5), "good"),
        ]
    )

    row = await imported(supervisor, campaign, fakes, content)

    assert await problems(row) == [
        (2, "DUPLICATE_IN_CAMPAIGN"),
        (4, "NUMBER_INVALID"),
        (5, "DUPLICATE_IN_FILE"),
        (6, "NUMBER_MISSING"),
        (8, "NUMBER_INVALID"),
        (9, "NUMBER_ROUNDED"),
        (10, "PRIORITY_INVALID"),
        (11, "CALLER_ID_INVALID"),
    ]
    assert (row.state, row.imported, row.duplicates, row.invalid) == (ImportState.DONE, 2, 2, 6)
    assert await Target.filter(campaign_id=campaign.id).count() == 3
    assert await Contact.all().count() == 3


async def test_progress_and_the_floor_are_told_and_the_file_is_removed(
    supervisor: Principal, campaign: Campaign, fakes: FakePorts
) -> None:
    row = await imported(supervisor, campaign, fakes, xlsx([(us_number(1),)]))

    said = [json.loads(payload) for payload in fakes.bus.payloads(import_topic(row.id))]
    assert [(each["state"], each["imported"]) for each in said] == [("running", 1), ("done", 1)]
    told = TargetsChanged(campaign=campaign.id)
    assert fakes.floors.told == [(campaign.account_id, told), (campaign.account_id, told)]
    assert not fakes.files.path(row.file_path).exists()


async def test_running_a_finished_import_again_changes_nothing(
    supervisor: Principal, campaign: Campaign, fakes: FakePorts
) -> None:
    row = await imported(supervisor, campaign, fakes, xlsx([(us_number(1),)]))
    fakes.forget()

    assert await run_import(row.id, ports=fakes.ports, for_s=600)

    assert (fakes.bus.published, fakes.floors.told) == ([], [])
    assert await Target.all().count() == 1


async def test_an_import_into_a_closed_campaign_is_refused_and_leaves_no_file(
    supervisor: Principal, campaign: Campaign, fakes: FakePorts
) -> None:
    from domain.campaigns.errors import CampaignClosed

    campaign.state = CampaignState.CLOSED
    await campaign.save()

    with pytest.raises(CampaignClosed):
        await begun(supervisor, campaign, fakes, xlsx([(us_number(1),)]))

    assert await TargetImport.all().count() == 0
    fakes.assert_untouched()
