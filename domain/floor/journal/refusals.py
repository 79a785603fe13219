"""Rows that the database refuses: they are left out, and told, so that the rest is written.

One that nobody foresaw, as a text longer than its column, must not end the floor: the next owner
would hear the same message, write the same row, and end as well.
"""

from collections.abc import Iterator, Sequence
from logging import getLogger
from typing import Any

import asyncpg
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.exceptions import IntegrityError, OperationalError

logger = getLogger(__name__)

REFUSED = (IntegrityError, OperationalError)


def is_of_a_row(error: Exception) -> bool:
    """Whether the database refused what a row holds, and not the statement as such."""
    return isinstance(
        error.__cause__, asyncpg.DataError | asyncpg.IntegrityConstraintViolationError
    )


async def write_each(
    connection: BaseDBAsyncClient, statements: Sequence[tuple[str, list[Any]]]
) -> None:
    """Write what can be written. Statements have arrays with one value for each row."""
    for sql, values in statements:
        if await _is_refused(connection, sql, values):
            for each in _one_by_one(values):
                if code := await _is_refused(connection, sql, each):
                    logger.error("a row was refused and is lost: %s, %s", _target(sql), code)


async def _is_refused(connection: BaseDBAsyncClient, sql: str, values: list[Any]) -> str | None:
    """The code of the refusal; None: written. What the row holds is nobody's but the account's."""
    await connection.execute_query("SAVEPOINT row")
    try:
        await connection.execute_query(sql, values)
    except REFUSED as error:
        if not is_of_a_row(error):
            raise
        await connection.execute_query("ROLLBACK TO SAVEPOINT row")
        return str(getattr(error.__cause__, "sqlstate", "")) or "refused"
    return None


def _one_by_one(values: list[Any]) -> Iterator[list[Any]]:
    count = next(len(value) for value in values if isinstance(value, list))
    for n in range(count):
        yield [value[n : n + 1] if isinstance(value, list) else value for value in values]


def _target(sql: str) -> str:
    words = sql.split()
    return words[words.index("INTO") + 1] if "INTO" in words else words[words.index("UPDATE") + 1]
