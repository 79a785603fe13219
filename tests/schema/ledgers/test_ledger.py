"""The abandon ledger: asked for, exported, and counted anew."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from openpyxl import load_workbook

from domain.access.models import Account, AuditEntry
from domain.access.permissions import Role
from domain.calls.models import Attempt, Call
from domain.calls.rules import AttemptState, CallDirection, Disposition
from domain.campaigns.models import Campaign
from domain.ledgers.figures import figures_of
from domain.ledgers.models import PastAnswer
from domain.ledgers.recount import FileUnreadable, read_file, recounted
from domain.targets.exporting.export_run import run_export
from domain.targets.models import Target, TargetExport
from domain.targets.rules import TargetState
from tests import rows
from tests.domain.targets.conftest import new_campaign, principal_of
from tests.fakes import FakePorts
from tests.schema.targets.conftest import Ask
from tests.schema.targets.test_exports import PURGE

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
LEDGER = """
query ($c: UUID!, $at: DateTime, $confidence: Float! = 0.95) {
  abandonLedger(campaignId: $c, at: $at, confidence: $confidence) {
    campaignIds pool target held falsePositiveRate
    rolling { live connected machines abandoned rate upperRate kept begins ends }
    period { live connected machines abandoned rate begins ends }
  }
}
"""
EXPORT = """
mutation ($c: UUID!, $kind: ExportKind!, $since: DateTime!, $until: DateTime!, $pooled: Boolean!) {
  abandonLedgerExportStart(
    campaignId: $c, kind: $kind, since: $since, until: $until, pooled: $pooled
  ) {
    ... on TargetExportStarted { targetExport { id content rowsTotal } }
    ... on Refusal { code }
  }
}
"""
CHANGE = """
mutation ($id: UUID!, $input: CampaignChangeInput!) {
  campaignChange(id: $id, input: $input) {
    ... on CampaignChanged { campaign { abandonWindow } }
    ... on InvalidInput { problems { path } }
  }
}
"""
TITLES = [
    "Call ID",
    "Campaign",
    "Answered at",
    "Met agent at",
    "Ended at",
    "Outcome",
    "Agent",
    "Wrap-up code",
]


async def answers(
    campaign: Campaign,
    *,
    people: int = 0,
    machines: int = 0,
    abandoned: int = 0,
    at: datetime = NOW - timedelta(hours=1),
) -> None:
    """Live answers one second apart; and, of each kind, one attempt that was none."""
    kinds = ["people"] * people + ["machines"] * machines + ["abandoned"] * abandoned
    for n, kind in enumerate(kinds):
        answered = at + timedelta(seconds=n, microseconds=n + 1)
        met = kind != "abandoned"
        target = await rows.a_target(campaign, state=TargetState.RETRY, attempts=1)
        attempt = await Attempt.create(
            account_id=campaign.account_id,
            campaign=campaign,
            target=target,
            ordinal=1,
            number=target.number,
            node="main",
            epoch=1,
            state=AttemptState.ENDED,
            disposition=Disposition.CONNECTED if met else Disposition.ABANDONED,
            created_at=answered - timedelta(seconds=10),
            answered_at=answered,
            connected_at=answered + timedelta(seconds=1) if met else None,
            ended_at=answered + timedelta(seconds=30),
        )
        if met:
            await Call.create(
                id=attempt.id,
                account_id=campaign.account_id,
                direction=CallDirection.OUTBOUND,
                number=target.number,
                answered_at=answered,
                wrap_up_code="answering_machine" if kind == "machines" else "sale",
            )
    for disposition in (Disposition.MACHINE, Disposition.HUNG_UP, Disposition.NO_ANSWER):
        target = await rows.a_target(campaign)
        await Attempt.create(
            account_id=campaign.account_id,
            campaign=campaign,
            target=target,
            ordinal=1,
            number=target.number,
            node="main",
            epoch=1,
            state=AttemptState.ENDED,
            disposition=disposition,
            created_at=at,
            answered_at=None if disposition is Disposition.NO_ANSWER else at,
            ended_at=at,
        )


async def asked(ask: Ask, campaign: Campaign, **more: Any) -> dict[str, Any]:
    given = {"c": str(campaign.id), "at": NOW.isoformat(), **more}
    found: dict[str, Any] = (await ask(LEDGER, **given))["abandonLedger"]
    return found


async def differences(database: str, campaign: Campaign, file: Path | None = None) -> list[str]:
    """What the independent count finds to differ."""
    connection = await asyncpg.connect(database)
    try:
        found = await recounted(connection, campaign.id, NOW)
    finally:
        await connection.close()
    assert found is not None
    found.compare(await figures_of(await Campaign.get(id=campaign.id), at=NOW))
    if file is not None:
        rolling, period = found.rolling, found.period
        found.compare_file(
            read_file(file, rolling.begins, rolling.ends),
            read_file(file, period.begins, period.ends),
        )
    return found.differences


@pytest.fixture
async def old(account: Account) -> Campaign:
    """A campaign that was made 45 days ago, so it is 15 days into its second period."""
    return await new_campaign(account, serial=7, created_at=NOW - timedelta(days=45))


@pytest.mark.feature("CAM-24")
async def test_machines_taken_for_people_count_by_the_stated_formula(
    ask: Ask, campaign: Campaign, database: str
) -> None:
    await answers(campaign, people=9, machines=7, abandoned=29)

    found = await asked(ask, campaign)

    rolling = found["rolling"]
    assert (rolling["connected"], rolling["machines"], rolling["abandoned"]) == (9, 7, 29)
    assert rolling["live"] == 45
    assert round(rolling["rate"], 4) == 0.6444
    assert rolling["kept"] is False
    assert await differences(database, campaign) == []


@pytest.mark.feature("CAM-24")
async def test_both_windows_are_told_to_the_instant(ask: Ask, old: Campaign, database: str) -> None:
    for at in (
        NOW - timedelta(days=16),  # the period before
        NOW - timedelta(days=15),  # the first instant of this one
        NOW - timedelta(hours=24, seconds=1),
        NOW - timedelta(hours=24),
    ):
        await answers(old, people=1, at=at)
    await answers(old, people=97, abandoned=2)

    found = await asked(ask, old)

    assert (found["rolling"]["live"], found["period"]["live"]) == (100, 102)
    assert found["rolling"]["rate"] == pytest.approx(0.02)
    assert found["rolling"]["kept"] is True
    assert 0.05 < found["rolling"]["upperRate"] < 0.07
    assert found["period"]["begins"] == (NOW - timedelta(days=15)).isoformat()
    assert await differences(database, old) == []


@pytest.mark.feature("CAM-24")
async def test_people_lost_to_analysis_count_as_abandoned(
    ask: Ask, campaign: Campaign, database: str
) -> None:
    await Campaign.filter(id=campaign.id).update(false_positive_rate=0.02)
    await answers(campaign, people=49, abandoned=1)

    found = await asked(ask, campaign)

    assert found["rolling"]["rate"] == pytest.approx(0.02 * 0.98 + 0.02)
    assert await differences(database, campaign) == []


@pytest.mark.feature("CAM-24")
async def test_campaigns_of_a_pool_are_counted_together(
    ask: Ask, account: Account, campaign: Campaign, old: Campaign, database: str
) -> None:
    await Campaign.filter(id__in=[campaign.id, old.id]).update(abandon_pool="Spring")
    stranger = await new_campaign(account, serial=9, abandon_pool="Autumn")
    await answers(campaign, people=10, abandoned=1)
    await answers(old, people=30, abandoned=2)
    await answers(stranger, people=5, abandoned=5)

    found = await asked(ask, campaign)

    assert set(found["campaignIds"]) == {str(campaign.id), str(old.id)}
    assert (found["rolling"]["live"], found["rolling"]["abandoned"]) == (43, 3)
    assert found["period"]["begins"] == (NOW - timedelta(days=15)).isoformat()
    assert await differences(database, campaign) == []


@pytest.mark.feature("CAM-24")
@pytest.mark.parametrize("kind", ["CSV", "XLSX"])
async def test_every_live_answer_is_exported_with_what_became_of_it(
    ask: Ask, campaign: Campaign, old: Campaign, fakes: FakePorts, database: str, kind: str
) -> None:
    await Campaign.filter(id__in=[campaign.id, old.id]).update(abandon_pool="Spring")
    await answers(campaign, people=2, machines=1, abandoned=1)
    await answers(old, people=1)
    given = {
        "c": str(campaign.id),
        "kind": kind,
        "since": (NOW - timedelta(days=30)).isoformat(),
        "until": NOW.isoformat(),
    }

    alone = (await ask(EXPORT, pooled=False, **given))["abandonLedgerExportStart"]
    pooled = (await ask(EXPORT, pooled=True, **given))["abandonLedgerExportStart"]

    assert alone["targetExport"]["rowsTotal"] == 4
    assert pooled["targetExport"]["content"] == "ABANDON_LEDGER"
    recorded = AuditEntry.filter(action="abandonLedgerExportStart").order_by("id")
    assert await recorded.values_list("subject_id", "difference") == [
        (campaign.id, {"export": [None, each["targetExport"]["id"]]}) for each in (alone, pooled)
    ]
    row = await TargetExport.get(id=pooled["targetExport"]["id"])
    await run_export(row.id, ports=fakes.ports)
    path = fakes.files.path(row.file_path)
    if kind == "CSV":
        table = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"))))
        assert await differences(database, campaign, path) == []
    else:
        sheet = load_workbook(path).worksheets[0]
        assert sheet.title == "Abandon Ledger"
        table = [[str(c or "") for c in row] for row in sheet.iter_rows(values_only=True)]
    assert table[0] == TITLES
    outcomes = sorted(row[5] for row in table[1:])
    assert outcomes == ["abandoned", "connected", "connected", "connected", "machine"]
    assert not re.search(r"\+1202555", str(table))


@pytest.mark.feature("CAM-24")
async def test_a_purge_takes_people_away_and_leaves_the_rate(
    ask: Ask, campaign: Campaign, fakes: FakePorts, database: str
) -> None:
    await answers(campaign, people=8, machines=2, abandoned=3)
    before = await asked(ask, campaign)
    in_progress = {"campaign": str(campaign.id), "class": "IN_PROGRESS", "count": 13}

    await ask(PURGE, **in_progress)

    assert await Attempt.filter(answered_at__isnull=False, target__attempts=1).count() == 0
    assert await PastAnswer.all().count() == 13
    assert await asked(ask, campaign) == before
    assert await differences(database, campaign) == []


@pytest.mark.feature("CAM-24")
async def test_a_call_dialed_by_hand_counts_only_when_its_agent_was_gone(
    ask: Ask, campaign: Campaign, database: str
) -> None:
    await answers(campaign, people=8, abandoned=2)
    await Attempt.filter(campaign=campaign).update(by_hand=True)
    await answers(campaign, people=3)

    before = await asked(ask, campaign)
    assert await differences(database, campaign) == []
    await ask(PURGE, **{"campaign": str(campaign.id), "class": "IN_PROGRESS", "count": 13})

    rolling = before["rolling"]
    assert (rolling["live"], rolling["connected"], rolling["abandoned"]) == (5, 3, 2)
    assert await PastAnswer.all().count() == 5
    assert await asked(ask, campaign) == before
    assert await differences(database, campaign) == []


@pytest.mark.feature("CAM-24")
async def test_the_independent_count_tells_what_differs(
    ask: Ask, campaign: Campaign, database: str, tmp_path: Path
) -> None:
    await answers(campaign, people=3, abandoned=1)
    connection = await asyncpg.connect(database)
    said = await figures_of(campaign, at=NOW)
    await Attempt.filter(disposition=Disposition.ABANDONED).update(disposition=Disposition.HUNG_UP)
    found = await recounted(connection, campaign.id, NOW)
    await connection.close()
    assert found is not None

    found.compare(said)

    assert "24 hours: abandoned: counted 0, the product says 1" in found.differences
    assert any("rate: counted 0.0" in each for each in found.differences)
    half = tmp_path / "half.csv"
    half.write_text(",".join(TITLES) + "\n")
    assert any("the file holds (0, 0, 0)" in d for d in await differences(database, campaign, half))
    half.write_text("Phone\n+1\n")
    with pytest.raises(FileUnreadable):
        read_file(half, NOW, NOW)


@pytest.mark.feature("CAM-24")
async def test_window_pool_and_losses_are_set_through_the_campaign(
    ask: Ask, campaign: Campaign
) -> None:
    given = {
        "abandonTarget": 0.02,
        "abandonWindow": "SUCCESSIVE_30_DAYS",
        "abandonPool": " Spring ",
        "falsePositiveRate": 0.01,
    }

    await ask(CHANGE, id=str(campaign.id), input=given)
    found = await asked(ask, campaign)
    wrong = {"abandonPool": "x" * 61, "falsePositiveRate": 0.21}
    refused = (await ask(CHANGE, id=str(campaign.id), input=wrong))["campaignChange"]

    assert (found["target"], found["held"]) == (0.02, "SUCCESSIVE_30_DAYS")
    assert (found["pool"], found["falsePositiveRate"]) == ("Spring", 0.01)
    assert {p["path"] for p in refused["problems"]} == {"abandonPool", "falsePositiveRate"}
    assert (await Campaign.get(id=campaign.id)).abandon_pool == "Spring"


async def test_a_deleted_account_takes_its_ledger_along(campaign: Campaign) -> None:
    await answers(campaign, people=2)

    await Account.filter(id=campaign.account_id).delete()

    assert await PastAnswer.all().count() == 0


async def test_a_ledger_of_no_time_is_refused_and_nothing_is_written(
    ask: Ask, campaign: Campaign, fakes: FakePorts
) -> None:
    given = {"c": str(campaign.id), "kind": "CSV", "pooled": True}
    instants = {"since": NOW.isoformat(), "until": NOW.isoformat()}

    refused = await ask(EXPORT, **given, **instants)

    assert refused["abandonLedgerExportStart"]["code"] == "INVALID_INPUT"
    assert await TargetExport.all().count() == await AuditEntry.all().count() == 0
    fakes.assert_untouched()


async def test_another_account_sees_no_ledger(
    refused: Any, campaign: Campaign, database: str
) -> None:
    foreign = principal_of(await Account.create(name="Other", slug="other"), Role.ADMIN)

    assert await refused(LEDGER, caller=foreign, c=str(campaign.id)) == ["NOT_FOUND"]
    assert await Target.all().count() == 0
