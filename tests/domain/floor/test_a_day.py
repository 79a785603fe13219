"""A list from its first call to its last, in each mode, through the real floor and its successor.

Customers behave as chance has it. Half-way another worker takes the floor over.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from redis.asyncio import Redis

from domain.agents.commands import PreviewDecide, PreviewDecision
from domain.agents.models import Agent, AgentStateEntry
from domain.agents.rules import AgentState
from domain.calls.models import Attempt, Call
from domain.calls.rules import CallDirection, Disposition
from domain.campaigns.models import Campaign
from domain.campaigns.rules import DialMode
from domain.floor.director import Floor
from domain.floor.state import Line, Run, Seat
from domain.numbers.models import InboundNumber, NumberPurpose
from domain.targets.models import Target
from domain.targets.rules import TargetState
from domain.telephony.port import PlaceLeg, ToNumber
from tests.domain.floor.rig import Rig, rigged
from workers.gateway.simulator.profile import CarrierProfile, Law

SPEED = 30.0
TARGETS, AGENTS, PORTS = 120, 12, 8
FIRST = 2000100  # the behaviour of numbers with smaller ends is forced
# Short calls, so that a day's worth of them fits into a test.
PEOPLE = CarrierProfile(
    answers=Law(mean=6.0, cv=0.5, longest=14.0),
    refuses=Law(mean=2.0, cv=0.2, longest=3.0),
    talk=Law(mean=15.0, cv=0.8, longest=60.0),
)
SOON = {str(disposition): 20 for disposition in Disposition} | {"connected": 0}
RETRIES = {name: seconds for name, seconds in SOON.items() if name not in ("connected", "invalid")}
MODES: dict[DialMode, dict[str, Any]] = {
    DialMode.AGENT_FIRST: {},
    DialMode.PREVIEW: {},
    DialMode.PROGRESSIVE: {"lines_per_agent": 2.0},
    DialMode.PREDICTIVE: {"max_lines_per_agent": 2.0},
    DialMode.IVR_PROGRESSIVE: {"lines_per_agent": 2.0},
    DialMode.IVR_PREDICTIVE: {"max_lines_per_agent": 3.0},
}
ON_PORTS = (DialMode.IVR_PROGRESSIVE, DialMode.IVR_PREDICTIVE)
ONE_FOR_ONE = (DialMode.AGENT_FIRST, DialMode.PREVIEW)


@pytest.mark.feature("CAM-04")
@pytest.mark.parametrize("mode", MODES)
async def test_every_target_comes_to_one_end_and_no_call_leaves_twice(
    mode: DialMode, database: str, redis: Redis
) -> None:
    async with rigged(redis, speed=SPEED) as rig:
        await rig.account()
        campaign = await rig.campaign(
            mode,
            max_attempts=2,
            retry_delays_s=RETRIES,
            ring_limit_s=20.0,
            announcement={"text": "x" * 100, "opt_out_key": "9", "hang_up_key": "1"},
            ivr_ports=PORTS,
            **MODES[mode],
        )
        await rig.targets(campaign, *[f"+1202{n}" for n in range(FIRST, FIRST + TARGETS)])
        agents = await rig.agents(0 if mode in ON_PORTS else AGENTS)
        await rig.carrier(profile=PEOPLE)
        floor = await rig.floor()
        await rig.at_work(*agents)

        async with _deciding(rig, agents, mode):
            await rig.until(lambda: rig.ended(TARGETS // 2), seconds=300)
            await rig.let_go(floor)
            floor = await rig.floor()
            await rig.until(lambda: _all_closed(campaign), seconds=300)
        await rig.until(lambda: _at_rest(floor))

        attempts = await Attempt.filter(account=rig.row).order_by("created_at")
        await _check_conservation(rig, campaign, attempts, floor)
        _check_mode(mode, attempts, [agent.id for agent in agents])


@pytest.mark.feature("CAM-19")
async def test_callers_and_two_campaigns_share_the_agents(database: str, redis: Redis) -> None:
    async with rigged(redis, speed=SPEED) as rig:
        await rig.account()
        given: dict[str, Any] = {
            "max_attempts": 2,
            "retry_delays_s": RETRIES,
            "ring_limit_s": 20.0,
            "patience_s": 5.0,
        }
        first = await rig.campaign(DialMode.PREDICTIVE, priority=7, **given)
        second = await rig.campaign(
            DialMode.PROGRESSIVE, priority=3, name="Second", lines_per_agent=2.0, **given
        )
        for area, campaign in ((3, first), (4, second)):
            numbers = [
                f"+1202{n}"
                for n in range(FIRST + area * 10**6, FIRST + area * 10**6 + TARGETS // 2)
            ]
            await rig.targets(campaign, *numbers)
        await InboundNumber.create(
            account=rig.row,
            number="+12025558000",
            name="Line",
            purpose=NumberPurpose.TEAM,
            team=rig.team,
        )
        agents = await rig.agents(AGENTS)
        await rig.carrier(profile=PEOPLE)
        floor = await rig.floor()
        order = _watch_order(floor)
        await rig.at_work(*agents)

        async with _called(rig), _wrapping_up(floor):
            await rig.until(lambda: _all_closed(first), seconds=300)
            await rig.until(lambda: _all_closed(second), seconds=300)

        for campaign in (first, second):
            attempts = await Attempt.filter(campaign=campaign).order_by("created_at")
            await _check_conservation(rig, campaign, attempts, floor)
        calls = await Call.filter(account=rig.row).exclude(connected_at=None)
        took = Counter((call.direction, call.campaign_id) for call in calls)
        assert took[(CallDirection.INBOUND, None)] > 0
        assert took[(CallDirection.OUTBOUND, first.id)] > 0
        assert took[(CallDirection.OUTBOUND, second.id)] > 0
        _check_nobody_is_in_two_calls(calls)
        assert set(order) == {"caller", "customer"}


async def _check_conservation(
    rig: Rig, campaign: Campaign, attempts: list[Attempt], floor: Floor
) -> None:
    targets = {target.id: target for target in await Target.filter(campaign=campaign)}
    assert {target.state for target in targets.values()} == {TargetState.CLOSED}
    assert all(target.closed_reason is not None for target in targets.values())
    # Each attempt has one end, and each one that reached the carrier counts for its target.
    assert all(a.disposition is not None and a.ended_at is not None for a in attempts)
    dialed = [a for a in attempts if a.disposition is not Disposition.NOT_PLACED]
    assert Counter(a.target_id for a in dialed) == Counter(
        {id: target.attempts for id, target in targets.items() if target.attempts}
    )
    assert len({(a.target_id, a.ordinal) for a in attempts}) == len(attempts)
    # A leg is asked for once, never without its row, and every attempt that counts was asked for.
    legs = [c.leg for c in rig.commands(PlaceLeg) if isinstance(c.to, ToNumber)]
    assert len(set(legs)) == len(legs)
    assert {a.id for a in dialed} <= set(legs)
    assert set(legs) <= {a.id for a in await Attempt.filter(account=rig.row)}
    # Live answers met somebody or were abandoned; the ledger says the same as the rows.
    live = [a for a in dialed if a.connected_at or a.disposition is Disposition.ABANDONED]
    abandoned = [a for a in live if a.disposition is Disposition.ABANDONED]
    ledger = floor.state.runs[campaign.id].ledger
    assert ledger.totals(rig.clock.now().timestamp()) == (len(live), len(abandoned))


def _check_mode(mode: DialMode, attempts: list[Attempt], agents: list[UUID]) -> None:
    ends = Counter(a.disposition for a in attempts)
    assert ends[Disposition.CONNECTED] > 0
    if mode in ON_PORTS:
        assert {a.agent_id for a in attempts} == {None}
        listened = [(a.connected_at, a.ended_at) for a in attempts if a.connected_at]
        assert 0 < _most_at_once(listened) <= PORTS
        return
    assert {a.agent_id for a in attempts if a.connected_at} == set(agents)
    ring = [(a.created_at, a.answered_at or a.ended_at) for a in attempts]
    if mode in ONE_FOR_ONE:
        assert ends[Disposition.ABANDONED] == 0
        assert all(a.agent_id is not None for a in attempts)
        for agent in agents:
            own = [(a.created_at, a.ended_at) for a in attempts if a.agent_id == agent]
            assert _most_at_once(own) == 1
    else:
        assert _most_at_once(ring) <= 2 * AGENTS


def _most_at_once(intervals: Iterable[tuple[datetime | None, datetime | None]]) -> int:
    """The largest number of intervals that overlap; one that begins as another ends does not."""
    edges = []
    for begins, ends in intervals:
        assert begins is not None
        assert ends is not None
        edges += [(begins, 1), (max(begins, ends), -1)]
    most = now = 0
    for _, step in sorted(edges, key=lambda edge: (edge[0], edge[1])):
        now += step
        most = max(most, now)
    return most


def _check_nobody_is_in_two_calls(calls: list[Call]) -> None:
    for agent in {call.agent_id for call in calls}:
        own = [(c.connected_at, c.ended_at or c.connected_at) for c in calls if c.agent_id == agent]
        assert _most_at_once(own) <= 1


def _watch_order(floor: Floor) -> list[str]:
    """What became of each connect: whether a caller was waiting when a customer was taken."""
    seen: list[str] = []
    connected = floor.lines.was_connected

    def watched(run: Run, line: Line, seat: Seat) -> None:
        callers = any(waiting.is_inbound for waiting in floor.state.waiting)
        seen.append("caller" if line.is_inbound else "jumped" if callers else "customer")
        connected(run, line, seat)

    floor.lines.was_connected = watched
    return seen


@asynccontextmanager
async def _deciding(rig: Rig, agents: list[Agent], mode: DialMode) -> AsyncIterator[None]:
    """Let agents take every contact that they are offered."""

    async def accept() -> None:
        while True:
            for floor in [each for each in rig.floors if each.ready.is_set()]:
                for seat in list(floor.state.seats.values()):
                    if seat.offer is not None:
                        command = PreviewDecide(
                            agent=seat.agent_id,
                            target=seat.offer.target.id,
                            decision=PreviewDecision.ACCEPT,
                        )
                        await rig.tell(command)
            await rig.pass_time(1.0)

    task = asyncio.create_task(accept()) if mode is DialMode.PREVIEW else None
    try:
        yield
    finally:
        if task is not None:
            task.cancel()
            await asyncio.wait([task])
            assert task.cancelled()  # else nobody decided any more


@asynccontextmanager
async def _called(rig: Rig) -> AsyncIterator[None]:
    """Let somebody call every three seconds or so."""

    async def call() -> None:
        for n in range(10_000):
            rig.carrier_of().arrive("+12025558000", f"+1303{n:07}", account=rig.row.id)
            await rig.pass_time(3.0)

    task = asyncio.create_task(call())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()


@asynccontextmanager
async def _wrapping_up(floor: Floor) -> AsyncIterator[None]:
    """Let agents end the wrap-up of callers' calls, which has no limit of its own."""

    async def end() -> None:
        while True:
            for seat in floor.state.seats.values():
                if seat.state is AgentState.WRAP_UP and seat.wrap_up_ends is None:
                    floor.seats.end_wrap_up(seat, code=None, note="", then_break=False)
            await asyncio.sleep(0.02)

    task = asyncio.create_task(end())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()


async def _all_closed(campaign: Campaign) -> bool:
    open_ = Target.filter(campaign=campaign).exclude(state=TargetState.CLOSED)
    return not await open_.exists()


async def _at_rest(floor: Floor) -> bool:
    busy = AgentStateEntry.filter(
        ended_at=None, state__in=[AgentState.RESERVED, AgentState.TALKING]
    )
    return not floor.state.lines and not await busy.exists()
