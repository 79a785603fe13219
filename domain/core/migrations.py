"""The steps that shape the database: applying, undoing, comparing and writing them."""

import importlib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
from tortoise import connections
from tortoise.context import TortoiseContext
from tortoise.fields.relational import RelationalField
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.migrations.executor import MigrationExecutor, MigrationTarget
from tortoise.migrations.loader import MigrationLoader
from tortoise.migrations.operations import AlterModelOptions, Operation
from tortoise.migrations.recorder import MigrationRecorder
from tortoise.migrations.writer import MigrationWriter

from domain.core.database import APP, MIGRATIONS, tortoise_config
from domain.core.errors import OutdialError

LOCK = 0x6F757464  # any number that nobody else locks; "outd" in ASCII


class UnknownMigration(OutdialError):
    """The wanted migration does not exist. Nothing was changed."""


def names() -> list[str]:
    """Every migration of this code, oldest first."""
    package = importlib.import_module(MIGRATIONS)
    return sorted(file.stem for path in package.__path__ for file in Path(path).glob("[0-9]*.py"))


async def migrate(url: str, *, target: str | None = None) -> list[str]:
    """Bring the database to the newest migration, or forward or back to `target`.

    `target` is a migration's name, or "zero" for an empty database. Returns what was
    done, in order, as `+ name` or `- name`. Migrating twice changes nothing.

    Raises UnknownMigration.
    """
    if target not in (None, "zero", *(known := names())):
        raise UnknownMigration(
            f"Nothing was changed: there is no migration {target}. There are: {', '.join(known)}."
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
    return [_told(step) for writer in await _changes() for step in writer.operations]


async def write(name: str) -> list[Path]:
    """Write a migration for what the models say and no migration does. Returns its path, if any."""
    written = []
    for writer in await _changes():
        if not writer.initial:
            number = writer.name.partition("_")[0]
            writer.name = f"{number}_{re.sub('[^a-z0-9]+', '_', name.lower()).strip('_')}"
        written.append(Path(writer.write()))
    return written


async def _changes() -> list[MigrationWriter]:
    config = tortoise_config("postgres://nobody@localhost/none")
    async with TortoiseContext() as context:
        await context.init(config=config, init_connections=False)
        assert context.apps is not None  # init has just made them
        writers = await MigrationAutodetector(context.apps, config["apps"]).changes()
        # Tortoise 1.1 sees another pk_attr each time where a relation is the primary key. Such an
        # operation does nothing in a database.
        odd = {
            model.__name__
            for model in context.apps[APP].values()
            if any(
                field.pk and isinstance(field, RelationalField)
                for field in model._meta.fields_map.values()
            )
        }
    for writer in writers:
        writer.operations = [
            step
            for step in writer.operations
            if not (isinstance(step, AlterModelOptions) and step.name in odd)
        ]
    return [writer for writer in writers if writer.operations]


def _told(operation: Operation) -> str:
    """An operation as a person reads it: `AddField Campaign.timezone`."""
    named = (getattr(operation, part, None) for part in ("model_name", "name"))
    return f"{type(operation).__name__} {'.'.join(str(name) for name in named if name)}"


@asynccontextmanager
async def _alone(url: str) -> AsyncIterator[None]:
    """Two processes that start together must not both create the tables: one waits."""
    connection = await asyncpg.connect(url)
    try:
        # lint: allow session, because the connection is our own and is closed below
        await connection.execute("SELECT pg_advisory_lock($1)", LOCK)
        yield
    finally:
        await connection.close()  # gives the lock back
