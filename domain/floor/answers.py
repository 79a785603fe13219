"""What whoever asked something of a floor is told.

An answer goes out once everything that was decided so far is committed. While the database is away
that may take as long as it likes, but a refusal need not wait: it has changed nothing.
"""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Coroutine
from logging import getLogger
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from domain.core import floor_wire
from domain.core.errors import DomainError, Unavailable
from domain.core.floor_wire import Asked
from domain.core.outages import DATABASE_AWAY, DatabaseUnavailable
from domain.floor.commands import Result
from domain.floor.journal.writer import Journal

logger = getLogger(__name__)


class Answers:
    """Sends each answer to the channel on which somebody waits for it, if anybody does."""

    def __init__(
        self,
        redis: Redis,
        journal: Journal,
        spawn: Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]],
    ) -> None:
        self._redis = redis
        self._journal = journal
        self._spawn = spawn
        self._sending: set[asyncio.Task[None]] = set()

    def give(self, asked: Asked, result: Result | Awaitable[Result]) -> None:
        """Tell what was done, or what will have been when its rows are read."""
        if inspect.isawaitable(result):
            self._spawn(self._finish(asked, result))
        else:
            self._reply(asked, floor_wire.answer(asked.request_id, result))

    def refuse(self, asked: Asked, error: DomainError | Unavailable) -> None:
        """Tell what was not done, and why."""
        away = isinstance(error, DatabaseUnavailable) or isinstance(error.__cause__, DATABASE_AWAY)
        self._reply(
            asked,
            floor_wire.refusal(asked.request_id, error),
            at_once=away or self._journal.stalled,
        )

    async def sent(self) -> None:
        """Wait until all answers are out. What they tell is committed, and nobody says it later."""
        await asyncio.gather(*self._sending)

    async def _finish(self, asked: Asked, result: Awaitable[Result]) -> None:
        try:
            answer = floor_wire.answer(asked.request_id, await result)
        except DomainError as error:
            self.refuse(asked, error)
        except DATABASE_AWAY:
            self.refuse(asked, DatabaseUnavailable())
        else:
            self._reply(asked, answer)

    def _reply(self, asked: Asked, payload: bytes, *, at_once: bool = False) -> None:
        channel = asked.reply_to
        if channel is None:
            return

        def send() -> None:
            task = self._spawn(self._send(channel, payload))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

        if at_once:
            send()
        else:
            self._journal.after(send)

    async def _send(self, channel: str, payload: bytes) -> None:
        try:
            await self._redis.publish(channel, payload)
        except (RedisError, OSError):
            logger.warning("an answer was lost: Redis is away")
