"""What a floor costs: `python -m benchmarks.floor [--calls N] [--agents N] [--seconds S]`.

The floor runs in this process and a gateway with the simulated carrier in another, over a real
Valkey, on a real PostgreSQL. First as fast as it goes: complete calls (dialed, answered, connected,
talked, wrapped up) for each CPU second, against a bare asyncpg script that writes the very same
rows. Then in real time: 500 agents on a predictive campaign; the share of one core, and the longest
time that the floor was late to decide.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
from redis.asyncio import Redis

from benchmarks.measured import keep
from domain.access.models import Account
from domain.adapters.redis_bus import RedisBus
from domain.adapters.system_clock import SystemClock
from domain.adapters.telephony_redis import TelephonyLink
from domain.adapters.throttle import RedisThrottle
from domain.agents.commands import AgentGoAvailable, AgentSignIn
from domain.agents.models import Agent, Team
from domain.calls.models import Attempt
from domain.campaigns.models import Campaign, CampaignTeam
from domain.campaigns.rules import CampaignState, DialMode
from domain.core import database, migrations
from domain.floor.director import TICK_S, Floor
from domain.targets.models import Contact, Target
from workers.launch.embedded import EmbeddedServers

TALKS_A_MOMENT = "0013"  # docs/simulated-carrier.md: answers, talks 3 s
ROWS_OF = ("attempt", "call", "call_event", "agent_state")
AT_ONCE = 100  # rows of one statement of the bare script, about what a group commit holds


@asynccontextmanager
async def gateway(environment: dict[str, str]) -> AsyncIterator[None]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "workers.gateway", env=os.environ | environment
    )
    try:
        yield
    finally:
        process.terminate()
        await process.wait()


@asynccontextmanager
async def a_floor(
    redis: Redis, mode: DialMode, *, agents: int, numbers: list[str], **settings: Any
) -> AsyncIterator[tuple[Floor, Campaign]]:
    """An account's floor with everybody at work, and its campaign, which is stopped."""
    account = await Account.create(name="Bench", slug=f"bench-{mode}")
    team = await Team.create(account=account, name="All")
    campaign = await Campaign.create(
        account=account, serial=1, api_code="bench", name="Bench", mode=mode,
        state=CampaignState.STOPPED, max_attempts=1, **settings,
    )  # fmt: skip
    await CampaignTeam.create(campaign=campaign, team=team)
    people = [
        Agent(account=account, name=f"A{n}", code=f"{n}", pin_hash="-", team=team, endpoint=f"p{n}")
        for n in range(agents)
    ]
    await Agent.bulk_create(people)
    contacts = [Contact(account=account, name=f"P{n}") for n in range(len(numbers))]
    await Contact.bulk_create(contacts, batch_size=5_000)
    await Target.bulk_create(
        [
            Target(
                account=account, campaign=campaign, contact_id=c.id, number=number, max_attempts=1
            )
            for c, number in zip(contacts, numbers, strict=True)
        ],
        batch_size=5_000,
    )
    async with RedisBus(redis) as bus:
        links = TelephonyLink(redis)
        floor = Floor(
            account.id,
            redis=redis,
            gateways=links,
            bus=bus,
            clock=SystemClock(),
            throttle=RedisThrottle(redis),
        )
        owning = asyncio.create_task(floor.run())
        await floor.ready.wait()
        for agent in people:
            floor.commands.handle(AgentSignIn(agent=agent.id))
            floor.commands.handle(AgentGoAvailable(agent=agent.id))
        while True:  # their phones take a second to answer
            if all(seat.leg_up for seat in floor.state.seats.values()):
                break
            await asyncio.sleep(0.1)
        try:
            yield floor, campaign
        finally:
            owning.cancel()
            await asyncio.gather(owning, return_exceptions=True)


async def start(floor: Floor, campaign: Campaign) -> None:
    await Campaign.filter(id=campaign.id).update(state=CampaignState.RUNNING)
    await floor.campaigns.changed(campaign.id)


async def as_fast_as_it_goes(redis: Redis, calls: int, agents: int) -> float:
    """Calls for each CPU second of the floor."""
    numbers = [f"+12{n:06d}{TALKS_A_MOMENT}" for n in range(calls)]
    async with a_floor(
        redis, DialMode.PROGRESSIVE, agents=agents, numbers=numbers, wrap_up_s=0.0
    ) as (floor, campaign):
        before = time.process_time()
        await start(floor, campaign)
        while True:
            if await Attempt.filter(campaign=campaign, state="ended").count() >= calls:
                return calls / (time.process_time() - before)
            await asyncio.sleep(0.5)


