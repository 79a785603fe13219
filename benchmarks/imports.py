"""Importing lists: `python -m benchmarks.imports [--rows N ...] [--kinds xlsx csv]`.

Each import is measured against two things done alone in the same run: parsing the file with the
fastest library that there is for it, and inserting the same rows in bulk, without anything around.
Once by the clock, and once by CPU seconds of all processes, the database's too: on a machine that
others use, only the second means something.
Memory is the peak of the reading process and what the worker's own process grew by.
"""

import argparse
import asyncio
import csv
import json
import os
import platform
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rustpy_xlsxwriter import write_worksheet
from tortoise import connections
from tortoise.transactions import in_transaction

from domain.access.models import Account
from domain.adapters.local_files import LocalFiles
from domain.adapters.system_clock import SystemClock
from domain.campaigns.models import Campaign
from domain.campaigns.rules import DialMode
from domain.core.database import connected
from domain.core.ids import new_id
from domain.core.migrations import migrate
from domain.core.ports import Ports
from domain.targets.importing.bulk import insert_staged
from domain.targets.importing.duplicates import Destination
from domain.targets.importing.import_run import run_import
from domain.targets.models import ImportState, TargetBatch, TargetImport
from domain.targets.reader import read_blocks
from domain.targets.reading.blocks import Block, End, ReadRequest
from domain.targets.reading.kinds import FileKind
from workers.launch.embedded import EmbeddedServers

NAMES = ("Noa Levi", "Амир Серов", "Łukasz Żak", "David O'Neil", "Zoë Brontë", "יעל כהן")
CITIES = ("Haifa", "Łódź", "Москва", "Springfield", "חיפה", "São Paulo")
COLUMNS = ("Phone", "Customer Name", "Caller ID", "Priority", "City", "Balance", "Note", "Order")


@dataclass
class Figures:
    """One import. Times in seconds, memory in MB."""

    kind: str
    rows: int
    parse_alone_s: float
    insert_alone_s: float
    import_s: float
    ratio: float  # import / (parse alone + insert alone) by the clock; the budget is 2.5
    cpu_ratio: float  # the same in CPU seconds
    rows_per_second: float
    reader_peak_mb: float
    worker_grew_mb: float


class Silence:
    """Bus, jobs and floors that nobody listens to."""

    async def publish(self, notices: Any) -> None: ...

    async def enqueue(self, job: Any, **_: Any) -> bool:
        return True

    async def tell(self, account_id: Any, command: Any) -> None: ...


def contacts(count: int) -> Iterator[dict[str, object]]:
    chance = random.Random(1)
    for index in range(count):
        yield dict(
            zip(
                COLUMNS,
                (
                    f"0{50 + index % 4 * 2}{2_000_000 + index // 4}",
                    f"{chance.choice(NAMES)} {index}",
                    "",
                    index % 10 + 1,
                    chance.choice(CITIES),
                    index * 1.5,
                    f"note {index % 1000}",
                    str(index),
                ),
                strict=True,
            )
        )


def written(kind: str, count: int, folder: Path) -> Path:
    path = folder / f"{count}.{kind}"
    if kind == "xlsx":
        write_worksheet(contacts(count), str(path))
        return path
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(contacts(count))
    return path


# Each library in a process of its own, so that its memory is its own too.
PARSERS = {
    "calamine": "import python_calamine as c\n"
    "for r in c.load_workbook(p).get_sheet_by_index(0).iter_rows(): n += 1",
    "openpyxl": "import openpyxl\n"
    "for r in openpyxl.load_workbook(p, read_only=True).worksheets[0].iter_rows(values_only=True):"
    " n += 1",
    "ours": "from pathlib import Path\nfrom domain.targets.reading.workbook import Workbook\n"
    "b = Workbook(Path(p))\nfor r in b.rows(b.sheets[0]): n += 1",
    "csv": "import csv\nfor r in csv.reader(open(p, newline='', encoding='utf-8')): n += 1",
}


