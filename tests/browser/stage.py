"""A whole system for a browser: processes on the test's servers, with the demo account."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from domain.demo import service as demo

PATIENCE_S = 60.0
SIM_SPEED = 10


class Stage:
    """A running `outdial up`. What it says lies in `log`."""

    def __init__(self, *, database: str, redis: str, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self.log = folder / "outdial.log"
        self._environment = _without_outdial() | {
            "PYTHONPATH": os.getcwd(),
            "OUTDIAL_DATABASE": database,
            "OUTDIAL_REDIS": redis,
            "OUTDIAL_DATA_DIR": str(folder),
            "OUTDIAL_SIM_SPEED": str(SIM_SPEED),
            "OUTDIAL_PORT": str(port),
        }
        with self.log.open("w") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "workers.launch", "up"],
                env=self._environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    async def ready(self) -> None:
        """Up, with the demo's account in it."""
        await self.serves()
        # A worker that comes up removes an account that is still marked as the demo's.
        await until(self._worker_is_up, self.log.read_text)
        made = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.browser.seed", env=self._environment
        )
        assert await made.wait() == 0

    async def _worker_is_up(self) -> bool:
        return "worker is up" in self.log.read_text()

    async def serves(self) -> None:
        """The API answers, perhaps again."""

        async def answers() -> bool:
            try:
                async with httpx.AsyncClient() as client:
                    return (await client.get(f"{self.url}/ready")).status_code == 200
            except httpx.TransportError:
                return False

        await until(answers, lambda: self.log.read_text())

    def kill_api(self) -> None:
        """End the API process without a word; `up` starts another."""
        for pid in _children(self._process.pid):
            if " -m api" in Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " "):
                os.kill(pid, signal.SIGKILL)
                return
        raise AssertionError("no API process runs")

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(PATIENCE_S)


class Api:
    """A client of the stage's API with somebody's token."""

    def __init__(self, url: str, token: str | None = None) -> None:
        self._url = url
        self._headers = {"authorization": f"Bearer {token}"} if token else {}

    async def ask(self, query: str, **variables: Any) -> Any:
        """The one root field's value. An answer with errors fails the test."""
        async with httpx.AsyncClient(headers=self._headers, timeout=PATIENCE_S) as client:
            answer = await client.post(
                f"{self._url}/graphql", json={"query": query, "variables": variables}
            )
        said = answer.json()
        assert "errors" not in said, said["errors"]
        (value,) = said["data"].values()
        return value

    @classmethod
    async def of_admin(cls, url: str) -> "Api":
        answer = await cls(url).ask(
            """mutation ($account: String!, $email: String!, $password: String!) {
              signIn(account: $account, email: $email, password: $password) {
                ... on SignedIn { token }
              }
            }""",
            account=demo.SLUG,
            email="admin@demo.example",
            password=demo.PASSWORD,
        )
        return cls(url, answer["token"])

    async def campaign(self, name: str, mode: str, *codes: str, **settings: Any) -> str:
        """The id of a new campaign on which the agents with these codes work."""
        made = await self.ask(
            """mutation ($input: CampaignCreateInput!) {
              campaignCreate(input: $input) { ... on CampaignCreated { campaign { id } } }
            }""",
            input={"name": name, "mode": mode, **settings},
        )
        agents = (await self.ask("{ agents(first: 100) { nodes { id code } } }"))["nodes"]
        id: str = made["campaign"]["id"]
        await self.ask(
            """mutation ($id: UUID!, $agents: [AssignedInput!]) {
              campaignAssign(id: $id, agents: $agents) { __typename }
            }""",
            id=id,
            agents=[{"id": each["id"]} for each in agents if each["code"] in codes],
        )
        return id

    async def add(self, campaign: str, *targets: dict[str, Any]) -> None:
        added = await self.ask(
            """mutation ($input: TargetsAddInput!) {
              targetsAdd(input: $input) { ... on TargetsAdded { added } }
            }""",
            input={"campaignId": campaign, "targets": list(targets)},
        )
        assert added == {"added": len(targets)}

    async def start(self, campaign: str) -> None:
        started = await self.ask(
            "mutation ($id: UUID!) { campaignStart(id: $id) { __typename } }", id=campaign
        )
        assert started == {"__typename": "CampaignStarted"}

    async def calls(self, campaign: str) -> list[dict[str, Any]]:
        """Its calls, newest first."""
        page = await self.ask(
            """query ($id: UUID) { calls(campaignId: $id, first: 100) {
              nodes { id number connectedAt endedAt wrapUpEndedAt wrapUpCode note }
            } }""",
            id=campaign,
        )
        nodes: list[dict[str, Any]] = page["nodes"]
        return nodes


async def until(check: Callable[[], Any], failure: Callable[[], str] = lambda: "") -> None:
    """Wait until an async check holds; fail the test after a minute."""
    deadline = time.monotonic() + PATIENCE_S
    while not await check():
        assert time.monotonic() < deadline, failure()
        await asyncio.sleep(0.1)


def _without_outdial() -> dict[str, str]:
    return {name: text for name, text in os.environ.items() if not name.startswith("OUTDIAL_")}


def _children(parent: int) -> list[int]:
    listed = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(parent)], capture_output=True, text=True, check=False
    )
    return [int(pid) for pid in listed.stdout.split()]
