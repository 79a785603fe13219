"""The ports of an API process, made from its settings."""

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from redis.asyncio import BlockingConnectionPool, Redis
from tortoise import connections

from api.door import MEGABYTE, DoorSettings
from api.health import Check
from domain.adapters.arq_queue import ArqQueue
from domain.adapters.floor_door import RedisFloorDoor
from domain.adapters.local_files import LocalFiles
from domain.adapters.redis_bus import RedisBus
from domain.adapters.system_clock import SystemClock
from domain.adapters.throttle import RedisThrottle
from domain.core.database import connected
from domain.core.ports import Ports
from domain.core.settings import Settings, SettingsInvalid
from domain.core.throttle import Throttle

REDIS_CONNECTIONS = 50


@dataclass(frozen=True, slots=True)
class Runtime:
    """What the door is built on."""

    ports: Ports
    throttle: Throttle
    checks: Mapping[str, Check]


@asynccontextmanager
async def runtime(settings: Settings) -> AsyncIterator[Runtime]:
    """Open everything, and close it in the opposite order."""
    if settings.database_url is None or settings.redis_url is None:
        raise SettingsInvalid(
            "OUTDIAL_DATABASE and OUTDIAL_REDIS", "set for an API process of its own"
        )
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(
            connected(settings.database_url, pool=settings.database_pool)
        )
        # A thousand sockets that open at once wait for a connection; none of them is refused.
        redis = Redis.from_pool(
            BlockingConnectionPool.from_url(
                settings.redis_url,
                max_connections=REDIS_CONNECTIONS,
                timeout=5,
                socket_connect_timeout=2,
                socket_timeout=5,
            )
        )
        stack.push_async_callback(redis.aclose)
        bus = await stack.enter_async_context(RedisBus(redis))
        floors = await stack.enter_async_context(RedisFloorDoor(redis))
        jobs = ArqQueue(settings.redis_url)
        stack.push_async_callback(jobs.close)
        ports = Ports(
            clock=SystemClock(),
            bus=bus,
            jobs=jobs,
            floors=floors,
            files=LocalFiles(settings.files),
            private_hooks=settings.private_hooks,
            demo=settings.demo,
        )
        yield Runtime(
            ports,
            RedisThrottle(redis),
            {
                "database": lambda: connections.get("default").execute_query("SELECT 1"),
                "redis": redis.ping,
            },
        )


def door_settings(environment: Mapping[str, str] | None = None) -> DoorSettings:
    """What OUTDIAL_ORIGINS (comma-separated) and OUTDIAL_UPLOAD_MB say. Raises SettingsInvalid."""
    source = os.environ if environment is None else environment
    settings = DoorSettings()
    origins = frozenset(
        part.strip() for part in source.get("OUTDIAL_ORIGINS", "").split(",") if part.strip()
    )
    for origin in origins - {"*"}:
        parts = urlsplit(origin)
        if parts.scheme not in ("http", "https") or not parts.netloc or parts.path:
            raise SettingsInvalid(
                "OUTDIAL_ORIGINS", "origins such as https://desk.example.com, or *"
            )
    if megabytes := source.get("OUTDIAL_UPLOAD_MB", "").strip():
        if not megabytes.isdecimal() or not 1 <= int(megabytes) <= 10_000:
            raise SettingsInvalid("OUTDIAL_UPLOAD_MB", "a number from 1 to 10000")
        settings = replace(settings, upload_limit=int(megabytes) * MEGABYTE)
    return replace(settings, origins=origins)
