"""TGT-03, OPS-03: the worker that imports dies in the middle, and another one goes on behind it."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from domain.access.models import Account
from domain.access.tokens import open_session
from domain.adapters.system_clock import SystemClock
from domain.suppression.models import Suppression
from domain.targets.models import Contact, Target
from tests import rows
from tests.chaos.processes import processes
from tests.domain.targets.files import us_number
from tests.e2e.customer import Customer
from tests.e2e.system import free_port

ROWS = 60_000
TWICE, WRONG = 20_000, 40_000  # rows of the file, from 1
PATIENCE_S = 180.0
START = """
mutation ($file: Upload!, $campaign: UUID!) {
  targetImportStart(campaignId: $campaign, file: $file, country: "US") {
    ... on TargetImportStarted { targetImport { id } }
    ... on Refusal { code message }
  }
}
"""
READ = """
query ($id: UUID!) {
  targetImport(id: $id) {
    state rowsRead rowsTotal imported duplicates invalid problems { nodes { row code } }
  }
}
"""
START_LIST = """
mutation ($file: Upload!) {
  suppressionImportStart(file: $file, options: { country: "US" }) {
    ... on SuppressionImportStarted { suppressionImport { id } }
    ... on Refusal { code message }
  }
}
"""
READ_LIST = """
query ($id: UUID!) {
  suppressionImport(id: $id) {
    state rowsRead rowsTotal added present invalid problems { nodes { row code } }
  }
}
"""


def a_list(first: int) -> bytes:
    """Numbers from `first` on; one row has that of the row before it, and one has none."""

    def lines() -> Iterator[str]:
        yield "Phone,Customer Name"
        for row in range(1, ROWS + 1):
            index = first + (row - 1 if row == TWICE else row)
            yield f"{'12' if row == WRONG else us_number(index)},Person {row}"

    return "\n".join(lines()).encode()


@pytest.mark.feature("TGT-03")
@pytest.mark.feature("OPS-03")
async def test_imports_whose_worker_is_killed_have_every_row_once_when_another_ends_them(
    database: str, redis_url: str, tmp_path: Path
) -> None:
    account = await rows.an_account()
    campaign = await rows.a_campaign(account)
    port = free_port()
    environment = {
        "OUTDIAL_DATABASE": database,
        "OUTDIAL_REDIS": redis_url,
        "OUTDIAL_DATA_DIR": str(tmp_path / "data"),
        "OUTDIAL_PORT": str(port),
    }
    with processes(environment, tmp_path) as children:
        try:
            children.start("api", "api")
            async with httpx.AsyncClient(timeout=60) as http:
                customer = await signed_in(http, f"http://127.0.0.1:{port}", account)
                started = await customer.upload(
                    START, "list.csv", a_list(0), campaign=str(campaign.id)
                )
                listed = await customer.upload(START_LIST, "stop.csv", a_list(ROWS))
                asked = (
                    (READ, started["targetImport"]["id"]),
                    (READ_LIST, listed["suppressionImport"]["id"]),
                )

                children.start("first", "workers")
                await until_begun(customer, asked)
                children.kill("first")
                cut = [await customer.ask(query, id=id) for query, id in asked]
                children.start("second", "workers")
                targets, entries = [await until_done(customer, *each) for each in asked]
        except (AssertionError, TimeoutError):
            print(children.logs())  # noqa: T201  # shown by pytest when the test fails
            raise

    for each in cut:
        assert (each["state"], 0 < each["rowsRead"] < ROWS) == ("RUNNING", True), each
    read = {"state": "DONE", "rowsRead": ROWS, "rowsTotal": ROWS, "invalid": 1}
    wrong = {"row": WRONG + 1, "code": "NUMBER_INVALID"}  # the header is row 1
    assert targets == read | {
        "imported": ROWS - 2,
        "duplicates": 1,
        "problems": {"nodes": [{"row": TWICE + 1, "code": "DUPLICATE_IN_FILE"}, wrong]},
    }
    assert entries == read | {
        "added": ROWS - 2,
        "present": 1,
        "problems": {"nodes": [{"row": TWICE + 1, "code": "ALREADY_THERE"}, wrong]},
    }
    numbers = await Target.filter(campaign=campaign).values_list("number", flat=True)
    assert len(numbers) == len(set(numbers)) == await Contact.all().count() == ROWS - 2
    patterns = await Suppression.all().values_list("pattern", flat=True)
    assert len(patterns) == len(set(patterns)) == ROWS - 2


async def signed_in(http: httpx.AsyncClient, url: str, account: Account) -> Customer:
    """An administrator at the API, which serves by then."""
    user = await rows.a_user(account)
    session = await open_session(account.id, clock=SystemClock(), user_id=user.id)
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                if (await http.get(f"{url}/ready")).status_code == 200:
                    return Customer(http, url, session.token)
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)


async def until_begun(customer: Customer, asked: tuple[tuple[str, str], ...]) -> None:
    """Return once each import has rows that are committed."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            read = [(await customer.ask(query, id=id))["rowsRead"] for query, id in asked]
            if all(read):
                return
            await asyncio.sleep(0.01)


async def until_done(customer: Customer, query: str, id: str) -> dict[str, Any]:
    """The import once it is over, however it ended."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            read: dict[str, Any] = await customer.ask(query, id=id)
            if read["state"] not in ("PENDING", "RUNNING"):
                return read
            await asyncio.sleep(0.2)
