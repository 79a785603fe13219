from domain.callerids.rules import CallerIdStrategy
from domain.calls.models import Attempt
from domain.campaigns.rules import DialMode
from tests.domain.floor.rig import Rig


async def test_customers_see_the_best_match_and_a_record_beats_it(rig: Rig) -> None:
    campaign = await rig.campaign(
        DialMode.PROGRESSIVE,
        caller_id_strategy=CallerIdStrategy.BEST_MATCH,
        caller_id_pool=["+12125550100", "+13055550100"],
        max_attempts=1,
    )
    for number in ("+12125550100", "+13055550100", "+12025550177"):
        await rig.number(number)
    await rig.targets(campaign, "+13055550013", "+12125550013")
    await rig.targets(campaign, "+13055560013", caller_id="+12025550177")
    agents = await rig.agents(1)
    await rig.carrier()
    await rig.floor()
    await rig.at_work(*agents)

    await rig.until(lambda: rig.ended(3))

    shown = {each.number: each.caller_id for each in await Attempt.filter(account=rig.row)}
    assert shown == {
        "+13055550013": "+13055550100",
        "+12125550013": "+12125550100",
        "+13055560013": "+12025550177",
    }