async def bare(url: str, calls: int) -> float:
    """Calls for each CPU second of a script that writes the same rows and nothing else."""
    connection = await asyncpg.connect(url)
    try:
        rows = {table: await connection.fetch(f'SELECT * FROM "{table}"') for table in ROWS_OF}
        targets = await connection.fetch("SELECT id FROM target WHERE state = 'closed'")
        for table in ROWS_OF:
            await connection.execute(f'CREATE TABLE "bare_{table}" (LIKE "{table}" INCLUDING ALL)')
        before = time.process_time()
        for table, found in rows.items():
            places = ", ".join(f"${n + 1}" for n in range(len(found[0])))
            insert = f'INSERT INTO "bare_{table}" VALUES ({places})'
            for first in range(0, len(found), AT_ONCE):
                some_rows = [tuple(row) for row in found[first : first + AT_ONCE]]
                await connection.executemany(insert, some_rows)
        for first in range(0, len(targets), AT_ONCE):
            some = [row["id"] for row in targets[first : first + AT_ONCE]]
            await connection.execute("UPDATE target SET attempts = 1 WHERE id = ANY($1)", some)
        return calls / (time.process_time() - before)
    finally:
        await connection.close()


async def in_real_time(redis: Redis, agents: int, seconds: float) -> dict[str, float]:
    """Share of one core, decisions later than wanted, and what was done meanwhile."""
    count = int(agents * seconds / 10) + 2_000
    numbers = [f"+1{2_000_000_000 + n * 7}" for n in range(count)]
    async with a_floor(
        redis, DialMode.PREDICTIVE, agents=agents, numbers=numbers, wrap_up_s=10.0
    ) as (floor, campaign):
        late: list[float] = []
        decide, last = floor.dialing.decide, time.monotonic()

        def noted() -> None:
            nonlocal last
            now = time.monotonic()
            late.append(now - last - TICK_S)
            decide()
            last = time.monotonic()

        floor.dialing.decide = noted  # type: ignore[method-assign]  # to see when it is asked
        await start(floor, campaign)
        began, before = time.monotonic(), time.process_time()
        await asyncio.sleep(seconds)
        share = (time.process_time() - before) / (time.monotonic() - began)
        tally = floor.state.runs[campaign.id].tally
        late.sort()
        return {
            "core_percent": share * 100,
            "latest_decision_ms": max(0.0, late[-1]) * 1e3,
            "p99_decision_ms": max(0.0, late[len(late) * 99 // 100]) * 1e3,
            "dialed": tally.dialed,
            "connected": tally.connected,
        }


async def measure(
    calls: int, agents: int, seconds: float, crowd: int, folder: Path
) -> dict[str, Any]:
    servers = EmbeddedServers(folder)
    servers.start()
    assert servers.postgres
    assert servers.valkey
    environment = {
        "OUTDIAL_DATABASE": servers.postgres.url,
        "OUTDIAL_REDIS": servers.valkey.url,
        "OUTDIAL_LOG_LEVEL": "ERROR",
    }
    redis = Redis.from_url(servers.valkey.url)
    try:
        await migrations.migrate(servers.postgres.url)
        async with database.connected(servers.postgres.url):
            async with gateway(environment | {"OUTDIAL_SIM_SPEED": "50", "OUTDIAL_NODE": "fast"}):
                await _until_there(redis)
                floor = await as_fast_as_it_goes(redis, calls, agents)
            script = await bare(servers.postgres.url, calls)
            await redis.flushdb()
            async with gateway(environment | {"OUTDIAL_NODE": "steady"}):
                await _until_there(redis)
                live = await in_real_time(redis, crowd, seconds)
    finally:
        await redis.aclose()
        servers.stop()
    return {
        "calls_per_cpu_s": floor,
        "bare_calls_per_cpu_s": script,
        "ratio": floor / script,
        "real_time": {"agents": crowd, "seconds": seconds, **live},
    }


async def _until_there(redis: Redis) -> None:
    while True:
        if await TelephonyLink(redis).nodes():
            return
        await asyncio.sleep(0.1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=5_000)
    parser.add_argument("--agents", type=int, default=200, help="for as fast as it goes")
    parser.add_argument("--crowd", type=int, default=500, help="agents in real time")
    parser.add_argument("--seconds", type=float, default=120.0, help="in real time")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="outdial-bench-") as folder:
        found = asyncio.run(
            measure(given.calls, given.agents, given.seconds, given.crowd, Path(folder))
        )
    keep("floor", found)
    live = found["real_time"]
    print(f"{'':44}{'calls / CPU s':>14}{'ratio':>8}")
    print(f"{'bare asyncpg, the same rows':44}{found['bare_calls_per_cpu_s']:14.0f}{1:8.2f}")
    print(f"{'floor, all rows persisted':44}{found['calls_per_cpu_s']:14.0f}{found['ratio']:8.2f}")
    print("budget: at least 200\n")
    print(f"{live['agents']} agents, predictive, real time, {live['seconds']:.0f} s:")
    print(f"  {live['core_percent']:.1f} % of one core (budget: under 50 %)")
    print(
        f"  decisions late by at most {live['latest_decision_ms']:.0f} ms, "
        f"p99 {live['p99_decision_ms']:.0f} ms (budget: 250 ms)"
    )
    print(f"  {live['dialed']} dialed, {live['connected']} connected")


if __name__ == "__main__":
    main()
