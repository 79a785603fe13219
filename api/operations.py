"""One operation on a socket: run alone, or joined to a run that others share."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Protocol

import orjson
from graphql import ExecutionResult, GraphQLError, OperationDefinitionNode, OperationType

from api.answers import BadRequest, is_request_error, written
from api.door import Door
from api.outbox import Outbox
from schema.context import Context
from schema.engine import Request
from schema.errors import spoken
from schema.sharing import Share


class Connection(Protocol):
    """What an operation needs of the socket that it came from."""

    door: Door
    outbox: Outbox

    def forget(self, id: str) -> None:
        """The operation ended; its id may be used again."""


class Operation:
    """Writes what it has to say into the outbox of its connection. A Subscriber of shared runs."""

    def __init__(self, connection: Connection, id: str) -> None:
        self._connection = connection
        self._id = id
        quoted = orjson.dumps(id).decode()
        self._next = f'{{"id":{quoted},"type":"next","payload":'
        self._error = f'{{"id":{quoted},"type":"error","payload":'
        self._complete = f'{{"id":{quoted},"type":"complete"}}'
        self._task: asyncio.Task[None] | None = None
        self._leave: Callable[[], None] | None = None

    def start(
        self, request: Request, context: Context, definition: OperationDefinitionNode
    ) -> None:
        """Run, or join a run."""
        share = self._connection.door.engine.share_of(definition)
        if share is not None and context.caller is not None:
            self._connection.door.metrics.subscriptions.inc()
            self._leave = self._connection.door.runs.join(request, context, share, self)
        elif definition.operation is OperationType.SUBSCRIPTION:
            self._task = asyncio.create_task(self._run(self._follow(request, context)))
        else:
            self._task = asyncio.create_task(self._run(self._answer(request, context)))

    def cancel(self) -> None:
        """The client wants no more of it."""
        if self._leave is not None:
            self._leave_run()
            self._connection.outbox.drop(self._id)
        if self._task is not None:
            self._task.cancel()

    async def ended(self) -> None:
        """Wait until a cancelled run has let go of everything."""
        if self._task is not None:
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def refuse(self, errors: Sequence[GraphQLError]) -> None:
        """Nothing was run, and this is why."""
        self._refuse([error.formatted for error in errors])

    def refuse_bad(self, error: BadRequest) -> None:
        """It was no well-formed request."""
        self._refuse([{"message": error.message, "extensions": {"code": error.code}}])

    def _refuse(self, errors: Sequence[object]) -> None:
        self._connection.forget(self._id)
        self._leave_run()
        self._connection.outbox.put(f"{self._error}{orjson.dumps(errors).decode()}}}")

    def deliver(self, payload: bytes, share: Share) -> None:
        frame = f"{self._next}{payload.decode()}}}"
        if share is Share.LATEST:
            self._connection.outbox.put_latest(self._id, frame)
        else:
            self._connection.outbox.put_or_fail(frame)

    def complete(self) -> None:
        self._connection.forget(self._id)
        self._leave_run()
        self._connection.outbox.put(self._complete)

    def _leave_run(self) -> None:
        leave, self._leave = self._leave, None
        if leave is not None:
            self._connection.door.metrics.subscriptions.dec()
            leave()

    async def _run(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception as error:  # a client that waits must hear of our bug
            self.refuse([spoken(GraphQLError(str(error), original_error=error))])

    async def _answer(self, request: Request, context: Context) -> None:
        result = await self._connection.door.engine.execute(request, context)
        await self._send(result)

    async def _follow(self, request: Request, context: Context) -> None:
        door = self._connection.door
        events = await door.engine.subscribe(request, context)
        if isinstance(events, ExecutionResult):
            self.refuse(events.errors or [])
            return
        door.metrics.subscriptions.inc()
        try:
            async with contextlib.aclosing(events):
                async for result in events:
                    await self._say(result)
                    door.metrics.deliveries.inc()
        finally:
            door.metrics.subscriptions.dec()
        self.complete()

    async def _send(self, result: ExecutionResult) -> None:
        if is_request_error(result):
            self.refuse(result.errors or [])
            return
        await self._say(result)
        self.complete()

    async def _say(self, result: ExecutionResult) -> None:
        frame = f"{self._next}{written(result).decode()}}}"
        await self._connection.outbox.put_in_turn(frame)
