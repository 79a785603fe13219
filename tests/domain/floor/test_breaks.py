"""Breaks that agents ask for while they are busy."""

from collections.abc import Awaitable, Callable

import pytest

from domain.agents.commands import AgentEndWrapUp, AgentGoAvailable, AgentHangUp, AgentTakeBreak
from domain.agents.models import Agent
from domain.agents.rules import AgentState
from domain.agents.states import current_states
from domain.calls.events import AgentStateChanged, decode_desk_event
from domain.campaigns.rules import DialMode
from domain.core.bus import Notice
from domain.floor.director import Floor
from tests.domain.floor.paper import paper_floor
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
async def test_a_break_that_was_promised_is_shown_and_kept_by_the_next_owner(
    state: AgentState, rig: Rig
) -> None:
    floor, agent = await busy(rig, state)
    await rig.ask(AgentTakeBreak(agent=agent.id, reason="lunch"))
    shown = (await current_states([agent.id]))[agent.id]
    assert (shown.state, shown.then_break, shown.then_break_reason) == (state, True, "lunch")

    await rig.die(floor)
    second = await rig.floor()
    await finish(rig, second, agent)

    seat = second.state.seats[agent.id]
    assert (seat.state, seat.reason, seat.then_break) == (AgentState.BREAK, "lunch", False)
    shown = (await current_states([agent.id]))[agent.id]
    assert (shown.state, shown.then_break, shown.then_break_reason) == (seat.state, False, None)


@pytest.mark.feature("AGT-03")
def test_a_desk_hears_what_follows_the_call_and_that_it_does_not_after_all() -> None:
    floor = paper_floor(talking=True)
    seat, seats = floor.agents[0], floor.floor.seats
    told: list[tuple[AgentState, bool, str | None]] = []

    def publish(notice: Notice) -> None:
        event = decode_desk_event(notice.payload)
        if isinstance(event, AgentStateChanged):
            told.append((event.state, event.then_break, event.then_break_reason))

    floor.journal.publish = publish  # type: ignore[method-assign]
    for _ in range(2):  # the second time says nothing new
        seats.take_break(seat, reason="lunch")
    for _ in range(2):
        seats.go_available(seat)

    assert told == [(AgentState.TALKING, True, "lunch"), (AgentState.TALKING, False, None)]


@pytest.mark.feature("AGT-03")
@pytest.mark.parametrize("state", BUSY)
async def test_who_takes_calls_after_all_has_no_break(state: AgentState, rig: Rig) -> None:
    floor, agent = await busy(rig, state)
    await rig.ask(AgentTakeBreak(agent=agent.id, reason="lunch"))

    assert (await rig.ask(AgentGoAvailable(agent=agent.id))).code is None

    await finish(rig, floor, agent)
    assert floor.state.seats[agent.id].state is AgentState.AVAILABLE
