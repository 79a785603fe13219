"""An update finds rows in every table, as it does wherever Outdial is at work."""

import importlib

import asyncpg
from tortoise.fields import Field
from tortoise.migrations.operations import AddField

from domain.core import migrations
from domain.core.database import MIGRATIONS

# A column that must be given, and something that its type takes.
_REQUIRED = """
SELECT c.table_name AS table, c.column_name AS column, c.udt_name AS type
FROM information_schema.columns AS c
JOIN pg_tables AS t ON t.tablename = c.table_name AND t.schemaname = 'public'
WHERE c.table_schema = 'public' AND c.table_name <> 'tortoise_migrations'
    AND c.is_nullable = 'NO' AND c.column_default IS NULL AND c.is_identity = 'NO'
    AND c.is_generated = 'NEVER'
ORDER BY c.table_name
"""
_VALUES = {
    "uuid": "gen_random_uuid()",
    "varchar": "'xx'",
    "text": "'xx'",
    "jsonb": "'[]'",
    "timestamptz": "now()",
    "bool": "false",
    "bytea": "''",
    "date": "current_date",
    "_text": "'{}'",
    "_uuid": "'{}'",
}


async def fill(url: str) -> set[str]:
    """Put a row into each table that has none; the names of those that have one now."""
    connection = await asyncpg.connect(url)
    try:
        # The rows belong to nobody, and what triggers keep is not looked at.
        await connection.execute("SET session_replication_role = replica")
        columns: dict[str, dict[str, str]] = {}
        for row in await connection.fetch(_REQUIRED):
            columns.setdefault(row["table"], {})[row["column"]] = _VALUES.get(row["type"], "1")
        for table, given in columns.items():
            if await connection.fetchval(f'SELECT EXISTS (SELECT FROM "{table}")'):
                continue
            names = ", ".join(f'"{name}"' for name in given)
            await connection.execute(
                f'INSERT INTO "{table}" ({names}) VALUES ({", ".join(given.values())})'
            )
        return set(columns)
    finally:
        await connection.close()


def test_every_column_that_a_step_adds_can_be_added_to_a_table_with_rows() -> None:
    refused, count = [], 0
    for name in migrations.names():
        for operation in importlib.import_module(f"{MIGRATIONS}.{name}").Migration.operations:
            if isinstance(operation, AddField):
                count += 1
                field = operation.field
                assert isinstance(field, Field)
                if not (field.null or field.has_db_default()):
                    refused.append((name, operation.model_name, operation.name))
    assert count > 50
    assert refused == []  # give the model's field a db_default, then write the step anew


async def test_updates_are_made_over_tables_that_hold_rows(empty_database: str) -> None:
    known = migrations.names()
    filled: set[str] = set()
    for name in [*known[1:-1:8], known[-1]]:  # each by itself takes a minute
        assert (await migrations.migrate(empty_database, target=name))[-1] == f"+ {name}"
        filled |= await fill(empty_database)

    assert {"campaign", "agent_state", "target", "attempt", "call"} <= filled
