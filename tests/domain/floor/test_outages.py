"""A floor while the database or Redis is away: nothing new leaves, nothing is lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
import pytest

from domain.agents.commands import AgentDial, AgentEndWrapUp
from domain.agents.models import Agent
from domain.agents.rules import AgentState
from domain.calls.models import Attempt, Call
from domain.calls.rules import AttemptState, Disposition
from domain.campaigns.commands import CampaignChanged
from domain.campaigns.models import Campaign
from domain.campaigns.rules import CampaignState, DialMode
from domain.floor.agents.agent_phones import PHONE_PATIENCE_S
from domain.floor.director import Floor
from domain.floor.lease import lease_key
from domain.floor.models import FloorLease
from domain.floor.state import Seat
from domain.numbers.models import InboundNumber, NumberPurpose
from domain.targets.models import Target
from domain.targets.rules import TargetState
from domain.telephony.events import LegEnded
from domain.telephony.link import is_from_gateway, read_from_gateway
from domain.trunks.models import Trunk
from tests.domain.floor.rig import Rig


@asynccontextmanager
async def database_away(server: str, database: str) -> AsyncIterator[None]:
    """Refuse the test's database to everybody, and cut the connections that are open."""
    name = urlsplit(database).path.lstrip("/")
    admin = await asyncpg.connect(server)
    try:
        await admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        await admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name
        )
        yield
    finally:
        await admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        await admin.close()


async def test_without_a_database_no_call_leaves_and_what_happened_is_written_later(
    rig: Rig, database: str, database_server: str
) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE, max_attempts=1, lines_per_agent=1.0)
    await rig.targets(campaign, *[f"+120255{n:02d}0020" for n in range(10)])
    agents = await rig.agents(2)
    await rig.carrier()
    floor = await rig.floor()
    await rig.at_work(*agents)
    await rig.until(lambda: _connected(2))
    tally = floor.state.runs[campaign.id].tally

    async with database_away(database_server, database):
        await rig.until(lambda: _stalls(floor))
        await rig.until(lambda: _has_placed(rig, tally.dialed + len(agents)))
        placed = len(rig.placed)
        await rig.pass_time(60)  # both calls end, both wrap-ups end, nobody is called

        assert len(rig.placed) == placed
        assert floor.journal.stalled
        assert floor.state.lines.keys().isdisjoint(rig.placed)

    await rig.until(lambda: rig.ended(4))
    first_two = await Attempt.filter(account=rig.row).order_by("created_at").limit(2)
    for attempt in first_two:
        assert attempt.disposition is Disposition.CONNECTED
        call = await Call.get(id=attempt.id)
        assert call.connected_at is not None
        assert call.ended_at is not None
        assert 5 < (call.ended_at - call.connected_at).total_seconds() < 45  # not when written
    assert len(set(rig.placed)) == len(rig.placed)
    assert await Attempt.filter(account=rig.row).count() == len(rig.placed) - len(agents)


async def test_while_the_database_is_away_whoever_asks_is_told_so_at_once(
    rig: Rig, database: str, database_server: str
) -> None:
    campaign = await rig.campaign(DialMode.PREVIEW)
    (agent,) = await rig.agents(1)
    await Agent.filter(id=agent.id).update(default_campaign_id=campaign.id)
    await rig.carrier()
    floor = await rig.floor()
    await rig.at_work(agent)
    seat = floor.state.seats[agent.id]
    await rig.until(lambda: _is(seat, AgentState.AVAILABLE))
    dial = AgentDial(agent=agent.id, number="+12025550013")

    async with database_away(database_server, database):
        refused = [await rig.ask(dial), await rig.ask(dial)]  # each within ten seconds
        unread = await rig.ask(CampaignChanged(campaign=campaign.id))
        busy = await rig.ask(AgentEndWrapUp(agent=agent.id))

    assert [answer.code for answer in refused] == ["NO_LINE_FREE"] * 2
    assert "the database is away" in refused[0].message
    assert (unread.code, busy.code) == ("DATABASE_UNAVAILABLE", "NO_WRAP_UP")
    await rig.until(lambda: _writes(floor))
    await rig.pass_time(3)
    assert len(rig.placed) == 1  # the agent's phone
    assert await Attempt.all().count() == await Target.all().count() == 0
    assert (await rig.ask(dial)).code is None
    await rig.until(lambda: rig.ended(1))


async def test_an_emptied_redis_costs_no_target_and_no_second_call(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE, max_attempts=1)
    await rig.targets(campaign, *[f"+120255{n:02d}0020" for n in range(6)])
    agents = await rig.agents(2)
    await rig.carrier()
    floor = await rig.floor()
    await rig.at_work(*agents)
    await rig.until(lambda: _connected(2))

    await rig.redis.flushdb()
    await rig.until(lambda: _holds_its_lease(rig))
    await rig.until(lambda: rig.ended(6), seconds=60)

    attempts = await Attempt.filter(account=rig.row)
    assert len(attempts) == 6
    assert {a.disposition for a in attempts} == {Disposition.CONNECTED}
    assert len(set(rig.placed)) == len(rig.placed) == 6 + 2
    assert (await FloorLease.get(account=rig.row)).epoch == floor.state.epoch
    targets = await Target.filter(campaign=campaign)
    assert {t.state for t in targets} == {TargetState.CLOSED}


