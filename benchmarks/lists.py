"""Managing long lists: `python -m benchmarks.lists [--rows N ...] [--entries N]`.

Of campaigns whose targets were all dialed once: exports of each size against their two halves done
alone (the rows out of PostgreSQL to nowhere, the file out of rows that are there already), with
rows a second and peak memory. Of the largest: the status view with filters that few targets pass
against the same page without a filter. And what asking the do-not-call lists costs by how long
they are.
"""

import argparse
import asyncio
import json
import platform
import resource
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from tortoise import connections
from tortoise.transactions import in_transaction

from benchmarks.claim import filled
from benchmarks.imports import Silence, database, peak_mb
from domain.access.models import Account
from domain.access.permissions import Permission
from domain.access.principal import Principal, PrincipalKind
from domain.adapters.local_files import LocalFiles
from domain.adapters.system_clock import SystemClock
from domain.calls.rules import Disposition
from domain.core.ids import new_id
from domain.core.pages import PageRequest
from domain.core.ports import Ports
from domain.suppression.checks import suppressed_numbers
from domain.targets.exporting import export_run
from domain.targets.exporting.export_run import ROWS, TIMES
from domain.targets.exporting.exports import begin_export, condition_of
from domain.targets.exporting.writer import writing
from domain.targets.importing.bulk import copy_out
from domain.targets.listing import TargetFilter, TargetOrder, page_of_targets, visible_targets
from domain.targets.models import ExportKind, ExportState, TargetExport
from domain.targets.rules import ClosedReason, TargetState
from domain.targets.writing.child import WRITERS

ROUNDS = 50
ASKED = 100  # numbers, as many as a hopper holds

DIALED = """
UPDATE target SET state = 'closed', closed_reason = 'connected', last_disposition = 'connected',
    attempts = 1, last_ordinal = 1, last_attempt_at = now(), next_at = NULL
WHERE campaign_id = $1
"""
ATTEMPTS = """
INSERT INTO attempt (id, account_id, campaign_id, target_id, ordinal, number, node, epoch, state,
    disposition, created_at, answered_at, connected_at, ended_at)
SELECT id, account_id, campaign_id, id, 1, number, 'n', 1, 'ended', 'connected', now(), now(),
    now(), now() + interval '90 seconds'
FROM target WHERE campaign_id = $1
"""
CALLS = """
INSERT INTO "call" (id, account_id, direction, campaign_id, target_id, number, answered_at,
    connected_at, ended_at, note, node)
SELECT id, account_id, 'outbound', campaign_id, id, number, now(), now(),
    now() + interval '90 seconds', '', 'n'
FROM target WHERE campaign_id = $1
"""
RARE = """
UPDATE target SET state = 'retry', closed_reason = NULL, last_disposition = 'machine',
    next_at = now()
WHERE id = ANY(ARRAY(SELECT id FROM target WHERE campaign_id = $1 ORDER BY id LIMIT 10))
"""
ENTRIES = """
INSERT INTO suppression (id, account_id, scope_id, pattern, is_prefix, source, reason, created_at)
SELECT gen_random_uuid(), $1, $1, '+1' || (4000000000 + n), false, 'register', '', now()
FROM generate_series($2::int, $3::int) AS n
"""
PREFIXES = """
INSERT INTO suppression (id, account_id, scope_id, pattern, is_prefix, source, reason, created_at)
SELECT gen_random_uuid(), $1, $1, '+19' || (100 + n), true, 'register', '', now()
FROM generate_series(1, 100) AS n
"""


async def median_ms(work: Callable[[], Awaitable[Any]]) -> float:
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        await work()
        times.append((time.perf_counter() - began) * 1000)
    return round(statistics.median(times), 2)


_peaks: list[float] = []


async def _peak_of(pids: list[int]) -> None:
    """Note the highest memory of a process while it lives."""
    _peaks.clear()
    while True:
        await asyncio.sleep(0.05)
        _peaks.extend(peak_mb(pid) for pid in pids)


async def exported(
    kind: ExportKind, campaign: UUID, who: Principal, ports: Ports
) -> dict[str, Any]:
    """Figures of one export. Memory is the peak of the writing process and what we grew by."""
    condition, values = condition_of(campaign, TargetFilter(), None)
    query = ROWS.format(condition=condition, time=TIMES)
    chunks: list[bytes] = []

    async def nowhere(chunk: bytes) -> None:
        if not chunks or len(chunks) < 2:
            chunks.append(chunk)

    began = time.perf_counter()
    async with in_transaction() as connection:
        count = await copy_out(connection, query, values, nowhere)
    read_s = time.perf_counter() - began

    header, line = b"".join(chunks).decode().splitlines()[:2]
    row = line.split(",")
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        rows = (header.split(",") if n == 0 else row for n in range(count + 1))
        await asyncio.to_thread(
            WRITERS[kind.value], rows, Path(folder) / "alone", "Targets", lambda written: None
        )
        write_s = time.perf_counter() - began

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    order = await begin_export(who, campaign, kind, TargetFilter(), ports=ports)
    pids: list[int] = []
    export_run.writing = partial(writing, started=pids.append)  # type: ignore[attr-defined]  # to see its memory
    watching = asyncio.create_task(_peak_of(pids))
    began = time.perf_counter()
    await export_run.run_export(order.id, ports=ports)
    export_s = time.perf_counter() - began
    watching.cancel()
    done = await TargetExport.get(id=order.id)
    if done.state is not ExportState.DONE or done.rows_written != count:
        raise SystemExit(f"the export is {done.state} with {done.rows_written} rows")
    return {
        "kind": kind.value,
        "rows": count,
        "read_alone_s": round(read_s, 1),
        "write_alone_s": round(write_s, 1),
        "export_s": round(export_s, 1),
        "ratio": round(export_s / (read_s + write_s), 2),
        "rows_per_second": round(count / export_s),
        "writer_peak_mb": round(max(_peaks)),
        "worker_grew_mb": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024,
    }


