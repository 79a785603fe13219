"""Claiming what to dial next: `python -m benchmarks.claim [--sizes N ...] [--ordered]`.

The next hundred targets of one campaign, by how many targets the table holds. The budget is "as
fast among ten million as among ten thousand, within a half"; the first size is the baseline.
"""

import argparse
import asyncio
import json
import platform
import statistics
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import UUID

from tortoise import connections
from tortoise.transactions import in_transaction

from benchmarks.imports import database
from domain.access.models import Account
from domain.adapters.system_clock import SystemClock
from domain.campaigns.models import Campaign
from domain.campaigns.rules import DialMode
from domain.core.ids import new_id
from domain.targets.hopper import next_targets
from domain.targets.models import Contact

ROUNDS = 200
LIMIT = 100

# Ids ascend as ours do. One in four waits for a retry, half of those is due.
FILL = """
INSERT INTO target (id, account_id, campaign_id, contact_id, number, priority, state, attempts,
                    last_ordinal, max_attempts, next_at, created_at, order_key)
SELECT (lpad(to_hex($4::bigint + n), 12, '0') || '70008000' || lpad(to_hex(n), 12, '0'))::uuid,
       $1, $2, $3, '+1' || (2000000000 + n), 1 + n % 10,
       CASE WHEN n % 4 = 0 THEN 'retry' ELSE 'new' END, 0, 0, 3,
       CASE WHEN n % 4 = 0 THEN now() + (n % 200 - 100) * interval '1 minute' END, now(),
       CASE WHEN $6 THEN decode(md5(n::text), 'hex') END
FROM generate_series(1, $5::int) AS n
"""


@dataclass
class Figures:
    """One table size. Times in milliseconds."""

    targets: int
    p50_ms: float
    p95_ms: float
    ratio: float  # of the medians, to the first size


async def filled(account: Account, serial: int, size: int, *, ordered: bool) -> UUID:
    """A campaign of that many targets, in an order of its own or by age.

    Keys are not checked and indexes are made afterwards.
    """
    campaign = await Campaign.create(
        account=account, serial=serial, name="B", api_code=str(serial), mode=DialMode.PREDICTIVE
    )
    contact = await Contact.create(account=account, name="Ana", variables={"City": "Haifa"})
    default = connections.get("default")
    indexes = await default.execute_query_dict(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'target' "
        "AND indexdef NOT LIKE 'CREATE UNIQUE%'"
    )
    async with in_transaction() as connection:
        await connection.execute_script("SET LOCAL session_replication_role = replica")
        for index in indexes:
            await connection.execute_script(f'DROP INDEX "{index["indexname"]}"')
        start = new_id().int >> 80
        values = [account.id, campaign.id, contact.id, start, size, ordered]
        await connection.execute_query(FILL, values)
        for index in indexes:
            await connection.execute_script(index["indexdef"])
    await default.execute_script("VACUUM ANALYZE target")
    return campaign.id


async def measured(campaign_id: UUID) -> list[float]:
    clock, connection = SystemClock(), connections.get("default")
    held: list[UUID] = []
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        found = await next_targets(
            connection, campaign_id, now=clock.now(), limit=LIMIT, not_ids=held
        )
        times.append((time.perf_counter() - began) * 1000)
        if len(found) != LIMIT:
            raise SystemExit(f"only {len(found)} targets were found")
        held = [target.id for target in found]  # as a floor holds those of its hopper
    return sorted(times[ROUNDS // 10 :])


async def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sizes", type=int, nargs="+", default=[10_000, 1_000_000, 10_000_000])
    options.add_argument("--ordered", action="store_true", help="each target has an order key")
    options.add_argument("--json", type=Path, help="also write the figures here")
    chosen = options.parse_args()
    results: list[Figures] = []
    with tempfile.TemporaryDirectory(prefix="outdial-bench-") as name:
        async with database(Path(name)):
            account = await Account.create(name="Bench", slug="bench")
            print(f"{platform.machine()}, Python {platform.python_version()}: next {LIMIT} of")
            print("     targets    p50 ms    p95 ms   ratio")
            for serial, size in enumerate(chosen.sizes, start=1):
                times = await measured(await filled(account, serial, size, ordered=chosen.ordered))
                p50 = statistics.median(times)
                first = results[0].p50_ms if results else p50
                each = Figures(
                    targets=size,
                    p50_ms=round(p50, 2),
                    p95_ms=round(times[int(len(times) * 0.95)], 2),
                    ratio=round(p50 / first, 2),
                )
                results.append(each)
                print(f"{size:>12,}{each.p50_ms:>10}{each.p95_ms:>10}{each.ratio:>8}", flush=True)
    if chosen.json:
        chosen.json.write_text(json.dumps([asdict(each) for each in results], indent=2))


if __name__ == "__main__":
    asyncio.run(main())
