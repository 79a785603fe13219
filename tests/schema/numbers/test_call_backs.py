"""Where missed calls become targets, as set through GraphQL."""

import pytest

from domain.campaigns.rules import CampaignState
from domain.core.ids import new_id
from domain.numbers.models import InboundNumber
from tests import rows
from tests.fakes import FakePorts
from tests.schema.asking import ask

CREATE = """
mutation ($number: PhoneNumber!, $settings: InboundNumberInput) {
  inboundNumberCreate(number: $number, purpose: TEAM, settings: $settings) {
    ... on InboundNumberSaved {
      number { callBackCampaignId callBackDelaySeconds callBackPriority }
    }
    ... on Refusal { code }
    ... on InvalidInput { problems { path } }
  }
}
"""
CHANGE = """
mutation ($id: UUID!, $input: CampaignChangeInput!) {
  campaignChange(id: $id, input: $input) {
    ... on CampaignChanged { campaign { callBack callBackDelaySeconds callBackPriority } }
    ... on InvalidInput { problems { path } }
  }
}
"""
TARGETS = """
query ($id: UUID!) { targets(campaignId: $id) { nodes { number source nextAttemptAt } } }
"""


@pytest.mark.feature("TGT-06")
async def test_a_number_says_which_campaign_calls_back_how_soon_and_how_urgently(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    campaign, team = await rows.a_campaign(account), await rows.a_team(account)
    admin = rows.an_admin(account)
    wanted = {
        "callBackCampaignId": str(campaign.id),
        "callBackDelaySeconds": 300,
        "callBackPriority": 8,
    }

    settings = {"teamId": str(team.id)} | wanted
    answer = await ask(CREATE, admin, fakes, number="+12025558000", settings=settings)

    assert answer["number"] == wanted


@pytest.mark.feature("TGT-06")
async def test_a_closed_campaign_an_unknown_one_and_senseless_figures_are_refused(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    closed = await rows.a_campaign(account, state=CampaignState.CLOSED)
    team, admin = await rows.a_team(account), rows.an_admin(account)

    codes = []
    for given in (
        {"callBackCampaignId": str(closed.id)},
        {"callBackCampaignId": str(new_id())},
        {"callBackDelaySeconds": -1, "callBackPriority": 11},
    ):
        settings = {"teamId": str(team.id)} | given
        answer = await ask(CREATE, admin, fakes, number="+12025558000", settings=settings)
        codes.append(answer["code"])

    assert codes == ["CAMPAIGN_CLOSED", "NOT_FOUND", "INVALID_INPUT"]
    assert [p["path"] for p in answer["problems"]] == ["callBackDelaySeconds", "callBackPriority"]
    assert await InboundNumber.all().count() == 0
    fakes.assert_untouched()


@pytest.mark.feature("TGT-06")
async def test_a_campaign_calls_abandoned_customers_back_when_told_to(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    campaign, admin = await rows.a_campaign(account), rows.an_admin(account)
    wanted = {"callBack": True, "callBackDelaySeconds": 60, "callBackPriority": 9}

    answer = await ask(CHANGE, admin, fakes, id=str(campaign.id), input=wanted)
    wrong = await ask(CHANGE, admin, fakes, id=str(campaign.id), input={"callBackPriority": 0})

    assert answer["campaign"] == wanted
    assert wrong["problems"] == [{"path": "callBackPriority"}]


@pytest.mark.feature("TGT-06")
async def test_a_target_says_that_a_missed_call_made_it_one(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    campaign, admin = await rows.a_campaign(account), rows.an_admin(account)
    await rows.a_target(campaign, "+12025550101")
    await rows.a_target(campaign, "+12025550102", call_back_at=fakes.clock.now())

    found = await ask(TARGETS, admin, fakes, id=str(campaign.id))

    assert [(each["number"], each["source"]) for each in found["nodes"]] == [
        ("+12025550101", "LIST"),
        ("+12025550102", "CALL_BACK"),
    ]
