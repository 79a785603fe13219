"""What GraphQL costs: 100 targets x 10 fields against plain Starlette JSON of the same rows.

`python -m benchmarks.graphql_list [--requests N]`. CPU of the server process per request, in
interleaved rounds; each answer is checked against the others once. Rows are in memory: a query of
the database would cost all of them the same and flatter the ratio.
"""

import argparse
import asyncio
import contextlib
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import httpx
import strawberry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from strawberry.asgi import GraphQL

from api.app import create_app, make_door
from api.credentials import Credentials
from benchmarks.measured import cpu_s, keep, server
from domain.adapters.system_clock import SystemClock
from domain.calls.rules import Disposition
from domain.core.ports import Ports
from domain.targets.rules import TargetState
from schema.guards import public
from schema.root import build_schema
from schema.targets.types import Target

ROWS = 100
QUERY = """query Targets { targets { nodes {
  id campaignId number priority state customerStatus attempts maxAttempts addedAt nextAttemptAt
} } }"""


def rows() -> list[Any]:
    """Rows with the attributes that Tortoise reads; a model needs a database to be made."""
    account, campaign, now = (
        uuid.UUID(int=1),
        uuid.UUID(int=2),
        datetime(2026, 3, 2, 10, tzinfo=UTC),
    )
    return [
        SimpleNamespace(
            id=uuid.UUID(int=1000 + number),
            account_id=account,
            campaign_id=campaign,
            contact_id=uuid.UUID(int=5000 + number),
            batch_id=None,
            caller_id=None,
            closed_reason=None,
            last_attempt_at=None,
            number=f"+1202555{number:04}",
            priority=5,
            state=TargetState.RETRY,
            attempts=number % 3,
            max_attempts=3,
            last_disposition=Disposition.BUSY,
            next_at=now,
            created_at=now,
        )
        for number in range(ROWS)
    ]


def plain_app() -> Starlette:
    """The same rows as an ordinary endpoint would write them."""
    held = rows()

    async def targets(_request: Request) -> JSONResponse:
        return JSONResponse(
            {
                "data": {
                    "targets": {
                        "nodes": [
                            {
                                "id": str(row.id),
                                "campaignId": str(row.campaign_id),
                                "number": row.number,
                                "priority": row.priority,
                                "state": row.state.name,
                                "customerStatus": row.last_disposition.name
                                if row.last_disposition
                                else None,
                                "attempts": row.attempts,
                                "maxAttempts": row.max_attempts,
                                "addedAt": row.created_at.isoformat(),
                                "nextAttemptAt": row.next_at.isoformat() if row.next_at else None,
                            }
                            for row in held
                        ]
                    }
                }
            }
        )

    return Starlette(routes=[Route("/graphql", targets, methods=["GET", "POST"])])


def queries() -> type:
    held = rows()

    @strawberry.type(description="A page.")
    class Page:
        nodes: list[Target] = strawberry.field(description="Rows.")

    @strawberry.type
    class Queries:
        @strawberry.field(description="Rows.", extensions=[public()])
        async def targets(self) -> Page:
            return Page(nodes=[Target.of(row) for row in held])

    return Queries


def our_app() -> Any:
    """Our door; nobody is signed in, and nothing is counted in Redis."""
    nothing: Any = None
    ports = Ports(clock=SystemClock(), bus=_Silent(), jobs=nothing, floors=nothing, files=nothing)
    schema = build_schema(queries=[queries()], mutations=[], subscriptions=[])
    door = make_door(ports, _Generous(), schema=schema, credentials=Credentials(ports))
    return create_app(door)


def stock_app() -> Any:
    """Strawberry's own view and schema, as its documentation sets them up."""
    schema = strawberry.Schema(query=queries(), config=build_schema().config, extensions=[])
    return Starlette(routes=[Route("/graphql", GraphQL(schema, graphql_ide=None))])


class _Generous:
    async def take(self, key: str, *, limit: int, window_s: float) -> float:
        return 0.0

    async def give_back(self, key: str) -> None:
        return None


class _Silent:
    @contextlib.asynccontextmanager
    async def listen(self, *topics: str) -> Any:
        async def nothing() -> Any:
            await asyncio.Event().wait()
            yield None

        yield nothing()

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)


APPS: dict[str, Callable[[], Any]] = {
    "plain Starlette JSON": plain_app,
    "Strawberry as shipped": stock_app,
    "Outdial": our_app,
}


async def measure(requests: int, rounds: int = 5) -> dict[str, float]:
    """Microseconds of server CPU per request."""
    used = dict.fromkeys(APPS, 0.0)
    async with contextlib.AsyncExitStack() as stack:
        running: dict[str, tuple[int, httpx.AsyncClient]] = {}
        answers = []
        for name, make_app in APPS.items():
            pid, port = await stack.enter_async_context(server(make_app))
            client = await stack.enter_async_context(
                httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}")
            )
            running[name] = pid, client
            for _ in range(20):
                answer = await client.post("/graphql", json={"query": QUERY})
            answers.append(answer.json())
        assert answers[0] == answers[1] == answers[2], "the answers differ"
        for _ in range(rounds):
            for name, (pid, client) in running.items():
                before = cpu_s(pid)
                for _ in range(requests // rounds):
                    await client.post("/graphql", json={"query": QUERY})
                used[name] += cpu_s(pid) - before
    return {name: seconds / requests * 1e6 for name, seconds in used.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=1500)
    requests = parser.parse_args().requests
    found = asyncio.run(measure(requests))
    base = found["plain Starlette JSON"]
    print(f"{ROWS} targets x 10 fields, {requests} requests each, rows in memory\n")
    print(f"{'':24}{'CPU us/request':>16}{'ratio to plain':>16}")
    for name, each in found.items():
        print(f"{name:24}{each:16.0f}{base / each:16.2f}")
    keep("graphql_list", {name: {"us": us, "ratio": base / us} for name, us in found.items()})
    print(f"\nbudget: ratio >= 0.3, found {base / found['Outdial']:.2f}")


if __name__ == "__main__":
    main()
