"""Calls to numbers that no campaign dials: they leave by the account's trunks, and count there."""

from collections.abc import Awaitable, Callable
from uuid import UUID, uuid4

import pytest

from domain.agents.commands import AgentGoAvailable, AgentHangUp, AgentSignIn
from domain.agents.models import Agent, AgentStateEntry, EndpointKind
from domain.agents.rules import AgentState
from domain.calls.commands import (
    Supervise,
    SuperviseEnd,
    TransferCancel,
    TransferComplete,
    TransferTo,
)
from domain.calls.models import Call, CallEvent
from domain.campaigns.rules import DialMode
from domain.floor.director import Floor
from domain.numbers.models import InboundNumber, NumberPurpose
from domain.telephony.port import HangUp, Hold, PlaceLeg, Role, ToNumber
from domain.trunks.commands import TrunksChanged
from domain.trunks.models import Trunk
from tests.domain.floor.rig import Rig

THIRD = "+12025560010"  # answers, and stays
BOSS = "+12025570010"


async def a_trunk(rig: Rig, name: str, position: int = 1, channels: int = 9) -> Trunk:
    return await Trunk.create(
        account=rig.row,
        name=name,
        position=position,
        channels=channels,
        calls_per_second=100.0,
    )


async def with_a_caller(rig: Rig) -> tuple[Floor, Agent, UUID]:
    """An agent of a team who talks with somebody who called it; the caller's leg."""
    (agent,) = await rig.agents(1)
    await InboundNumber.create(
        account=rig.row,
        number="+12025558000",
        name="Sales line",
        purpose=NumberPurpose.TEAM,
        team=rig.team,
    )
    await rig.carrier()
    floor = await rig.floor()
    await rig.at_work(agent)
    await rig.until(is_in(agent, AgentState.AVAILABLE))
    leg = rig.dial_in("+12025558000")
    await rig.until(is_in(agent, AgentState.TALKING))
    return floor, agent, leg


async def with_a_customer(rig: Rig) -> tuple[Floor, Agent]:
    """An agent who talks with a customer of a campaign, who holds a channel of a trunk."""
    campaign = await rig.campaign(DialMode.PROGRESSIVE, wrap_up_s=None, max_attempts=1)
    await rig.targets(campaign, "+12025550010")
    (agent,) = await rig.agents(1)
    await rig.carrier()
    floor = await rig.floor()
    await rig.at_work(agent)
    await rig.until(is_in(agent, AgentState.TALKING))
    return floor, agent


def is_in(agent: Agent, state: AgentState) -> Callable[[], Awaitable[bool]]:
    async def holds() -> bool:
        return await AgentStateEntry.filter(agent=agent, state=state, ended_at=None).exists()

    return holds


def holds(floor: Floor, *counts: int) -> Callable[[], Awaitable[bool]]:
    """Whether the account's trunks, in order, have so many calls each."""

    async def there() -> bool:
        return [trunk.busy for trunk in floor.state.trunks.values()] == list(counts)

    return there


def noted(call: UUID, kind: str) -> Callable[[], Awaitable[bool]]:
    return lambda: CallEvent.filter(call_id=call, kind=kind).exists()


def ways(rig: Rig, number: str) -> list[str | None]:
    """The trunks by which a number was called."""
    to = [command.to for command in rig.commands(PlaceLeg)]
    return [each.trunk for each in to if isinstance(each, ToNumber) and each.number == number]


def called_by(rig: Rig, number: str, *trunks: str) -> Callable[[], Awaitable[bool]]:
    async def holds() -> bool:
        return ways(rig, number) == list(trunks)

    return holds


def leg_of(rig: Rig, number: str) -> UUID:
    """The last that was placed to it."""
    return [
        command.leg
        for command in rig.commands(PlaceLeg)
        if isinstance(command.to, ToNumber) and command.to.number == number
    ][-1]


