"""One run for all who subscribe to the same with the same rights (schema/sharing.py).

Each event is resolved and serialised once; a subscriber is a callable that takes the bytes.
"""

import asyncio
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from logging import getLogger
from typing import Protocol
from uuid import UUID

import orjson
from graphql import ExecutionResult, GraphQLError

from api.answers import is_request_error, written
from api.metrics import Metrics
from domain.access.principal import Principal
from schema.context import Context, RequestFacts
from schema.engine import Engine, Request
from schema.sharing import Share

logger = getLogger(__name__)

NOBODY = UUID(int=0)


class Subscriber(Protocol):
    """One who joined a run. None of these may block or raise."""

    def deliver(self, payload: bytes, share: Share) -> None:
        """Take an event: the JSON of its answer."""

    def refuse(self, errors: Sequence[GraphQLError]) -> None:
        """The run did not begin."""

    def complete(self) -> None:
        """There is nothing to come any more."""


@dataclass(slots=True, eq=False)
class _Run:
    share: Share
    task: asyncio.Task[None] | None = None
    latest: bytes | None = None
    subscribers: dict[Subscriber, None] = field(default_factory=dict)  # in order of joining


class SharedRuns:
    """The runs of this process."""

    def __init__(self, engine: Engine, metrics: Metrics) -> None:
        self._engine = engine
        self._metrics = metrics
        self._runs: dict[Hashable, _Run] = {}

    def join(
        self, request: Request, context: Context, share: Share, subscriber: Subscriber
    ) -> Callable[[], None]:
        """Subscribe; the answer leaves. A run ends when its last subscriber left."""
        principal = context.principal
        key = (
            request.query,
            request.operation_name,
            orjson.dumps(request.variables, option=orjson.OPT_SORT_KEYS),
            principal.account_id,
            principal.kind,
            principal.permissions,
            principal.teams,
        )
        run = self._runs.get(key)
        if run is None:
            run = self._runs[key] = _Run(share)
            run.task = asyncio.create_task(
                self._feed(key, run, request, self._of_all(context, principal))
            )
            self._metrics.shared_runs.set(len(self._runs))
        run.subscribers[subscriber] = None
        if run.latest is not None and share is Share.LATEST:
            subscriber.deliver(run.latest, share)
        return lambda: self._leave(key, run, subscriber)

    def _of_all(self, context: Context, principal: Principal) -> Context:
        """The context of the run: what the subscribers have in common, and nobody's name."""
        common = replace(principal, id=NOBODY, name="", agent_id=None, session_id=None)
        return Context(common, context.ports, context.throttle, RequestFacts())

    def _leave(self, key: Hashable, run: _Run, subscriber: Subscriber) -> None:
        run.subscribers.pop(subscriber, None)
        if not run.subscribers and self._runs.get(key) is run:
            self._end(key, run)
            if run.task is not None:
                run.task.cancel()

    def _end(self, key: Hashable, run: _Run) -> None:
        if self._runs.get(key) is run:
            del self._runs[key]
            self._metrics.shared_runs.set(len(self._runs))

    async def _feed(self, key: Hashable, run: _Run, request: Request, context: Context) -> None:
        try:
            events = await self._engine.subscribe(request, context)
            if isinstance(events, ExecutionResult):
                self._end(key, run)
                for subscriber in list(run.subscribers):
                    subscriber.refuse(events.errors or [])
                return
            async for result in events:
                payload = written(result)
                if not is_request_error(result):
                    run.latest = payload
                subscribers = list(run.subscribers)
                for subscriber in subscribers:
                    subscriber.deliver(payload, run.share)
                self._metrics.deliveries.inc(len(subscribers))
        finally:
            self._end(key, run)
        for subscriber in list(run.subscribers):
            subscriber.complete()
