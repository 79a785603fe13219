"""Whether this process lives, whether it can serve, and its figures."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from logging import getLogger

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.metrics import Metrics

logger = getLogger(__name__)

PATIENCE_S = 2.0

Check = Callable[[], Awaitable[object]]


class Health:
    """`/health`, `/ready` and `/metrics`. `checks` are the servers that requests need."""

    def __init__(self, checks: Mapping[str, Check], metrics: Metrics) -> None:
        self._checks = checks
        self._metrics = metrics
        self._was_ready: dict[str, bool] = {}

    def routes(self) -> list[Route]:
        return [
            Route("/health", self._health),
            Route("/ready", self._ready),
            Route("/metrics", self._figures),
        ]

    async def _health(self, _request: Request) -> Response:
        return _json(200, {"status": "ok"})

    async def _ready(self, _request: Request) -> Response:
        """200, or 503 naming what is missing: a balancer then sends nobody here."""
        found = dict(
            zip(
                self._checks,
                await asyncio.gather(*(self._answers(name) for name in self._checks)),
                strict=True,
            )
        )
        status = {name: "ok" if answers else "away" for name, answers in found.items()}
        ready = all(found.values())
        return _json(200 if ready else 503, {"status": "ready" if ready else "not ready", **status})

    async def _answers(self, name: str) -> bool:
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._checks[name]()
            answers = True
        except Exception:  # whatever the driver raises, it is not there
            answers = False
        if self._was_ready.get(name, True) != answers:
            logger.warning("%s is %s", name, "back" if answers else "away")
        self._was_ready[name] = answers
        return answers

    async def _figures(self, _request: Request) -> Response:
        return Response(self._metrics.page(), headers={"content-type": self._metrics.content_type})


def _json(status: int, body: Mapping[str, str]) -> Response:
    return Response(orjson.dumps(body), status, media_type="application/json")
