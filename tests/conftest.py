"""PostgreSQL and Valkey for the tests: embedded, or servers of one's own by URL.

A test that needs them names `database`, `redis`, `database_url` or `redis_url`. With
OUTDIAL_TEST_DATABASE a fresh database is made on that server and dropped afterwards; with
OUTDIAL_TEST_REDIS that database of that server is emptied before each test.
"""

import os
import tempfile
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
from hypothesis import HealthCheck, settings
from redis.asyncio import Redis
from tortoise import Tortoise, connections

from domain.core import database as db
from domain.core import migrations
from tests import parsing
from tests.fakes import FakePorts
from tests.features import FeatureNotes
from workers.launch.embedded import EmbeddedServers

pytest_plugins = ["pytester"]

parsing.install()

# A busy machine is no fault of what is tested. What else a run of CI has of its own stays.
settings.register_profile(
    "outdial",
    settings.get_profile(settings.get_current_profile_name()),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("outdial")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--no-skips", action="store_true", help="a skipped test fails")
    parser.addoption("--only-servers", action="store_true", help="tests that need servers only")


def pytest_configure(config: pytest.Config) -> None:
    if not config.option.collectonly:
        config.pluginmanager.register(FeatureNotes())


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--only-servers"):
        kept = [each for each in items if "embedded_servers" in getattr(each, "fixturenames", ())]
        config.hook.pytest_deselected(items=[each for each in items if each not in kept])
        items[:] = kept


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: "pytest.CallInfo[None]"
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and item.config.getoption("--no-skips"):
        report.outcome = "failed"
        report.longrepr = f"skipped, where nothing may be: {report.longrepr}"
    return report


# Nothing here outlives the run, so nothing need reach the disk.
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum_naptime": "5min",
    "max_connections": "100",
}


@pytest.fixture(scope="session")
def embedded_servers() -> Iterator[EmbeddedServers]:
    with tempfile.TemporaryDirectory(prefix="outdial-test-", ignore_cleanup_errors=True) as folder:
        servers = EmbeddedServers(
            Path(folder),
            postgres="OUTDIAL_TEST_DATABASE" not in os.environ,
            valkey="OUTDIAL_TEST_REDIS" not in os.environ,
            postgres_options=FAST,
        )
        servers.start()
        yield servers
        servers.stop()


@pytest.fixture(scope="session")
def database_server(embedded_servers: EmbeddedServers) -> str:
    """The URL of a database on the test's PostgreSQL, from which others can be made."""
    server = embedded_servers.postgres
    return server.url if server else os.environ["OUTDIAL_TEST_DATABASE"]


@pytest.fixture(scope="session")
def redis_url(embedded_servers: EmbeddedServers) -> str:
    server = embedded_servers.valkey
    return server.url if server else os.environ["OUTDIAL_TEST_REDIS"]


@pytest.fixture(scope="session")
async def database_url(database_server: str) -> AsyncIterator[str]:
    """A migrated database, the same for the whole run."""
    async with fresh_database(database_server) as url:
        await _shape(url)
        yield url


@pytest.fixture
async def empty_database(database_server: str) -> AsyncIterator[str]:
    """The URL of a database without any table, for this test alone."""
    async with fresh_database(database_server) as url:
        yield url


@pytest.fixture(scope="session")
async def connected_database(database_url: str) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    async with db.connected(database_url, pool=20):
        await connections.get("default").execute_script(EMPTY_ALL)
        yield _empty_all


@pytest.fixture
async def database(connected_database: Callable[[], Awaitable[None]], database_url: str) -> str:
    """A connected Tortoise on empty tables; gives the URL."""
    await connected_database()
    return database_url


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    """A client of an empty Valkey or Redis."""
    client: Redis = Redis.from_url(redis_url)
    await client.flushdb()
    yield client
    await client.aclose()


@pytest.fixture
def fakes(tmp_path: Path) -> FakePorts:
    """The ports in memory, with a clock that stands still."""
    return FakePorts(tmp_path / "files")


# TRUNCATE of an empty table costs as much as of a full one; most tests fill three of thirty.
EMPTY_ALL = """
CREATE OR REPLACE FUNCTION empty_all() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  name text;
  filled boolean;
  dirty text[] := '{}';
BEGIN
  FOR name IN
    SELECT quote_ident(tablename) FROM pg_tables
    WHERE schemaname = 'public' AND tablename <> 'tortoise_migrations'
  LOOP
    EXECUTE 'SELECT EXISTS (SELECT 1 FROM ' || name || ')' INTO filled;
    IF filled THEN dirty := dirty || name; END IF;
  END LOOP;
  IF cardinality(dirty) > 0 THEN
    EXECUTE 'TRUNCATE ' || array_to_string(dirty, ', ') || ' RESTART IDENTITY CASCADE';
  END IF;
END $$;
"""


async def _empty_all() -> None:
    await connections.get("default").execute_query("SELECT empty_all()")


async def _shape(url: str) -> None:
    if migrations.names():
        await migrations.migrate(url)
    else:
        async with db.connected(url):
            await Tortoise.generate_schemas()


@asynccontextmanager
async def fresh_database(server: str) -> AsyncIterator[str]:
    name = f"outdial_test_{uuid.uuid4().hex[:12]}"
    await _admin(server, f"CREATE DATABASE {name}")
    yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    await _admin(server, f"DROP DATABASE {name} WITH (FORCE)")


async def _admin(server: str, statement: str) -> None:
    connection = await asyncpg.connect(server)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