@pytest.mark.feature("AGT-11")
@pytest.mark.parametrize("ends", ["third", "caller", "canceled", "completed", "switch"])
async def test_a_caller_is_given_away_by_a_trunk_of_the_account_until_the_call_ends(
    slow_rig: Rig, ends: str
) -> None:
    rig = slow_rig
    await a_trunk(rig, "alpha")
    floor, agent, call = await with_a_caller(rig)
    consult = ends in ("canceled", "completed")

    answer = await rig.ask(TransferTo(agent=agent.id, to_number=THIRD, consult=consult))
    assert answer.code is None
    await rig.until(noted(call, "third_party_answered"))
    assert ways(rig, THIRD) == ["alpha"]
    assert await holds(floor, 1)()

    if ends == "third":
        rig.carrier_of().hang_up_far_end(leg_of(rig, THIRD))
    elif ends == "caller":
        rig.carrier_of().hang_up_far_end(call)
    elif ends == "switch":
        floor.recovery.end_lines_of("sim", floor.context.unix())
    elif ends == "canceled":
        assert (await rig.ask(TransferCancel(agent=agent.id))).code is None
    else:
        assert (await rig.ask(TransferComplete(agent=agent.id))).code is None
        await rig.until(is_in(agent, AgentState.WRAP_UP))
        assert await holds(floor, 1)()
        rig.carrier_of().hang_up_far_end(leg_of(rig, THIRD))
    await rig.until(holds(floor, 0))


@pytest.mark.feature("AGT-11")
@pytest.mark.parametrize("consult", [True, False])
async def test_a_transfer_to_a_number_is_refused_while_the_trunks_are_full(
    rig: Rig, consult: bool
) -> None:
    await a_trunk(rig, "alpha", channels=1)
    floor, agent = await with_a_customer(rig)
    before = len(rig.executed)

    answer = await rig.ask(TransferTo(agent=agent.id, to_number=THIRD, consult=consult))

    assert answer.code == "NO_LINE_FREE"
    assert answer.message == (
        "Nothing was dialed: every trunk is full, at rest or disabled. Try again in a moment."
    )
    assert [each for each in rig.executed[before:] if isinstance(each, PlaceLeg | Hold)] == []
    assert ways(rig, THIRD) == []
    (line,) = floor.state.lines.values()
    assert (line.consultation, line.handed_over, line.held) == (None, False, False)
    assert not await CallEvent.filter(kind="third_party_called").exists()
    assert floor.state.seats[agent.id].state is AgentState.TALKING
    await rig.ask(AgentHangUp(agent=agent.id))
    await rig.until(holds(floor, 0))


@pytest.mark.feature("AGT-11")
async def test_the_other_party_leaves_by_the_customers_trunk_if_that_has_room(rig: Rig) -> None:
    await a_trunk(rig, "alpha", 1)
    beta = await a_trunk(rig, "beta", 2)
    floor, agent = await with_a_customer(rig)
    (line,) = floor.state.lines.values()
    line.trunk = floor.state.trunks[beta.id]  # as by a campaign's own order

    await rig.ask(TransferTo(agent=agent.id, to_number=THIRD, consult=True))
    await rig.until(called_by(rig, THIRD, "beta"))


@pytest.mark.feature("CAM-21")
@pytest.mark.parametrize("first", ["full-1", "dead-1"])
async def test_a_party_whose_carrier_failed_is_called_by_the_next_trunk(
    slow_rig: Rig, first: str
) -> None:
    rig = slow_rig
    failing = await a_trunk(rig, first, 1)
    await a_trunk(rig, "living", 2)
    floor, agent, call = await with_a_caller(rig)

    await rig.ask(TransferTo(agent=agent.id, to_number=THIRD, consult=True))
    await rig.until(noted(call, "third_party_answered"))

    assert ways(rig, THIRD) == [first, "living"]
    assert await holds(floor, 0, 1)()
    assert floor.state.trunks[failing.id].failed is not None
    assert not await noted(call, "third_party_gone")()
    assert (await rig.ask(TransferComplete(agent=agent.id))).code is None


