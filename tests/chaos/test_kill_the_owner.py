"""OPS-03: the worker that owns a floor dies while 50 calls are up, and another takes over."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from uuid import UUID

import pytest
from redis.asyncio import Redis

from domain.adapters.floor_door import RedisFloorDoor
from domain.agents.commands import AgentGoAvailable, AgentSignIn
from domain.agents.errors import NothingOnTheLine
from domain.calls.commands import CallHangUp
from domain.calls.models import Attempt, Call
from domain.calls.rules import AttemptState, Disposition
from domain.campaigns.rules import DialMode
from domain.floor.lease import lease_key
from domain.floor.models import FloorLease
from domain.targets.models import Target
from domain.targets.rules import ClosedReason, TargetState
from domain.telephony.link import commands_stream
from domain.telephony.port import PlaceLeg, ToEndpoint, decode_command
from tests.chaos.processes import processes
from tests.domain.floor.rig import rigged

CALLS = 50
NODE = "sim"


@pytest.mark.feature("OPS-03")
async def test_fifty_live_calls_survive_the_death_of_their_owner(
    database: str, redis: Redis, redis_url: str, tmp_path: Path
) -> None:
    environment = {
        "OUTDIAL_DATABASE": database,
        "OUTDIAL_REDIS": redis_url,
        "OUTDIAL_NODE": NODE,
        "OUTDIAL_SIM_SPEED": "0.5",  # the first must not hang up before the last is connected
        "OUTDIAL_DATA_DIR": str(tmp_path / "data"),
    }
    async with rigged(redis, speed=1.0) as rig:
        account = await rig.account()
        campaign = await rig.campaign(DialMode.PROGRESSIVE, max_attempts=1, wrap_up_s=600.0)
        endings = ("0001", "0020")  # half talk for two minutes, half for twenty seconds
        await rig.targets(campaign, *[f"+12{n:05d}{endings[n % 2]}" for n in range(CALLS)])
        agents = await rig.agents(CALLS)
        key = lease_key(account.id)

        async def owner() -> str | None:
            held = await redis.get(key)
            return held.decode().split(":")[1] if held else None

        with processes(environment, tmp_path) as children:
            try:
                pids = {str(children.start(name, "workers").pid): name for name in ("one", "two")}
                children.start("gateway", "workers.gateway")
                async with RedisFloorDoor(redis) as door:
                    await rig.until(lambda: _true(owner), seconds=30)
                    for agent in agents:
                        await door.ask(account.id, AgentSignIn(agent=agent.id), timeout_s=20)
                    ready = (AgentGoAvailable(agent=agent.id) for agent in agents)
                    await asyncio.gather(
                        *(door.ask(account.id, command, timeout_s=20) for command in ready)
                    )
                    await rig.until(lambda: _connected(CALLS), seconds=30)
                    dead = await owner()
                    assert dead is not None
                    epoch = (await FloorLease.get(account=account)).epoch

                    children.kill(pids[dead])
                    killed = time.monotonic()
                    survivor = next(pid for pid in pids if pid != dead)
                    await rig.until(lambda: _is(owner, survivor), seconds=30)
                    took_s = time.monotonic() - killed

                    # The lease is taken first, and then the epoch written.
                    await rig.until(lambda: _owned_since(account.id, epoch), seconds=30)
                    await rig.until(lambda: _ended(CALLS // 2), seconds=60)
                    for attempt in await Attempt.filter(state=AttemptState.CONNECTED):
                        with suppress(NothingOnTheLine):  # it ended between the two
                            await door.ask(account.id, CallHangUp(call=attempt.id), timeout_s=20)
                    await rig.until(lambda: _ended(CALLS), seconds=30)
            except (AssertionError, TimeoutError):
                print(children.logs())  # noqa: T201  # shown by pytest when the test fails
                raise

    attempts = await Attempt.exclude(disposition=Disposition.NOT_PLACED)
    assert len(attempts) == CALLS
    assert {a.disposition for a in attempts} == {Disposition.CONNECTED}
    commands = [
        command
        for _, fields in await redis.xrange(commands_stream(NODE))
        if isinstance(command := decode_command(fields[b"c"]), PlaceLeg)
    ]
    placed = Counter(command.leg for command in commands)
    assert max(placed.values()) == 1
    assert {a.id for a in attempts} <= set(placed)
    phones = [command for command in commands if isinstance(command.to, ToEndpoint)]
    assert len(phones) == len({command.to for command in phones}) == CALLS  # each once
    targets = await Target.all()
    assert {(t.state, t.closed_reason, t.attempts) for t in targets} == {
        (TargetState.CLOSED, ClosedReason.CONNECTED, 1)
    }
    calls = await Call.all()
    assert len(calls) == CALLS
    assert all(call.connected_at and call.ended_at and call.ended_by for call in calls)
    print(f"taken over after {took_s:.1f} s")  # noqa: T201


async def _true(read: Callable[[], Awaitable[str | None]]) -> bool:
    return await read() is not None


async def _is(read: Callable[[], Awaitable[str | None]], wanted: str) -> bool:
    return await read() == wanted


async def _owned_since(account_id: UUID, epoch: int) -> bool:
    return (await FloorLease.get(account_id=account_id)).epoch > epoch


async def _connected(count: int) -> bool:
    return await Attempt.filter(state=AttemptState.CONNECTED).count() >= count


async def _ended(count: int) -> bool:
    await asyncio.sleep(0.1)
    ended = Attempt.filter(state=AttemptState.ENDED).exclude(disposition=Disposition.NOT_PLACED)
    return await ended.count() >= count
