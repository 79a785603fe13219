"""The ports of one process, on its database, Redis and files."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from redis.asyncio import Redis

from domain.adapters.arq_queue import ArqQueue
from domain.adapters.floor_door import RedisFloorDoor
from domain.adapters.local_files import LocalFiles
from domain.adapters.readiness import NotReady
from domain.adapters.redis_bus import RedisBus
from domain.adapters.system_clock import SystemClock
from domain.core import database
from domain.core.ports import Ports
from domain.core.settings import Settings


@asynccontextmanager
async def open_ports(settings: Settings) -> AsyncIterator[Ports]:
    """What the use cases of this process need, connected for the length of the block.

    Raises NotReady when the settings name no servers. Whether those answer is for
    `readiness.py` to say; here a server may come and go.
    """
    if settings.database_url is None or settings.redis_url is None:
        raise NotReady(
            "Nothing was started: this process needs OUTDIAL_DATABASE and OUTDIAL_REDIS. "
            "`outdial up` brings both of its own."
        )
    redis = Redis.from_url(settings.redis_url, socket_connect_timeout=3)
    jobs = ArqQueue(settings.redis_url)
    try:
        async with (
            database.connected(settings.database_url, pool=settings.database_pool),
            RedisBus(redis) as bus,
            RedisFloorDoor(redis) as floors,
        ):
            yield Ports(
                clock=SystemClock(),
                bus=bus,
                jobs=jobs,
                floors=floors,
                files=LocalFiles(settings.files),
                private_hooks=settings.private_hooks,
                demo=settings.demo,
            )
    finally:
        await jobs.close()
        await redis.aclose()
