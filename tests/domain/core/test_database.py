import asyncio
from datetime import datetime, timedelta, timezone
from uuid import UUID

from redis.asyncio import Redis
from tortoise import connections

from domain.access.models import Account
from domain.core import migrations


async def test_a_connected_process_reads(database: str) -> None:
    rows = await connections.get("default").execute_query_dict("SELECT 1 AS one")
    assert rows == [{"one": 1}]


async def test_what_is_read_has_ids_and_instants_as_python_has_them(database: str) -> None:
    noon_in_delhi = datetime(2026, 3, 2, 12, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    made = await Account.create(name="Read", slug="read", created_at=noon_in_delhi)
    (read,) = await Account.all()
    assert isinstance(read.id, UUID)
    assert read == made
    assert read.created_at.isoformat() == "2026-03-02T06:30:00+00:00"


async def test_a_transaction_that_was_left_open_ends_when_its_connection_is_given_back(
    database: str,
) -> None:
    connection = connections.get("default")
    told = list[object]()
    asyncio.get_running_loop().set_exception_handler(lambda _loop, about: told.append(about))
    await connection.execute_query("BEGIN")
    open_ones = await connection.execute_query_dict(
        "SELECT pid FROM pg_stat_activity "
        "WHERE datname = current_database() AND state LIKE 'idle in transaction%'"
    )
    assert open_ones == []
    assert told, "somebody should hear of it"


async def test_each_test_gets_empty_tables(database: str) -> None:
    await Account.create(name="Left over", slug="left-over")


async def test_each_test_gets_empty_tables_again(database: str) -> None:
    assert await Account.all().count() == 0


async def test_each_test_gets_an_empty_valkey(redis: Redis) -> None:
    assert await redis.dbsize() == 0
    await redis.set("left", "over")


async def test_each_test_gets_an_empty_valkey_again(redis: Redis) -> None:
    assert await redis.dbsize() == 0


async def test_the_models_and_the_migrations_agree() -> None:
    assert await migrations.drift() == [], "the models changed: run `make migration`"
