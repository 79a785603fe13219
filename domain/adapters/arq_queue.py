"""Jobs over arq, in msgpack. arq's own default is pickle, which lets whoever can write to Redis
run code in the workers."""

from dataclasses import fields
from typing import Any

import msgspec
from arq.connections import ArqRedis
from redis.asyncio import ConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from domain.core.jobs import Job, JobsUnavailable, Lane


def queue_name(lane: Lane) -> str:
    return f"outdial:{lane}"


def encode(value: Any) -> bytes:
    # What arq hands over besides our own plain values is the exception of a failed job.
    return msgspec.msgpack.encode(value, enc_hook=repr)


def decode(data: bytes) -> Any:
    return msgspec.msgpack.decode(data)


def arq_redis(url: str, lane: Lane = Lane.JOBS) -> ArqRedis:
    """A client for arq that outlasts a blip of about a second."""
    pool: ConnectionPool = ConnectionPool.from_url(
        url,
        retry=Retry(ExponentialBackoff(cap=0.5, base=0.05), 4),
        retry_on_error=[RedisConnectionError, RedisTimeoutError],
        socket_connect_timeout=3,
        socket_timeout=10,
    )
    return ArqRedis(
        pool,
        job_serializer=encode,
        job_deserializer=decode,
        default_queue_name=queue_name(lane),
    )


class ArqQueue:
    """The job queue of one process."""

    def __init__(self, redis_url: str) -> None:
        self._redis = arq_redis(redis_url)

    async def enqueue(self, job: Job, *, job_id: str | None = None, defer_s: float = 0.0) -> bool:
        """Hand a job over; on the wire it is its class's name and its fields."""
        content = {field.name: getattr(job, field.name) for field in fields(job)}
        try:
            handed_over = await self._redis.enqueue_job(
                type(job).__name__,
                content,
                _job_id=job_id,
                _queue_name=queue_name(job.lane),
                _defer_by=defer_s or None,
            )
        except (RedisError, OSError) as error:
            raise JobsUnavailable("The job queue did not answer. Try again.") from error
        return handed_over is not None

    async def close(self) -> None:
        await self._redis.aclose(close_connection_pool=True)