def parse_alone(parser: str, path: Path) -> tuple[float, float, float]:
    """Seconds, peak MB and CPU seconds of reading all cells of a file."""
    code = (
        f"import time\np = {str(path)!r}\nn = 0\nt = time.perf_counter()\n"
        f"{PARSERS[parser]}\n"
        "lines = open('/proc/self/status').read().splitlines()\n"
        "peak = next(l for l in lines if l.startswith('VmHWM')).split()[1]\n"
        "print(time.perf_counter() - t, peak, time.process_time())"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    seconds, kilobytes, cpu = said.stdout.split()
    return float(seconds), int(kilobytes) / 1024, float(cpu)


def cpu_s(postgres: int) -> float:
    """CPU seconds of this process, its ended children, and all of PostgreSQL so far."""
    pids = [postgres]
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = status.read_text().rpartition(")")[2].split()
            if int(fields[1]) == postgres:
                pids.append(int(status.parent.name))
    ticks = 0
    for pid in pids:
        with suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            # Own user and system time, and of ended children for the postmaster.
            ticks += sum(map(int, fields[11:15] if pid == postgres else fields[11:13]))
    spent = os.times()
    ours = spent.user + spent.system + spent.children_user + spent.children_system
    return ticks / os.sysconf("SC_CLK_TCK") + ours


async def insert_alone(path: Path, kind: str, account: Account) -> float:
    """Seconds that the database takes for the rows, when they come ready and in one transaction."""
    destination = await new_destination(account)
    request = ReadRequest(path=str(path), kind=kind, country="IL")
    seconds = 0.0
    async with in_transaction() as connection:
        async for block in read_blocks(request):
            if isinstance(block, Block):
                began = time.perf_counter()
                await insert_staged(connection, block.staged, destination)
                # ON COMMIT DELETE ROWS has not run: there is one commit only.
                await connection.execute_script("TRUNCATE staged_target")
                seconds += time.perf_counter() - began
    return seconds


async def new_destination(account: Account) -> Destination:
    serial = await Campaign.filter(account_id=account.id).count() + 1
    campaign = await Campaign.create(
        account=account, serial=serial, name="B", api_code=str(serial), mode=DialMode.PREDICTIVE
    )
    batch = await TargetBatch.create(campaign=campaign, name="B")
    return Destination(
        account_id=account.id,
        campaign_id=campaign.id,
        batch_id=batch.id,
        priority=5,
        max_attempts=3,
        at=SystemClock().now(),
    )


async def import_all(path: Path, kind: str, account: Account, files: Path) -> tuple[float, float]:
    """Seconds of a whole import, and the reading process's peak in MB."""
    destination = await new_destination(account)
    id, silence = new_id(), Silence()
    copy = files / str(id)
    await asyncio.to_thread(shutil.copy, path, copy)
    await TargetImport.create(
        id=id,
        account=account,
        campaign_id=destination.campaign_id,
        batch_id=destination.batch_id,
        file_name=path.name,
        file_path=str(id),
        kind=FileKind(kind),
        country="IL",
    )
    ports = Ports(
        clock=SystemClock(),
        bus=silence,  # type: ignore[arg-type]  # only what an import calls
        jobs=silence,
        floors=silence,  # type: ignore[arg-type]
        files=LocalFiles(files),
    )
    peak = 0.0

    async def read(request: ReadRequest) -> AsyncIterator[Block | End]:
        nonlocal peak
        pids: list[int] = []
        async for block in read_blocks(request, started=pids.append):
            peak = max(peak, peak_mb(pids[0]))
            yield block

    began = time.perf_counter()
    await run_import(id, ports=ports, for_s=36_000, read=read)  # type: ignore[arg-type]
    seconds = time.perf_counter() - began
    row = await TargetImport.get(id=id)
    if row.state is not ImportState.DONE or row.invalid or row.duplicates:
        raise SystemExit(f"not a clean import: {row.state} {row.failure} {row.invalid}")
    return seconds, peak


def peak_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


async def reading_cpu(path: Path, kind: str, postgres: int) -> float:
    """CPU seconds of reading a file into blocks, which go nowhere."""
    began = cpu_s(postgres)
    async for _ in read_blocks(ReadRequest(path=str(path), kind=kind, country="IL")):
        pass
    return cpu_s(postgres) - began


async def measured(kind: str, rows: int, folder: Path, account: Account, postgres: int) -> Figures:
    path = written(kind, rows, folder)
    parser = {"xlsx": "calamine", "csv": "csv"}[kind]
    parse_s, _, parse_cpu = parse_alone(parser, path)
    began = cpu_s(postgres)
    insert_s = await insert_alone(path, kind, account)
    # Less the reading process that made the rows ready.
    insert_cpu = cpu_s(postgres) - began - await reading_cpu(path, kind, postgres)
    await connections.get("default").execute_script("VACUUM ANALYZE target")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = cpu_s(postgres)
    import_s, peak = await import_all(path, kind, account, folder)
    import_cpu = cpu_s(postgres) - began
    grew = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    path.unlink()
    return Figures(
        kind=kind,
        rows=rows,
        parse_alone_s=round(parse_s, 2),
        insert_alone_s=round(insert_s, 2),
        import_s=round(import_s, 2),
        ratio=round(import_s / (parse_s + insert_s), 2),
        cpu_ratio=round(import_cpu / (parse_cpu + insert_cpu), 2),
        rows_per_second=round(rows / import_s),
        reader_peak_mb=round(peak),
        worker_grew_mb=round(grew / 1024),
    )


@asynccontextmanager
async def database(folder: Path) -> AsyncIterator[int]:
    """A PostgreSQL of its own; gives its process."""
    servers = EmbeddedServers(folder, valkey=False)
    servers.start()
    try:
        assert servers.postgres is not None
        await migrate(servers.postgres.url)
        async with connected(servers.postgres.url):
            pid_file = folder / "postgres" / "postmaster.pid"
            yield int(pid_file.read_text().split()[0])
    finally:
        servers.stop()


def libraries(rows: int, folder: Path) -> None:
    """Print what each XLSX library takes for the same file."""
    path = written("xlsx", rows, folder)
    base: float | None = None
    print(f"\nreading {rows:,} rows of 8 columns (XLSX)\n  library      time   peak MB")
    for name in ("calamine", "ours", "openpyxl"):
        seconds, peak, _ = parse_alone(name, path)
        base = base or seconds
        print(f"  {name:<10} {seconds / base:6.1f}   {peak:7.0f}")
    path.unlink()


async def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    options.add_argument("--kinds", nargs="+", default=["xlsx", "csv"])
    options.add_argument("--libraries", type=int, default=200_000, help="rows; 0: leave it out")
    options.add_argument("--json", type=Path, help="also write the figures here")
    chosen = options.parse_args()
    results: list[Figures] = []
    with tempfile.TemporaryDirectory(prefix="outdial-bench-") as name:
        folder = Path(name)
        if chosen.libraries:
            libraries(chosen.libraries, folder)
        async with database(folder) as postgres:
            account = await Account.create(name="Bench", slug="bench", country="IL")
            print(f"\n{platform.machine()}, Python {platform.python_version()}")
            print(
                "kind      rows  parse s  insert s  import s  ratio  CPU ratio"
                "   rows/s  reader MB  worker +MB"
            )
            for kind in chosen.kinds:
                for rows in chosen.rows:
                    each = await measured(kind, rows, folder, account, postgres)
                    results.append(each)
                    print(
                        f"{each.kind:<5}{each.rows:>9,}{each.parse_alone_s:>9}"
                        f"{each.insert_alone_s:>10}{each.import_s:>10}{each.ratio:>7}"
                        f"{each.cpu_ratio:>11}"
                        f"{each.rows_per_second:>9,}{each.reader_peak_mb:>11}"
                        f"{each.worker_grew_mb:>12}",
                        flush=True,
                    )
    if chosen.json:
        chosen.json.write_text(json.dumps([asdict(each) for each in results], indent=2))


if __name__ == "__main__":
    asyncio.run(main())