async def listed(campaign: UUID, who: Principal) -> dict[str, float]:
    """Milliseconds of a page of 50, by filter and order."""
    wanted = {
        "no filter": (TargetFilter(), TargetOrder.ADDED),
        "one state": (TargetFilter(states=(TargetState.RETRY,)), TargetOrder.ADDED),
        "none in it": (TargetFilter(states=(TargetState.DIALING,)), TargetOrder.ADDED),
        "one reason": (TargetFilter(closed_reasons=(ClosedReason.FINAL,)), TargetOrder.NEWEST),
        "one disposition": (TargetFilter(dispositions=(Disposition.MACHINE,)), TargetOrder.ADDED),
        "number prefix": (TargetFilter(number_begins="+12000000"), TargetOrder.ADDED),
        "an agent": (TargetFilter(agent_id=new_id()), TargetOrder.ADDED),
        "three states": (
            TargetFilter(states=(TargetState.RETRY, TargetState.NEW, TargetState.DIALING)),
            TargetOrder.ADDED,
        ),
        "by number": (TargetFilter(states=(TargetState.RETRY,)), TargetOrder.NUMBER),
        "by last attempt": (TargetFilter(states=(TargetState.RETRY,)), TargetOrder.LAST_ATTEMPT),
        "often dialed": (TargetFilter(attempts_at_least=9), TargetOrder.ADDED),
    }
    found = {}
    for name, (chosen, order) in wanted.items():

        async def page(chosen: TargetFilter = chosen, order: TargetOrder = order) -> None:
            query = await visible_targets(who, campaign, chosen, order)
            await page_of_targets(query, chosen, order, PageRequest(50, None))

        found[name] = await median_ms(page)
    return found


async def suppressed(account: Account, campaign: UUID, most: int) -> dict[str, float]:
    """Milliseconds of asking for ASKED numbers, by how many entries the lists have."""
    connection, clock = connections.get("default"), SystemClock()
    numbers = [f"+1{2_000_000_000 + n * 7919}" for n in range(ASKED)]

    async def ask() -> None:
        await suppressed_numbers(
            connection, numbers, account_id=account.id, campaign_id=campaign, now=clock.now()
        )

    found = {"no entries": await median_ms(ask)}
    last = 0
    for size in (10_000, most):
        await connection.execute_query(ENTRIES, [account.id, last + 1, size])
        await connection.execute_script("VACUUM ANALYZE suppression")
        last = size
        found[f"{size:,} numbers"] = await median_ms(ask)
    await connection.execute_query(PREFIXES, [account.id])
    await connection.execute_script("VACUUM ANALYZE suppression")
    found[f"{most:,} numbers and 100 prefixes"] = await median_ms(ask)
    return found


async def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    options.add_argument("--entries", type=int, default=1_000_000)
    options.add_argument("--json", type=Path, help="also write the figures here")
    chosen = options.parse_args()
    results: dict[str, Any] = {}
    print(f"{platform.machine()}, Python {platform.python_version()}")
    with tempfile.TemporaryDirectory(prefix="outdial-bench-") as name:
        folder = Path(name)
        async with database(folder):
            silence: Any = Silence()
            ports = Ports(
                clock=SystemClock(),
                bus=silence,
                jobs=silence,
                floors=silence,
                files=LocalFiles(folder / "files"),
            )
            account = await Account.create(name="Bench", slug="bench")
            default = connections.get("default")
            who = Principal(
                kind=PrincipalKind.USER,
                id=new_id(),
                account_id=account.id,
                name="Bench",
                permissions=frozenset(Permission),
            )
            results["exports"] = []
            print(
                "kind      rows  read s  write s  export s  ratio    rows/s  writer MB  worker +MB"
            )
            for serial, rows in enumerate(sorted(chosen.rows), start=1):
                campaign = await filled(account, serial, rows, ordered=False)
                for statement in (DIALED, ATTEMPTS, CALLS, RARE):
                    await default.execute_query(statement, [campaign])
                await default.execute_script("VACUUM ANALYZE")
                for kind in (ExportKind.CSV, ExportKind.XLSX):
                    each = await exported(kind, campaign, who, ports)
                    results["exports"].append(each)
                    print(
                        f"{each['kind']:<5}{each['rows']:>9,}{each['read_alone_s']:>8}"
                        f"{each['write_alone_s']:>9}{each['export_s']:>10}{each['ratio']:>7}"
                        f"{each['rows_per_second']:>10,}{each['writer_peak_mb']:>11}"
                        f"{each['worker_grew_mb']:>12}",
                        flush=True,
                    )
            for part, work in (
                ("status view", listed(campaign, who)),
                ("do-not-call", suppressed(account, campaign, chosen.entries)),
            ):
                results[part] = await work
                first = next(iter(results[part].values()))
                print(part)
                for label, ms in results[part].items():
                    print(f"  {label:<40}{ms:>10} ms{ms / first:>10.2f}", flush=True)
    if chosen.json:
        chosen.json.write_text(json.dumps(results, indent=2))


if __name__ == "__main__":
    asyncio.run(main())
