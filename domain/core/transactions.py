"""Transactions that leave nothing behind when they can't begin."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tortoise import transactions
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.exceptions import TransactionManagementError


@asynccontextmanager
async def in_transaction() -> AsyncIterator[BaseDBAsyncClient]:
    """A transaction, committed unless the block raises.

    Tortoise 1.1 makes a transaction the task's connection and then begins it. Where that fails,
    because the connection was cut just then, the task would ask the dead one for ever: a floor
    would never write again.
    """
    context = transactions.in_transaction()
    try:
        connection = await context.__aenter__()
    except BaseException:
        if hasattr(context, "token"):  # it is the task's connection: let it go, without a rollback
            await context.__aexit__(TransactionManagementError, None, None)
        raise
    try:
        yield connection
    except BaseException as error:
        await context.__aexit__(type(error), error, error.__traceback__)
        raise
    await context.__aexit__(None, None, None)
