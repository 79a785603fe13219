"""What simulated agents tell whoever started the demo of a server that comes late, or goes."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator

import pytest
from websockets.asyncio.server import ServerConnection, serve

from workers.demo import queries
from workers.demo.agents import SimulatedAgent
from workers.demo.wire import PROTOCOL


class Door:
    """An API that lets a desk in once it is `open`, and shows it its agent's state."""

    def __init__(self) -> None:
        self.open = False
        self.url = ""
        self.came = asyncio.Semaphore(0)
        self.seated = asyncio.Event()
        self.connections: set[ServerConnection] = set()

    async def handle(self, connection: ServerConnection) -> None:
        self.came.release()
        if not self.open:
            return
        self.connections.add(connection)
        async for frame in connection:
            message = json.loads(frame)
            if message["type"] == "connection_init":
                await connection.send(json.dumps({"type": "connection_ack"}))
            elif message["type"] == "subscribe":
                said = message["payload"]["query"]
                data = {"deskSignIn": {"token": "t"}} if said == queries.SIGN_IN else SHOWN
                answer = {"id": message["id"], "type": "next", "payload": {"data": data}}
                await connection.send(json.dumps(answer))
                if said == queries.DESK:
                    self.seated.set()

    async def close(self) -> None:
        self.open = False
        await asyncio.gather(*(connection.close() for connection in self.connections))

    async def tried(self, more: int) -> None:
        """Return when so many connections came that nobody waited for yet."""
        async with asyncio.timeout(30):
            for _ in range(more):
                await self.came.acquire()


SHOWN = {
    "deskEvents": {
        "cursor": "1",
        "snapshot": True,
        "event": {"__typename": "AgentStateChanged", "state": "AVAILABLE"},
    }
}


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    door = Door()
    async with serve(door.handle, "127.0.0.1", 0, subprotocols=[PROTOCOL]) as server:
        (listener,) = server.sockets
        door.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        yield door


@pytest.fixture
async def agent(door: Door) -> AsyncIterator[SimulatedAgent]:
    """One at work."""
    agent = SimulatedAgent(door.url, account="demo", code="1001", pin="1")
    working = asyncio.create_task(agent.work())
    yield agent
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)


async def test_agents_wait_in_silence_for_a_server_that_is_still_starting(
    door: Door, agent: SimulatedAgent, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "workers.demo")
    await door.tried(2)
    door.open = True
    async with asyncio.timeout(30):
        await door.seated.wait()
    assert caplog.messages == []


async def test_a_server_that_goes_is_told_once(
    door: Door, agent: SimulatedAgent, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "workers.demo")
    door.open = True
    async with asyncio.timeout(30):
        await door.seated.wait()
    await door.tried(2)  # to sign in, and to its desk
    await door.close()
    await door.tried(2)
    assert caplog.messages == ["agent 1001 is away: the connection has ended"]
