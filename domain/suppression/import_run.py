"""Reading an uploaded file onto a do-not-call list, block by block.

Each block is one transaction: its entries, the waiting targets that they stop, its problems and how
far the file is read.
"""

import io
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from logging import getLogger
from typing import Any
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.core import claims
from domain.core.claims import Claim, ClaimLost
from domain.core.ports import Ports
from domain.core.unit_of_work import unit_of_work
from domain.suppression.events import notice_of
from domain.suppression.jobs import ImportSuppressions
from domain.suppression.models import SuppressionImport
from domain.suppression.stopping import Entry, Stop
from domain.targets.errors import ImportFileRefused
from domain.targets.importing.bulk import asyncpg_of
from domain.targets.importing.problems import OF_SUPPRESSIONS
from domain.targets.models import ImportState
from domain.targets.reader import ReaderCrashed, beating, read_blocks
from domain.targets.reading.blocks import Block, End, ReadRequest

logger = getLogger(__name__)

STAGED = ("id", "row", "pattern", "is_prefix", "source", "reason", "expires_at")
_STAGE = """
CREATE TEMPORARY TABLE IF NOT EXISTS staged_entry (
    id uuid, row integer, pattern text, is_prefix boolean, source text, reason text,
    expires_at timestamptz
) ON COMMIT DELETE ROWS
"""
_OVER = """
WITH over AS (DELETE FROM staged_entry WHERE expires_at <= $2 RETURNING row, pattern)
INSERT INTO suppression_problem (suppression_import_id, row, code, message, value)
SELECT $1, row, 'EXPIRY_PAST', 'The entry has expired already.', pattern FROM over
"""
# The earlier of two equal rows wins. In the order of the patterns, so that two imports into one
# list never wait for each other in a circle. An entry that is there gets the file's reason. A row
# that says `never` is staged as infinity, which is more than to say nothing.
_INSERT = """
WITH first AS (
    SELECT DISTINCT ON (pattern, is_prefix) * FROM staged_entry ORDER BY pattern, is_prefix, row
), written AS (
    INSERT INTO suppression (id, account_id, scope_id, pattern, is_prefix, source, reason,
        expires_at, created_at)
    SELECT id, $1, $2, pattern, is_prefix, coalesce(source, $3), coalesce(reason, $4),
        nullif(coalesce(expires_at, $5), 'infinity'), $6
    FROM first ORDER BY pattern, is_prefix
    ON CONFLICT (scope_id, pattern, is_prefix) DO UPDATE
    SET source = excluded.source, reason = excluded.reason, expires_at = excluded.expires_at
    RETURNING id, pattern, is_prefix, expires_at
), present AS (
    INSERT INTO suppression_problem (suppression_import_id, row, code, message, value)
    SELECT $7, staged_entry.row, 'ALREADY_THERE', CASE WHEN first.id IS NULL
        THEN 'An earlier row of the file is the same.'
        ELSE 'It was on the list already; its reason and expiry are those of the file now.' END,
        staged_entry.pattern
    FROM staged_entry LEFT JOIN first USING (id) LEFT JOIN written USING (id)
    WHERE written.id IS NULL
    RETURNING row
)
SELECT pattern, is_prefix, expires_at, (SELECT count(*) FROM present) AS present FROM written
"""


@dataclass(frozen=True, slots=True)
class _Run:
    row: SuppressionImport
    claim: Claim[SuppressionImport]
    ports: Ports

    @property
    def campaign_id(self) -> UUID | None:
        return self.row.scope_id if self.row.scope_id != self.row.account_id else None


async def run_import(id: UUID, *, ports: Ports, for_s: float) -> bool:
    """Read the file on, for about `for_s` seconds. Returns whether nothing is left to do.

    May run any number of times, also at once: only the newest claim writes.
    """
    claim = await claims.take(SuppressionImport, id, now=ports.clock.now())
    if claim is None:
        return True
    run = _Run(claim.row, claim, ports)
    if claim.is_vain:
        await _fail(run, "READER_CRASHED", "The file could not be read. Tell the operator.")
        return True
    try:
        return await _read_all(run, for_s=for_s)
    except ImportFileRefused as refusal:
        await _fail(run, refusal.code, refusal.message)
    except ReaderCrashed as crash:
        logger.error("import %s: %s", id, crash)
        await _fail(
            run,
            "READER_CRASHED",
            "The file could not be read to its end: the program that reads files stopped. "
            "Entries made before that stay. Tell the operator.",
        )
    except ClaimLost:
        logger.info("import %s: canceled, or taken over", id)
    except BaseException:
        await claim.let_go()
        raise
    return True


