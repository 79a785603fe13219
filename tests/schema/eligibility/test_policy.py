from typing import Any

import pytest

from domain.access.models import AuditEntry
from domain.eligibility.commands import PolicyChanged
from domain.eligibility.models import DialingPolicy
from tests import rows
from tests.fakes import FakePorts
from tests.schema.asking import ask, execute

POLICY = "{ dialingPolicy { packs numberCaps { calls hours } } }"
CHANGE = """
mutation ($input: DialingPolicyInput!) {
  dialingPolicyChange(input: $input) {
    ... on DialingPolicyChanged { policy { packs numberCaps { calls hours } } }
    ... on Refusal { code }
    ... on InvalidInput { problems { path message } }
  }
}
"""
PACKS = """
{ regulationPacks {
  id title country state basis automatic sources note holidayWindows
  windows { days start end } caps { calls hours }
} }
"""
SETTINGS = """
mutation ($id: UUID!, $input: CampaignChangeInput!) {
  campaignChange(id: $id, input: $input) {
    ... on CampaignChanged {
      campaign {
        callingWindows { days start end } skipHolidays regulationPacks numberCaps { calls hours }
        startsAt stopsAt
      }
    }
    ... on InvalidInput { problems { path message } }
  }
}
"""


async def test_a_policy_binds_nothing_until_it_is_set_and_the_floor_is_told(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    admin = rows.an_admin(account)
    assert await ask(POLICY, admin, fakes) == {"packs": [], "numberCaps": []}

    wanted = {"packs": ["*", "pl"], "numberCaps": [{"calls": 3, "hours": 24}]}
    answer = await ask(CHANGE, admin, fakes, input=wanted)

    assert answer == {"policy": wanted}
    assert await ask(POLICY, admin, fakes) == wanted
    assert fakes.floors.told == [(account.id, PolicyChanged())]
    entry = await AuditEntry.get()
    assert entry.difference["packs"] == [[], ["*", "pl"]]

    fakes.forget()
    await ask(CHANGE, admin, fakes, input={"packs": ["*", "pl"]})
    assert await AuditEntry.all().count() == 1
    fakes.assert_untouched()


async def test_everything_wrong_with_a_policy_is_told_at_once(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()

    answer = await ask(
        CHANGE,
        rows.an_admin(account),
        fakes,
        input={
            "packs": ["us", "atlantis"],
            "numberCaps": [{"calls": 0, "hours": 24}, {"calls": 1, "hours": 721}],
        },
    )

    assert [problem["path"] for problem in answer["problems"]] == [
        "packs",
        "numberCaps.0.calls",
        "numberCaps.1.hours",
    ]
    assert await DialingPolicy.all().count() == 0
    fakes.assert_untouched()


async def test_every_pack_can_be_read_with_its_sources(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account()

    packs = {pack["id"]: pack for pack in await ask(PACKS, rows.an_admin(account), fakes)}

    assert packs["us"]["windows"] == [
        {
            "days": ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"],
            "start": "08:00",
            "end": "21:00",
        }
    ]
    assert packs["us-fl"]["caps"] == [{"calls": 3, "hours": 24}]
    assert (packs["us-fl"]["state"], packs["us"]["state"]) == ("FL", None)
    assert packs["ru"]["holidayWindows"] == ["10:00-18:00"]
    assert packs["de"]["holidayWindows"] == []
    assert not packs["ru-debt"]["automatic"]


RULES: dict[str, Any] = {
    "callingWindows": [{"days": ["MONDAY", "FRIDAY"], "start": "09:00", "end": "24:00"}],
    "skipHolidays": True,
    "regulationPacks": ["us"],
    "numberCaps": [{"calls": 2, "hours": 168}],
    "startsAt": "2026-04-01T09:00:00+00:00",
    "stopsAt": "2026-04-30T18:00:00+00:00",
}


@pytest.mark.feature("CAM-07")
async def test_a_campaign_is_given_windows_holidays_packs_caps_and_dates(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    campaign = await rows.a_campaign(account)

    answer = await ask(SETTINGS, rows.an_admin(account), fakes, id=str(campaign.id), input=RULES)

    assert answer["campaign"] == RULES
    await campaign.refresh_from_db()
    assert campaign.rules_changed_at == fakes.clock.now()


@pytest.mark.feature("CAM-07")
async def test_everything_wrong_with_a_campaigns_rules_is_told_at_once(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    campaign = await rows.a_campaign(account)

    answer = await ask(
        SETTINGS,
        rows.an_admin(account),
        fakes,
        id=str(campaign.id),
        input={
            "callingWindows": [
                {"days": [], "start": "09:00", "end": "08:00"},
                {"days": ["MONDAY"], "start": "9", "end": "24:01"},
            ],
            "regulationPacks": ["atlantis"],
            "numberCaps": [{"calls": 101, "hours": 0}],
            "startsAt": "2026-04-30T18:00:00+00:00",
            "stopsAt": "2026-04-01T09:00:00+00:00",
        },
    )

    assert {problem["path"] for problem in answer["problems"]} == {
        "callingWindows.0.days",
        "callingWindows.0.end",
        "callingWindows.1.start",
        "callingWindows.1.end",
        "regulationPacks",
        "numberCaps.0.calls",
        "numberCaps.0.hours",
        "stopsAt",
    }
    await campaign.refresh_from_db()
    assert campaign.calling_windows == []
    fakes.assert_untouched()


async def test_a_stop_date_must_follow_the_start_that_is_there(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    campaign = await rows.a_campaign(account)
    admin = rows.an_admin(account)
    await ask(SETTINGS, admin, fakes, id=str(campaign.id), input={"startsAt": RULES["startsAt"]})

    result = await execute(
        SETTINGS, admin, fakes, id=str(campaign.id), input={"stopsAt": "2026-03-31T00:00:00+00:00"}
    )

    assert result.data is not None
    assert result.data["campaignChange"]["problems"] == [
        {"path": "stopsAt", "message": "must be after the start"}
    ]
    await campaign.refresh_from_db()
    assert campaign.stops_at is None
