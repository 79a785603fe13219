"""GraphQL over WebSocket: the graphql-transport-ws protocol of the graphql-ws project.

https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md says which code closes for what.
"""

import asyncio
import contextlib
import random
from logging import getLogger
from typing import Any

import orjson
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from api.answers import BadRequest, asked_of
from api.credentials import seconds_left
from api.door import Door
from api.operations import Operation
from api.origins import facts_of, is_foreign, token_of
from api.outbox import Outbox, TooSlow
from domain.access.tokens import Credential
from domain.core.errors import Unavailable
from schema.context import Context
from schema.engine import NoSuchOperation
from schema.errors import RateLimited

logger = getLogger(__name__)

PROTOCOL = "graphql-transport-ws"
SERVICE_RESTART = 1012  # graphql-ws clients come back; most other codes are the end for them
TRY_AGAIN_LATER = 1013
HOUSEKEEPING_S = 1.0


class Closing(Exception):
    """The socket must be closed with this code."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class GraphQLSocket:
    """The ASGI application behind `/graphql` for WebSockets."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        websocket = WebSocket(scope, receive, send)
        if is_foreign(websocket, self._door.settings.origins):
            await websocket.close()  # before it is accepted: HTTP 403
            return
        if PROTOCOL not in scope.get("subprotocols", []):
            await websocket.accept()
            await websocket.close(4406, "Subprotocol not acceptable")
            return
        await websocket.accept(PROTOCOL)
        self._door.metrics.sockets.inc()
        try:
            await _Connection(self._door, websocket).serve()
        finally:
            self._door.metrics.sockets.dec()


