"""What agents, supervisors and callers do with live calls."""

from uuid import UUID, uuid4

import pytest
from redis.asyncio import Redis

from domain.adapters.throttle import RedisThrottle
from domain.agents.commands import AgentEndWrapUp
from domain.agents.models import Agent, AgentStateEntry
from domain.agents.rules import AgentState
from domain.calls.commands import (
    CallHold,
    RecordAction,
    RecordCall,
    Supervise,
    SuperviseEnd,
    TransferCancel,
    TransferComplete,
    TransferTo,
)
from domain.calls.events import RecordingChanged, decode_desk_event, desk_topic
from domain.calls.models import Attempt, Call, CallEvent
from domain.calls.rules import AttemptState, CallDirection, Disposition
from domain.campaigns.commands import CampaignChanged
from domain.campaigns.models import Campaign
from domain.campaigns.rules import CampaignState, DialMode, MachineAction
from domain.floor.agents.phones import ASK_PIN, GUESSES_S
from domain.floor.director import Floor
from domain.numbers.models import InboundNumber, NumberPurpose
from domain.recordings.models import Recording
from domain.telephony.port import HangUp, Hold, Join, PlaceLeg, Play, Role, StartRecording, Tone
from domain.trunks.models import Trunk
from tests.domain.floor.rig import Rig
from workers.gateway.simulator.profile import CarrierProfile

LOGIN = "+12025559000"


async def _one_talking(rig: Rig, *, agents: int = 1, **fields: object) -> tuple[Floor, list[Agent]]:
    """A floor with one customer at the first agent's ear; the others are available."""
    campaign = await rig.campaign(
        DialMode.PROGRESSIVE, wrap_up_s=None, state=CampaignState.STOPPED, **fields
    )
    await rig.targets(campaign, "+12025550010")
    crew = await rig.agents(agents)
    await rig.carrier()
    floor = await rig.floor()
    await rig.at_work(crew[0])
    await rig.until(lambda: _in_state(crew[0], AgentState.AVAILABLE))
    await Campaign.filter(id=campaign.id).update(state=CampaignState.RUNNING)
    await rig.ask(CampaignChanged(campaign=campaign.id))
    await rig.until(lambda: _in_state(crew[0], AgentState.TALKING))
    for other in crew[1:]:
        await rig.at_work(other)
        await rig.until(lambda a=other: _in_state(a, AgentState.AVAILABLE))  # type: ignore[misc]
    return floor, crew


async def test_a_held_customer_hears_music_and_comes_back(rig: Rig) -> None:
    _, (agent,) = await _one_talking(rig)
    call = await Call.get(account=rig.row)

    await rig.ask(CallHold(agent=agent.id))
    await rig.ask(CallHold(agent=agent.id))
    await rig.ask(CallHold(agent=agent.id, on=False))
    await rig.until(lambda: _did(rig, Hold, 3))

    held, back = Hold(leg=call.id, on=True), Hold(leg=call.id, on=False)
    assert rig.commands(Hold) == [held, held, back]  # a gateway does nothing twice
    for kind in ("held", "taken_back"):
        assert await CallEvent.filter(call_id=call.id, kind=kind).count() == 1


async def test_a_blind_transfer_gives_the_customer_to_another_agent(rig: Rig) -> None:
    floor, (first, second) = await _one_talking(rig, agents=2)
    call = await Call.get(account=rig.row)

    answer = await rig.ask(TransferTo(agent=first.id, to_agent=second.id))

    assert answer.code is None
    await rig.until(lambda: _in_state(second, AgentState.TALKING))
    await rig.until(lambda: _in_state(first, AgentState.WRAP_UP))
    handed_over = Join(leg=call.id, room=second.id, role=Role.CUSTOMER, entry=Tone(name="zip"))
    await rig.until(lambda: _last_is(rig, handed_over))
    assert (await Call.get(id=call.id)).agent_id == second.id
    assert (await rig.ask(AgentEndWrapUp(agent=first.id))).code is None
    assert floor.state.seats[second.id].line is not None


