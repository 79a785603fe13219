"""One connection to Redis that hears channels, for broadcaster.

broadcaster's own Redis backend hangs silently for ever when Redis restarts, and dies of one
message that is not UTF-8. This one subscribes again with a capped back-off and then puts
`Event(channel, None)` on every channel: something may have been missed.
"""

import asyncio
import contextlib
from collections import deque
from logging import getLogger
from typing import Any

from broadcaster import BroadcastBackend, Event
from redis.asyncio import Redis
from redis.exceptions import RedisError

from domain.core.bus import BusUnavailable

logger = getLogger(__name__)

IDLE_S = 15.0  # after this much silence we ask whether the line still lives
BACK_OFF_S = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0)
CONFIRM_S = 2.0  # how long one who subscribes waits for Redis
HELLO = "bus:hello"  # keeps the connection in subscriber mode while nobody listens


class RedisLine(BroadcastBackend):
    """The channels of one Redis. It hears only, and leaves `publish` as broadcaster has it.

    RedisBus publishes whole batches: what went out here would have no cursor, and overtake them.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._connection: Any = None
        self._channels: set[str] = {HELLO}
        self._waiting: dict[str, list[asyncio.Future[None]]] = {}
        self._due: deque[Event] = deque()
        self._lost = False

    async def connect(self) -> None:
        """Nothing yet: the first `next_published` connects, and so does every one after a loss."""

    async def disconnect(self) -> None:
        await self._drop()

    async def subscribe(self, channel: str) -> None:
        """Hear a channel; returns once Redis has confirmed. Raises BusUnavailable."""
        confirmed = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(channel, []).append(confirmed)
        self._channels.add(channel)
        try:
            if self._connection is not None:
                with contextlib.suppress(RedisError, OSError):
                    await self._connection.send_command("SUBSCRIBE", channel, check_health=False)
            async with asyncio.timeout(CONFIRM_S):
                await confirmed
        except TimeoutError:
            self._waiting.pop(channel, None)
            raise BusUnavailable() from None

    async def unsubscribe(self, channel: str) -> None:
        self._channels.discard(channel)
        if self._connection is not None:
            with contextlib.suppress(RedisError, OSError):
                await self._connection.send_command("UNSUBSCRIBE", channel, check_health=False)

    async def next_published(self) -> Event:
        """The next message of a channel, or its `None` after a loss. Never raises for a loss."""
        while True:
            if self._due:
                return self._due.popleft()
            try:
                connection = self._connection or await self._connected()
                response: Any = await connection.read_response(
                    timeout=IDLE_S, disconnect_on_error=False
                )
                if response is None:
                    await self._ask(connection)
                    continue
            except (RedisError, OSError, TimeoutError, EOFError):
                self._lost = True
                await self._drop()
                continue
            kind, channel = response[0], response[1]
            if kind == b"message":
                return Event(channel.decode(), response[2])
            if kind == b"subscribe":
                self._confirm(channel.decode())

    async def _ask(self, connection: Any) -> None:
        await connection.send_command("PING", check_health=False)
        answer = await connection.read_response(timeout=IDLE_S, disconnect_on_error=False)
        if answer is None:
            raise TimeoutError
        if answer[0] == b"message":
            self._due.append(Event(answer[1].decode(), answer[2]))
        elif answer[0] == b"subscribe":
            self._confirm(answer[1].decode())

    async def _connected(self) -> Any:
        """A fresh connection that hears every channel; tries until there is one."""
        began = asyncio.get_running_loop().time()
        tries = 0
        while True:
            pool: Any = self._redis.connection_pool
            connection = pool.make_connection()
            heard = set(self._channels)
            try:
                await connection.connect()
                await connection.send_command("SUBSCRIBE", *heard, check_health=False)
                break
            except (RedisError, OSError, TimeoutError):
                if tries == 0:
                    logger.warning("bus lost")
                await connection.disconnect(nowait=True)
                await asyncio.sleep(BACK_OFF_S[min(tries, len(BACK_OFF_S) - 1)])
                tries += 1
        self._connection = connection
        if late := self._channels - heard:  # came while the command was on its way
            await connection.send_command("SUBSCRIBE", *late, check_health=False)
        if tries:
            logger.warning("bus back after %.1f s", asyncio.get_running_loop().time() - began)
        if self._lost:
            self._lost = False
            self._due.extend(
                Event(channel, None)  # type: ignore[arg-type]  # broadcaster passes any object on
                for channel in self._channels
                if channel not in self._waiting
            )
        return connection

    async def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(RedisError, OSError):
                await connection.disconnect(nowait=True)

    def _confirm(self, channel: str) -> None:
        for waiting in self._waiting.pop(channel, []):
            if not waiting.done():
                waiting.set_result(None)
