"""The connection to PostgreSQL, and the migrations that shape it."""

import importlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
from tortoise import Tortoise, connections
from tortoise.backends.base.config_generator import expand_db_url
from tortoise.context import TortoiseContext
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.migrations.executor import MigrationExecutor, MigrationTarget
from tortoise.migrations.loader import MigrationLoader
from tortoise.migrations.recorder import MigrationRecorder

from domain.core.errors import OutdialError
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


class UnknownMigration(OutdialError):
    """The wanted migration does not exist. Nothing was changed."""


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

    Raises UnknownMigration.
    """
    names = migration_names()
    if target not in (None, "zero", *names):
        raise UnknownMigration(
            f"Nothing was changed: there is no migration {target}. There are: {', '.join(names)}."
        )
    name = "__latest__" if target is None else "__first__" if target == "zero" else target
    goal = MigrationTarget(app_label=APP, name=name)
    config = tortoise_config(url, pool=2)
    done: list[str] = []

    def note(event: str, _app: str, name: str) -> None:
        if sign := {"apply_done": "+", "rollback_done": "-"}.get(event):
            done.append(f"{sign} {name}")

    async with _alone(url), TortoiseContext() as context:
        await context.init(config=config)
        executor = MigrationExecutor(connections.get("default"), config["apps"])
        await executor.migrate([goal], progress=note)
    return done


@asynccontextmanager
async def _alone(url: str) -> AsyncIterator[None]:
    """Two processes that start together must not both create the tables: one waits."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", MIGRATION_LOCK)
        yield
    finally:
        await connection.close()  # gives the lock back


async def pending(url: str) -> list[tuple[str, str]]:
    """How the database differs from this code's migrations, oldest first.

    ("+", name): not applied yet. ("-", name): applied by a newer version of the code.
    """
    config = tortoise_config(url, pool=2)
    async with TortoiseContext() as context:
        await context.init(config=config)
        recorder = MigrationRecorder(connections.get("default"))
        loader = MigrationLoader(config["apps"], recorder, load=False)
        await loader.build_graph()
        applied = {key.name for key in await recorder.applied_migrations() if key.app_label == APP}
    known = {key.name for key in loader.disk_migrations}
    return [("+", name) for name in sorted(known - applied)] + [
        ("-", name) for name in sorted(applied - known)
    ]


async def drift() -> list[str]:
    """What the models say and no migration does; empty when they agree. Needs no database."""
    config = tortoise_config("postgres://nobody@localhost/none")
    async with TortoiseContext() as context:
        await context.init(config=config, init_connections=False)
        assert context.apps is not None  # init has just made them
        detector = MigrationAutodetector(context.apps, config["apps"])
        changes = [step for writer in await detector.changes() for step in writer.operations]
    return [_told(step) for step in changes]


def _told(operation: object) -> str:
    """An operation as a person reads it: `AddField Campaign.timezone`."""
    named = (getattr(operation, part, None) for part in ("model_name", "name"))
    return f"{type(operation).__name__} {'.'.join(str(name) for name in named if name)}"


def migration_names() -> list[str]:
    """Every migration of this code, oldest first."""
    package = importlib.import_module(MIGRATIONS)
    return sorted(file.stem for path in package.__path__ for file in Path(path).glob("[0-9]*.py"))


def __getattr__(name: str) -> Any:
    # For `tortoise -c domain.core.database.TORTOISE_ORM makemigrations`; read on use, so that
    # importing this module needs no environment.
    if name == "TORTOISE_ORM":
        settings = Settings.from_environment()
        return tortoise_config(settings.database_url or "postgres://localhost/outdial")
    raise AttributeError(name)
