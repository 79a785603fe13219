"""From the answer to the screen: `python -m benchmarks.answer_to_pop [--sockets N] [--calls N]`.

The whole way on real processes: a gateway tells that a customer answered, a worker's floor connects
an agent and publishes the pop, an API process with a thousand desks open passes it on. A time is
from the gateway's own instant of the answer to the frame at that agent's socket. Everything runs on
the same cores. As a baseline the same payload is published and heard over a bare connection to
Valkey while all desks are open, in the same run.
"""

import argparse
import asyncio
import json
import os
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from redis.asyncio import Redis
from websockets.asyncio.client import connect

from benchmarks.measured import keep
from benchmarks.pop import QUERY, api, bare
from domain.access.models import Account
from domain.access.tokens import open_session
from domain.adapters.floor_door import RedisFloorDoor
from domain.adapters.system_clock import SystemClock
from domain.agents.commands import AgentGoAvailable, AgentSignIn
from domain.agents.models import Agent, Team
from domain.calls.events import ScreenPop, decode_desk_event, desk_topic
from domain.calls.models import Attempt
from domain.campaigns.commands import CampaignChanged
from domain.campaigns.models import Campaign, CampaignTeam
from domain.campaigns.rules import CampaignState, DialMode
from domain.core import database, migrations
from domain.targets.models import Contact, Target
from workers.launch.embedded import EmbeddedServers

BUDGET_MS = 50.0
TALKS_TEN_SECONDS = "0020"  # docs/simulated-carrier.md
NO_AGENT = UUID(int=0)
CYCLE_S = 11.0  # of an agent: the customer rings, talks, and the next one is dialed


@asynccontextmanager
async def process(module: str, environment: dict[str, str]) -> AsyncIterator[None]:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, env=os.environ | environment
    )
    try:
        yield
    finally:
        child.terminate()
        await child.wait()