async def _read_all(run: _Run, *, for_s: float) -> bool:
    row, clock = run.row, run.ports.clock
    await row.fetch_related("account")
    request = ReadRequest(
        path=str(run.ports.files.path(row.file_path)),
        kind=row.kind.value,
        country=row.country,
        skip=row.rows_read,
        entries=True,
        timezone=row.account.timezone,
    )
    began = clock.monotonic()
    async with aclosing(beating(read_blocks(request), lambda: _advance(run))) as blocks:
        async for block in blocks:
            if isinstance(block, End):
                row.rows_total = block.rows_total
                await _end(run, ImportState.DONE)
                return True
            await _write(run, block)
            if clock.monotonic() - began >= for_s:
                await run.claim.let_go()
                return False
    raise ReaderCrashed("no end")


async def _advance(
    run: _Run, connection: BaseDBAsyncClient | None = None, **changes: object
) -> None:
    """Write changes of the import's row, and that it is worked on. Raises ClaimLost."""
    mine = run.claim.held(connection)
    if not await mine.update(heartbeat_at=run.ports.clock.now(), **changes):
        raise ClaimLost


async def _write(run: _Run, block: Block) -> None:
    row, now = run.row, run.ports.clock.now()
    async with unit_of_work(run.ports) as work:
        await _advance(run, work.connection, fruitless_starts=0)  # locks the row first
        entries: list[Entry] = []
        past = 0
        if block.staged:
            entries, past, present = await _insert(work.connection, row, block, now)
            row.added += block.staged_rows - past - present
            row.present += present
        if block.reported:
            await OF_SUPPRESSIONS.insert(work.connection, row.id, block.reported)
        row.invalid += block.reported_rows + past
        row.rows_read, row.rows_total = row.rows_read + block.rows, block.rows_total
        await _save(row, work.connection)
        stop = Stop(row.account_id, run.campaign_id, entries, now)
        stopped = await stop.some(work.connection) if entries else {}
    row.targets_stopped += await stop.rest(stopped, ports=run.ports)
    async with unit_of_work(run.ports) as work:
        await _advance(run, work.connection, targets_stopped=row.targets_stopped)
        work.publish(notice_of(row))


async def _insert(
    connection: BaseDBAsyncClient, row: SuppressionImport, block: Block, now: datetime
) -> tuple[list[Entry], int, int]:
    """The block's entries as they are now, how many had expired, and how many were there."""
    raw = asyncpg_of(connection)
    await raw.execute(_STAGE)
    await raw.copy_to_table(
        "staged_entry", source=io.BytesIO(block.staged), columns=STAGED, format="csv"
    )
    past = int((await raw.execute(_OVER, row.id, now)).rpartition(" ")[2])
    values: list[Any] = [row.account_id, row.scope_id, row.source.value, row.reason]
    written = await raw.fetch(_INSERT, *values, row.expires_at, now, row.id)
    entries = [Entry(each["pattern"], each["is_prefix"], each["expires_at"]) for each in written]
    return entries, past, written[0]["present"] if written else 0


async def _save(row: SuppressionImport, connection: BaseDBAsyncClient) -> None:
    columns = ["added", "present", "invalid", "rows_read", "rows_total"]
    await row.save(using_db=connection, update_fields=columns)


async def _fail(run: _Run, code: str, failure: str) -> None:
    run.row.failure_code, run.row.failure = code, failure[:500]
    await _end(run, ImportState.FAILED)


async def _end(run: _Run, state: ImportState) -> None:
    row = run.row
    row.state, row.finished_at = state, run.ports.clock.now()
    async with unit_of_work(run.ports) as work:
        await _advance(
            run,
            work.connection,
            state=state,
            finished_at=row.finished_at,
            rows_total=row.rows_total,
            failure_code=row.failure_code,
            failure=row.failure,
            runner=None,
        )
        work.publish(notice_of(row))
    await run.ports.files.delete(row.file_path)


async def enqueue_orphans(*, ports: Ports) -> None:
    """Enqueue imports whose job was lost or died. Does no harm to others."""
    await claims.enqueue_orphans(SuppressionImport, ImportSuppressions, ports=ports)
