"""The commands of the floors, on their way to the switch."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

import msgspec
from redis.asyncio import Redis
from redis.exceptions import RedisError

from domain.telephony.link import commands_stream
from domain.telephony.port import Command, decode_command

logger = logging.getLogger(__name__)

READ_COUNT = 200
BLOCK_MS = 1000
RETRY_S = 0.2


class Intake:
    """Reads the commands of one node that came after its own start, in order."""

    def __init__(self, redis: Redis, node: str) -> None:
        self._redis = redis
        self._stream = commands_stream(node)
        self._last = b"0-0"

    async def begin(self) -> None:
        """Skip what is there: it was meant for an earlier incarnation. Raises `RedisError`."""
        newest = await self._redis.xrevrange(self._stream, count=1)
        if newest:
            self._last = newest[0][0]

    async def run(self, execute: Callable[[Command], Awaitable[None]]) -> None:
        """Hand over each command, one after another, until cancelled.

        The outbox tells the log when Redis is lost; here it is only waited for.
        """
        while True:
            try:
                read = await self._redis.xread(
                    {self._stream: self._last}, count=READ_COUNT, block=BLOCK_MS
                )
            except (RedisError, OSError):
                await asyncio.sleep(RETRY_S)
                continue
            for _, entries in read:
                for entry_id, fields in entries:
                    self._last = entry_id
                    command = self._decode(entry_id, fields)
                    if command is not None:
                        await execute(command)

    def _decode(self, entry_id: bytes, fields: dict[bytes, bytes]) -> Command | None:
        try:
            command: Command = decode_command(fields[b"c"])
        except (KeyError, msgspec.MsgspecError) as exc:
            logger.error("command %s is malformed (%s)", entry_id.decode(), type(exc).__name__)
            return None
        return command
