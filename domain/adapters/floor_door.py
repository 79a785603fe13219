"""The way to floors over Redis: commands into their streams, answers over one channel."""

import asyncio
import contextlib
import secrets
import time
from logging import getLogger
from types import TracebackType
from typing import Any
from uuid import UUID

import msgspec
from broadcaster import Event
from redis.asyncio import Redis
from redis.exceptions import RedisError

from domain.adapters.redis_line import RedisLine
from domain.core.bus import BusUnavailable
from domain.core.floor_wire import Answer, decode_answer, entry_of, error_of
from domain.core.floors import FloorCommand, FloorUnavailable
from domain.telephony.link import inbox_stream

logger = getLogger(__name__)

INBOX_KEPT = 100_000  # entries; a floor that is away for so long reads its rows anew anyway


class RedisFloorDoor:
    """The floors as this process reaches them. Use it as an async context, or call `close`.

    `redis` must give bytes back (no `decode_responses`).
    """

    def __init__(self, redis: Redis) -> None:
        self._redis: Any = redis
        self._channel = f"floor:replies:{secrets.token_hex(8)}"
        self._line = RedisLine(redis)
        self._waiting: dict[str, asyncio.Future[Answer]] = {}
        self._reader: asyncio.Task[None] | None = None
        self._subscribed = False
        self._opening = asyncio.Lock()

    async def __aenter__(self) -> "RedisFloorDoor":
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Wait for no answer any more. The Redis client stays open."""
        if self._reader is not None:
            self._reader.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reader
        await self._line.disconnect()

    async def ask(
        self, account_id: UUID, command: FloorCommand, *, timeout_s: float = 5.0
    ) -> dict[str, Any]:
        request_id = secrets.token_hex(8)
        answered = asyncio.get_running_loop().create_future()
        self._waiting[request_id] = answered
        try:
            async with asyncio.timeout(timeout_s):
                await self._open()
                # Wall time: it is compared in another process, whose monotonic zero is another.
                deadline = time.time() + timeout_s  # lint: allow clock, because of that
                entry = entry_of(
                    command, reply_to=self._channel, request_id=request_id, deadline=deadline
                )
                await self._send(account_id, entry)
                answer: Answer = await answered
        except (TimeoutError, RedisError, OSError, BusUnavailable) as error:
            raise FloorUnavailable(timeout_s) from error
        finally:
            del self._waiting[request_id]
        if answer.ok is None:
            raise error_of(answer)
        return answer.ok

    async def tell(self, account_id: UUID, command: FloorCommand) -> None:
        try:
            await self._send(account_id, entry_of(command))
        except (RedisError, OSError):
            # The rows are committed, and a floor reads them anew when it starts.
            logger.warning("floor of %s was not told: Redis is away", account_id)

    async def _send(self, account_id: UUID, entry: dict[str, bytes | str]) -> None:
        await self._redis.execute_command(
            "XADD",
            inbox_stream(account_id),
            "MAXLEN",
            "~",
            INBOX_KEPT,
            "*",
            *(part for pair in entry.items() for part in pair),
        )

    async def _open(self) -> None:
        """Hear answers before the first question is sent."""
        if self._subscribed:
            return
        async with self._opening:
            if self._reader is None:
                self._reader = asyncio.create_task(self._read(), name="floor replies")
            if not self._subscribed:
                await self._line.subscribe(self._channel)
                self._subscribed = True

    async def _read(self) -> None:
        while True:
            event: Event = await self._line.next_published()
            payload: bytes | None = event.message  # type: ignore[assignment]  # ours is bytes
            if payload is None:
                continue  # whoever waits for a lost answer runs into the time limit
            try:
                answer = decode_answer(payload)
            except msgspec.DecodeError:
                logger.error("a floor's answer of %d bytes is not understood", len(payload))
                continue
            waiting = self._waiting.get(answer.id)
            if waiting is not None and not waiting.done():
                waiting.set_result(answer)
