"""One running Outdial for all tests of this folder; each test opens accounts of its own."""

import tempfile
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import httpx
import pytest

from tests.conftest import fresh_database
from tests.e2e.callcentre import CallCentre
from tests.e2e.customer import PATIENCE_S, signed_in
from tests.e2e.system import System
from workers.launch.embedded import EmbeddedServers

CALLERS = "720"  # an hour, to numbers of accounts that have one
SPEED = "10"  # simulated seconds per second: nobody waits a minute for a customer to hang up

Opening = Callable[[], Awaitable[CallCentre]]


@pytest.fixture(scope="session")
async def own_servers(
    embedded_servers: EmbeddedServers, database_server: str, redis_url: str
) -> AsyncIterator[list[str]]:
    """Options for the servers that this run of the tests was given; none: `up` brings its own."""
    options: list[str] = []
    async with AsyncExitStack() as stack:
        if embedded_servers.postgres is None:
            options += [
                "--database",
                await stack.enter_async_context(fresh_database(database_server)),
            ]
        if embedded_servers.valkey is None:
            # Other tests empty the database of the URL.
            parts = urlsplit(redis_url)
            number = int(parts.path.strip("/") or 0) + 1
            options += ["--redis", urlunsplit(parts._replace(path=f"/{number}"))]
        yield options


@pytest.fixture(scope="session")
def system(own_servers: list[str]) -> Iterator[System]:
    """`outdial up` with two workers on the simulated carrier."""
    with tempfile.TemporaryDirectory(prefix="outdial-e2e-", ignore_cleanup_errors=True) as folder:
        system = System(
            Path(folder),
            servers=own_servers,
            options=["--workers", "2", "--sim-speed", SPEED, "--sim-callers", CALLERS],
            environment={"OUTDIAL_PRIVATE_HOOKS": "1"},  # the tests' own are on loopback
        )
        try:
            system.start()
            yield system
        finally:
            system.stop()


@pytest.fixture(scope="session")
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=PATIENCE_S) as client:
        yield client


@pytest.fixture
def open_account(system: System, http: httpx.AsyncClient) -> Opening:
    """Opens a call centre: an account with its administrator signed in."""

    async def opening() -> CallCentre:
        slug = f"acme-{uuid.uuid4().hex[:8]}"
        credentials = system.account("Acme", slug)
        return CallCentre(await signed_in(http, system.url, credentials), credentials)

    return opening


@pytest.fixture(autouse=True)
def told(system: System) -> Iterator[None]:
    """What the processes wrote stands beside the report of a test that failed."""
    system.forget_logs()
    yield
    print(system.logs())  # noqa: T201  # shown by pytest when the test fails


@pytest.fixture
async def centre(open_account: Opening) -> CallCentre:
    return await open_account()
