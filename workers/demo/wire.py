"""A client of the public API over one WebSocket: asking, and following what is live.

Nothing here knows the server's code: the demo is a customer like any other.
"""

import asyncio
import itertools
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

PROTOCOL = Subprotocol("graphql-transport-ws")
FORBIDDEN = 4403
ACK_LIMIT_S = 10.0
ANSWER_LIMIT_S = 15.0
MAX_MESSAGE_BYTES = 1_000_000

Data = dict[str, Any]


class Lost(Exception):
    """The connection ended, or no answer came: what was asked may or may not have been done."""


class SignedOut(Exception):
    """The server does not take the token any more."""


class Denied(Exception):
    """The server answered with errors. The text is the server's, without what was asked."""


class Wire:
    """An open connection. Operations share it; each has a queue of its own."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._ids = itertools.count(1)
        self._heard: dict[str, asyncio.Queue[dict[str, Any] | None]] = {}
        self._ended = False

    async def ask(self, query: str, **variables: object) -> Data:
        """The answer's data. Raises Lost, Denied."""
        async with asyncio.timeout(ANSWER_LIMIT_S):
            async for data in self.follow(query, **variables):
                return data
        raise Lost("ended without an answer")

    async def follow(self, query: str, **variables: object) -> AsyncIterator[Data]:
        """Each message's data until the server ends it. Raises Lost, Denied."""
        if self._ended:
            raise Lost("the connection has ended")
        id = str(next(self._ids))
        queue = self._heard[id] = asyncio.Queue()
        await self._send({"id": id, "type": "subscribe", "payload": _payload(query, variables)})
        try:
            while True:
                message = await queue.get()
                if message is None:
                    raise Lost("the connection has ended")
                if message["type"] == "complete":
                    return
                yield _data_of(message)
        finally:
            del self._heard[id]
            with suppress(Lost):
                await self._send({"id": id, "type": "complete"})

    async def read(self) -> None:
        """Hand out what arrives until the connection ends; then tell everybody who waits."""
        try:
            async for frame in self._connection:
                await self._handle(orjson.loads(frame))
        except ConnectionClosed:
            pass
        finally:
            self._ended = True
            for queue in self._heard.values():
                queue.put_nowait(None)

    async def _handle(self, message: dict[str, Any]) -> None:
        if message["type"] == "ping":
            await self._send({"type": "pong"})
        elif (queue := self._heard.get(message.get("id", ""))) is not None:
            queue.put_nowait(message)

    async def _send(self, message: Mapping[str, object]) -> None:
        try:
            await self._connection.send(orjson.dumps(message).decode())
        except ConnectionClosed as exc:
            raise Lost("the connection has ended") from exc


@asynccontextmanager
async def wire(url: str, token: str | None = None) -> AsyncIterator[Wire]:
    """A connection to the API at `url`, as `http://127.0.0.1:8000`. Raises Lost, SignedOut."""
    try:
        connection = await connect(
            _socket_url(url), subprotocols=[PROTOCOL], max_size=MAX_MESSAGE_BYTES, proxy=None
        )
    except (OSError, TimeoutError, ConnectionClosed, ValueError) as exc:
        raise Lost("nobody answers") from exc
    except Exception as exc:  # websockets has a class of its own for each bad handshake
        raise Lost("no WebSocket there") from exc
    async with connection:
        try:
            await _greet(connection, token)
        except (ConnectionClosed, TimeoutError) as exc:
            if connection.close_code == FORBIDDEN:
                raise SignedOut("the token is not in force") from exc
            raise Lost("no greeting") from exc
        opened = Wire(connection)
        reading = asyncio.create_task(opened.read())
        try:
            yield opened
        finally:
            reading.cancel()
            with suppress(asyncio.CancelledError):
                await reading


async def _greet(connection: ClientConnection, token: str | None) -> None:
    payload = {"authorization": f"Bearer {token}"} if token else {}
    await connection.send(orjson.dumps({"type": "connection_init", "payload": payload}).decode())
    async with asyncio.timeout(ACK_LIMIT_S):
        message = orjson.loads(await connection.recv())
    if message["type"] != "connection_ack":
        raise Lost(f"expected connection_ack, got {message['type']}")


def _socket_url(url: str) -> str:
    parts = urlsplit(url)
    scheme = "wss" if parts.scheme == "https" else "ws"
    return urlunsplit((scheme, parts.netloc, parts.path.rstrip("/") + "/graphql", "", ""))


def _payload(query: str, variables: Mapping[str, object]) -> dict[str, object]:
    return {"query": query, "variables": variables}


def _data_of(message: Mapping[str, Any]) -> Data:
    errors = message["payload"] if message["type"] == "error" else message["payload"].get("errors")
    if errors:
        raise Denied(str(errors[0].get("message", "no reason given")))
    data: Data = message["payload"]["data"]
    return data
