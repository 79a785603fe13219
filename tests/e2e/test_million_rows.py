"""A million rows in one file, through the door that everybody uses, with memory that stays flat."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.domain.targets.files import us_number
from tests.e2e.callcentre import CallCentre
from tests.e2e.system import System

ROWS = 1_000_000
AT_ONCE = 10_000
SETTLED = 100_000  # rows, after which nothing may grow any more
# What a file of any size may take: the budget of an import is 400 MB.
READER_MB = 100.0
GROWTH_MB = 50.0

PROGRESS = """
subscription ($id: UUID!) {
  targetImportProgress(id: $id) {
    state rowsRead rowsTotal imported updated duplicates suppressed invalid
  }
}
"""
AFTERWARDS = """
query ($id: UUID!) {
  targetImport(id: $id) {
    state imported duplicates invalid
    problems { nodes { row code } }
    batch { name }
  }
}
"""
COUNT = """
query ($campaign: UUID!) {
  campaign(id: $campaign) { targets { total left } newestTarget { number } }
}
"""


async def a_million_rows() -> AsyncIterator[bytes]:
    """A CSV that is nowhere whole: a million good rows, and three others among them."""
    yield b"Phone,Customer Name,City\n"
    for start in range(0, ROWS, AT_ONCE):
        rows = [
            f"{us_number(index)},Person {index},Oulu\n" for index in range(start, start + AT_ONCE)
        ]
        if start == ROWS // 2:
            rows[0:0] = ["12,Nobody,\n", f"{us_number(7)},Twice,\n", ",No number,\n"]
        yield "".join(rows).encode()


def of_process(pid: int, field: str) -> float:
    """A figure of /proc/pid/status in MB; 0 when the process is gone."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(f"{field}:"):
                return int(line.split()[1]) / 1024
    return 0.0


def processes_under(root: int) -> dict[int, str]:
    """All processes that one started, and those that they did, with their command lines."""
    parents, commands = dict[int, int](), dict[int, str]()
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            parents[int(entry.name)] = int(fields[1])
            commands[int(entry.name)] = (entry / "cmdline").read_bytes().decode("utf-8", "replace")

    def is_under(pid: int) -> bool:
        while pid and pid != root:
            pid = parents.get(pid, 0)
        return pid == root

    return {pid: command for pid, command in commands.items() if is_under(pid)}


class Watch:
    """How much memory our own processes take while an import runs."""

    def __init__(self, root: int) -> None:
        self._root = root
        self.reader_mb = 0.0  # the most that a reading process ever had
        self.first: dict[int, float] = {}  # MB of each other process, once things are settled
        self.most: dict[int, float] = {}

    def look(self, *, settled: bool) -> None:
        for pid, command in processes_under(self._root).items():
            if "domain.targets.reading.child" in command:
                self.reader_mb = max(self.reader_mb, of_process(pid, "VmHWM"))
            elif settled and "python" in command:
                now = of_process(pid, "VmRSS")
                self.first.setdefault(pid, now)
                self.most[pid] = max(now, self.most.get(pid, 0.0))

    @property
    def growth_mb(self) -> float:
        return max(self.most[pid] - self.first[pid] for pid in self.first)


@pytest.mark.feature("TGT-04")
async def test_a_million_rows_are_imported_from_one_file_with_flat_memory(
    system: System, centre: CallCentre, http: httpx.AsyncClient
) -> None:
    await centre.agents(1)  # campaigns are their team's
    campaign = await centre.campaign("PROGRESSIVE")
    watch = Watch(system.pid)

    answer = await http.post(
        f"{system.url}/imports?campaign={campaign}&country=US&batchName=Million",
        headers=centre.admin.headers,
        content=a_million_rows(),
        timeout=600,
    )

    assert answer.status_code == 202, answer.text
    id = answer.json()["id"]
    last: dict[str, Any] = {}
    async with asyncio.timeout(1800), centre.admin.socket() as socket:
        async for last in socket.follow(PROGRESS, id=id):
            await asyncio.to_thread(watch.look, settled=last["rowsRead"] >= SETTLED)
    assert last == {
        "state": "DONE",
        "rowsRead": ROWS + 3,
        "rowsTotal": ROWS + 3,
        "imported": ROWS,
        "updated": 0,
        "duplicates": 1,
        "suppressed": 0,
        "invalid": 2,
    }
    said = await centre.admin.ask(AFTERWARDS, id=id)
    middle = ROWS // 2 + 2
    assert [(each["row"], each["code"]) for each in said["problems"]["nodes"]] == [
        (middle, "NUMBER_INVALID"),
        (middle + 1, "DUPLICATE_IN_FILE"),
        (middle + 2, "NUMBER_MISSING"),
    ]
    assert await centre.admin.ask(COUNT, campaign=campaign) == {
        "targets": {"total": ROWS, "left": ROWS},
        "newestTarget": {"number": us_number(ROWS - 1)},
    }
    assert 0 < watch.reader_mb < READER_MB
    assert watch.first
    assert watch.growth_mb < GROWTH_MB
