"""The connection to PostgreSQL. What shapes its tables is in `migrations.py` beside this."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from asyncpg import Connection
from tortoise import Tortoise, fields
from tortoise.backends.base.config_generator import expand_db_url
from tortoise.context import TortoiseContext

APP = "domain"
MIGRATIONS = "migrations"

# asyncpg gives instants with their offset and ids as such: what Tortoise would make of them again.
# It takes a third of the time of reading a row.
fields.DatetimeField.skip_to_python_if_native = True
fields.UUIDField.skip_to_python_if_native = True

# Every module with models. A module that does not import is an error, never skipped.
MODEL_MODULES = (
    "domain.access.models",
    "domain.agents.models",
    "domain.campaigns.models",
    "domain.targets.models",
    "domain.suppression.models",
    "domain.calls.models",
    "domain.floor.models",
    "domain.chains.models",
    "domain.trunks.models",
    "domain.recordings.models",
    "domain.numbers.models",
    "domain.eligibility.models",
    "domain.hooks.models",
    "domain.forecasts.models",
    "domain.ledgers.models",
    "domain.replays.models",
)


async def _as_it_is(_connection: Connection) -> None:
    """Nothing to undo on a connection that is given back.

    asyncpg's own way asks the database to drop what a session may have left (locks, settings,
    cursors, LISTEN), after every statement: as many round trips again as there are statements.
    We leave nothing: each lock and setting is of a transaction (`pg_advisory_xact_lock`,
    `SET LOCAL`), and a transaction that is open is rolled back all the same.
    """


def tortoise_config(url: str, *, pool: int = 10) -> dict[str, Any]:
    """Tortoise's configuration for a `postgres://` URL; a socket folder goes in `?host=`."""
    connection = expand_db_url(url)
    credentials = connection["credentials"]
    if "sslmode" in credentials:  # libpq's word; asyncpg calls it ssl
        credentials["ssl"] = credentials.pop("sslmode")
    credentials |= {"minsize": 1, "maxsize": pool, "reset": _as_it_is}
    return {
        "connections": {
            "default": {"engine": "tortoise.backends.asyncpg", "credentials": credentials}
        },
        "apps": {
            APP: {
                "models": list(MODEL_MODULES),
                "default_connection": "default",
                "migrations": MIGRATIONS,
            }
        },
        "use_tz": True,
        "timezone": "UTC",
    }


async def connect(url: str, *, pool: int = 10) -> None:
    """Connect this process. The pool itself opens on the first statement.

    The context is the process's, not the task's, or requests and jobs in other tasks would
    find none.
    """
    with (context := TortoiseContext()):
        await context.init(config=tortoise_config(url, pool=pool), _enable_global_fallback=True)


async def close() -> None:
    """Give every connection back."""
    await Tortoise.close_connections()


@asynccontextmanager
async def connected(url: str, *, pool: int = 10) -> AsyncIterator[None]:
    """A connected process for the length of the block."""
    await connect(url, pool=pool)
    try:
        yield
    finally:
        await close()
