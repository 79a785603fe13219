"""What agents say of customers whom they gave away, and who talk on with somebody else."""

import pytest

from domain.agents.commands import AgentEndWrapUp
from domain.agents.models import Agent
from domain.agents.rules import AgentState
from domain.calls.commands import TransferTo
from domain.calls.models import Attempt
from domain.campaigns.rules import DialMode
from domain.floor.director import Floor
from domain.suppression.models import Suppression
from domain.targets.models import Target
from domain.targets.rules import ClosedReason, TargetState
from tests.domain.floor.rig import Rig
from tests.domain.floor.test_wrap_ups import CODES

STAYS = "+12025550010"  # never hangs up
OUTSIDE = "+12025560010"


async def given_away(rig: Rig, *, outside: bool) -> tuple[Floor, Target, Agent, Agent]:
    """One agent wraps up; the customer talks on with the other, or with a number outside."""
    campaign = await rig.campaign(
        DialMode.PROGRESSIVE, wrap_up_s=None, wrap_up_codes=CODES, max_attempts=5
    )
    (target,) = await rig.targets(campaign, STAYS)
    giver, taker = await rig.agents(2)
    await rig.carrier()
    floor = await rig.floor()
    await rig.at_work(giver)
    await rig.until(lambda: is_in(floor, giver, AgentState.TALKING))
    if outside:
        command = TransferTo(agent=giver.id, to_number=OUTSIDE)
    else:
        await rig.at_work(taker)
        await rig.until(lambda: is_in(floor, taker, AgentState.AVAILABLE))
        command = TransferTo(agent=giver.id, to_agent=taker.id)
    assert (await rig.ask(command)).code is None
    await rig.until(lambda: is_in(floor, giver, AgentState.WRAP_UP))
    return floor, target, giver, taker


async def is_in(floor: Floor, agent: Agent, state: AgentState) -> bool:
    return floor.state.seats[agent.id].state is state


async def says(rig: Rig, agent: Agent, code: str) -> None:
    assert (await rig.ask(AgentEndWrapUp(agent=agent.id, code=code))).code is None


async def customer_hangs_up(rig: Rig, floor: Floor) -> None:
    (line,) = floor.state.lines
    rig.carrier_of().hang_up_far_end(line)
    await rig.until(lambda: rig.ended(1))


@pytest.mark.feature("CAM-15")
@pytest.mark.parametrize("code", ["Later", "Agreed"])
async def test_a_customer_who_talks_on_is_not_called_again_meanwhile_and_the_last_agent_decides(
    code: str, rig: Rig
) -> None:
    floor, target, giver, taker = await given_away(rig, outside=False)

    await says(rig, giver, code)

    await target.refresh_from_db()
    assert target.state is TargetState.DIALING
    await customer_hangs_up(rig, floor)
    await rig.until(lambda: is_in(floor, taker, AgentState.WRAP_UP))
    await says(rig, taker, "Done")
    await target.refresh_from_db()
    assert (target.state, target.closed_reason) == (TargetState.CLOSED, ClosedReason.CONNECTED)
    assert (target.last_wrap_up_code, target.attempts) == ("Done", 1)
    assert await Attempt.filter(account=rig.row).count() == 1


@pytest.mark.feature("CAM-15")
async def test_the_code_of_who_gave_a_customer_to_a_number_outside_counts_when_the_call_ends(
    rig: Rig,
) -> None:
    floor, target, giver, _ = await given_away(rig, outside=True)

    await says(rig, giver, "Later")

    await target.refresh_from_db()
    assert target.state is TargetState.DIALING
    await customer_hangs_up(rig, floor)
    await target.refresh_from_db()
    assert (target.state, target.last_wrap_up_code) == (TargetState.RETRY, "Later")
    assert target.next_at is not None


@pytest.mark.feature("CAM-15")
@pytest.mark.parametrize("outside", [False, True])
async def test_who_asked_the_first_agent_never_to_be_called_is_on_the_list_at_once(
    outside: bool, rig: Rig
) -> None:
    floor, target, giver, _ = await given_away(rig, outside=outside)

    await says(rig, giver, "Never again")

    assert await Suppression.filter(account=rig.row).count() == 1
    await customer_hangs_up(rig, floor)
    await target.refresh_from_db()
    assert (target.state, target.closed_reason) == (TargetState.CLOSED, ClosedReason.SUPPRESSED)
