"""A customer's program: GraphQL over HTTP, graphql-transport-ws and SSE, and nothing else."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests.e2e.system import Credentials

PATIENCE_S = 60.0

SIGN_IN = """
mutation ($account: String!, $email: String!, $password: String!) {
  signIn(account: $account, email: $email, password: $password) {
    __typename
    ... on SignedIn { token viewer { name permissions account { slug } } }
    ... on Refusal { code }
  }
}
"""
DESK_SIGN_IN = """
mutation ($account: String!, $code: String!, $pin: String!) {
  deskSignIn(account: $account, code: $code, pin: $pin) {
    __typename
    ... on DeskSignedIn { token viewer { agentId } }
    ... on Refusal { code message }
  }
}
"""


class Customer:
    """Somebody who asks with a token. `errors` of an answer fail the test unless asked for."""

    def __init__(self, http: httpx.AsyncClient, url: str, token: str | None = None) -> None:
        self.http = http
        self.url = url
        self.token = token

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"} if self.token else {}

    def at(self, url: str) -> "Customer":
        """The same token at another API process."""
        return Customer(self.http, url, self.token)

    async def answer(self, query: str, **variables: Any) -> dict[str, Any]:
        """The whole answer, `errors` included."""
        said = await self.http.post(
            f"{self.url}/graphql",
            json={"query": query, "variables": variables},
            headers=self.headers,
        )
        answer: dict[str, Any] = said.json()
        return answer

    async def ask(self, query: str, **variables: Any) -> Any:
        """What the one root field of the operation gives."""
        answer = await self.answer(query, **variables)
        assert "errors" not in answer, answer
        (value,) = answer["data"].values()
        return value

    async def upload(self, query: str, name: str, content: bytes, **variables: Any) -> Any:
        """The one root field of an operation with `$file: Upload!`, as multipart."""
        operations = {"query": query, "variables": {**variables, "file": None}}
        said = await self.http.post(
            f"{self.url}/graphql",
            data={
                "operations": json.dumps(operations),
                "map": json.dumps({"0": ["variables.file"]}),
            },
            files={"0": (name, content)},
            headers=self.headers,
        )
        answer = said.json()
        assert "errors" not in answer, answer
        (value,) = answer["data"].values()
        return value

    @asynccontextmanager
    async def socket(self) -> AsyncIterator["Socket"]:
        """An open graphql-transport-ws socket, signed in by `connection_init`."""
        address = self.url.replace("http", "ws", 1) + "/graphql"
        async with connect(
            address, subprotocols=[Subprotocol("graphql-transport-ws")], max_size=None
        ) as raw:
            await raw.send(json.dumps({"type": "connection_init", "payload": self.headers}))
            assert json.loads(await raw.recv()) == {"type": "connection_ack"}
            yield Socket(raw)

    @asynccontextmanager
    async def stream(self, query: str, **variables: Any) -> AsyncIterator[AsyncIterator[Any]]:
        """The values of one subscription over server-sent events."""
        async with self.http.stream(
            "POST",
            f"{self.url}/graphql/stream",
            json={"query": query, "variables": variables},
            headers={**self.headers, "accept": "text/event-stream"},
        ) as response:
            assert response.status_code == 200
            yield _values(response)


class Socket:
    """One socket; each subscription is followed by itself."""

    def __init__(self, raw: ClientConnection) -> None:
        self._raw = raw
        self._queues: dict[str, asyncio.Queue[Any]] = {}
        self._reading: asyncio.Task[None] | None = None

    async def follow(self, query: str, **variables: Any) -> AsyncIterator[Any]:
        """The values of the operation's one root field, until it completes or the socket ends."""
        id = str(len(self._queues) + 1)
        queue = self._queues[id] = asyncio.Queue()
        payload = {"query": query, "variables": variables}
        await self._raw.send(json.dumps({"id": id, "type": "subscribe", "payload": payload}))
        if self._reading is None:
            self._reading = asyncio.create_task(self._read())
        while (message := await queue.get()) is not None and message["type"] != "complete":
            assert message["type"] == "next", message
            assert "errors" not in message["payload"], message
            (value,) = message["payload"]["data"].values()
            yield value

    async def _read(self) -> None:
        with suppress(ConnectionClosed):
            async for text in self._raw:
                message = json.loads(text)
                if message["type"] == "ping":
                    await self._raw.send('{"type":"pong"}')
                elif message["type"] != "pong":
                    self._queues[message["id"]].put_nowait(message)
        for queue in self._queues.values():
            queue.put_nowait(None)


async def _values(response: httpx.Response) -> AsyncIterator[Any]:
    kind = ""
    async for line in response.aiter_lines():
        name, _, value = line.partition(": ")
        if name == "event":
            kind = value
        elif name == "data" and kind == "next":
            payload = json.loads(value)
            assert "errors" not in payload, payload
            (given,) = payload["data"].values()
            yield given
        elif name == "data" and kind == "complete":
            return


async def signed_in(http: httpx.AsyncClient, url: str, credentials: Credentials) -> Customer:
    """The administrator of an account."""
    made = await Customer(http, url).ask(
        SIGN_IN,
        account=credentials.slug,
        email=credentials.email,
        password=credentials.password,
    )
    assert made["__typename"] == "SignedIn", made
    return Customer(http, url, made["token"])


async def at_desk(http: httpx.AsyncClient, url: str, slug: str, code: str, pin: str) -> Customer:
    """An agent who signed in with code and PIN. The first floor of an account takes a moment."""

    async def tried() -> Any:
        made = await Customer(http, url).ask(DESK_SIGN_IN, account=slug, code=code, pin=pin)
        return made if made["__typename"] == "DeskSignedIn" else None

    made = await until(tried)
    return Customer(http, url, made["token"])


async def until(read: Callable[[], Awaitable[Any]], *, seconds: float = PATIENCE_S) -> Any:
    """What `read` gives once that is true; fails the test when it does not come true."""
    async with asyncio.timeout(seconds):
        while True:  # nobody tells us: this is what a customer without a subscription does
            if found := await read():
                return found
            await asyncio.sleep(0.1)
