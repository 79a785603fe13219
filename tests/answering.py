"""A real HTTP server on loopback that answers as a test wants: fast, slowly, wrongly, or not."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came in."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def data(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)["data"]
        return found


Answer = Callable[[Asked], Awaitable[tuple[int, bytes]]]


def says(status: int = 200, **answer: Any) -> Answer:
    """The same answer to everybody."""

    async def answered(asked: Asked) -> tuple[int, bytes]:
        return status, json.dumps(answer).encode() if answer else b""

    return answered


class Answering:
    """What the server says, and what it was asked."""

    def __init__(self) -> None:
        self.answer = says(204)
        self.asked: list[Asked] = []
        self.extra_headers = ""
        self.url = ""
        self.open: set[asyncio.StreamWriter] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open.add(writer)
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                first, *lines = head.decode().split("\r\n")[:-2]
                pairs = (line.split(": ", 1) for line in lines)
                headers = {name.lower(): value for name, value in pairs}
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                asked = Asked(first.split(" ")[1], headers, body)
                self.asked.append(asked)
                status, said = await self.answer(asked)
                writer.write(
                    f"HTTP/1.1 {status} X\r\n{self.extra_headers}"
                    f"content-length: {len(said)}\r\n\r\n".encode()
                    + said
                )
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.open.discard(writer)
            writer.close()


@asynccontextmanager
async def answering() -> AsyncIterator[Answering]:
    """A server for the length of the block."""
    said = Answering()
    server = await asyncio.start_server(said.serve, "127.0.0.1", 0)
    said.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/ask"
    try:
        yield said
    finally:
        server.close()
        for writer in list(said.open):  # what is kept alive would answer on
            writer.close()