async def test_nobody_is_transferred_to_an_agent_who_is_busy(rig: Rig) -> None:
    _, (first, second) = await _one_talking(rig, agents=2)
    await rig.ask(TransferTo(agent=first.id, to_agent=second.id))
    await rig.until(lambda: _in_state(second, AgentState.TALKING))
    await rig.until(lambda: _is_brought_to(rig, second))
    before = len(rig.commands(Join))

    refused = await rig.ask(TransferTo(agent=second.id, to_agent=first.id))
    unknown = await rig.ask(TransferTo(agent=second.id, to_agent=uuid4()))

    assert (refused.code, unknown.code) == ("TRANSFER_TARGET_BUSY", "NOT_FOUND")
    assert len(rig.commands(Join)) == before


async def test_a_consulted_number_is_joined_with_the_customer(rig: Rig) -> None:
    _, (agent,) = await _one_talking(rig)
    call = await Call.get(account=rig.row)
    rig.gateway_works.clear()  # nobody picks up yet

    await rig.ask(TransferTo(agent=agent.id, to_number="+12025560010", consult=True))
    early = await rig.ask(TransferComplete(agent=agent.id))
    assert early.code == "NO_CONSULTATION"
    rig.gateway_works.set()
    await rig.until(lambda: _noted(call.id, "third_party_answered"))
    done = await rig.ask(TransferComplete(agent=agent.id))

    assert done.code is None
    await rig.until(lambda: _in_state(agent, AgentState.WRAP_UP))
    third = rig.commands(PlaceLeg)[-1]
    assert third.join == agent.id
    await rig.until(lambda: _last_is(rig, Join(leg=call.id, room=call.id, role=Role.NORMAL)))
    assert {j.leg for j in rig.commands(Join) if j.room == call.id} == {call.id, third.leg}
    rig.carrier_of().hang_up_far_end(third.leg)
    await rig.until(lambda: rig.ended(1))


async def test_a_canceled_consultation_returns_to_the_customer(rig: Rig) -> None:
    _, (agent,) = await _one_talking(rig)
    call = await Call.get(account=rig.row)

    await rig.ask(TransferTo(agent=agent.id, to_number="+12025560010", consult=True))
    await rig.until(lambda: _noted(call.id, "third_party_answered"))
    answer = await rig.ask(TransferCancel(agent=agent.id))

    assert answer.code is None
    third = rig.commands(PlaceLeg)[-1]
    await rig.until(lambda: _did(rig, Hold, 2))
    assert rig.commands(HangUp) == [HangUp(leg=third.leg)]
    assert rig.commands(Hold)[-1] == Hold(leg=call.id, on=False)
    assert await _in_state(agent, AgentState.TALKING)


async def test_a_supervisor_listens_then_whispers_then_leaves(rig: Rig) -> None:
    _, (agent,) = await _one_talking(rig)
    supervisor = uuid4()

    def wish(role: Role) -> Supervise:
        return Supervise(agent=agent.id, supervisor=supervisor, endpoint="boss", role=role)

    await rig.ask(wish(Role.LISTEN))
    await rig.until(lambda: _did(rig, PlaceLeg, 3))
    placed = rig.commands(PlaceLeg)[-1]
    assert (placed.join, placed.role) == (agent.id, Role.LISTEN)
    await rig.ask(wish(Role.WHISPER))
    await rig.pass_time(20)  # longer than a snapshot takes to find strangers
    assert rig.commands(PlaceLeg)[2:] == [placed]
    ended = await rig.ask(SuperviseEnd(supervisor=supervisor))
    twice = await rig.ask(SuperviseEnd(supervisor=supervisor))

    await rig.until(lambda: _did(rig, HangUp, 1))
    assert (ended.code, twice.code) == (None, "NOT_SUPERVISING")
    assert {command.leg for command in rig.commands(HangUp)} == {placed.leg}


