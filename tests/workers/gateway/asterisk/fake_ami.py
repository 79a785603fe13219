"""An AMI server that behaves as told, and remembers every action it was sent."""

import asyncio
from collections.abc import Callable
from pathlib import Path

STREAMS = Path(__file__).parents[3] / "ami"

Answer = Callable[[dict[str, str]], str | bytes | None]
Headers = dict[str, str]


def parse(block: str) -> Headers:
    """The headers of one message. A repeated one keeps its last value."""
    return dict(line.split(": ", 1) for line in block.split("\r\n") if ": " in line)


def captured(name: str) -> list[Headers]:
    """The events of a captured stream, in order."""
    text = (STREAMS / f"{name}.txt").read_bytes().decode()
    return [parse(block) for block in text.split("\r\n\r\n") if block.strip()]


class FakeAmi:
    """`answer` may return a whole reply, None for none at all, or "" for plain success."""

    def __init__(self, answer: Answer = lambda action: "") -> None:
        self.answer = answer
        self.actions: list[Headers] = []
        self.logins = 0
        self._server: asyncio.Server | None = None
        self._writers: list[asyncio.StreamWriter] = []

    @property
    def port(self) -> int:
        assert self._server is not None
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    def sent(self, name: str) -> list[Headers]:
        """The actions of a kind so far."""
        return [action for action in self.actions if action["Action"] == name]

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            self.drop()
            await self._server.wait_closed()

    def drop(self) -> None:
        """Break all links."""
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    def say(self, *events: Headers | bytes) -> None:
        """Send events over the newest link."""
        for event in events:
            data = event if isinstance(event, bytes) else self._block(event)
            self._writers[-1].write(data)

    def _block(self, headers: Headers) -> bytes:
        return ("".join(f"{k}: {v}\r\n" for k, v in headers.items()) + "\r\n").encode()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        writer.write(b"Asterisk Call Manager/11.0.0\r\n")
        try:
            while True:
                block = (await reader.readuntil(b"\r\n\r\n")).decode()
                self._act(parse(block), writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def _act(self, action: Headers, writer: asyncio.StreamWriter) -> None:
        self.actions.append(action)
        said = self.answer(action)
        if said is None:
            return
        if action["Action"] == "Login":
            self.logins += 1
        reply = said or self._usual(action)
        data = reply if isinstance(reply, bytes) else reply.encode()
        writer.write(data.replace(b"@ID", action["ActionID"].encode()))
        if action["Action"] == "Login" and not said:
            writer.write(b"Event: FullyBooted\r\nPrivilege: system,all\r\n\r\n")

    def _usual(self, action: Headers) -> str:
        match action["Action"]:
            case "CoreShowChannels":
                return (
                    "Response: Success\r\nActionID: @ID\r\nEventList: start\r\n\r\n"
                    "Event: CoreShowChannelsComplete\r\nActionID: @ID\r\nEventList: Complete\r\n"
                    "ListItems: 0\r\n\r\n"
                )
            case "ConfbridgeListRooms":
                return "Response: Error\r\nActionID: @ID\r\nMessage: No active conferences.\r\n\r\n"
        return "Response: Success\r\nActionID: @ID\r\nMessage: done\r\n\r\n"
