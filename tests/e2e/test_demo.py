"""OPS-01: one command on a fresh machine, and simulated customers talk with simulated agents."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.e2e.customer import SIGN_IN, Customer, signed_in, until
from tests.e2e.system import Credentials, System

CAMPAIGNS = "query { campaigns { nodes { id state targets { total left } } } }"
BOARD = "query ($id: UUID!) { campaignBoard(id: $id) { connected } }"
VIEWER = "query { viewer { name } }"
FLOOR = "query { floorBoard { agents { state } } }"
ADMIN = Credentials("demo", "admin@demo.example", "demo-outdial")


@pytest.fixture
def fresh() -> Iterator[System]:
    """A machine on which Outdial never ran."""
    with tempfile.TemporaryDirectory(prefix="outdial-demo-", ignore_cleanup_errors=True) as folder:
        system = System(Path(folder), options=["--sim-speed", "10"])
        yield system
        system.stop()
        print(system.logs())  # noqa: T201  # shown by pytest when the test fails


@pytest.mark.feature("OPS-01")
async def test_one_command_plays_a_demo_which_goes_when_it_is_not_asked_for(
    fresh: System, http: httpx.AsyncClient
) -> None:
    fresh.start("--demo")
    said = (fresh.folder / "up.log").read_text

    async def told() -> bool:
        return "codes 1001 to 1020" in said()

    await until(told)
    assert f"{fresh.url}/graphql" in said()
    admin = await signed_in(http, fresh.url, ADMIN)

    async def both_run() -> list[str]:
        found = (await admin.ask(CAMPAIGNS))["nodes"]
        running = [row["id"] for row in found if row["state"] == "RUNNING"]
        return running if len(running) == 2 else []

    async def talked() -> bool:
        return all([(await admin.ask(BOARD, id=id))["connected"] > 0 for id in running])

    running = await until(both_run)
    await until(talked)

    async def all_are_there() -> bool:
        return len((await admin.ask(FLOOR))["agents"]) == 20

    await until(all_are_there)
    rows = (await admin.ask(CAMPAIGNS))["nodes"]
    assert {row["targets"]["total"] for row in rows} == {2_000}

    # No worker removes the account here: this door itself lets nobody of it in.
    no_demo = fresh.start_api("no-demo")
    await refuses(http, no_demo)
    there = await admin.at(no_demo).answer(VIEWER)
    assert there["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert (await admin.ask(VIEWER))["name"] == "Demo admin"  # and ends no session of the demo

    fresh.stop()
    fresh.start("--no-demo")
    await refuses(http, fresh.url)


async def refuses(http: httpx.AsyncClient, url: str) -> None:
    """The demo's password is as good as a wrong one there."""
    said = await Customer(http, url).ask(
        SIGN_IN, account=ADMIN.slug, email=ADMIN.email, password=ADMIN.password
    )
    assert said == {"__typename": "SignInFailed", "code": "SIGN_IN_FAILED"}
