from tests import rows
from tests.fakes import FakePorts
from tests.schema.asking import ask

CHANGE = """
mutation ($id: UUID!, $input: CampaignChangeInput!) {
  campaignChange(id: $id, input: $input) {
    ... on CampaignChanged { campaign { callerIdStrategy callerIdPool } }
    ... on InvalidInput { problems { path } }
  }
}
"""


async def test_a_campaign_chooses_caller_ids_from_a_pool(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account()
    campaign = await rows.a_campaign(account)
    admin = rows.an_admin(account)
    for number in ("+12125550100", "+13055550100"):
        await rows.a_number(account, number)
    wanted = {"callerIdStrategy": "RANDOM", "callerIdPool": ["+12125550100", "+13055550100"]}

    answer = await ask(CHANGE, admin, fakes, id=str(campaign.id), input=wanted)
    assert answer["campaign"] == wanted

    many = [f"+1212{n}" for n in range(5550000, 5550201)]
    answer = await ask(CHANGE, admin, fakes, id=str(campaign.id), input={"callerIdPool": many})
    assert answer["problems"] == [{"path": "callerIdPool"}]
    await campaign.refresh_from_db()
    assert campaign.caller_id_pool == wanted["callerIdPool"]
