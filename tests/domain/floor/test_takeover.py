"""What a floor leaves when it dies, and what the next owner makes of it."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from domain.agents.commands import AgentGoAvailable, AgentHangUp, AgentSignIn, AgentSignOut
from domain.agents.models import Agent, AgentStateEntry, EndpointKind
from domain.agents.rules import AgentState
from domain.calls.commands import RecordAction, RecordCall
from domain.calls.models import Attempt, Call, CallEvent
from domain.calls.rules import AttemptState, Disposition, RecordingState
from domain.campaigns.rules import DialMode
from domain.floor.director import Floor
from domain.floor.ledger import Tally
from domain.floor.models import FloorLease
from domain.numbers.models import InboundNumber, NumberPurpose
from domain.recordings.models import Recording
from domain.targets.models import Target
from domain.targets.rules import TargetState
from domain.telephony.port import HangUp, PauseRecording, StartRecording
from domain.trunks.models import Trunk
from tests.domain.floor.rig import Rig

LOGIN = "+12025559000"


async def test_live_calls_are_adopted_and_end_as_they_would_have(rig: Rig) -> None:
    began = rig.clock.now()
    campaign = await rig.campaign(DialMode.PROGRESSIVE, max_attempts=1, started_at=began)
    await rig.targets(campaign, "+12025550001", "+12025560001")  # they talk for a minute
    agents = await rig.agents(2)
    await rig.carrier()
    first = await rig.floor()
    await rig.at_work(*agents)
    await rig.until(lambda: _connected(rig, 2))
    placed = list(rig.placed)
    counted = first.state.runs[campaign.id].tally

    await rig.die(first)
    second = await rig.floor()
    await rig.until(lambda: _has_counted(second, campaign.id, counted))
    assert (counted.dialed, counted.answered, counted.connected) == (2, 2, 2)
    await rig.until(lambda: rig.ended(2))
    await rig.until(lambda: _at_rest(second))

    assert second.state.epoch == first.state.epoch + 1
    assert rig.placed == placed  # neither a customer nor an agent's phone was called again
    attempts = await Attempt.filter(account=rig.row)
    assert [a.disposition for a in attempts] == [Disposition.CONNECTED] * 2
    for call in await Call.filter(account=rig.row):
        assert call.connected_at is not None
        assert call.ended_at is not None
        assert 55 < (call.ended_at - call.connected_at).total_seconds() < 120
    await rig.until(lambda: _all_in(rig, AgentState.AVAILABLE, 2))


async def test_what_happened_while_nobody_owned_the_floor_is_not_lost(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE, max_attempts=1)
    await rig.targets(campaign, "+12025550019")
    (agent,) = await rig.agents(1)
    await rig.carrier()
    first = await rig.floor()
    await rig.at_work(agent)
    await rig.until(lambda: _has_rung(rig))

    await rig.die(first)
    await rig.pass_time(12)  # the customer picks up meanwhile
    second = await rig.floor()
    await rig.until(lambda: _talks(second))

    await rig.until(lambda: _connected(rig, 1))
    assert len(second.state.lines) == 1


async def test_an_attempt_that_was_never_placed_is_closed_and_its_target_dialed_anew(
    rig: Rig,
) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE, max_attempts=1)
    await rig.targets(campaign, "+12025550013")
    (agent,) = await rig.agents(1)
    await rig.carrier()
    first = await rig.floor()
    lines = first.lines
    lines.placing._place = lambda lines: None  # type: ignore[method-assign]  # dies right after the commit
    await rig.at_work(agent)
    await rig.until(lambda: _committed(rig))

    await rig.die(first)
    await rig.floor()
    await rig.until(lambda: rig.ended(2))

    attempts = await Attempt.filter(account=rig.row).order_by("ordinal")
    assert [(a.ordinal, a.disposition) for a in attempts] == [
        (1, Disposition.NOT_PLACED),
        (2, Disposition.CONNECTED),
    ]
    assert attempts[0].id not in rig.placed
    target = await Target.get(campaign=campaign)
    assert (target.state, target.attempts) == (TargetState.CLOSED, 1)


async def test_a_zombie_writes_nothing_and_places_nothing(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE, max_attempts=1)
    (agent,) = await rig.agents(1)
    await rig.carrier()
    zombie = await rig.floor()
    await rig.at_work(agent)
    await rig.until(lambda: _available(zombie))
    await FloorLease.filter(account=rig.row).update(epoch=zombie.state.epoch + 1)
    placed = list(rig.placed)

    await rig.targets(campaign, "+12025550013")
    async with asyncio.timeout(20):
        await asyncio.wait([rig._floors[zombie]])

    assert rig.placed == placed
    assert await Attempt.filter(account=rig.row).count() == 0
    assert (await Target.get(campaign=campaign)).state is TargetState.NEW


async def test_only_one_of_two_workers_owns_the_floor(rig: Rig) -> None:
    await rig.floor()
    second = await rig.floor(wait=False)

    async with asyncio.timeout(5):
        assert await rig._floors.pop(second) is False


async def test_a_floor_let_go_in_order_is_owned_by_the_next_at_once(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE, max_attempts=1)
    await rig.targets(campaign, "+12025550010")
    (agent,) = await rig.agents(1)
    await rig.carrier()
    first = await rig.floor()
    await rig.at_work(agent)
    await rig.until(lambda: _connected(rig, 1))

    await rig.let_go(first)
    second = await rig.floor()
    (leg,) = second.state.lines
    rig.carrier_of().hang_up_far_end(leg)
    await rig.until(lambda: rig.ended(1))

    assert (await Attempt.get(account=rig.row)).disposition is Disposition.CONNECTED
    assert second.state.epoch == first.state.epoch + 1


async def test_what_the_last_commit_of_a_floor_let_go_did_is_answered(rig: Rig) -> None:
    first, second = await rig.agents(2)
    floor = await rig.floor()
    journal = floor.journal
    commits, goes_on, commit = asyncio.Event(), asyncio.Event(), journal._commit

    async def slow(*group: Any) -> Any:
        commits.set()
        await goes_on.wait()
        return await commit(*group)

    journal._commit = slow  # type: ignore[method-assign,assignment]
    asked = [asyncio.create_task(rig.ask(AgentSignIn(agent=first.id)))]
    async with asyncio.timeout(20):
        await commits.wait()
    asked.append(asyncio.create_task(rig.ask(AgentSignIn(agent=second.id))))
    await rig.until(lambda: _is_in(floor, second, AgentState.BREAK))  # not before the next commit

    ends = asyncio.create_task(rig.let_go(floor))
    await rig.until(lambda: _is_being_let_go(floor))
    goes_on.set()
    await ends

    assert [answer.code for answer in await asyncio.gather(*asked)] == [None, None]
    assert await AgentStateEntry.filter(state=AgentState.BREAK).count() == 2


@pytest.mark.parametrize("comes_back", [True, False])
async def test_calls_of_a_dead_switch_end_with_a_stated_cause(rig: Rig, comes_back: bool) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE, max_attempts=1)
    await rig.targets(campaign, "+12025550010")
    (agent,) = await rig.agents(1)
    await rig.carrier()
    await rig.floor()
    await rig.at_work(agent)
    await rig.until(lambda: _connected(rig, 1))

    await rig.kill_gateway()
    if comes_back:
        await rig.carrier()
    await rig.until(lambda: rig.ended(1))

    call = await Call.get(account=rig.row)
    assert call.ended_by == "switch"
    if not comes_back:
        await rig.until(lambda: _state(rig, AgentState.BREAK))
        await rig.carrier()  # hours later perhaps
    # The phone that was lost with the switch is called again; nobody has to touch anything.
    await rig.until(lambda: _state(rig, AgentState.AVAILABLE))


async def test_a_call_that_is_only_wrapped_up_takes_no_channel_of_its_trunk(rig: Rig) -> None:
    trunk = await Trunk.create(account=rig.row, name="alpha", channels=1)
    campaign = await rig.campaign(DialMode.PROGRESSIVE, max_attempts=1, wrap_up_s=None)
    await rig.targets(campaign, "+12025550010")
    (agent,) = await rig.agents(1)
    await rig.carrier()
    first = await rig.floor()
    await rig.at_work(agent)
    await rig.until(lambda: _connected(rig, 1))
    assert (await rig.ask(AgentHangUp(agent=agent.id))).code is None
    await rig.until(lambda: _state(rig, AgentState.WRAP_UP))

    await rig.die(first)
    second = await rig.floor()

    assert second.state.seats[agent.id].line is not None
    assert second.state.trunks[trunk.id].busy == 0


@pytest.mark.feature("AGT-02")
async def test_hanging_up_signs_a_telephone_agent_out_whoever_owns_the_floor(
    slow_rig: Rig,
) -> None:
    rig = slow_rig
    (agent,) = await rig.agents(1)
    await rig.signs_in_with(agent, "4711")
    await InboundNumber.create(account=rig.row, number=LOGIN, purpose=NumberPurpose.PHONE_LOGIN)
    await rig.carrier()
    first = await rig.floor()
    leg = rig.dial_in(LOGIN)
    await rig.type_in(leg, agent.code, "4711")
    await rig.until(lambda: _state(rig, AgentState.AVAILABLE))

    await rig.die(first)
    second = await rig.floor()
    await rig.until(lambda: _available(second))
    rig.carrier_of().hang_up_far_end(leg)
    await rig.until(lambda: _state(rig, AgentState.OFFLINE))

    assert second.state.legs == {}
    assert rig.placed == []  # nobody called the agent's own phone


@pytest.mark.feature("AGT-02")
async def test_hanging_up_after_star_ten_is_a_break_whoever_owns_the_floor(rig: Rig) -> None:
    await rig.agents(1)
    await rig.carrier()
    first = await rig.floor()
    leg = rig.dial_in("*10", "phone-1")
    await rig.until(lambda: _state(rig, AgentState.AVAILABLE))

    await rig.die(first)
    second = await rig.floor()
    await rig.until(lambda: _available(second))
    rig.carrier_of().hang_up_far_end(leg)

    await rig.until(lambda: _state(rig, AgentState.BREAK))


async def test_a_phone_taken_in_the_middle_of_a_stretch_is_known_to_the_next_owner(
    rig: Rig,
) -> None:
    (agent,) = await rig.agents(1)
    await rig.carrier()
    first = await rig.floor()
    await rig.at_work(agent)
    await rig.until(lambda: _available(first))
    leg = rig.dial_in("*10", "phone-1")
    await rig.until(lambda: _is_held_by(leg))
    placed = list(rig.placed)

    await rig.die(first)
    second = await rig.floor()
    await rig.pass_time(10)  # snapshots settle what is up

    seat = second.state.seats[agent.id]
    assert (seat.leg, seat.free) == (leg, True)
    assert rig.placed == placed
    assert leg not in {command.leg for command in rig.commands(HangUp)}


@pytest.mark.feature("CAM-21")
async def test_the_channels_of_agents_outside_are_counted_by_the_next_owner(rig: Rig) -> None:
    trunk = await Trunk.create(account=rig.row, name="alpha", channels=1, calls_per_second=50.0)
    agents = await rig.agents(2)
    for n, agent in enumerate(agents):  # at a number that answers and stays
        await Agent.filter(id=agent.id).update(
            endpoint_kind=EndpointKind.NUMBER, endpoint=f"+120255{5 + n}0010"
        )
    await rig.carrier()
    first = await rig.floor()
    await rig.at_work(agents[0])
    await rig.until(lambda: _available(first))

    await rig.die(first)
    second = await rig.floor()
    await rig.until(lambda: _available(second))
    assert second.state.trunks[trunk.id].busy == 1
    placed = list(rig.placed)
    await rig.ask(AgentSignIn(agent=agents[1].id))
    await rig.ask(AgentGoAvailable(agent=agents[1].id))
    assert second.state.seats[agents[1].id].reason == "trunks_full"
    assert rig.placed == placed

    await rig.ask(AgentSignOut(agent=agents[0].id))
    assert second.state.trunks[trunk.id].busy == 0
    await rig.ask(AgentGoAvailable(agent=agents[1].id))
    await rig.until(lambda: _available(second))


async def test_a_recording_goes_on_and_is_paused_by_the_next_owner(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE, max_attempts=1, record=True, wrap_up_s=None)
    await rig.targets(campaign, "+12025550010")
    (agent,) = await rig.agents(1)
    await rig.carrier()
    first = await rig.floor()
    await rig.at_work(agent)
    await rig.until(lambda: Recording.filter(account=rig.row).exists())
    recording = await Recording.get(account=rig.row)

    await rig.die(first)
    second = await rig.floor()
    paused, started = [
        await rig.ask(RecordCall(agent=agent.id, action=action))
        for action in (RecordAction.PAUSE, RecordAction.START)
    ]
    await rig.until(lambda: _did(rig, PauseRecording))

    assert (paused.code, started.code) == (None, None)
    assert rig.commands(PauseRecording) == [PauseRecording(recording=recording.id, paused=True)]
    assert [c.recording for c in rig.commands(StartRecording)] == [recording.id]
    assert [line.recording for line in second.state.lines.values()] == [recording.id]
    await rig.until(lambda: CallEvent.filter(kind="recording_paused").exists())
    await rig.die(second)
    third = await rig.floor()
    assert [line.recorded for line in third.state.lines.values()] == [RecordingState.PAUSED]


async def _is_in(floor: Floor, agent: Agent, state: AgentState) -> bool:
    return floor.state.seats[agent.id].state is state


async def _is_being_let_go(floor: Floor) -> bool:
    return bool(floor.journal._flushing._waiters)  # the last commit comes next


async def _did(rig: Rig, kind: type[object]) -> bool:
    return bool(rig.commands(kind))


async def _connected(rig: Rig, count: int) -> bool:
    return await Attempt.filter(account=rig.row, state=AttemptState.CONNECTED).count() == count


async def _has_counted(floor: Floor, campaign_id: UUID, tally: Tally) -> bool:
    return floor.state.runs[campaign_id].tally == tally


async def _has_rung(rig: Rig) -> bool:
    return await Attempt.filter(account=rig.row, ringing_at__isnull=False).exists()


async def _committed(rig: Rig) -> bool:
    return await Attempt.filter(account=rig.row, state=AttemptState.COMMITTED).exists()


async def _is_held_by(leg: UUID) -> bool:
    return await AgentStateEntry.filter(leg_id=leg, ended_at=None).exists()


async def _state(rig: Rig, state: AgentState) -> bool:
    return await AgentStateEntry.filter(account=rig.row, state=state, ended_at=None).exists()


async def _all_in(rig: Rig, state: AgentState, count: int) -> bool:
    states = await AgentStateEntry.filter(account=rig.row, ended_at=None)
    return [entry.state for entry in states] == [state] * count


async def _talks(floor: Floor) -> bool:
    return any(seat.state is AgentState.TALKING for seat in floor.state.seats.values())


async def _available(floor: Floor) -> bool:
    return any(seat.free for seat in floor.state.seats.values())


async def _at_rest(floor: Floor) -> bool:
    return not floor.state.lines and all(seat.free for seat in floor.state.seats.values())
