import pytest

from domain.agents.commands import AgentEndWrapUp
from tests import rows
from tests.fakes import FakePorts
from tests.schema.asking import ask

CHANGE = """
mutation ($id: UUID!, $input: CampaignChangeInput!) {
  campaignChange(id: $id, input: $input) {
    ... on CampaignChanged { campaign { wrapUpCodes { code effect delaySeconds } } }
    ... on InvalidInput { problems { path } }
  }
}
"""
READ = "query ($id: UUID!) { campaign(id: $id) { wrapUpCodes { code effect } } }"
END = """
mutation ($code: String, $at: DateTime) {
  agentEndWrapUp(code: $code, callAgainAt: $at) {
    ... on AgentAccepted { agent { id } }
    ... on InvalidInput { problems { path } }
  }
}
"""


@pytest.mark.feature("CAM-15")
async def test_a_campaign_has_the_systems_codes_until_it_has_its_own(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    campaign = await rows.a_campaign(account)
    admin = rows.an_admin(account)
    before = await ask(READ, admin, fakes, id=str(campaign.id))
    assert {"code": "sale", "effect": "CLOSE"} in before["wrapUpCodes"]
    assert len(before["wrapUpCodes"]) == 6

    own = [
        {"code": "Call back", "effect": "RESCHEDULE", "delaySeconds": 3600},
        {"code": "Do not call", "effect": "SUPPRESS", "delaySeconds": 0},
    ]
    answer = await ask(CHANGE, admin, fakes, id=str(campaign.id), input={"wrapUpCodes": own})

    assert answer["campaign"]["wrapUpCodes"] == own


@pytest.mark.feature("CAM-15")
async def test_everything_wrong_with_codes_is_told_at_once(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account()
    campaign = await rows.a_campaign(account)
    wrong = [
        {"code": "A", "effect": "CLOSE"},
        {"code": "A", "effect": "RETRY", "delaySeconds": -1},
        {"code": "", "effect": "RETRY"},
    ]

    answer = await ask(
        CHANGE, rows.an_admin(account), fakes, id=str(campaign.id), input={"wrapUpCodes": wrong}
    )

    assert [problem["path"] for problem in answer["problems"]] == [
        "wrapUpCodes.1.delaySeconds",
        "wrapUpCodes.2.code",
        "wrapUpCodes",
    ]
    await campaign.refresh_from_db()
    assert campaign.wrap_up_codes == []
    fakes.assert_untouched()


@pytest.mark.feature("CAM-15")
async def test_an_agent_says_when_to_call_again(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account()
    agent = await rows.an_agent(account)
    me = rows.at_the_desk_of(agent)

    await ask(END, me, fakes, code="Call back", at="2026-03-04T15:00:00+00:00")

    (command,) = fakes.floors.commands
    assert isinstance(command, AgentEndWrapUp)
    assert command.again_at is not None
    assert command.again_at.isoformat() == "2026-03-04T15:00:00+00:00"

    fakes.forget()
    for at in ("2026-03-02T09:59:00+00:00", "2026-07-01T00:00:00+00:00"):
        answer = await ask(END, me, fakes, code="Call back", at=at)
        assert answer["problems"] == [{"path": "callAgainAt"}]
    fakes.assert_untouched()
