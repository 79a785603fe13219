"""Breaks that agents ask for while they are busy."""

from collections.abc import Awaitable, Callable

import pytest

from domain.agents.commands import AgentEndWrapUp, AgentGoAvailable, AgentHangUp, AgentTakeBreak
from domain.agents.models import Agent
from domain.agents.rules import AgentState
from domain.campaigns.rules import DialMode
from domain.floor.director import Floor
from tests.domain.floor.rig import Rig

BUSY = [AgentState.TALKING, AgentState.WRAP_UP]


def is_in(floor: Floor, agent: Agent, state: AgentState) -> Callable[[], Awaitable[bool]]:
    async def holds() -> bool:
        return floor.state.seats[agent.id].state is state

    return holds


async def busy(rig: Rig, state: AgentState) -> tuple[Floor, Agent]:
    """An agent with a customer who talks for long, or with the wrap-up after one."""
    campaign = await rig.campaign(DialMode.PROGRESSIVE, wrap_up_s=None)
    await rig.targets(campaign, "+12025550019")
    (agent,) = await rig.agents(1)
    await rig.carrier()
    floor = await rig.floor()
    await rig.at_work(agent)
    await rig.until(is_in(floor, agent, AgentState.TALKING))
    if state is AgentState.WRAP_UP:
        await rig.ask(AgentHangUp(agent=agent.id))
        await rig.until(is_in(floor, agent, state))
    return floor, agent


async def finish(rig: Rig, floor: Floor, agent: Agent) -> None:
    if floor.state.seats[agent.id].state is AgentState.TALKING:
        await rig.ask(AgentHangUp(agent=agent.id))
        await rig.until(is_in(floor, agent, AgentState.WRAP_UP))
    if floor.state.seats[agent.id].state is AgentState.WRAP_UP:
        await rig.ask(AgentEndWrapUp(agent=agent.id, code="Done"))


@pytest.mark.feature("AGT-03")
@pytest.mark.parametrize("state", BUSY)
async def test_a_break_comes_after_the_customer_and_the_wrap_up(
    state: AgentState, rig: Rig
) -> None:
    floor, agent = await busy(rig, state)

    assert (await rig.ask(AgentTakeBreak(agent=agent.id, reason="lunch"))).code is None

    assert floor.state.seats[agent.id].state is state
    await finish(rig, floor, agent)
    seat = floor.state.seats[agent.id]
    assert (seat.state, seat.reason) == (AgentState.BREAK, "lunch")


@pytest.mark.feature("AGT-03")
@pytest.mark.parametrize("state", BUSY)
async def test_who_takes_calls_after_all_has_no_break(state: AgentState, rig: Rig) -> None:
    floor, agent = await busy(rig, state)
    await rig.ask(AgentTakeBreak(agent=agent.id, reason="lunch"))

    assert (await rig.ask(AgentGoAvailable(agent=agent.id))).code is None

    await finish(rig, floor, agent)
    assert floor.state.seats[agent.id].state is AgentState.AVAILABLE
