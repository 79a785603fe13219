"""A gateway in this process on a real Redis, and a reader of floors' inboxes."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from uuid import UUID

from redis.asyncio import Redis
from redis.exceptions import RedisError

from domain.adapters.system_clock import SystemClock
from domain.telephony.events import Event
from domain.telephony.link import FromGateway, Link, inbox_stream, read_from_gateway
from workers.gateway.numbers import NumberBook
from workers.gateway.process import Gateway
from workers.gateway.switches import OwnedSwitch

LIMIT_S = 30.0


async def until(holds: Callable[[], bool | Awaitable[bool]]) -> None:
    """Wait for something that nobody announces."""
    async with asyncio.timeout(LIMIT_S):
        while True:
            now = holds()
            if now if isinstance(now, bool) else await now:
                return
            await asyncio.sleep(0.02)


class Inbox:
    """What gateways put into one floor's inbox, read again each time it is asked."""

    def __init__(self, redis: Redis, account: UUID) -> None:
        self._redis = redis
        self._stream = inbox_stream(account)

    async def messages(self) -> list[FromGateway]:
        """All messages, in order."""
        return [read_from_gateway(fields) for _, fields in await self._redis.xrange(self._stream)]

    async def events(self) -> list[Event]:
        """All events, in order."""
        return [m.said for m in await self.messages() if not isinstance(m.said, Link)]

    async def links(self) -> list[tuple[str, bool]]:
        """All news of links: incarnation, whether it is up."""
        messages = await self.messages()
        return [(m.incarnation, m.said.up) for m in messages if isinstance(m.said, Link)]

    async def until(self, enough: Callable[[list[FromGateway]], bool]) -> list[FromGateway]:
        """The messages, as soon as they are enough."""
        messages: list[FromGateway] = []
        async with asyncio.timeout(LIMIT_S):
            while True:
                with suppress(RedisError, OSError):
                    messages = await self.messages()
                if enough(messages):
                    return messages
                await asyncio.sleep(0.02)


@asynccontextmanager
async def running(redis: Redis, switch: OwnedSwitch, *, node: str = "n1") -> AsyncIterator[Gateway]:
    """A gateway that serves until the end of the block, and then stops as by SIGTERM."""
    numbers = NumberBook(redis)
    gateway = Gateway(switch, redis, node=node, numbers=numbers, clock=SystemClock())
    stop = asyncio.Event()
    task = asyncio.create_task(gateway.run(stop))
    await until(lambda: gateway.look().up or task.done())
    try:
        yield gateway
    finally:
        stop.set()
        await task