async def test_a_party_whom_no_carrier_reaches_leaves_the_customer_with_the_agent(
    slow_rig: Rig,
) -> None:
    rig = slow_rig
    await a_trunk(rig, "full-1", 1)
    await a_trunk(rig, "full-2", 2)
    floor, agent, call = await with_a_caller(rig)

    await rig.ask(TransferTo(agent=agent.id, to_number=THIRD, consult=True))
    await rig.until(noted(call, "third_party_gone"))

    assert ways(rig, THIRD) == ["full-1", "full-2"]
    assert await holds(floor, 0, 0)()
    assert floor.state.seats[agent.id].state is AgentState.TALKING
    assert rig.commands(Hold)[-1] == Hold(leg=call, on=False)


@pytest.mark.feature("AGT-11")
@pytest.mark.parametrize("consult", [True, False])
@pytest.mark.parametrize("answered", [True, False])
async def test_the_next_owner_knows_the_other_party_and_its_trunk(
    slow_rig: Rig, consult: bool, answered: bool
) -> None:
    rig = slow_rig
    await a_trunk(rig, "alpha", channels=1)
    first, agent, call = await with_a_caller(rig)
    await rig.ask(TransferTo(agent=agent.id, to_number=THIRD, consult=consult))
    if answered:
        await rig.until(noted(call, "third_party_answered"))
    await rig.until(called_by(rig, THIRD, "alpha"))
    third = leg_of(rig, THIRD)

    await rig.die(first)
    second = await rig.floor()

    assert await holds(second, 1)()
    assert second.state.thirds.keys() == {third}
    await rig.until(noted(call, "third_party_answered"))
    await rig.pass_time(20)  # snapshots settle what is up
    assert rig.commands(HangUp) == []
    if consult:
        assert (await rig.ask(TransferComplete(agent=agent.id))).code is None
        await rig.until(is_in(agent, AgentState.WRAP_UP))
    rig.carrier_of().hang_up_far_end(third)
    await rig.until(holds(second, 0))
    await rig.until(lambda: Call.filter(id=call, ended_at__isnull=False).exists())


async def test_a_party_that_was_let_go_is_not_believed_in_by_the_next_owner(slow_rig: Rig) -> None:
    rig = slow_rig
    await a_trunk(rig, "alpha", channels=1)
    first, agent, call = await with_a_caller(rig)
    await rig.ask(TransferTo(agent=agent.id, to_number=THIRD, consult=True))
    await rig.until(noted(call, "third_party_answered"))
    await rig.ask(TransferCancel(agent=agent.id))

    await rig.die(first)
    second = await rig.floor()

    assert await holds(second, 0)()
    assert not second.state.thirds
    again = await rig.ask(TransferTo(agent=agent.id, to_number=THIRD, consult=True))
    assert again.code is None


@pytest.mark.feature("MON-04")
@pytest.mark.parametrize("ends", ["asked", "hung up", "switch", "taken over"])
async def test_a_supervisor_at_a_number_holds_a_channel_until_the_call_ends(
    slow_rig: Rig, ends: str
) -> None:
    rig = slow_rig
    await a_trunk(rig, "alpha", channels=1)
    floor, agent, _ = await with_a_caller(rig)
    wish = Supervise(agent=agent.id, supervisor=uuid4(), number=BOSS, role=Role.LISTEN)
    other = Supervise(agent=agent.id, supervisor=uuid4(), number=THIRD, role=Role.LISTEN)

    assert (await rig.ask(wish)).code is None
    await rig.until(called_by(rig, BOSS, "alpha"))
    assert await holds(floor, 1)()
    refused = await rig.ask(other)

    assert refused.code == "NO_LINE_FREE"
    assert (ways(rig, BOSS), ways(rig, THIRD)) == (["alpha"], [])
    leg = leg_of(rig, BOSS)
    if ends == "asked":
        await rig.ask(SuperviseEnd(supervisor=wish.supervisor))
    elif ends == "hung up":
        await rig.until(lambda: _is_up(rig, leg))
        rig.carrier_of().hang_up_far_end(leg)
    elif ends == "switch":
        floor.recovery.end_lines_of("sim", floor.context.unix())
    else:
        await rig.die(floor)
        floor = await rig.floor()
        assert await holds(floor, 1)()  # the next owner knows who listens, and by which trunk
        await rig.ask(SuperviseEnd(supervisor=wish.supervisor))
        await rig.until(lambda: _is_hung_up(rig, leg))
    await rig.until(holds(floor, 0))
    assert not floor.state.visitors


