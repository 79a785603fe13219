"""Whether the servers that a process needs are there, and fit for it."""

import asyncio

import asyncpg
from redis.asyncio import Redis
from redis.exceptions import AuthenticationError, RedisError

from domain.core.errors import OutdialError
from domain.core.migrations import pending
from domain.core.settings import without_secret

OLDEST_POSTGRES = 14
OLDEST_REDIS = (6, 2)
PATIENCE_S = 5.0


class NotReady(OutdialError):
    """A server is missing or unfit. One sentence that says which, why and what to do."""


async def database_ready(url: str, *, migrated: bool = True) -> None:
    """Return when PostgreSQL answers, is new enough and, if `migrated`, fits this code.

    Raises NotReady.
    """
    try:
        connection = await asyncio.wait_for(asyncpg.connect(url), PATIENCE_S)
    except (OSError, TimeoutError, asyncpg.PostgresError, ValueError) as error:
        raise NotReady(
            f"PostgreSQL at {without_secret(url)} can't be reached ({_reason(error)}). "
            "Start it, or correct --database (OUTDIAL_DATABASE)."
        ) from error
    try:
        version = connection.get_server_version().major
    finally:
        await connection.close()
    if version < OLDEST_POSTGRES:
        raise NotReady(
            f"PostgreSQL at {without_secret(url)} is version {version}; Outdial needs "
            f"{OLDEST_POSTGRES} or newer."
        )
    if migrated and (differences := await pending(url)):
        missing = [name for sign, name in differences if sign == "+"]
        raise NotReady(
            f"The database lacks {len(missing)} migration(s) of this Outdial, first "
            f"{missing[0]}. Run: outdial migrate"
            if missing
            else f"The database was migrated by a newer Outdial ({differences[0][1]}). "
            "Start that version, or go back with it first: outdial migrate --to NAME"
        )


async def redis_ready(url: str) -> None:
    """Return when Valkey or Redis answers and is new enough. Raises NotReady."""
    client = Redis.from_url(url, socket_connect_timeout=PATIENCE_S, socket_timeout=PATIENCE_S)
    try:
        info = await client.info("server")
    except (RedisError, OSError, TimeoutError) as error:
        raise NotReady(
            f"Valkey or Redis at {without_secret(url)} can't be reached ({_reason(error)}). "
            "Start it, or correct --redis (OUTDIAL_REDIS)."
        ) from error
    finally:
        await client.aclose()
    version = tuple(int(part) for part in str(info["redis_version"]).split(".")[:2])
    if version < OLDEST_REDIS:
        raise NotReady(
            f"The Redis at {without_secret(url)} is version {info['redis_version']}; Outdial "
            f"needs {'.'.join(map(str, OLDEST_REDIS))} or newer, or any Valkey."
        )


def _reason(error: BaseException) -> str:
    """A few words without the address or the password, which drivers like to repeat."""
    if isinstance(error, AuthenticationError | asyncpg.InvalidAuthorizationSpecificationError):
        return "it refuses the user or password"
    if isinstance(error, asyncpg.InvalidCatalogNameError):
        return "there is no such database"
    if isinstance(error, TimeoutError):
        return f"no answer within {PATIENCE_S:g} s"
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ConnectionRefusedError):
            return "connection refused"
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror
        cause = cause.__cause__ or cause.__context__
    return type(error).__name__