async def test_a_recorded_call_has_a_file_with_size_and_seconds(rig: Rig) -> None:
    _, (agent,) = await _one_talking(rig, record=True)
    call = await Call.get(account=rig.row)
    await rig.until(lambda: _did(rig, StartRecording, 1))
    await rig.pass_time(3)
    await rig.ask(RecordCall(agent=agent.id, action=RecordAction.PAUSE))
    await rig.ask(RecordCall(agent=agent.id, action=RecordAction.RESUME))

    await rig.ask(RecordCall(agent=agent.id, action=RecordAction.STOP))
    await rig.until(lambda: Recording.filter(path__isnull=False).exists())

    recording = await Recording.get(account=rig.row)
    assert (recording.call_id, recording.agent_id) == (call.id, agent.id)
    assert recording.finished_at is not None
    assert recording.seconds is not None
    assert recording.seconds >= 3
    assert recording.size is not None
    assert recording.size > 0
    heard = map(decode_desk_event, rig.bus.payloads(desk_topic(agent.id)))
    assert [
        (event.call, str(event.recording)) for event in heard if isinstance(event, RecordingChanged)
    ] == [(call.id, "on"), (call.id, "paused"), (call.id, "on"), (call.id, "off")]


async def test_an_agent_signs_in_by_code_and_pin_and_hangs_up_to_sign_out(slow_rig: Rig) -> None:
    rig = slow_rig
    (agent,) = await rig.agents(1)
    await rig.signs_in_with(agent, "4711")
    await InboundNumber.create(account=rig.row, number=LOGIN, purpose=NumberPurpose.PHONE_LOGIN)
    await rig.carrier()
    await rig.floor()
    leg = rig.dial_in(LOGIN)

    await rig.type_in(leg, "1001", "0000", "1001")
    assert await AgentStateEntry.all().count() == 0
    await rig.type_in(leg, "4711")
    await rig.until(lambda: _in_state(agent, AgentState.AVAILABLE))

    rig.carrier_of().hang_up_far_end(leg)
    await rig.until(lambda: _in_state(agent, AgentState.OFFLINE))


@pytest.mark.feature("AGT-02")
@pytest.mark.parametrize("another_owner", [False, True])
async def test_a_pin_that_was_guessed_at_too_often_signs_nobody_in(
    slow_rig: Rig, another_owner: bool
) -> None:
    rig = slow_rig
    (agent,) = await rig.agents(1)
    await rig.signs_in_with(agent, "4711")
    await InboundNumber.create(account=rig.row, number=LOGIN, purpose=NumberPurpose.PHONE_LOGIN)
    await rig.carrier()
    floor = await rig.floor()

    for _ in range(3):
        await _type_pins(rig, "0000", "0000", "0000")  # then the call is over
    if another_owner:
        await rig.die(floor)
        await rig.floor()
    await _type_pins(rig, "4711")
    assert await AgentStateEntry.all().count() == 0

    (key,) = [key async for key in rig.redis.scan_iter("throttle:sign-in:phone:*")]
    assert 0 < await rig.redis.pttl(key) <= GUESSES_S * 1000
    await rig.redis.delete(key)  # as its expiry does
    await _type_pins(rig, "4711")
    await rig.until(lambda: _in_state(agent, AgentState.AVAILABLE))


async def test_a_right_pin_is_not_counted(slow_rig: Rig) -> None:
    rig = slow_rig
    (agent,) = await rig.agents(1)
    await rig.signs_in_with(agent, "4711")
    await InboundNumber.create(account=rig.row, number=LOGIN, purpose=NumberPurpose.PHONE_LOGIN)
    await rig.carrier()
    await rig.floor()

    await _type_pins(rig, "4711")
    await rig.until(lambda: _in_state(agent, AgentState.AVAILABLE))

    keys = [key async for key in rig.redis.scan_iter("throttle:sign-in:*")]
    assert {int(await rig.redis.get(key)) for key in keys} == {0}


async def test_while_wrong_pins_cannot_be_counted_nobody_signs_in_by_telephone(
    slow_rig: Rig,
) -> None:
    rig = slow_rig
    (agent,) = await rig.agents(1)
    await rig.signs_in_with(agent, "4711")
    await InboundNumber.create(account=rig.row, number=LOGIN, purpose=NumberPurpose.PHONE_LOGIN)
    await rig.carrier()
    floor = await rig.floor()
    nowhere = Redis.from_url("unix:///nowhere/redis.sock")
    floor.phones._throttle = RedisThrottle(nowhere)

    await _type_pins(rig, "4711")
    await nowhere.aclose()

    assert await AgentStateEntry.all().count() == 0


