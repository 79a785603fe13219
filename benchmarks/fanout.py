"""What one event costs with 500 sockets open: `python -m benchmarks.fanout [--sockets N]`.

CPU of the server process per delivered event. Strawberry as shipped runs the operation once for
every socket; a shared subscription of ours runs once for all, and one that is not shared shows what
our transport alone saves.
"""

import argparse
import asyncio
import contextlib
import json
import time
from collections.abc import AsyncGenerator, Callable
from functools import partial
from typing import Any
from uuid import UUID

import strawberry
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from strawberry.asgi import GraphQL
from websockets.asyncio.client import ClientConnection, connect

from api.app import create_app, make_door
from api.credentials import Credentials
from benchmarks.graphql_list import _Generous, _Silent
from benchmarks.measured import cpu_s, keep, server
from domain.access.permissions import Permission
from domain.access.principal import Principal, PrincipalKind
from domain.access.tokens import Credential
from domain.adapters.system_clock import SystemClock
from domain.core.ports import Ports
from schema.guards import Guard, public, requires
from schema.root import build_schema
from schema.sharing import Share, shared

EVERY_S = 0.5
AFTER_S = 1.0
QUERY = """subscription { board { at agents calls waiting linesPerAgent abandonRate
  states { name agents seconds } } }"""


@strawberry.type(description="Agents in a state.")
class StateFigure:
    name: str = strawberry.field(description="Of the state.")
    agents: int = strawberry.field(description="In it.")
    seconds: float = strawberry.field(description="In all.")


@strawberry.type(description="A wallboard.")
class Board:
    at: float = strawberry.field(description="Unix seconds.")
    agents: int = strawberry.field(description="Signed in.")
    calls: int = strawberry.field(description="Under way.")
    waiting: int = strawberry.field(description="For an agent.")
    lines_per_agent: float = strawberry.field(description="Now.")
    abandon_rate: float = strawberry.field(description="Now.")
    states: list[StateFigure] = strawberry.field(description="Each state.")


def subscriptions(guards: Callable[[], list[Any]]) -> type:
    @strawberry.type
    class Subscriptions:
        @strawberry.subscription(description="The board.", extensions=guards())
        async def board(self) -> AsyncGenerator[Board, None]:
            while True:
                # All sockets hear at the same instants, as from one bus.
                await asyncio.sleep(EVERY_S - time.time() % EVERY_S)
                states = [StateFigure(name=f"s{n}", agents=n, seconds=n * 7.5) for n in range(6)]
                yield Board(
                    at=time.time(), agents=500, calls=312, waiting=4, lines_per_agent=1.7,
                    abandon_rate=0.021, states=states,
                )  # fmt: skip

    return Subscriptions


@strawberry.type
class Queries:
    @strawberry.field(description="Nothing.", extensions=[public()])
    def nothing(self) -> int:
        return 0


async def _everybody(_token: str) -> Credential:
    rights = frozenset(Permission)
    who = Principal(PrincipalKind.USER, UUID(int=3), UUID(int=4), "bench", rights)
    return Credential(who, None, None)


def our_app(*, share: bool) -> Any:
    def guards() -> list[Any]:
        guard: list[Any] = [requires(Permission.MONITOR_VIEW)]
        return [*guard, shared(Share.LATEST)] if share else guard

    nothing: Any = None
    ports = Ports(clock=SystemClock(), bus=_Silent(), jobs=nothing, floors=nothing, files=nothing)
    schema = build_schema(queries=[Queries], mutations=[], subscriptions=[subscriptions(guards)])
    credentials = Credentials(ports, lookup=_everybody)
    return create_app(make_door(ports, _Generous(), schema=schema, credentials=credentials))


def stock_app() -> Any:
    def guards() -> list[Guard]:
        return []

    schema = strawberry.Schema(query=Queries, subscription=subscriptions(guards))
    return Starlette(routes=[WebSocketRoute("/graphql", GraphQL(schema))])


APPS: dict[str, Callable[[], Any]] = {
    "Strawberry as shipped": stock_app,
    "Outdial, not shared": partial(our_app, share=False),
    "Outdial, shared": partial(our_app, share=True),
}


async def listen(port: int, heard: list[float], ready: asyncio.Semaphore) -> None:
    async with connect(
        f"ws://127.0.0.1:{port}/graphql",
        subprotocols=["graphql-transport-ws"],  # type: ignore[list-item]  # a plain name
        proxy=None,
        compression=None,
        open_timeout=60,
        ping_interval=None,
    ) as ws:
        await _begin(ws)
        ready.release()
        async for text in ws:
            if b'"next"' in text if isinstance(text, bytes) else '"next"' in text:
                heard.append(
                    time.time() - float(json.loads(text)["payload"]["data"]["board"]["at"])
                )


async def _begin(ws: ClientConnection) -> None:
    init = {"type": "connection_init", "payload": {"authorization": "Bearer bench"}}
    await ws.send(json.dumps(init))
    await ws.recv()
    await ws.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": QUERY}}))


async def measure(make_app: Callable[[], Any], sockets: int, seconds: float) -> dict[str, float]:
    """CPU per delivery in microseconds, and how long after its making an event arrives."""
    async with server(make_app) as (pid, port):
        heard: list[float] = []
        ready = asyncio.Semaphore(0)
        clients = []
        for start in range(0, sockets, 50):
            more = range(start, min(start + 50, sockets))
            clients += [asyncio.create_task(listen(port, heard, ready)) for _ in more]
            for _ in more:
                await ready.acquire()
        await asyncio.sleep(AFTER_S)
        heard.clear()
        before = cpu_s(pid)
        await asyncio.sleep(seconds)
        used, delays = cpu_s(pid) - before, sorted(heard)
        for client in clients:
            client.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*clients, return_exceptions=True)
    return {
        "us": used / max(1, len(delays)) * 1e6,
        "deliveries": len(delays),
        "p50_ms": delays[len(delays) // 2] * 1e3,
        "p99_ms": delays[len(delays) * 99 // 100] * 1e3,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sockets", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=10.0)
    given = parser.parse_args()
    found = {
        name: asyncio.run(measure(make_app, given.sockets, given.seconds))
        for name, make_app in APPS.items()
    }
    base = found["Strawberry as shipped"]["us"]
    print(f"one event each {EVERY_S} s to {given.sockets} sockets, {given.seconds:g} s\n")
    print(f"{'':24}{'CPU us/delivery':>16}{'of stock':>10}{'p50 ms':>9}{'p99 ms':>9}")
    for name, figures in found.items():
        print(
            f"{name:24}{figures['us']:16.1f}{figures['us'] / base:10.2f}"
            f"{figures['p50_ms']:9.0f}{figures['p99_ms']:9.0f}"
        )
    keep("fanout", found)
    print(f"\nbudget: <= 35 us per delivery, found {found['Outdial, shared']['us']:.1f}")


if __name__ == "__main__":
    main()
