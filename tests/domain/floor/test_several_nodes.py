"""Several switches: phones and calls go where there is room, and customers where agents are."""

from collections import Counter
from collections.abc import Awaitable, Callable
from uuid import UUID

import msgspec
import pytest

from domain.agents.models import Agent
from domain.agents.rules import AgentState
from domain.calls.models import Attempt
from domain.calls.rules import Disposition
from domain.campaigns.models import Campaign
from domain.campaigns.rules import CampaignState, DialMode
from domain.floor.boards import Boards
from domain.floor.director import Floor
from domain.floor.loads import node_for_phone, room_left, spread
from domain.numbers.models import InboundNumber, NumberPurpose
from domain.trunks.models import CampaignTrunk, Trunk
from tests.domain.floor.paper import NODE, PaperFloor, paper_floor
from tests.domain.floor.rig import Rig

SILENT = "0003"  # rings until the limit


def phones(floor: Floor) -> Counter[str | None]:
    """At which switches agents' phones are."""
    return Counter(seat.node for seat in floor.state.seats.values())


def all_free(floor: Floor, count: int) -> Callable[[], Awaitable[bool]]:
    async def holds() -> bool:
        return sum(seat.free for seat in floor.state.seats.values()) == count

    return holds


async def everybody_at(floor: Floor, node: str) -> bool:
    seats = floor.state.seats.values()
    return all(seat.node == node and seat.leg_up for seat in seats)


async def a_stopped_campaign(rig: Rig) -> Campaign:
    """One that calls two customers for each free agent, once it is started."""
    return await rig.campaign(
        DialMode.PROGRESSIVE,
        lines_per_agent=2.0,
        max_attempts=1,
        ring_limit_s=6.0,
        state=CampaignState.STOPPED,
    )


async def start(rig: Rig, campaign: Campaign) -> None:
    await Campaign.filter(id=campaign.id).update(state=CampaignState.RUNNING)
    await rig.changed(campaign)


@pytest.mark.feature("OPS-02")
async def test_phones_and_calls_are_spread_by_the_room_of_each_switch(rig: Rig) -> None:
    campaign = await a_stopped_campaign(rig)
    await rig.targets(campaign, *[f"+120255{n}{SILENT}" for n in range(50, 62)])
    agents = await rig.agents(6)
    await rig.carrier("large", capacity=40)
    await rig.carrier("small", capacity=20)
    floor = await rig.floor()
    await rig.at_work(*agents)
    await rig.until(all_free(floor, 6))

    assert phones(floor) == {"large": 4, "small": 2}
    await start(rig, campaign)
    await rig.until(lambda: rig.ended(12))

    assert Counter(a.node for a in await Attempt.all()) == {"large": 8, "small": 4}
    assert {a.disposition for a in await Attempt.all()} == {Disposition.NO_ANSWER}


@pytest.mark.feature("OPS-02")
async def test_a_switch_that_is_full_gets_neither_phones_nor_calls(rig: Rig) -> None:
    campaign = await a_stopped_campaign(rig)
    await rig.targets(campaign, *[f"+120255{n}{SILENT}" for n in range(50, 56)])
    agents = await rig.agents(3)
    await rig.carrier("large", capacity=40)
    await rig.carrier("tiny", capacity=1)
    floor = await rig.floor()
    await rig.at_work(*agents)
    await rig.until(all_free(floor, 3))

    assert phones(floor) == {"large": 2, "tiny": 1}
    await start(rig, campaign)
    await rig.until(lambda: rig.ended(6))

    attempts = await Attempt.all()
    assert {(a.node, a.disposition) for a in attempts} == {("large", Disposition.NO_ANSWER)}


@pytest.mark.feature("OPS-02")
@pytest.mark.feature("CAM-21")
async def test_a_switch_that_others_filled_meanwhile_costs_no_attempt_and_no_trunk(
    rig: Rig,
) -> None:
    campaign = await a_stopped_campaign(rig)
    trunk = await Trunk.create(account=rig.row, name="living", position=1)
    await CampaignTrunk.create(campaign=campaign, trunk=trunk, position=1)
    (target,) = await rig.targets(campaign, "+12025550013")
    (agent,) = await rig.agents(1)
    await rig.carrier(capacity=40)
    floor = await rig.floor()
    await rig.at_work(agent)
    await rig.until(all_free(floor, 1))
    rig.carrier_of().capacity = 1  # the agent's phone; the next heartbeats do not tell of it

    await start(rig, campaign)
    await rig.until(lambda: Attempt.filter(disposition=Disposition.NOT_PLACED).exists())
    rig.carrier_of().capacity = 40
    await rig.until(lambda: Attempt.filter(disposition=Disposition.CONNECTED).exists())

    assert {attempt.disposition for attempt in await Attempt.all()} == {
        Disposition.NOT_PLACED,
        Disposition.CONNECTED,
    }
    await target.refresh_from_db()
    assert target.attempts == 1
    assert floor.state.trunks[trunk.id].failed is None