async def test_star_ten_from_the_agents_own_phone_signs_in_and_star_eleven_out(rig: Rig) -> None:
    (agent,) = await rig.agents(1)
    await rig.carrier()
    await rig.floor()

    rig.dial_in("*10", "phone-1")
    await rig.until(lambda: _in_state(agent, AgentState.AVAILABLE))
    rig.dial_in("*11", "phone-1")
    await rig.until(lambda: _in_state(agent, AgentState.OFFLINE))


@pytest.mark.feature("AGT-02")
async def test_nobody_is_dialed_for_an_agent_whose_phone_is_not_in_the_room_yet(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE, wrap_up_s=None)
    (agent,) = await rig.agents(1)
    await rig.carrier()
    await rig.floor()
    rig.gateway_works.clear()  # no command is carried out: the call is not even answered

    leg = rig.dial_in("*10", "phone-1")
    await rig.until(lambda: _in_state(agent, AgentState.RINGING))
    await rig.targets(campaign, "+12025550010")
    await rig.changed(campaign)
    await rig.pass_time(10)
    assert rig.placed == []

    rig.gateway_works.set()
    await rig.until(lambda: _in_state(agent, AgentState.TALKING))
    (own,) = [join for join in rig.commands(Join) if join.leg == leg]
    (customers,) = [join for join in rig.commands(Join) if join.leg != leg]
    assert (own.room, customers.room) == (agent.id, agent.id)


async def test_the_star_key_ends_the_customer_call_but_not_the_agents(rig: Rig) -> None:
    floor, (agent,) = await _one_talking(rig)
    phone = floor.state.seats[agent.id].leg
    assert phone is not None

    rig.carrier_of().press(phone, "*")
    await rig.until(lambda: _in_state(agent, AgentState.WRAP_UP))

    assert floor.state.seats[agent.id].leg == phone
    assert (await Attempt.get(account=rig.row)).disposition is Disposition.CONNECTED
    rig.carrier_of().press(phone, "*")  # nobody else ends the wrap-up of a telephone
    await rig.until(lambda: _in_state(agent, AgentState.AVAILABLE))


async def test_a_greeting_is_played_to_its_end_before_the_music(rig: Rig) -> None:
    await rig.agents(1)
    await InboundNumber.create(
        account=rig.row,
        number="+12025558000",
        name="Sales line",
        purpose=NumberPurpose.TEAM,
        team=rig.team,
        greeting="welcome",
    )
    await rig.carrier(profile=CarrierProfile(sounds={"welcome": 60.0}))
    await rig.floor()
    rig.dial_in("+12025558000", "+12025552222")

    await rig.until(lambda: _did(rig, Play, 1))
    assert not await _did(rig, Hold, 1)
    await rig.until(lambda: _did(rig, Hold, 1))


async def test_a_caller_waits_with_music_for_an_agent_of_the_team(rig: Rig) -> None:
    (agent,) = await rig.agents(1)
    await InboundNumber.create(
        account=rig.row,
        number="+12025558000",
        name="Sales line",
        purpose=NumberPurpose.TEAM,
        team=rig.team,
    )
    await rig.carrier()
    await rig.floor()
    leg = rig.dial_in("+12025558000", "+12025552222")
    await rig.until(lambda: _did(rig, Hold, 1))

    await rig.at_work(agent)
    await rig.until(lambda: _in_state(agent, AgentState.TALKING))
    rig.carrier_of().hang_up_far_end(leg)
    await rig.until(lambda: _in_state(agent, AgentState.WRAP_UP))

    call = await Call.get(account=rig.row)
    assert (call.direction, call.number, call.agent_id, call.campaign_id) == (
        CallDirection.INBOUND,
        "+12025552222",
        agent.id,
        None,
    )
    assert call.connected_at is not None
    assert call.ended_at is not None
    assert await Attempt.all().count() == 0