@pytest.mark.feature("MON-04")
async def test_a_supervisor_whose_carrier_failed_is_called_by_the_next_trunk(
    slow_rig: Rig,
) -> None:
    rig = slow_rig
    await a_trunk(rig, "full-1", 1)
    await a_trunk(rig, "living", 2)
    floor, agent, _ = await with_a_caller(rig)
    supervisor = uuid4()

    await rig.ask(Supervise(agent=agent.id, supervisor=supervisor, number=BOSS, role=Role.WHISPER))
    await rig.until(called_by(rig, BOSS, "full-1", "living"))

    assert await holds(floor, 0, 1)()
    assert rig.commands(PlaceLeg)[-1].role is Role.WHISPER
    assert (await rig.ask(SuperviseEnd(supervisor=supervisor))).code is None
    await rig.until(holds(floor, 0, 0))


@pytest.mark.feature("AGT-02")
async def test_an_agents_number_whose_carrier_failed_is_called_by_the_next_trunk(
    slow_rig: Rig,
) -> None:
    rig = slow_rig
    await a_trunk(rig, "full-1", 1)
    await a_trunk(rig, "living", 2)
    (agent,) = await rig.agents(1)
    await Agent.filter(id=agent.id).update(endpoint_kind=EndpointKind.NUMBER, endpoint=THIRD)
    await rig.carrier()
    first = await rig.floor()

    await rig.at_work(agent)
    await rig.until(is_in(agent, AgentState.AVAILABLE))

    assert ways(rig, THIRD) == ["full-1", "living"]
    assert await holds(first, 0, 1)()
    await rig.die(first)
    second = await rig.floor()
    assert await holds(second, 0, 1)()
    assert second.state.seats[agent.id].leg == leg_of(rig, THIRD)


@pytest.mark.feature("AGT-02")
async def test_an_agent_whom_no_carrier_reaches_takes_a_break(slow_rig: Rig) -> None:
    rig = slow_rig
    await a_trunk(rig, "full-1", 1)
    await a_trunk(rig, "full-2", 2)
    (agent,) = await rig.agents(1)
    await Agent.filter(id=agent.id).update(endpoint_kind=EndpointKind.NUMBER, endpoint=THIRD)
    await rig.carrier()
    floor = await rig.floor()

    await rig.at_work(agent)
    await rig.until(called_by(rig, THIRD, "full-1", "full-2"))
    await rig.until(is_in(agent, AgentState.BREAK))

    assert floor.state.seats[agent.id].reason == "phone_congestion"
    assert await holds(floor, 0, 0)()


@pytest.mark.feature("CAM-21")
async def test_a_trunk_that_is_put_out_of_use_and_back_knows_what_is_on_it(rig: Rig) -> None:
    trunk = await a_trunk(rig, "alpha", channels=2)
    one, two = await rig.agents(2)
    for n, agent in enumerate((one, two)):
        await Agent.filter(id=agent.id).update(
            endpoint_kind=EndpointKind.NUMBER, endpoint=f"+120255{5 + n}0010"
        )
    await rig.carrier()
    floor = await rig.floor()
    await rig.at_work(one)
    await rig.until(is_in(one, AgentState.AVAILABLE))

    await Trunk.filter(id=trunk.id).update(disabled_at=rig.clock.now())
    assert (await rig.ask(TrunksChanged())).code is None
    assert not floor.state.trunks[trunk.id].enabled
    await Trunk.filter(id=trunk.id).update(disabled_at=None, channels=1)
    assert (await rig.ask(TrunksChanged())).code is None

    assert await holds(floor, 1)()
    await rig.ask(AgentSignIn(agent=two.id))
    await rig.ask(AgentGoAvailable(agent=two.id))
    assert floor.state.seats[two.id].reason == "trunks_full"


async def _is_hung_up(rig: Rig, leg: UUID) -> bool:
    return HangUp(leg=leg) in rig.commands(HangUp)


async def _is_up(rig: Rig, leg: UUID) -> bool:
    held = rig.carrier_of().look(rig.row.id, uuid4()).legs
    return any(each.leg == leg and each.state == "up" for each in held)
