"""How long a screen pop takes from the bus to the agent: `python -m benchmarks.pop [--sockets N]`.

The door's part of answer -> pop: a floor publishes a pop for one agent on a real Valkey; an API
process (`python -m api`, on a real PostgreSQL) that has a thousand desks open passes it on. The
figures are from just before the publishing to the socket of that agent, with the clients and the
servers on the same cores. As a baseline the same payload is published and heard over a bare
connection to Valkey, in the same run.
"""

import argparse
import asyncio
import contextlib
import json
import os
import random
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID, uuid4

import httpx
from redis.asyncio import Redis
from websockets.asyncio.client import connect

from benchmarks.measured import cpu_s, keep
from domain.access.models import Account
from domain.access.tokens import open_session
from domain.adapters.redis_bus import RedisBus
from domain.adapters.system_clock import SystemClock
from domain.agents.models import Agent
from domain.calls.events import ScreenPop, Variable, desk_topic, encode_desk_event
from domain.calls.rules import CallDirection
from domain.core import database, migrations
from domain.core.bus import Notice
from workers.launch.embedded import EmbeddedServers

QUERY = """subscription { deskEvents { cursor event { __typename ... on ScreenPop {
  at stage callId campaignId campaignName number name variables { name value } crmUrl } } } }"""


@asynccontextmanager
async def api(environment: dict[str, str]) -> AsyncIterator[int]:
    """The pid of a running API process."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "api", env=os.environ | environment
    )
    url = f"http://127.0.0.1:{environment['OUTDIAL_PORT']}"
    async with httpx.AsyncClient(base_url=url) as http:
        while True:
            with contextlib.suppress(httpx.TransportError):
                if (await http.get("/ready")).status_code == 200:
                    break
            await asyncio.sleep(0.1)
    try:
        yield process.pid
    finally:
        process.terminate()
        await process.wait()


async def desk(
    port: str, token: str, agent: UUID, sent: dict[UUID, float], ready: asyncio.Semaphore,
    took: list[float],
) -> None:  # fmt: skip
    """Keep one desk open; note how long each pop took."""
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
            if "ScreenPop" in str(text):
                took.append(time.perf_counter() - sent[agent])


def pop() -> bytes:
    """A pop as a floor publishes it."""
    return encode_desk_event(
        ScreenPop(
            at=time.time(), stage="connected", call=uuid4(), target=uuid4(), campaign=uuid4(),
            campaign_name="Spring", direction=CallDirection.OUTBOUND, number="+12025550103",
            name="A customer", crm_url="https://crm.example/7",
            variables=tuple(Variable(f"field {n}", f"value {n}") for n in range(10)),
        )
    )  # fmt: skip


async def bare(redis: Redis, count: int) -> list[float]:
    """Seconds of publishing the same payload to a bare listener."""
    took = []
    async with redis.pubsub() as heard:
        await heard.subscribe("bare")
        await heard.get_message(timeout=5)
        for _ in range(count):
            began = time.perf_counter()
            await redis.publish("bare", pop())
            while not (await heard.get_message(timeout=5) or {}).get("data"):
                pass
            took.append(time.perf_counter() - began)
            await asyncio.sleep(0.005)
    return took


async def measure(sockets: int, pops: int, every_s: float, folder: Path) -> dict[str, list[float]]:
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
    }
    took: list[float] = []
    sent: dict[UUID, float] = {}
    ready = asyncio.Semaphore(0)
    try:
        await migrations.migrate(servers.postgres.url)
        redis = Redis.from_url(servers.valkey.url)
        async with (
            database.connected(servers.postgres.url),
            RedisBus(redis) as bus,
            api(environment) as pid,
        ):
            account = await Account.create(name="Bench", slug="bench")
            agents = [
                Agent(account_id=account.id, name=f"A{n}", code=f"{n}", pin_hash="-", endpoint="x")
                for n in range(sockets)
            ]
            await Agent.bulk_create(agents)
            desks = []
            for number, agent in enumerate(agents):
                signed_in = await open_session(account.id, clock=SystemClock(), agent_id=agent.id)
                desks.append(
                    asyncio.create_task(desk(port, signed_in.token, agent.id, sent, ready, took))
                )
                if number % 20 == 19:
                    for _ in range(20):
                        await ready.acquire()
            baseline = await bare(redis, 200)
            before = cpu_s(pid)
            for _ in range(pops):
                agent = random.choice(agents)
                sent[agent.id] = time.perf_counter()
                await bus.publish([Notice(desk_topic(agent.id), pop(), kept=True)])
                await asyncio.sleep(every_s)
            await asyncio.sleep(1)
            print(f"{cpu_s(pid) - before:.2f} s of CPU in the API process for {pops} pops")
            for task in desks:
                task.cancel()
            await asyncio.gather(*desks, return_exceptions=True)
        await redis.aclose()
    finally:
        servers.stop()
    assert len(took) == pops, f"{len(took)} of {pops} pops arrived"
    return {"bare Valkey publish": baseline, "bus to the agent's socket": took}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sockets", type=int, default=1_000)
    parser.add_argument("--pops", type=int, default=500)
    parser.add_argument("--every", type=float, default=0.02, help="seconds between two pops")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="outdial-bench-") as folder:
        found = asyncio.run(
            measure(given.sockets // 20 * 20, given.pops, given.every, Path(folder))
        )
    print(f"{given.pops} pops, {given.sockets} desks open\n")
    print(f"{'':28}{'p50 ms':>9}{'p99 ms':>9}")
    figures = {}
    for name, took in found.items():
        took.sort()
        p50, p99 = took[len(took) // 2] * 1e3, took[len(took) * 99 // 100] * 1e3
        figures[name] = {"p50_ms": p50, "p99_ms": p99}
        print(f"{name:28}{p50:9.2f}{p99:9.2f}")
    keep("pop", figures)
    print("\nbudget of the whole way from the answer: p99 <= 50 ms")


if __name__ == "__main__":
    main()
