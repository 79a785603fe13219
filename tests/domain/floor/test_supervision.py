"""Supervisors beside agents who leave, are consulted, or get another owner of the floor."""

from collections.abc import Awaitable, Callable
from uuid import UUID, uuid4

import pytest

from domain.agents.commands import AgentSignOut
from domain.agents.models import Agent
from domain.agents.rules import AgentState
from domain.calls.commands import Supervise, SuperviseEnd, TransferCancel, TransferTo
from domain.calls.events import supervision_topic
from domain.calls.models import SupervisionEntry
from domain.calls.rules import SupervisionEnd, SupervisionStatus
from domain.telephony.port import HangUp, Join, PlaceLeg, Role, SetRole
from tests.domain.floor.rig import Rig
from tests.domain.floor.test_outside_calls import BOSS, a_trunk, holds, is_in, with_a_caller


def supervised(status: SupervisionStatus) -> Callable[[], Awaitable[bool]]:
    return lambda: SupervisionEntry.filter(status=status).exists()


async def listening(
    rig: Rig, agent: Agent, *, number: str | None = None, role: Role = Role.LISTEN
) -> tuple[UUID, UUID]:
    """A supervisor whose phone is in the agent's room, and the phone's leg."""
    supervisor = uuid4()
    endpoint = None if number else "boss"
    wish = Supervise(
        agent=agent.id, supervisor=supervisor, endpoint=endpoint, number=number, role=role
    )
    assert (await rig.ask(wish)).code is None
    await rig.until(supervised(SupervisionStatus.ANSWERED))
    return supervisor, rig.commands(PlaceLeg)[-1].leg


def hung_up(rig: Rig, leg: UUID) -> Callable[[], Awaitable[bool]]:
    async def holds() -> bool:
        return HangUp(leg=leg) in rig.commands(HangUp)

    return holds


@pytest.mark.feature("MON-04")
@pytest.mark.parametrize("by", ["endpoint", "number"])
async def test_a_supervisor_goes_on_listening_with_the_next_owner(slow_rig: Rig, by: str) -> None:
    rig = slow_rig
    await a_trunk(rig, "alpha")
    first, agent, _ = await with_a_caller(rig)
    supervisor, leg = await listening(rig, agent, number=BOSS if by == "number" else None)

    await rig.die(first)
    second = await rig.floor()
    await rig.pass_time(20)  # snapshots settle what is up

    assert leg in second.state.visitors
    assert rig.commands(HangUp) == []
    busy = 1 if by == "number" else 0
    assert await holds(second, busy)()
    wish = Supervise(agent=agent.id, supervisor=supervisor, endpoint="boss", role=Role.BARGE)
    assert (await rig.ask(wish)).code is None
    assert SetRole(leg=leg, role=Role.BARGE) in rig.commands(SetRole)
    assert (await rig.ask(SuperviseEnd(supervisor=supervisor))).code is None
    await rig.until(hung_up(rig, leg))
    assert await holds(second, 0)()
    row = await SupervisionEntry.get()
    assert (row.end, row.role) == (SupervisionEnd.ASKED, Role.BARGE)
    assert (await rig.ask(SuperviseEnd(supervisor=supervisor))).code == "NOT_SUPERVISING"


@pytest.mark.feature("MON-04")
@pytest.mark.parametrize("taken_over", [False, True])
@pytest.mark.parametrize("how", ["hangs up", "signs out"])
async def test_a_supervision_ends_with_the_agents_phone_and_the_supervisor_is_told(
    slow_rig: Rig, how: str, taken_over: bool
) -> None:
    rig = slow_rig
    floor, agent, _ = await with_a_caller(rig)
    supervisor, leg = await listening(rig, agent)
    phone = floor.state.seats[agent.id].leg
    assert phone is not None
    if taken_over:
        await rig.die(floor)
        floor = await rig.floor()
    rig.bus.published.clear()

    if how == "hangs up":
        rig.carrier_of().hang_up_far_end(phone)
    else:
        assert (await rig.ask(AgentSignOut(agent=agent.id, force=True))).code is None
    await rig.until(hung_up(rig, leg))
    await rig.until(supervised(SupervisionStatus.ENDED))

    row = await SupervisionEntry.get()
    assert (row.end, row.ended_at is None) == (SupervisionEnd.AGENT_GONE, False)
    await rig.until(lambda: _is_told(rig, supervisor))
    assert (await rig.ask(SuperviseEnd(supervisor=supervisor))).code == "NOT_SUPERVISING"


