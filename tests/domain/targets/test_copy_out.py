"""Rows that leave PostgreSQL, and whoever takes them failing on the way."""

import asyncio

import pytest
from tortoise.transactions import in_transaction

from domain.targets.importing.bulk import copy_out


@pytest.mark.parametrize("rows", [1, 200_000])
async def test_a_failure_to_take_rows_is_told_and_the_connection_goes_on(
    database: str, rows: int
) -> None:
    taken = list[bytes]()

    async def write(chunk: bytes) -> None:
        taken.append(chunk)
        # Until the server has said that it sent all: a cancellation from here on is never answered.
        await asyncio.sleep(0.2)
        raise BrokenPipeError

    async def copied() -> None:
        async with in_transaction() as connection:
            query = f"SELECT n, repeat('x', 100) FROM generate_series(1, {rows}) AS n"
            await copy_out(connection, query, [], write)

    with pytest.raises(BrokenPipeError):
        await asyncio.wait_for(copied(), 60)

    assert len(taken) == 1
    async with in_transaction() as connection:
        assert (await connection.execute_query_dict("SELECT 1 AS one")) == [{"one": 1}]
