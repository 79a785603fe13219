"""A connection that is cut just as a transaction begins."""

import asyncpg
import pytest
from tortoise import connections
from tortoise.backends.base_postgres.client import BasePostgresClient

from domain.access.models import Account
from domain.core.transactions import in_transaction
from tests import rows


async def test_a_transaction_that_cannot_begin_is_in_the_way_of_none_after_it(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrapper = type(connections.get("default")._in_transaction().client)
    begin = wrapper.begin

    async def cut(self: BasePostgresClient) -> None:
        assert self._connection is not None
        self._connection.terminate()
        raise asyncpg.InterfaceError("connection is closed")

    for _ in range(30):  # more than the pool has
        monkeypatch.setattr(wrapper, "begin", cut)
        with pytest.raises(asyncpg.InterfaceError):
            async with in_transaction():
                pytest.fail("it has not begun")
        monkeypatch.setattr(wrapper, "begin", begin)

    async with in_transaction():
        await rows.an_account("acme")
    assert await Account.filter(slug="acme").count() == 1


async def test_what_a_block_that_raises_wrote_is_not_kept(database: str) -> None:
    with pytest.raises(KeyError):
        await _write_and_raise()
    assert await Account.all().count() == 0


async def _write_and_raise() -> None:
    async with in_transaction():
        await rows.an_account("acme")
        raise KeyError
