"""What others say of our GraphQL over HTTP, WebSocket and SSE: the npm packages of its authors."""

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.api.conftest import Served

FOLDER = Path(__file__).parent / "graphql_http_audit"


@pytest.fixture(scope="session")
async def packages() -> Path:
    """The folder with its packages installed, as its lock says."""
    assert shutil.which("npm"), "Node 20 or newer is needed for these tests"
    marker = FOLDER / "node_modules" / ".package-lock.json"
    lock = FOLDER / "package-lock.json"
    if not marker.exists() or marker.stat().st_mtime < lock.stat().st_mtime:
        await run("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
        marker.touch()
    return FOLDER


async def run(*command: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=FOLDER,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await asyncio.wait_for(process.communicate(), 120)
    assert process.returncode == 0, output.decode()
    return output.decode()


@pytest.mark.feature("API-02")
async def test_the_graphql_http_audit_passes_in_full(server: Served, packages: Path) -> None:
    results: list[dict[str, Any]] = json.loads(
        await run("node", "audit.mjs", f"{server.url}/graphql")
    )
    assert [result for result in results if result["status"] != "ok"] == []
    kinds = [result["name"].split()[0] for result in results]
    assert {kind: kinds.count(kind) for kind in kinds} == {"SHOULD": 23, "MUST": 13, "MAY": 25}


@pytest.mark.feature("API-02")
async def test_the_clients_of_the_protocols_understand_us(
    server: Served, token: str, packages: Path
) -> None:
    found = json.loads((await run("node", "clients.mjs", server.url, token)).splitlines()[-1])
    viewer = [{"data": {"viewer": {"name": "Ana"}}}]
    counts = [{"data": {"count": number}} for number in range(3)]
    for client in ("socket", "stream"):
        assert found[client][:2] == [viewer, counts]
    assert "Cannot query field 'nothing'" in found["socket"][2][0]["error"][0]
    assert "Cannot query field 'nothing'" in found["stream"][2][0]["errors"][0]["message"]
