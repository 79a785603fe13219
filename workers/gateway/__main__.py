"""`python -m workers.gateway`: the gateway of one node, with settings from the environment."""

import asyncio
import logging
import signal
import sys

from redis.asyncio import Redis

from domain.adapters.system_clock import SystemClock
from domain.core import logs
from domain.core.errors import OutdialError
from domain.core.settings import Settings, SettingsInvalid
from workers.gateway.heartbeat import Displaced
from workers.gateway.numbers import NumberBook
from workers.gateway.process import Gateway
from workers.gateway.switches import switch_for

logger = logging.getLogger(__name__)

REDIS_TIMEOUT_S = 5.0


async def serve(settings: Settings) -> None:
    """Run the gateway until SIGTERM or SIGINT."""
    if settings.redis_url is None:
        raise SettingsInvalid("OUTDIAL_REDIS", "set for a gateway")
    stop = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    redis = Redis.from_url(
        settings.redis_url,
        socket_connect_timeout=REDIS_TIMEOUT_S,
        socket_timeout=REDIS_TIMEOUT_S,
    )
    try:
        numbers = NumberBook(redis)
        switch = switch_for(settings, numbers)
        gateway = Gateway(switch, redis, node=settings.node, numbers=numbers, clock=SystemClock())
        await gateway.run(stop)
    finally:
        await redis.aclose()


def main() -> int:
    """Run the gateway; the exit code."""
    try:
        settings = Settings.from_environment()
        logs.configure(settings, f"gateway {settings.node}")
        asyncio.run(serve(settings))
    except Displaced as exc:
        logger.error("stopped: %s", exc)
        return 1
    except OutdialError as exc:
        sys.stderr.write(f"outdial: {exc}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
