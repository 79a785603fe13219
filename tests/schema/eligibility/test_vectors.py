"""Packs and caps as an account sets them and asks about them: days on which clocks change too."""

from datetime import datetime, timedelta

import pytest

from domain.calls.rules import Disposition
from domain.campaigns.rules import CampaignState
from tests import rows
from tests.fakes import FakePorts
from tests.schema.asking import ask

POLICY = """
mutation ($input: DialingPolicyInput!) {
  dialingPolicyChange(input: $input) { ... on DialingPolicyChanged { policy { packs } } }
}
"""
CAPS = """
mutation ($id: UUID!, $caps: [NumberCapInput!]!) {
  campaignChange(id: $id, input: { numberCaps: $caps }) {
    ... on CampaignChanged { campaign { id } }
  }
}
"""
AT = """
query ($id: UUID!, $at: DateTime) {
  campaignExplain(id: $id, at: $at) { dialable blocked { code endsAt } }
}
"""
TARGET = """
query ($id: UUID!) {
  targetExplain(id: $id) { dialableNow blockedBy { code endsAt inputs { name value } } }
}
"""

# (number, pack, instant in UTC, code, when the next call is allowed in UTC)
VECTORS = [
    # 47 CFR 64.1200(c)(1): 8 to 21 local. New York goes forward on 2026-03-08, back on 2026-11-01.
    ("+12125550123", "us", "2026-03-07T12:30", "OUTSIDE_HOURS", "2026-03-07T13:00"),
    ("+12125550123", "us", "2026-03-08T11:30", "OUTSIDE_HOURS", "2026-03-08T12:00"),
    ("+12125550123", "us", "2026-03-08T12:00", None, None),
    ("+12125550123", "us", "2026-03-09T00:59", None, None),  # 20:59, an hour earlier than before
    ("+12125550123", "us", "2026-03-09T01:00", "OUTSIDE_HOURS", "2026-03-09T12:00"),
    ("+12125550123", "us", "2026-11-01T12:00", "OUTSIDE_HOURS", "2026-11-01T13:00"),
    ("+12125550123", "us", "2026-11-01T13:00", None, None),
    ("+12125550123", "us", "2026-11-02T01:30", None, None),  # 20:30 again
    ("+12125550123", "us", "2026-11-02T02:00", "OUTSIDE_HOURS", "2026-11-02T13:00"),
    # Arizona does not change its clocks: 8 local is 15:00 of UTC all year.
    ("+16025550123", "us", "2026-03-08T14:59", "OUTSIDE_HOURS", "2026-03-08T15:00"),
    ("+16025550123", "us", "2026-11-01T15:00", None, None),
    # Great Britain goes forward on 2026-03-29 and back on 2026-10-25, both Sundays.
    ("+442079460018", "gb", "2026-03-30T06:59", "OUTSIDE_HOURS", "2026-03-30T07:00"),
    ("+442079460018", "gb", "2026-03-30T07:00", None, None),
    ("+442079460018", "gb", "2026-10-26T07:59", "OUTSIDE_HOURS", "2026-10-26T08:00"),
    ("+442079460018", "gb", "2026-10-26T08:00", None, None),
    # France: no weekends, and Easter Monday is a public holiday; clocks change on 2026-03-29.
    ("+33142685300", "fr", "2026-03-28T10:00", "OUTSIDE_HOURS", "2026-03-30T08:00"),
    ("+33142685300", "fr", "2026-04-06T10:00", "HOLIDAY", "2026-04-07T08:00"),
    # Israel goes forward on a Friday, 2026-03-27.
    ("+97225550123", "il", "2026-03-26T06:59", None, None),
    ("+97225550123", "il", "2026-03-28T12:00", "OUTSIDE_HOURS", None),  # Saturday
]


@pytest.mark.feature("CAM-20")
@pytest.mark.feature("CAM-22")
@pytest.mark.parametrize(("number", "pack", "at", "code", "opens"), VECTORS)
async def test_a_pack_of_the_account_holds_on_days_on_which_clocks_change(
    number: str,
    pack: str,
    at: str,
    code: str | None,
    opens: str | None,
    database: str,
    fakes: FakePorts,
) -> None:
    account = await rows.an_account()
    admin = rows.an_admin(account)
    campaign = await rows.a_campaign(account, state=CampaignState.RUNNING)
    await rows.a_target(campaign, number)
    await ask(POLICY, admin, fakes, input={"packs": [pack]})

    answer = await ask(AT, admin, fakes, id=str(campaign.id), at=f"{at}:00+00:00")

    assert answer["dialable"] == int(code is None)
    assert [each["code"] for each in answer["blocked"]] == ([] if code is None else [code])
    if opens is not None:
        assert answer["blocked"][0]["endsAt"] == f"{opens}:00+00:00"


@pytest.mark.feature("CAM-08")
@pytest.mark.feature("CAM-22")
async def test_caps_count_rolling_hours_in_the_campaign_or_in_the_whole_account(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    admin, now = rows.an_admin(account), fakes.clock.now()
    ours = await rows.a_campaign(account, state=CampaignState.RUNNING)
    other = await rows.a_campaign(account)
    target = await rows.a_target(ours, "+442079460018")
    twin = await rows.a_target(other, "+442079460018")
    for ordinal, hours in enumerate((100, 30, 2), start=1):
        await rows.an_attempt(twin, now - timedelta(hours=hours), ordinal=ordinal)
    await rows.an_attempt(target, now - timedelta(hours=20))

    async def blocked() -> tuple[str | None, datetime | None]:
        found = (await ask(TARGET, admin, fakes, id=str(target.id)))["blockedBy"]
        if found is None:
            return None, None
        assert found["code"] == "CAP_REACHED"
        source = next(each["value"] for each in found["inputs"] if each["name"] == "source")
        return source, datetime.fromisoformat(found["endsAt"])

    async def account_cap(calls: int, hours: int) -> None:
        await ask(POLICY, admin, fakes, input={"numberCaps": [{"calls": calls, "hours": hours}]})

    async def campaign_cap(calls: int, hours: int) -> None:
        caps = [{"calls": calls, "hours": hours}]
        await ask(CAPS, admin, fakes, id=str(ours.id), caps=caps)

    assert await blocked() == (None, None)
    await campaign_cap(2, 24)  # one of its own in a day
    assert await blocked() == (None, None)
    await campaign_cap(1, 24)
    assert await blocked() == ("the campaign", now + timedelta(hours=4))
    await campaign_cap(2, 168)
    assert await blocked() == (None, None)
    await account_cap(2, 24)  # two by both: 2 and 20 hours ago
    assert await blocked() == ("the account", now + timedelta(hours=4))
    await account_cap(3, 24)
    assert await blocked() == (None, None)
    await account_cap(4, 168)  # four in seven days
    assert await blocked() == ("the account", now + timedelta(hours=68))
    fakes.clock.advance(68 * 3600 + 1)
    assert await blocked() == (None, None)


async def test_an_attempt_that_was_never_placed_counts_towards_no_cap(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    admin = rows.an_admin(account)
    campaign = await rows.a_campaign(account, state=CampaignState.RUNNING)
    target = await rows.a_target(campaign, "+442079460018")
    attempt = await rows.an_attempt(target, fakes.clock.now() - timedelta(hours=1))
    attempt.disposition = Disposition.NOT_PLACED
    await attempt.save()
    await ask(POLICY, admin, fakes, input={"numberCaps": [{"calls": 1, "hours": 24}]})

    answer = await ask(TARGET, admin, fakes, id=str(target.id))

    assert answer["dialableNow"] is True