async def test_a_supervisor_whose_agent_is_gone_at_a_takeover_is_let_go(slow_rig: Rig) -> None:
    rig = slow_rig
    first, agent, _ = await with_a_caller(rig)
    _, leg = await listening(rig, agent)
    phone = first.state.seats[agent.id].leg
    assert phone is not None
    await rig.die(first)
    rig.carrier_of().hang_up_far_end(phone)

    await rig.floor()

    await rig.until(hung_up(rig, leg))
    await rig.until(supervised(SupervisionStatus.ENDED))
    assert (await SupervisionEntry.get()).end is SupervisionEnd.AGENT_GONE


@pytest.mark.parametrize(
    ("how", "why"), [("hangs up", SupervisionEnd.HUNG_UP), ("busy", SupervisionEnd.NOT_REACHED)]
)
async def test_why_a_supervisors_phone_is_there_no_more_is_kept(
    slow_rig: Rig, how: str, why: SupervisionEnd
) -> None:
    rig = slow_rig
    await a_trunk(rig, "full-1")
    _, agent, _ = await with_a_caller(rig)
    if how == "hangs up":
        _, leg = await listening(rig, agent)
        rig.carrier_of().hang_up_far_end(leg)
    else:
        wish = Supervise(agent=agent.id, supervisor=uuid4(), number=BOSS, role=Role.LISTEN)
        assert (await rig.ask(wish)).code is None
    await rig.until(supervised(SupervisionStatus.ENDED))

    row = await SupervisionEntry.get()
    assert row.end is why


@pytest.mark.feature("MON-04")
async def test_a_supervisor_is_with_the_agent_again_after_another_asked_the_agent(
    slow_rig: Rig,
) -> None:
    rig = slow_rig
    floor, one, _ = await with_a_caller(rig)
    two = await Agent.create(
        account=rig.row, name="Two", code="2", pin_hash="-", team=rig.team, endpoint="phone-two"
    )
    await rig.let_go(floor)
    floor = await rig.floor()  # which knows the new agent
    await rig.at_work(two)
    await rig.until(is_in(two, AgentState.AVAILABLE))
    _, leg = await listening(rig, two, role=Role.WHISPER)

    asked = TransferTo(agent=one.id, to_agent=two.id, consult=True)
    assert (await rig.ask(asked)).code is None
    assert (await rig.ask(TransferCancel(agent=one.id))).code is None

    back = Join(leg=leg, room=two.id, role=Role.WHISPER)
    await rig.until(lambda: _did(rig, back))
    await rig.until(lambda: _is_inside(rig, two.id, leg))
    assert leg in floor.state.visitors


async def _did(rig: Rig, command: Join) -> bool:
    return command in rig.commands(Join)


async def _is_inside(rig: Rig, room: UUID, leg: UUID) -> bool:
    snapshot = await rig.carrier_of().snapshot(rig.row.id, uuid4())
    return any(leg in each.legs for each in snapshot.rooms if each.room == room)


async def _is_told(rig: Rig, supervisor: UUID) -> bool:
    return supervision_topic(supervisor) in rig.bus.topics


@pytest.mark.feature("MON-04")
async def test_a_role_chosen_while_the_phone_rings_is_the_one_that_counts(slow_rig: Rig) -> None:
    rig = slow_rig
    _, agent, _ = await with_a_caller(rig)
    supervisor = uuid4()
    wish = Supervise(agent=agent.id, supervisor=supervisor, endpoint="boss", role=Role.BARGE)
    assert (await rig.ask(wish)).code is None
    wish = Supervise(agent=agent.id, supervisor=supervisor, endpoint="boss", role=Role.LISTEN)
    assert (await rig.ask(wish)).code is None
    await rig.until(supervised(SupervisionStatus.ANSWERED))

    leg = rig.commands(PlaceLeg)[-1].leg

    async def listens() -> bool:
        return rig.carrier_of()._exchange.legs[leg].role is Role.LISTEN

    await rig.until(listens)
    assert (await SupervisionEntry.get()).role is Role.LISTEN
