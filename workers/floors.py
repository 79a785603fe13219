"""Floors as jobs: one that owns a floor until it is lost, and the cron that starts missing ones."""

import os
import socket
from datetime import timedelta
from uuid import uuid4

from redis.asyncio import Redis

from domain.adapters.telephony_redis import TelephonyLink
from domain.adapters.throttle import RedisThrottle
from domain.adapters.web import SafeWeb
from domain.floor.director import Floor
from domain.floor.jobs import OwnFloor
from domain.floor.watch import ownerless
from workers.functions import Cron, JobContext, JobFunction


async def own_floor(job: OwnFloor, context: JobContext) -> None:
    """Own a floor. Returns when another worker does, or when the lease is lost."""
    assert context.settings.redis_url is not None
    redis = Redis.from_url(context.settings.redis_url, socket_connect_timeout=3)
    web = SafeWeb(private=context.settings.private_hooks)
    try:
        await Floor(
            job.account,
            redis=redis,
            gateways=TelephonyLink(redis),
            bus=context.ports.bus,
            clock=context.ports.clock,
            owner=f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex}",
            web=web,
            throttle=RedisThrottle(redis),
        ).run()
    finally:
        await web.close()
        await redis.aclose()


async def start_missing_floors(context: JobContext) -> None:
    """Enqueue a floor for every account that has none.

    The job's name carries the epoch, so that a dead owner's job never stands in the way of the
    next one.
    """
    for account_id, epoch in await ownerless(context.redis):
        await context.ports.jobs.enqueue(
            OwnFloor(account_id), job_id=f"floor:{account_id}:{epoch + 1}"
        )


OWN_FLOOR = JobFunction(OwnFloor, own_floor, timeout=timedelta(days=3650), tries=1)
START_MISSING_FLOORS = Cron(start_missing_floors, every_s=1, timeout=timedelta(seconds=10))