@pytest.mark.feature("OPS-02")
async def test_when_a_switch_dies_its_agents_are_called_at_another(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE, max_attempts=1, state=CampaignState.STOPPED)
    await rig.targets(campaign, "+12025550013", "+12025560013")
    agents = await rig.agents(2)
    await rig.carrier("first")
    await rig.carrier("second")
    floor = await rig.floor()
    await rig.at_work(*agents)
    await rig.until(all_free(floor, 2))
    assert phones(floor) == {"first": 1, "second": 1}

    await rig.kill_gateway("first")
    await rig.until(lambda: everybody_at(floor, "second"))
    await start(rig, campaign)
    await rig.until(lambda: rig.ended(2))

    attempts = await Attempt.all()
    assert {(a.node, a.disposition) for a in attempts} == {("second", Disposition.CONNECTED)}


@pytest.mark.feature("OPS-02")
async def test_a_caller_where_no_agent_is_waits_in_sight_and_gets_the_next_who_comes(
    slow_rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    rig = slow_rig
    number = await InboundNumber.create(
        account=rig.row,
        number="+12025558000",
        name="Sales line",
        purpose=NumberPurpose.TEAM,
        team=rig.team,
    )
    first, second = await rig.agents(2)
    await rig.carrier("small", capacity=20)
    await rig.carrier("large", capacity=4000)
    floor = await rig.floor()
    await rig.at_work(first)
    await rig.until(all_free(floor, 1))
    there = floor.state.seats[first.id].node
    assert there is not None
    elsewhere = "small" if there == "large" else "large"

    rig.dial_in("+12025558000", node=elsewhere)
    await rig.until(lambda: _shows(floor, number.id, f"1 wait at switch {elsewhere}"))
    assert floor.state.seats[first.id].free
    said = f"callers of run {number.id} wait at gateway {elsewhere}"
    await rig.until(lambda: _is_logged(caplog, said))
    await rig.pass_time(3)
    assert caplog.text.count(said) == 1
    await rig.at_work(second)
    await rig.until(lambda: _is_talking(floor, second))

    assert floor.state.seats[second.id].node == elsewhere
    await rig.until(lambda: _shows(floor, number.id, "", but_not="wait at switch"))


async def _shows(floor: Floor, run_id: UUID, what: str, *, but_not: str = "-") -> bool:
    why = Boards(floor.context).of_run(floor.state.runs[run_id]).why
    return what in why and but_not not in why


async def _is_logged(caplog: pytest.LogCaptureFixture, what: str) -> bool:
    return what in caplog.text


async def _is_talking(floor: Floor, agent: Agent) -> bool:
    return floor.state.seats[agent.id].state is AgentState.TALKING


def on_two_nodes(*at: str, legs: int = 0, capacity: int = 100) -> PaperFloor:
    """Three agents, each with the phone at one of two switches; `legs` are up at "a"."""
    floor = paper_floor()
    for seat, node in zip(floor.agents, at, strict=True):
        seat.node = node
    floor.context.nodes = {
        "a": msgspec.structs.replace(NODE, node="a", legs=legs, capacity=capacity),
        "b": msgspec.structs.replace(NODE, node="b"),
    }
    return floor


def nodes_of(floor: PaperFloor, count: int) -> Counter[str]:
    free = [seat for seat in floor.agents if seat.free]
    return spread(floor.context, floor.run, free, count)


def test_no_call_leaves_where_only_agents_on_a_break_are() -> None:
    floor = on_two_nodes("a", "a", "b")
    for seat in floor.agents[:2]:
        floor.floor.seats.take_break(seat, reason="lunch")

    assert nodes_of(floor, 4) == {"b": 4}


def test_a_free_agent_gets_a_call_before_busy_ones_get_more() -> None:
    floor = on_two_nodes("a", "a", "b")
    for seat in floor.agents[:2]:
        seat.state = AgentState.TALKING

    assert nodes_of(floor, 1) == {"b": 1}
    assert nodes_of(floor, 3) == {"a": 2, "b": 1}  # for those who will be free


def test_no_more_calls_leave_than_the_switches_have_room_for() -> None:
    floor = on_two_nodes("a", "a", "b", legs=97)

    assert room_left(floor.context)["a"] == 3
    assert nodes_of(floor, 300) == {"a": 3, "b": 99}  # one of its legs is the agent's phone


def test_an_agents_phone_is_called_at_the_emptiest_switch_or_nowhere() -> None:
    floor = on_two_nodes("a", "a", "a", legs=60)
    assert node_for_phone(floor.context, floor.agents[0]) == "b"

    floor.context.nodes["b"] = msgspec.structs.replace(floor.context.nodes["b"], up=False)
    assert node_for_phone(floor.context, floor.agents[0]) == "a"

    floor.context.nodes["a"] = msgspec.structs.replace(floor.context.nodes["a"], legs=100)
    assert node_for_phone(floor.context, floor.agents[0]) is None