async def test_a_message_is_left_after_the_beep(rig: Rig) -> None:
    campaign = await rig.campaign(
        DialMode.PROGRESSIVE,
        lines_per_agent=2.0,
        max_attempts=1,
        machine_action=MachineAction.MESSAGE,
        machine_message="call-us-back",
    )
    await rig.targets(campaign, "+12025550006")
    (agent,) = await rig.agents(1)
    await rig.carrier()
    await rig.floor()

    await rig.at_work(agent)
    await rig.until(lambda: rig.ended(1))

    attempt = await Attempt.get(account=rig.row)
    assert attempt.disposition is Disposition.MACHINE
    assert await _noted(attempt.id, "message_left")
    (play,) = rig.commands(Play)
    assert (play.leg, play.media[0].name) == (attempt.id, "call-us-back")  # type: ignore[union-attr]


async def test_calls_leave_by_the_next_trunk_when_the_first_is_full(rig: Rig) -> None:
    first = await Trunk.create(account=rig.row, name="alpha", channels=1, calls_per_second=50.0)
    second = await Trunk.create(
        account=rig.row, name="beta", channels=1, calls_per_second=50.0, position=2
    )
    campaign = await rig.campaign(DialMode.PROGRESSIVE, max_attempts=1)
    await rig.targets(campaign, *[f"+120255{n:02d}0010" for n in range(3)])  # until we hang up
    agents = await rig.agents(3)
    await rig.carrier()
    floor = await rig.floor()
    await rig.at_work(*agents)
    await rig.until(lambda: _connected(2))
    await rig.until(lambda: _are_free(floor, 1))  # because no trunk has room
    await rig.pass_time(5)

    assert await _are_free(floor, 1)
    assert {a.trunk_id for a in await Attempt.all()} == {first.id, second.id}
    assert await Attempt.all().count() == 2
    (leg, _) = floor.state.lines
    rig.carrier_of().hang_up_far_end(leg)
    await rig.until(lambda: rig.ended(1))
    await rig.until(lambda: _connected(2))


async def _are_free(floor: Floor, count: int) -> bool:
    return sum(seat.free for seat in floor.state.seats.values()) == count


async def _connected(count: int) -> bool:
    return await Attempt.filter(state=AttemptState.CONNECTED).count() >= count


async def _type_pins(rig: Rig, *pins: str) -> None:
    """Call the login number, type these PINs and hear what comes of the last."""
    leg = rig.dial_in(LOGIN)
    for pin in pins:
        await rig.type_in(leg, "1001")
        await rig.until(lambda: _asked_for_a_pin(rig, leg))
        said = _said(rig, leg)
        await rig.type_in(leg, pin)
        await rig.until(lambda n=said: _says_more(rig, leg, n))  # type: ignore[misc]


def _said(rig: Rig, leg: UUID) -> int:
    joined = sum(command.leg == leg for command in rig.commands(Join))
    return joined + sum(command.leg == leg for command in rig.commands(Play))


async def _says_more(rig: Rig, leg: UUID, before: int) -> bool:
    return _said(rig, leg) > before


async def _asked_for_a_pin(rig: Rig, leg: UUID) -> bool:
    last = [command for command in rig.commands(Play) if command.leg == leg][-1]
    return last.media == (ASK_PIN,)


async def _in_state(agent: Agent, state: AgentState) -> bool:
    return await AgentStateEntry.filter(agent=agent, state=state, ended_at=None).exists()


async def _noted(call_id: UUID, kind: str) -> bool:
    return await CallEvent.filter(call_id=call_id, kind=kind).exists()


async def _last_is(rig: Rig, join: Join) -> bool:
    return rig.commands(Join)[-1:] == [join]


async def _is_brought_to(rig: Rig, agent: Agent) -> bool:
    joined = rig.commands(Join)[-1:]
    return [(join.room, join.role) for join in joined] == [(agent.id, Role.CUSTOMER)]


async def _did(rig: Rig, kind: type, count: int) -> bool:
    return len(rig.commands(kind)) >= count