class _Connection:
    """One open socket: who it is, what it subscribed to, what waits to be sent."""

    def __init__(self, door: Door, websocket: WebSocket) -> None:
        self.door = door
        self.outbox = Outbox()
        self._websocket = websocket
        self._facts = facts_of(websocket)
        self._token: str | None = None
        self._credential: Credential | None = None
        self._initialised = False
        self._acknowledged = False
        self._operations: dict[str, Operation] = {}
        self._sending_since: float | None = None

    async def serve(self) -> None:
        """Run until either side closes."""
        parts = [
            asyncio.create_task(part, name=f"socket {name}")
            for name, part in (
                ("reads", self._read()),
                ("writes", self._write()),
                ("keeps house", self._keep_house()),
            )
        ]
        closing = Closing(SERVICE_RESTART, "Service restart")
        try:
            await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for part in parts:
                part.cancel()
            results = await asyncio.gather(*parts, return_exceptions=True)
            await self._end_operations()
        for result in results:
            if isinstance(result, WebSocketDisconnect):
                return
            if isinstance(result, Closing):
                closing = result
            elif isinstance(result, Exception):
                logger.error("a socket broke: %s", type(result).__name__, exc_info=result)
                closing = Closing(1011, "Internal error")
        await self._close(closing)

    async def _close(self, closing: Closing) -> None:
        self.door.metrics.closed.labels(str(closing.code)).inc()
        if self._websocket.application_state is WebSocketState.CONNECTED:
            # One who does not read would keep the close waiting for ever.
            with contextlib.suppress(Exception):
                async with asyncio.timeout(1.0):
                    await self._websocket.close(closing.code, closing.reason)

    async def _end_operations(self) -> None:
        operations, self._operations = list(self._operations.values()), {}
        for operation in operations:
            operation.cancel()
        await asyncio.gather(*(o.ended() for o in operations), return_exceptions=True)

    async def _write(self) -> None:
        loop = asyncio.get_running_loop()
        send = self._websocket.send
        while True:
            try:
                frame = await self.outbox.take()
            except TooSlow:
                raise Closing(TRY_AGAIN_LATER, "Too slow: connect again") from None
            self._sending_since = loop.time()
            await send({"type": "websocket.send", "text": frame})
            self._sending_since = None

    async def _keep_house(self) -> None:
        """Close what did not begin, what stands still, what is old, what lost its rights."""
        loop, settings = asyncio.get_running_loop(), self.door.settings
        began = loop.time()
        # Spread over a tenth, or all clients of a restarted server would come back together.
        life_s = settings.socket_life_s * random.uniform(0.9, 1.0)
        recheck_at = began + settings.recheck_s
        while True:
            await asyncio.sleep(HOUSEKEEPING_S)
            now = loop.time()
            if not self._initialised and now - began > settings.init_wait_s:
                raise Closing(4408, "Connection initialisation timeout")
            since = self._sending_since
            if since is not None and now - since > settings.stalled_s:
                raise Closing(TRY_AGAIN_LATER, "Nothing was read: connect again")
            left = life_s
            if self._credential is not None:
                left = seconds_left(self._credential, self.door.ports.clock, life_s)
            if now - began > life_s or left <= 0:
                raise Closing(SERVICE_RESTART, "Connect again")
            if now > recheck_at:
                recheck_at = now + settings.recheck_s
                await self._recheck()

    async def _recheck(self) -> None:
        if self._token is None or self._credential is None:
            return
        try:
            credential = await self.door.credentials.of(self._token)
        except Unavailable:
            return  # the next look will tell
        if credential is None:
            raise Closing(4403, "Forbidden")
        if credential.principal != self._credential.principal:
            raise Closing(SERVICE_RESTART, "Your rights changed: connect again")

    async def _read(self) -> None:
        while True:
            event = await self._websocket.receive()
            if event["type"] == "websocket.disconnect":
                raise WebSocketDisconnect(event.get("code", 1005))
            text = event.get("text")
            if text is None:
                raise Closing(4400, "WebSocket message type must be text")
            if len(text) > self.door.settings.message_limit:
                raise Closing(1009, "Message too big")
            try:
                message = orjson.loads(text)
                kind = message["type"]
            except (orjson.JSONDecodeError, KeyError, TypeError):
                raise Closing(4400, "WebSocket message must be valid JSON with a type") from None
            await self._handle(kind, message)
            # One who asks and does not read is not read any further either.
            await self.outbox.has_room()

    async def _handle(self, kind: Any, message: dict[str, Any]) -> None:
        match kind:
            case "connection_init":
                await self._initialise(message.get("payload"))
            case "ping":
                await self.outbox.put_in_turn('{"type":"pong"}')
            case "pong":
                pass
            case "subscribe":
                await self._subscribe(message)
            case "complete":
                operation = self._operations.pop(_id_of(message), None)
                if operation is not None:
                    operation.cancel()
            case _:
                raise Closing(4400, "Unknown message type")

    async def _initialise(self, payload: Any) -> None:
        if self._initialised:
            raise Closing(4429, "Too many initialisation requests")
        if payload is not None and not isinstance(payload, dict):
            raise Closing(4400, "Invalid connection init payload")
        self._initialised = True
        said = (payload or {}).get("authorization", (payload or {}).get("Authorization"))
        self._token = token_of(said if isinstance(said, str) else None) or token_of(
            self._websocket.headers.get("authorization")
        )
        if said is not None and self._token is None:
            raise Closing(4403, "Forbidden")
        if self._token is not None:
            try:
                self._credential = await self.door.credentials.of(self._token)
                await self.door.rates.count(self._credential, self._facts.address)
            except (RateLimited, Unavailable):
                raise Closing(TRY_AGAIN_LATER, "Try again later") from None
            if self._credential is None:
                raise Closing(4403, "Forbidden")
        self._acknowledged = True
        await self.outbox.put_in_turn('{"type":"connection_ack"}')

    async def _subscribe(self, message: dict[str, Any]) -> None:
        if not self._acknowledged:
            raise Closing(4401, "Unauthorized")
        id = _id_of(message)
        if id in self._operations:
            raise Closing(4409, f"Subscriber for {id} already exists")
        operation = Operation(self, id)
        try:
            request = asked_of(message.get("payload"))
            if len(self._operations) >= self.door.settings.subscriptions_per_socket:
                raise BadRequest(400, "Too many operations on this socket.", code="TOO_MANY")
            await self.door.rates.count(self._credential, self._facts.address)
            prepared = self.door.engine.prepare(request.query)
            if prepared.errors:
                operation.refuse(prepared.errors)
                return
            definition = prepared.operation(request.operation_name)
        except BadRequest as error:
            operation.refuse_bad(error)
            return
        except (NoSuchOperation, RateLimited) as error:
            operation.refuse([error])
            return
        self._operations[id] = operation
        operation.start(
            request,
            Context(
                self._credential.principal if self._credential else None,
                self.door.ports,
                self.door.throttle,
                self._facts,
            ),
            definition,
        )

    def forget(self, id: str) -> None:
        """The operation ended; its id may be used again."""
        self._operations.pop(id, None)


def _id_of(message: dict[str, Any]) -> str:
    id = message.get("id")
    if not isinstance(id, str) or not 0 < len(id) <= 128:
        raise Closing(4400, "The message needs an id: a string of 1 to 128 characters")
    return id
