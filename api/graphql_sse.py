"""GraphQL over server-sent events, the "distinct connections" mode of the graphql-sse project.

https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md. One request, one operation, its
results as `next` events and then `complete`. It has a path of its own because clients that list
text/event-stream among what they take would otherwise get their queries as streams too.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Sequence

from graphql import ExecutionResult, GraphQLError, OperationType
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.accept import EVENT_STREAM, JSON, chosen
from api.answers import BadRequest, errors_only, written
from api.callers import Caller, caller_of
from api.credentials import seconds_left
from api.door import Door
from api.graphql_http import bad, read_request
from api.outbox import Outbox, TooSlow
from domain.core.errors import Unavailable
from schema.context import Context
from schema.engine import NoSuchOperation, Request
from schema.errors import RateLimited, spoken
from schema.sharing import Share

ALIVE_S = 12.0  # a comment keeps proxies from closing a quiet stream
COMPLETE = "event: complete\ndata: \n\n"  # a data line, or browsers drop the event


class GraphQLStream:
    """The ASGI application behind `/graphql/stream`."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        http = HttpRequest(scope, receive)
        try:
            chosen(http.headers.get("accept"), (EVENT_STREAM,), "POST")
            caller = await caller_of(http, self._door)
            request = await read_request(http, self._door)
            prepared = self._door.engine.prepare(request.query)
            mutates = any(
                getattr(definition, "operation", None) is OperationType.MUTATION
                for definition in (prepared.document.definitions if prepared.document else ())
            )
            if mutates and http.method == "GET":
                raise BadRequest(405, "A mutation needs POST.", allow="POST")
        except BadRequest as error:
            await bad(error, JSON)(scope, receive, send)
            return
        except RateLimited as error:
            headers = {"retry-after": str(error.retry_after_s)}
            await Response(errors_only(error), 429, headers, JSON)(scope, receive, send)
            return
        except Unavailable as error:
            said = GraphQLError(str(error), extensions={"code": error.code})
            await Response(errors_only(said), 503, {"retry-after": "2"}, JSON)(scope, receive, send)
            return
        await self._stream(http, request, caller, send)

    async def _stream(
        self, http: HttpRequest, request: Request, caller: Caller, send: Send
    ) -> None:
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [
                    (b"content-type", b"text/event-stream; charset=utf-8"),
                    (b"cache-control", b"no-cache"),
                    (b"x-accel-buffering", b"no"),
                ],
            }
        )
        outbox = Outbox()
        parts = [
            asyncio.create_task(part)
            for part in (
                self._write(outbox, send),
                self._run(request, caller, outbox),
                self._until_gone(http, caller),
            )
        ]
        self._door.metrics.streams.inc()
        try:
            # The run ends first when all was said; what it put is written before we go.
            writes, runs, gone = parts
            await asyncio.wait((runs, gone, writes), return_when=asyncio.FIRST_COMPLETED)
            if runs.done() and not gone.done() and not writes.done():
                outbox.put("")
                await asyncio.wait((writes, gone), return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._door.metrics.streams.dec()
            for part in parts:
                part.cancel()
            await asyncio.gather(*parts, return_exceptions=True)
        with contextlib.suppress(OSError):
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _until_gone(self, http: HttpRequest, caller: Caller) -> None:
        """Return when the client went, or when it must come back with its token."""
        life_s = self._door.settings.socket_life_s
        if caller.credential is not None:
            life_s = seconds_left(caller.credential, self._door.ports.clock, life_s)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(life_s):
                while (await http.receive())["type"] != "http.disconnect":
                    pass

    async def _write(self, outbox: Outbox, send: Send) -> None:
        with contextlib.suppress(TooSlow):
            while True:
                try:
                    async with asyncio.timeout(ALIVE_S):
                        text = await outbox.take()
                except TimeoutError:
                    text = ":\n\n"
                if not text:
                    return
                body = text.encode()
                await send({"type": "http.response.body", "body": body, "more_body": True})

    async def _run(self, request: Request, caller: Caller, outbox: Outbox) -> None:
        try:
            async with contextlib.aclosing(self._results(request, caller)) as results:
                async for payload in results:
                    await outbox.put_in_turn(f"event: next\ndata: {payload.decode()}\n\n")
                    self._door.metrics.deliveries.inc()
        except Exception as error:  # a client that waits must hear of our bug
            said = errors_only(spoken(GraphQLError(str(error), original_error=error)))
            await outbox.put_in_turn(f"event: next\ndata: {said.decode()}\n\n")
        await outbox.put_in_turn(COMPLETE)

    async def _results(self, request: Request, caller: Caller) -> AsyncGenerator[bytes, None]:
        engine = self._door.engine
        prepared = engine.prepare(request.query)
        try:
            operation = prepared.operation(request.operation_name)
        except NoSuchOperation as error:
            yield errors_only(*(prepared.errors or [error]))
            return
        context = Context(caller.principal, self._door.ports, self._door.throttle, caller.facts)
        share = engine.share_of(operation)
        if prepared.errors:
            yield errors_only(*prepared.errors)
        elif operation.operation is not OperationType.SUBSCRIPTION:
            yield written(await engine.execute(request, context))
        elif share is not None and caller.principal is not None:
            async for payload in self._joined(request, context, share):
                yield payload
        else:
            events = await engine.subscribe(request, context)
            if isinstance(events, ExecutionResult):
                yield errors_only(*(events.errors or []))
                return
            async with contextlib.aclosing(events):
                async for result in events:
                    yield written(result)

    async def _joined(
        self, request: Request, context: Context, share: Share
    ) -> AsyncGenerator[bytes, None]:
        reader = _Reader()
        leave = self._door.runs.join(request, context, share, reader)
        try:
            with contextlib.suppress(TooSlow):
                while payload := await reader.outbox.take():
                    yield payload.encode()
        finally:
            leave()


class _Reader:
    """A Subscriber whose events are taken one by one; the empty text is the end."""

    def __init__(self) -> None:
        self.outbox = Outbox()

    def deliver(self, payload: bytes, share: Share) -> None:
        if share is Share.LATEST:
            self.outbox.put_latest("", payload.decode())
        else:
            self.outbox.put_or_fail(payload.decode())

    def refuse(self, errors: Sequence[GraphQLError]) -> None:
        self.outbox.put(errors_only(*errors).decode())
        self.outbox.put("")

    def complete(self) -> None:
        self.outbox.put("")
