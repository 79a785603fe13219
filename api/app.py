"""The Starlette application: where each path leads."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import BaseRoute, Route, WebSocketRoute

from api.credentials import Credentials
from api.door import Door, DoorSettings
from api.exports import export_routes
from api.graphql_http import GraphQLOverHttp
from api.graphql_sse import GraphQLStream
from api.graphql_ws import GraphQLSocket
from api.headers import SafeHeaders
from api.health import Check, Health
from api.imports import import_routes
from api.metrics import Metrics
from api.pages import routes as page_routes
from api.rates import Rates
from api.shared_runs import SharedRuns
from api.suppressions import suppression_routes
from domain.core.ports import Ports
from domain.core.throttle import Throttle
from schema.engine import Engine
from schema.root import OutdialSchema, build_schema


def make_door(
    ports: Ports,
    throttle: Throttle,
    *,
    settings: DoorSettings | None = None,
    schema: OutdialSchema | None = None,
    credentials: Credentials | None = None,
) -> Door:
    """The door over these ports."""
    engine, metrics = Engine(schema or build_schema()), Metrics()
    return Door(
        engine=engine,
        ports=ports,
        throttle=throttle,
        credentials=credentials or Credentials(ports),
        rates=Rates(throttle),
        runs=SharedRuns(engine, metrics),
        metrics=metrics,
        settings=settings or DoorSettings(),
    )


def create_app(
    door: Door,
    *,
    checks: Mapping[str, Check] | None = None,
    routes: Sequence[BaseRoute] = (),
    lifespan: AbstractAsyncContextManager[object] | None = None,
) -> Starlette:
    """The application. `routes` are those of other parts, such as plain uploads.

    `checks` are what `/ready` asks; `lifespan` is open for as long as the server runs.
    """
    health = Health(checks or {}, door.metrics)

    @asynccontextmanager
    async def running(_app: Starlette) -> AsyncIterator[None]:
        async with lifespan or contextlib.nullcontext():
            follower = asyncio.create_task(door.credentials.follow(), name="ended credentials")
            try:
                yield
            finally:
                follower.cancel()
                await asyncio.gather(follower, return_exceptions=True)

    over_http = GraphQLOverHttp(door)
    app = Starlette(
        routes=[
            # A class instance is an ASGI application: it sees every method and says 405 itself.
            Route("/graphql", over_http),
            WebSocketRoute("/graphql", GraphQLSocket(door)),
            Route("/graphql/stream", GraphQLStream(door)),
            *page_routes(),
            *health.routes(),
            *import_routes(door),
            *export_routes(door),
            *suppression_routes(door),
            *routes,
        ],
        middleware=[Middleware(SafeHeaders), *_cross_origin(door.settings)],
        lifespan=running,
    )
    app.state.door = door
    return app


def _cross_origin(settings: DoorSettings) -> list[Middleware]:
    """Without allowed origins browsers keep other pages away by themselves."""
    if not settings.origins:
        return []
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=sorted(settings.origins),
            allow_methods=["GET", "POST"],
            # Tokens come in a header that a page must know; there are no cookies to abuse.
            allow_headers=["authorization", "content-type"],
            expose_headers=["retry-after"],
            max_age=3600,
        )
    ]
