"""What a floor says to those who asked it, in tasks of their own: nobody else waits for Redis."""

import asyncio
from logging import getLogger

from redis.asyncio import Redis
from redis.exceptions import RedisError

logger = getLogger(__name__)


class Answers:
    """Sends answers, and knows which are on their way."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self.sending: set[asyncio.Task[None]] = set()

    def send(self, channel: str, payload: bytes) -> None:
        """Let whoever listens on the channel know. Nobody asks again when Redis is away."""
        task = asyncio.create_task(self._send(channel, payload))
        self.sending.add(task)
        task.add_done_callback(self.sending.discard)

    async def sent(self) -> None:
        """Wait until all answers are out. What they tell is committed, and nobody says it later."""
        await asyncio.gather(*self.sending)

    async def _send(self, channel: str, payload: bytes) -> None:
        try:
            await self._redis.publish(channel, payload)
        except (RedisError, OSError):
            logger.warning("an answer was lost: Redis is away")