@pytest.mark.feature("OPS-03")
async def test_what_changed_while_nobody_could_be_told_is_taken_over_when_redis_is_back(
    rig: Rig,
) -> None:
    slow = await rig.campaign(DialMode.PREDICTIVE, wrap_up_s=10.0)
    ours, gone = await rig.agents(2)
    floor = await rig.floor()
    await Campaign.filter(id=slow.id).update(wrap_up_s=99.0, state=CampaignState.STOPPED)
    fresh = await rig.campaign(DialMode.PROGRESSIVE)
    await rig.targets(fresh, "+12025550020")
    await Agent.filter(id=gone.id).update(archived_at=rig.clock.now())
    await Agent.filter(id=ours.id).update(name="Ella")
    new = await Agent.create(
        account=rig.row, name="New", code="2001", pin_hash="-", endpoint="phone-new"
    )
    trunk = await Trunk.create(account=rig.row, name="new")
    number = await InboundNumber.create(
        account=rig.row, number="+12025559999", purpose=NumberPurpose.CALLER_ID
    )

    await rig.redis.flushdb()
    await rig.until(lambda: _knows(floor, fresh.id))
    await rig.until(lambda: _knows_number(floor, number.number))

    assert floor.state.runs[slow.id].settings.wrap_up_s == 99.0
    assert not floor.state.runs[slow.id].dials
    assert floor.state.runs[fresh.id].targets_left == 1
    assert floor.state.seats.keys() == {ours.id, new.id}
    assert floor.state.seats[ours.id].name == "Ella"
    assert trunk.id in floor.state.trunks


async def test_events_lost_with_redis_are_settled_by_a_snapshot(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE, max_attempts=1)
    await rig.targets(campaign, "+12025550010")
    (agent,) = await rig.agents(1)
    await rig.carrier()
    floor = await rig.floor()
    await rig.at_work(agent)
    await rig.until(lambda: _connected(1))
    lost = asyncio.Event()

    def deaf(fields: dict[bytes, bytes]) -> None:
        if is_from_gateway(fields) and isinstance(read_from_gateway(fields).said, LegEnded):
            lost.set()

    floor._handle = deaf  # type: ignore[method-assign]
    (leg,) = floor.state.lines
    rig.carrier_of().hang_up_far_end(leg)
    async with asyncio.timeout(20):
        await lost.wait()
    await rig.pass_time(6)
    del floor._handle
    assert len(floor.state.lines) == 1
    await rig.until(lambda: rig.ended(1), seconds=30)

    call = await Call.get(account=rig.row)
    assert call.ended_by == "switch"


async def test_an_agent_who_wants_calls_is_called_once_a_switch_is_back(rig: Rig) -> None:
    (agent,) = await rig.agents(1)
    floor = await rig.floor()
    await rig.at_work(agent)
    seat = floor.state.seats[agent.id]
    assert (seat.state, seat.reason) == (AgentState.BREAK, "no_switch")

    await rig.carrier()
    await rig.until(lambda: _is(seat, AgentState.AVAILABLE))

    assert len(rig.placed) == 1


async def test_an_agents_phone_that_a_slow_gateway_never_rang_is_called_again(rig: Rig) -> None:
    (agent,) = await rig.agents(1)
    await rig.carrier()
    floor = await rig.floor()
    seat = floor.state.seats[agent.id]
    rig.gateway_delay_s = PHONE_PATIENCE_S + 1
    await rig.at_work(agent)
    await rig.until(lambda: _has_placed(rig, 1))
    rig.gateway_delay_s = 0.0
    await rig.until(lambda: _is(seat, AgentState.AVAILABLE))

    assert len(set(rig.placed)) == len(rig.placed) >= 2  # more, where the machine is slow, too


async def _has_placed(rig: Rig, count: int) -> bool:
    await asyncio.sleep(0)
    return len(rig.placed) >= count


async def _stalls(floor: Floor) -> bool:
    return floor.journal.stalled


async def _is(seat: Seat, state: AgentState) -> bool:
    await asyncio.sleep(0)
    return seat.state is state


async def _writes(floor: Floor) -> bool:
    return not floor.journal.stalled


async def _connected(count: int) -> bool:
    await asyncio.sleep(0)
    return await Attempt.filter(state=AttemptState.CONNECTED).count() >= count


async def _holds_its_lease(rig: Rig) -> bool:
    return bool(await rig.redis.exists(lease_key(rig.row.id)))


async def _knows(floor: Floor, campaign_id: UUID) -> bool:
    await asyncio.sleep(0)
    run = floor.state.runs.get(campaign_id)
    return run is not None and run.targets_left > 0


async def _knows_number(floor: Floor, number: str) -> bool:
    await asyncio.sleep(0)
    return number in floor.state.routes
