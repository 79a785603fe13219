from datetime import timedelta

import pytest

from domain.campaigns.rules import CampaignState
from domain.eligibility import explain
from domain.suppression.models import Suppression
from domain.suppression.rules import SuppressionSource
from domain.targets.rules import ClosedReason, TargetState
from domain.trunks.models import CampaignTrunk, Trunk
from tests import rows
from tests.fakes import FakePorts
from tests.schema.asking import ask, refusal_code

TARGET = """
query ($id: UUID!) {
  targetExplain(id: $id) {
    dialableNow country state timeZones at
    blockedBy { code message endsAt inputs { name value } }
  }
}
"""
CAMPAIGN = """
query ($id: UUID!, $at: DateTime) {
  campaignExplain(id: $id, at: $at) {
    total dialing waiting dialable estimated summary at
    blockedBy { code endsAt }
    blocked { code targets message endsAt }
  }
}
"""
WORKDAYS = [
    {
        "days": ["monday", "tuesday", "wednesday", "thursday", "friday"],
        "from": "09:00",
        "until": "17:00",
    }
]


@pytest.mark.feature("CAM-22")
async def test_a_target_whose_window_is_shut_tells_the_rule_its_inputs_and_its_end(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    campaign = await rows.a_campaign(account, state=CampaignState.RUNNING, calling_windows=WORKDAYS)
    target = await rows.a_target(campaign, "+12125550123")  # 05:00 on a Monday

    answer = await ask(TARGET, rows.an_admin(account), fakes, id=str(target.id))

    assert answer["dialableNow"] is False
    assert (answer["country"], answer["state"]) == ("US", "NY")
    assert answer["timeZones"] == ["America/New_York"]
    blocked = answer["blockedBy"]
    assert (blocked["code"], blocked["endsAt"]) == ("OUTSIDE_HOURS", "2026-03-02T14:00:00+00:00")
    assert {i["name"]: i["value"] for i in blocked["inputs"]} == {
        "source": "campaign",
        "timeZone": "America/New_York",
        "timeZones": "America/New_York",
        "localTime": "Mon 2026-03-02 05:00",
    }


@pytest.mark.feature("CAM-22")
async def test_a_target_that_nothing_forbids_is_dialable(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account()
    campaign = await rows.a_campaign(account, state=CampaignState.RUNNING)
    target = await rows.a_target(campaign)

    answer = await ask(TARGET, rows.an_admin(account), fakes, id=str(target.id))

    assert (answer["dialableNow"], answer["blockedBy"]) == (True, None)


@pytest.mark.feature("CAM-22")
@pytest.mark.parametrize("named", [True, False], ids=["campaign's", "account's"])
async def test_nobody_is_dialable_while_every_trunk_is_disabled(
    named: bool, database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    campaign = await rows.a_campaign(account, state=CampaignState.RUNNING)
    target = await rows.a_target(campaign)
    trunk = await Trunk.create(account=account, name="alpha", disabled_at=fakes.clock.now())
    if named:
        await CampaignTrunk.create(campaign=campaign, trunk=trunk, position=1)
        await Trunk.create(account=account, name="another campaign's")
    admin = rows.an_admin(account)

    answer = await ask(TARGET, admin, fakes, id=str(target.id))
    assert (answer["dialableNow"], answer["blockedBy"]["code"]) == (False, "NO_TRUNK")
    assert "Enable one" in answer["blockedBy"]["message"]
    whole = await ask(CAMPAIGN, admin, fakes, id=str(campaign.id))
    assert whole["blockedBy"]["code"] == "NO_TRUNK"

    await Trunk.filter(id=trunk.id).update(disabled_at=None)
    answer = await ask(TARGET, admin, fakes, id=str(target.id))
    assert (answer["dialableNow"], answer["blockedBy"]) == (True, None)


@pytest.mark.feature("CAM-22")
async def test_a_list_is_judged_in_parts_between_which_others_are_answered(
    database: str, fakes: FakePorts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explain, "AT_ONCE", 2)
    account = await rows.an_account()
    campaign = await rows.a_campaign(account, calling_windows=WORKDAYS)
    for n in range(4):
        await rows.a_target(campaign, f"+1212555012{n}")
    for n in range(3):
        await rows.a_target(campaign, f"+44207946001{n}")

    answer = await ask(CAMPAIGN, rows.an_admin(account), fakes, id=str(campaign.id))

    assert (answer["waiting"], answer["dialable"], answer["estimated"]) == (7, 3, False)
    assert [(each["code"], each["targets"]) for each in answer["blocked"]] == [("OUTSIDE_HOURS", 4)]


@pytest.mark.feature("CAM-22")
async def test_a_campaign_is_explained_before_it_starts(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account()
    now = fakes.clock.now()
    campaign = await rows.a_campaign(
        account, calling_windows=WORKDAYS, starts_at=now + timedelta(hours=6)
    )
    await rows.a_target(campaign, "+12125550123")
    await rows.a_target(campaign, "+12125550124")
    await rows.a_target(campaign, "+442079460018")  # 10:00 there
    await rows.a_target(campaign, "+442079460019")
    await rows.a_target(
        campaign, "+442079460020", state=TargetState.RETRY, next_at=now + timedelta(hours=1)
    )
    await rows.a_target(
        campaign, "+442079460021", state=TargetState.CLOSED, closed_reason=ClosedReason.FINAL
    )
    await Suppression.create(
        account=account,
        scope_id=account.id,
        pattern="+442079460019",
        source=SuppressionSource.CUSTOMER,
    )
    admin = rows.an_admin(account)

    answer = await ask(CAMPAIGN, admin, fakes, id=str(campaign.id))

    assert answer["blockedBy"] == {
        "code": "CAMPAIGN_STOPPED",
        "endsAt": "2026-03-02T16:00:00+00:00",
    }
    assert (answer["total"], answer["waiting"], answer["dialable"]) == (6, 5, 1)
    assert {each["code"]: (each["targets"], each["endsAt"]) for each in answer["blocked"]} == {
        "OUTSIDE_HOURS": (2, "2026-03-02T14:00:00+00:00"),
        "DO_NOT_CALL": (1, None),
        "RETRY_NOT_DUE": (1, "2026-03-02T11:00:00+00:00"),
    }
    assert answer["summary"].startswith("4 of 5 would be skipped: 2 outside hours")
    assert answer["estimated"] is False

    later = await ask(CAMPAIGN, admin, fakes, id=str(campaign.id), at="2026-03-02T16:00:00+00:00")
    assert {each["code"]: each["targets"] for each in later["blocked"]} == {"DO_NOT_CALL": 1}


async def test_a_target_of_another_account_is_not_explained(
    database: str, fakes: FakePorts
) -> None:
    ours, other = await rows.an_account("ours"), await rows.an_account("other")
    target = await rows.a_target(await rows.a_campaign(other))

    code = await refusal_code(TARGET, rows.an_admin(ours), fakes, id=str(target.id))

    assert code == "NOT_FOUND"
