"""A real server on a free port, over a real PostgreSQL and Valkey, in the loop of the tests.

Its schema is the product's, and beside it a few fields that do what a test needs.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import strawberry
import uvicorn
from redis.asyncio import Redis
from strawberry.file_uploads import Upload

from api.app import create_app, make_door
from api.door import Door, DoorSettings
from api.runtime import Runtime
from api.server import Server, listening
from domain.access.models import Account, User
from domain.access.permissions import Permission, Role
from domain.access.tokens import open_session
from domain.adapters.floor_door import RedisFloorDoor
from domain.adapters.local_files import LocalFiles
from domain.adapters.redis_bus import RedisBus
from domain.adapters.system_clock import SystemClock
from domain.adapters.throttle import RedisThrottle
from domain.core.bus import Notice, Signal
from domain.core.ports import Ports
from schema.context import Info
from schema.guards import public, requires
from schema.root import MUTATIONS, QUERIES, SUBSCRIPTIONS, build_schema
from schema.sharing import Share, shared
from tests.fakes import RecordingJobs

SECRET = "+1" + "2025550199 must not be told"
RUNS: dict[str, int] = {}  # how often the resolver of a shared field was started


@strawberry.type
class TestQueries:
    __test__ = False

    @strawberry.field(description="Says it back.", extensions=[public()])
    def echo(self, text: str = "hello") -> str:
        return text

    @strawberry.field(description="Takes its time.", extensions=[public()])
    async def slow(self, seconds: float) -> str:
        await asyncio.sleep(seconds)
        return "done"

    @strawberry.field(description="Breaks.", extensions=[public()])
    def broken(self) -> str:
        raise RuntimeError(SECRET)

    @strawberry.field(description="Its own again.", extensions=[public()])
    def again(self) -> "TestQueries":
        return TestQueries()


@strawberry.type
class TestMutations:
    __test__ = False

    @strawberry.mutation(description="Reads a file.", extensions=[public()])
    async def file_measure(self, file: Upload) -> int:
        upload: Any = file
        return len(await upload.read())

    @strawberry.mutation(description="Needs a right.", extensions=[requires(Permission.DESK)])
    async def desk_touch(self) -> bool:
        return True


@strawberry.type(description="A figure.")
class TestFigure:
    __test__ = False
    value: int = strawberry.field(description="It.")
    name: str = strawberry.field(description="Who the resolver thinks asks.")

    @strawberry.field(description="Much.")
    def bulk(self) -> str:
        return "x" * 50_000


@strawberry.type
class TestSubscriptions:
    __test__ = False

    @strawberry.subscription(description="Counts.", extensions=[public()])
    async def count(self, to: int) -> AsyncGenerator[int, None]:
        for number in range(to):
            yield number

    @strawberry.subscription(description="Breaks.", extensions=[public()])
    async def snap(self) -> AsyncGenerator[int, None]:
        yield 1
        raise RuntimeError(SECRET)

    @strawberry.subscription(description="A topic.", extensions=[requires(Permission.ACCOUNT_VIEW)])
    async def follow(self, info: Info, topic: str) -> AsyncGenerator[str, None]:
        async with info.context.ports.bus.listen(topic) as heard:
            yield "ready"
            async for delivery in heard:
                yield f"{delivery.signal} {delivery.payload.decode()}"

    @strawberry.subscription(
        description="A board.",
        extensions=[requires(Permission.ACCOUNT_VIEW), shared(Share.LATEST)],
    )
    async def board(self, info: Info, topic: str) -> AsyncGenerator[TestFigure, None]:
        async for figure in _figures(info, topic):
            yield figure

    @strawberry.subscription(
        description="News.", extensions=[requires(Permission.ACCOUNT_VIEW), shared(Share.EVENTS)]
    )
    async def news(self, info: Info, topic: str) -> AsyncGenerator[TestFigure, None]:
        async for figure in _figures(info, topic):
            yield figure


async def _figures(info: Info, topic: str) -> AsyncGenerator[TestFigure, None]:
    RUNS[topic] = RUNS.get(topic, 0) + 1
    async with info.context.ports.bus.listen(topic) as heard:
        yield TestFigure(value=0, name=info.context.principal.name)
        async for delivery in heard:
            if delivery.payload == b"end":
                return
            if delivery.signal is Signal.MESSAGE:
                yield TestFigure(value=int(delivery.payload), name=info.context.principal.name)


def schema_of_tests() -> Any:
    return build_schema(
        queries=(*QUERIES, TestQueries),
        mutations=(*MUTATIONS, TestMutations),
        subscriptions=(*SUBSCRIPTIONS, TestSubscriptions),
    )


@dataclass
class Served:
    """A running server and its door."""

    url: str
    door: Door
    http: httpx.AsyncClient
    server: uvicorn.Server
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def ws(self) -> str:
        return self.url.replace("http", "ws", 1) + "/graphql"

    async def ask(self, query: str, token: str | None = None, **variables: Any) -> Any:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        body = {"query": query, "variables": variables}
        return (await self.http.post("/graphql", json=body, headers=headers)).json()

    async def publish(self, topic: str, payload: str) -> None:
        await self.door.ports.bus.publish([Notice(topic, payload.encode())])


@asynccontextmanager
async def served(runtime: Runtime, settings: DoorSettings | None = None) -> AsyncIterator[Served]:
    """The application under uvicorn, as `python -m api` runs it."""
    door = make_door(runtime.ports, runtime.throttle, settings=settings, schema=schema_of_tests())
    listener = listening("127.0.0.1", 0)
    config = uvicorn.Config(
        create_app(door, checks=runtime.checks),
        ws="websockets-sansio",
        ws_max_size=door.settings.message_limit,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=2,
        log_config=None,
        access_log=False,
    )
    server = _NoSignals(config)
    running = asyncio.create_task(server.serve(sockets=[listener]))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    while not server.started:  # noqa: ASYNC110  # uvicorn has no event for it
        await asyncio.sleep(0.01)
    async with httpx.AsyncClient(base_url=url, timeout=10) as http:
        yield Served(url, door, http, server)
    server.should_exit = True
    await running


class _NoSignals(Server):
    """The signals of a test run are pytest's."""

    def capture_signals(self) -> Any:
        return nullcontext()


@pytest.fixture
async def runtime(database: str, redis: Redis, tmp_path: Path) -> AsyncIterator[Runtime]:
    async with RedisBus(redis) as bus, RedisFloorDoor(redis) as floors:
        ports = Ports(
            clock=SystemClock(),
            bus=bus,
            jobs=RecordingJobs(),
            floors=floors,
            files=LocalFiles(tmp_path),
        )
        yield Runtime(ports, RedisThrottle(redis), {"redis": redis.ping})


@pytest.fixture
async def server(runtime: Runtime) -> AsyncIterator[Served]:
    async with served(runtime) as server:
        yield server


@pytest.fixture
async def user(database: str) -> User:
    account = await Account.create(name="Acme", slug="acme")
    return await User.create(
        account=account, email="a@example.com", name="Ana", role=Role.ADMIN, password_hash="-"
    )


@pytest.fixture
async def token(user: User) -> str:
    """A session of an administrator."""
    return (await open_session(user.account_id, clock=SystemClock(), user_id=user.id)).token
