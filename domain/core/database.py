"""The connection to PostgreSQL, and the migrations that shape it."""

import importlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tortoise import Tortoise, connections
from tortoise.backends.base.config_generator import expand_db_url
from tortoise.context import TortoiseContext
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.migrations.executor import MigrationExecutor, MigrationTarget
from tortoise.transactions import in_transaction

from domain.core.settings import Settings

APP = "domain"
MIGRATIONS = "migrations"
MIGRATION_LOCK = 0x6F757464  # any number that nobody else locks; "outd" in ASCII

# Every module with models. A module that does not import is an error, never skipped.
MODEL_MODULES = (
    "domain.access.models",
    "domain.agents.models",
    "domain.campaigns.models",
    "domain.targets.models",
    "domain.calls.models",
    "domain.floor.models",
)


def tortoise_config(url: str, *, pool: int = 10) -> dict[str, Any]:
    """Tortoise's configuration for a `postgres://` URL; a socket folder goes in `?host=`."""
    connection = expand_db_url(url)
    credentials = connection["credentials"]
    if "sslmode" in credentials:  # libpq's word; asyncpg calls it ssl
        credentials["ssl"] = credentials.pop("sslmode")
    credentials |= {"minsize": 1, "maxsize": pool}
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


async def migrate(url: str, *, target: str | None = None) -> list[str]:
    """Bring the database to the newest migration, or forward or back to `target`.

    `target` is a migration's name, or "zero" for an empty database. Returns what was
    done, in order, as `+ name` or `- name`. Migrating twice changes nothing.
    """
    name = "__latest__" if target is None else "__first__" if target == "zero" else target
    goal = MigrationTarget(app_label=APP, name=name)
    config = tortoise_config(url, pool=2)
    done: list[str] = []

    def note(event: str, _app: str, name: str) -> None:
        if sign := {"apply_done": "+", "rollback_done": "-"}.get(event):
            done.append(f"{sign} {name}")

    async with TortoiseContext() as context:
        await context.init(config=config)
        connection = connections.get("default")
        async with in_transaction() as lock:
            # Two processes that start together must not both create the tables.
            await lock.execute_query("SELECT pg_advisory_xact_lock($1)", [MIGRATION_LOCK])
            await MigrationExecutor(connection, config["apps"]).migrate([goal], progress=note)
    return done


async def drift() -> list[str]:
    """What the models say and no migration does; empty when they agree. Needs no database."""
    config = tortoise_config("postgres://nobody@localhost/none")
    async with TortoiseContext() as context:
        await context.init(config=config, init_connections=False)
        assert context.apps is not None  # init has just made them
        detector = MigrationAutodetector(context.apps, config["apps"])
        return [
            str(operation) for writer in await detector.changes() for operation in writer.operations
        ]


def has_migrations() -> bool:
    """Whether there is any migration yet."""
    package = importlib.import_module(MIGRATIONS)
    return any(file for folder in package.__path__ for file in Path(folder).glob("[0-9]*.py"))


def __getattr__(name: str) -> Any:
    # For `tortoise -c domain.core.database.TORTOISE_ORM makemigrations`; read on use, so that
    # importing this module needs no environment.
    if name == "TORTOISE_ORM":
        settings = Settings.from_environment()
        return tortoise_config(settings.database_url or "postgres://localhost/outdial")
    raise AttributeError(name)