async def desk(
    port: str, token: str, ready: asyncio.Semaphore, heard: list[tuple[str, str, float]]
) -> None:
    """Keep one desk open; note when each connected call was shown."""
    async with connect(
        f"ws://127.0.0.1:{port}/graphql",
        subprotocols=["graphql-transport-ws"],  # type: ignore[list-item]  # a plain name
        proxy=None,
        compression=None,
        open_timeout=60,
        ping_interval=None,
    ) as ws:
        init = {"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}}
        await ws.send(json.dumps(init))
        await ws.recv()
        await ws.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": QUERY}}))
        await ws.recv()  # what the desk shows now
        ready.release()
        async for text in ws:
            at = time.time()
            if '"CONNECTED"' in str(text):
                pop = json.loads(text)["payload"]["data"]["deskEvents"]["event"]
                heard.append((pop["callId"], pop["at"], at))


async def overhear(redis: Redis, published: dict[str, float]) -> None:
    """Note when each pop of a connected call was on the bus, by its call."""
    async with redis.pubsub() as heard:
        await heard.psubscribe(f"bus:{desk_topic(NO_AGENT).removesuffix(str(NO_AGENT))}*")
        async for message in heard.listen():
            at = time.time()
            if message["type"] != "pmessage":
                continue
            event = decode_desk_event(message["data"].partition(b"\n")[2])
            if isinstance(event, ScreenPop) and event.stage == "connected":
                published[str(event.call)] = at


async def a_campaign(agents: int, calls: int) -> tuple[Account, Campaign, list[Agent]]:
    """Rows of one account: everybody in one team, and a stopped campaign with its list."""
    account = await Account.create(name="Bench", slug="bench")
    team = await Team.create(account=account, name="All")
    campaign = await Campaign.create(
        account=account, serial=1, api_code="bench", name="Spring", mode=DialMode.PROGRESSIVE,
        analysis=False,  # what it takes to hear a person is the customer's time, not ours
        state=CampaignState.STOPPED, max_attempts=1, wrap_up_s=0.0,
        crm_url="https://crm.example/{number}",
    )  # fmt: skip
    await CampaignTeam.create(campaign=campaign, team=team)
    people = [
        Agent(account=account, name=f"A{n}", code=f"{n}", pin_hash="-", team=team, endpoint=f"p{n}")
        for n in range(agents)
    ]
    await Agent.bulk_create(people)
    variables = {f"field {n}": f"value {n}" for n in range(10)}
    contacts = [Contact(account=account, name=f"P{n}", variables=variables) for n in range(calls)]
    await Contact.bulk_create(contacts)
    await Target.bulk_create(
        [
            Target(account=account, campaign=campaign, contact_id=contact.id, max_attempts=1,
                   number=f"+12{n:06d}{TALKS_TEN_SECONDS}")
            for n, contact in enumerate(contacts)
        ]
    )  # fmt: skip
    return account, campaign, people


async def measure(sockets: int, working: int, calls: int, folder: Path) -> dict[str, list[float]]:
    """Seconds: the bare baseline, and from each answer to its pop."""
    servers = EmbeddedServers(folder)
    servers.start()
    assert servers.postgres
    assert servers.valkey
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    environment = {
        "OUTDIAL_DATABASE": servers.postgres.url,
        "OUTDIAL_REDIS": servers.valkey.url,
        "OUTDIAL_PORT": port,
        "OUTDIAL_DATA_DIR": str(folder),
        "OUTDIAL_LOG_LEVEL": "ERROR",
    }
    heard: list[tuple[str, str, float]] = []
    published: dict[str, float] = {}
    ready = asyncio.Semaphore(0)
    try:
        await migrations.migrate(servers.postgres.url)
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(database.connected(servers.postgres.url))
            account, campaign, people = await a_campaign(sockets, calls)
            await stack.enter_async_context(process("workers.gateway", environment))
            await stack.enter_async_context(process("workers", environment))
            await stack.enter_async_context(api(environment))
            redis = Redis.from_url(servers.valkey.url)
            stack.push_async_callback(redis.aclose)
            floor = await stack.enter_async_context(RedisFloorDoor(redis))
            desks = []
            for number, agent in enumerate(people):
                made = await open_session(account.id, clock=SystemClock(), agent_id=agent.id)
                desks.append(asyncio.create_task(desk(port, made.token, ready, heard)))
                if number % 20 == 19:
                    for _ in range(20):
                        await ready.acquire()
            baseline = await bare(redis, 200)
            desks.append(asyncio.create_task(overhear(redis, published)))
            await Campaign.filter(id=campaign.id).update(state=CampaignState.RUNNING)
            await floor.ask(account.id, CampaignChanged(campaign=campaign.id), timeout_s=20)
            for agent in people[:working]:
                await floor.ask(account.id, AgentSignIn(agent=agent.id), timeout_s=20)
                await floor.ask(account.id, AgentGoAvailable(agent=agent.id), timeout_s=20)
                # Spread over one call, or all customers would answer in the same instant.
                await asyncio.sleep(CYCLE_S / working)
            async with asyncio.timeout(calls / working * 40 + 60):
                while True:
                    if await Attempt.filter(state="ended").count() >= calls:
                        break
                    await asyncio.sleep(1)
            for task in desks:
                task.cancel()
            await asyncio.gather(*desks, return_exceptions=True)
            answered = {str(a.id): a.answered_at for a in await Attempt.all()}
    finally:
        servers.stop()
    assert len(heard) == calls, f"{len(heard)} pops of {calls} calls"
    whole, decided, committed, carried = [], [], [], []
    for id, connected_at, at in heard:
        answered_at = answered[id]
        assert answered_at is not None
        connected = datetime.fromisoformat(connected_at).timestamp()
        whole.append(at - answered_at.timestamp())
        decided.append(connected - answered_at.timestamp())
        committed.append(published[id] - connected)
        carried.append(at - published[id])
    return {
        "bare Valkey publish": baseline,
        "answer to the agent's socket": whole,
        "  answer to the floor's choice": decided,
        "  the choice to the bus (commit)": committed,
        "  the bus to the socket": carried,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sockets", type=int, default=1_000)
    parser.add_argument("--working", type=int, default=200, help="agents who take calls")
    parser.add_argument("--calls", type=int, default=1_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="outdial-bench-") as folder:
        found = asyncio.run(
            measure(given.sockets // 20 * 20, given.working, given.calls, Path(folder))
        )
    print(f"{given.calls} calls to {given.working} agents, {given.sockets} desks open\n")
    print(f"{'':34}{'p50 ms':>9}{'p99 ms':>9}{'ratio of p50':>14}")
    figures: dict[str, Any] = {"sockets": given.sockets, "calls": given.calls}
    lowest = 0.0
    for name, took in found.items():
        took.sort()
        p50, p99 = took[len(took) // 2] * 1e3, took[len(took) * 99 // 100] * 1e3
        lowest = lowest or p50
        figures[name] = {"p50_ms": p50, "p99_ms": p99}
        print(f"{name:34}{p50:9.2f}{p99:9.2f}{p50 / lowest:14.1f}")
    keep("answer_to_pop", figures)
    print(f"\nbudget: p99 <= {BUDGET_MS:.0f} ms")


if __name__ == "__main__":
    main()
