"""`python -m api` as a process: what it says when it cannot start, and how it stops."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect

from domain.core.migrations import migrate
from workers.launch.embedded import EmbeddedServers


@asynccontextmanager
async def api(environment: Mapping[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("OUTDIAL_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "api",
        env=kept | dict(environment),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def refusal(environment: Mapping[str, str]) -> str:
    """What it says before it ends with exit code 1: one sentence, no trace."""
    async with api(environment) as process:
        output, _ = await asyncio.wait_for(process.communicate(), 60)
        assert process.returncode == 1
        text = output.decode()
        assert text.startswith("outdial: ")
        assert "Traceback" not in text
        return text


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def until_ready(http: httpx.AsyncClient) -> httpx.Response:
    async with asyncio.timeout(60):
        while True:
            try:
                ready = await http.get("/ready")
                if ready.status_code == 200:
                    return ready
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)


async def test_without_servers_it_says_which_settings_are_missing() -> None:
    assert "OUTDIAL_DATABASE and OUTDIAL_REDIS must be set" in await refusal({})


async def test_an_unreachable_database_is_named_without_its_password(redis_url: str) -> None:
    text = await refusal(
        {
            "OUTDIAL_DATABASE": "postgres://outdial:hunter2@127.0.0.1:1/outdial",
            "OUTDIAL_REDIS": redis_url,
            "OUTDIAL_PORT": "0",
        }
    )
    assert "PostgreSQL" in text
    assert "can't be reached" in text
    assert "hunter2" not in text


async def test_an_unreachable_redis_is_named(database_url: str) -> None:
    text = await refusal(
        {
            "OUTDIAL_DATABASE": database_url,
            "OUTDIAL_REDIS": "redis://127.0.0.1:1/0",
            "OUTDIAL_PORT": "0",
        }
    )
    assert "Redis" in text
    assert "can't be reached" in text


async def test_a_port_that_is_taken_is_named(database_url: str, redis_url: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        text = await refusal(
            {
                "OUTDIAL_DATABASE": database_url,
                "OUTDIAL_REDIS": redis_url,
                "OUTDIAL_PORT": str(port),
            }
        )
    assert f"127.0.0.1:{port} can't be listened on" in text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OUTDIAL_ORIGINS", "desk.example.com"),
        ("OUTDIAL_ORIGINS", "https://desk.example.com/path"),
        ("OUTDIAL_UPLOAD_MB", "much"),
    ],
)
async def test_a_setting_that_is_wrong_is_named(
    database_url: str, redis_url: str, name: str, value: str
) -> None:
    servers = {"OUTDIAL_DATABASE": database_url, "OUTDIAL_REDIS": redis_url, "OUTDIAL_PORT": "0"}
    assert name in await refusal(servers | {name: value})


@pytest.mark.feature("API-07")
async def test_it_serves_and_stops_when_asked(database_url: str, redis_url: str) -> None:
    port = free_port()
    environment = {
        "OUTDIAL_DATABASE": database_url,
        "OUTDIAL_REDIS": redis_url,
        "OUTDIAL_PORT": str(port),
    }
    url = f"http://127.0.0.1:{port}"
    async with api(environment) as process, httpx.AsyncClient(base_url=url, timeout=30) as http:
        ready = await until_ready(http)
        assert ready.json() == {"status": "ready", "database": "ok", "redis": "ok"}
        answer = await http.post("/graphql", json={"query": "{ __typename }"})
        assert answer.json() == {"data": {"__typename": "Query"}}
        async with connect(
            f"ws://127.0.0.1:{port}/graphql",
            subprotocols=["graphql-transport-ws"],  # type: ignore[list-item]  # a plain name
            proxy=None,
        ) as ws:
            await ws.send('{"type":"connection_init"}')
            await ws.recv()
            process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(20):
                await ws.wait_closed()
            assert ws.close_code == 1012
        assert await asyncio.wait_for(process.wait(), 20) == 0


async def test_an_outage_of_the_database_is_said_and_passes(tmp_path: Path, redis_url: str) -> None:
    own = EmbeddedServers(tmp_path, valkey=False)
    await asyncio.to_thread(own.start)
    assert own.postgres is not None
    port = free_port()
    try:
        await migrate(own.postgres.url)
        environment = {
            "OUTDIAL_DATABASE": own.postgres.url,
            "OUTDIAL_REDIS": redis_url,
            "OUTDIAL_PORT": str(port),
        }
        url = f"http://127.0.0.1:{port}"
        async with api(environment), httpx.AsyncClient(base_url=url, timeout=15) as http:
            await until_ready(http)
            await asyncio.to_thread(own.postgres.stop)

            headers = {"authorization": f"Bearer ods_{'x' * 43}"}
            answer = await http.post("/graphql", json={"query": "{__typename}"}, headers=headers)
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
            assert answer.json()["errors"][0]["extensions"]["code"] == "DATABASE_UNAVAILABLE"
            ready = await http.get("/ready")
            assert (ready.status_code, ready.json()["database"]) == (503, "away")
            assert (await http.get("/health")).status_code == 200

            await asyncio.to_thread(own.postgres.start)
            await until_ready(http)
            answer = await http.post("/graphql", json={"query": "{__typename}"}, headers=headers)
            assert answer.status_code == 401
    finally:
        await asyncio.to_thread(own.stop)
