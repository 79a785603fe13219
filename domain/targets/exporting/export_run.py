"""Writing a file of targets: rows go from PostgreSQL to the writing process as they are.

Neither the rows nor the file are ever whole in memory. A run that is cut off begins again; a run
that lost its claim writes to a file that nobody reads.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from logging import getLogger
from typing import Any
from uuid import UUID

import msgspec

from domain.core import claims
from domain.core.bus import Notice
from domain.core.claims import BEAT_S, FRUITLESS_STARTS, Claim
from domain.core.files import FilesUnavailable, telling_of_the_disk
from domain.core.ports import Ports
from domain.core.transactions import in_transaction
from domain.core.unit_of_work import unit_of_work
from domain.ledgers import exporting
from domain.targets.events import ExportProgressed, export_topic
from domain.targets.exporting.exports import KEPT, LEDGER, condition_of, name_of, wanted_of
from domain.targets.exporting.writer import WriterCrashed, writing
from domain.targets.importing.bulk import copy_out
from domain.targets.jobs import ExportTargets
from domain.targets.models import ExportState, TargetExport
from domain.targets.progress import EVERY_S

logger = getLogger(__name__)

WRITER_CRASHED = "WRITER_CRASHED"
TIMES = "YYYY-MM-DD HH24:MI:SS"

# The columns and their names are those of TGT-09. Times are the account's.
ROWS = """
SELECT coalesce(agent.name, '') AS "Representative",
       coalesce(last.id::text, '') AS "Call ID",
       campaign.name AS "Campaign",
       target.number AS "Phone",
       coalesce(contact.name, '') AS "Customer Name",
       coalesce(to_char(last.created_at AT TIME ZONE account.timezone, '{time}'), '')
           AS "Call sent",
       CASE WHEN target.state = 'closed' THEN coalesce(target.closed_reason, 'closed')
            ELSE target.state END AS "Status",
       coalesce(target.last_disposition, '') AS "Customer status",
       coalesce(round(EXTRACT(EPOCH FROM "call".ended_at - "call".answered_at))::text, '')
           AS "Call duration in sec",
       coalesce(to_char(target.next_at AT TIME ZONE account.timezone, '{time}'), '')
           AS "Next Retry",
       coalesce(last.number, '') AS "Phone called",
       CASE WHEN target.numbers IS NULL THEN '' ELSE (
            SELECT string_agg(coalesce(each->>'type', 'other') || ' ' || (each->>'number'), ', '
                              ORDER BY place)
            FROM jsonb_array_elements(target.numbers->'list') WITH ORDINALITY AS entry(each, place)
       ) END AS "All phones"
FROM (SELECT * FROM target WHERE {condition}) AS target
JOIN campaign ON campaign.id = target.campaign_id
JOIN account ON account.id = target.account_id
LEFT JOIN contact ON contact.id = target.contact_id
LEFT JOIN LATERAL (
    SELECT id, created_at, agent_id, number FROM attempt
    WHERE attempt.target_id = target.id ORDER BY ordinal DESC LIMIT 1
) AS last ON true
LEFT JOIN "call" ON "call".id = last.id
LEFT JOIN agent ON agent.id = last.agent_id
ORDER BY target.id
"""


@dataclass(frozen=True, slots=True)
class _Run:
    row: TargetExport
    claim: Claim[TargetExport]
    ports: Ports


async def run_export(id: UUID, *, ports: Ports) -> None:
    """Write the file of an export. May run any number of times; only the newest claim counts."""
    run = await _claim(id, ports)
    if run is None:
        return
    try:
        written = await _write(run)
    except FilesUnavailable as full:
        logger.error("export %s: %s", id, full)
        await _end(run, ExportState.FAILED, code=full.code, failure=str(full))
    except WriterCrashed as crash:
        logger.error("export %s: %s", id, crash)
        await _end(
            run,
            ExportState.FAILED,
            code=WRITER_CRASHED,
            failure="The file could not be written: the program that writes files stopped. "
            "Try again, and tell the operator if that does not help.",
        )
    except BaseException:
        await run.claim.let_go()
        raise
    else:
        run.row.rows_written = written
        await _end(run, ExportState.DONE)


async def _claim(id: UUID, ports: Ports) -> _Run | None:
    claim = await claims.take(TargetExport, id, now=ports.clock.now())
    if claim is None:
        return None
    run = _Run(claim.row, claim, ports)
    if claim.is_vain:
        await _end(
            run,
            ExportState.FAILED,
            code=WRITER_CRASHED,
            failure=f"The file was begun {FRUITLESS_STARTS} times, and whoever wrote it stopped "
            "each time. Tell the operator.",
        )
        return None
    return run


async def _write(run: _Run) -> int:
    """Write the whole file; returns how many rows are in it."""
    ports, row = run.ports, run.row
    query, values = _rows_of(row)
    path = ports.files.path(row.file_path)
    part = path.with_name(f"{path.name}.{run.claim.runner}")
    with telling_of_the_disk():
        await asyncio.to_thread(part.parent.mkdir, parents=True, exist_ok=True)
    try:
        async with writing(row.kind.value, part, title=name_of(row).title()) as writer:
            beating = asyncio.create_task(_beat(run, lambda: writer.written))
            try:
                async with in_transaction() as connection:
                    copied = await copy_out(connection, query, values, writer.write)
                await writer.finish()
            finally:
                beating.cancel()
                await asyncio.gather(beating, return_exceptions=True)
        with telling_of_the_disk():
            await asyncio.to_thread(part.replace, path)
    finally:
        await asyncio.to_thread(part.unlink, missing_ok=True)
    return copied


def _rows_of(row: TargetExport) -> tuple[str, list[Any]]:
    if LEDGER in row.wanted:
        return exporting.rows_of(row.wanted[LEDGER])
    condition, values = condition_of(row.campaign_id, *wanted_of(row))
    return ROWS.format(condition=condition, time=TIMES), values


async def _beat(run: _Run, written: Callable[[], int]) -> None:
    """Say how far the file is, and that this run lives."""
    since_beat = 0.0
    while True:
        await asyncio.sleep(EVERY_S)
        since_beat += EVERY_S
        run.row.rows_written = written()
        await run.ports.bus.publish([_notice(run.row)])
        if since_beat >= BEAT_S:
            since_beat = 0.0
            await run.claim.held().update(
                heartbeat_at=run.ports.clock.now(), rows_written=run.row.rows_written
            )


async def _end(
    run: _Run, state: ExportState, *, code: str | None = None, failure: str | None = None
) -> None:
    row, now = run.row, run.ports.clock.now()
    row.state, row.failure_code, row.failure, row.finished_at = state, code, failure, now
    async with unit_of_work(run.ports) as work:
        mine = run.claim.held(work.connection)
        if await mine.update(
            state=state,
            failure_code=code,
            failure=failure,
            finished_at=now,
            rows_written=row.rows_written,
            runner=None,
        ):
            work.publish(_notice(row))


def progress_of(row: TargetExport) -> ExportProgressed:
    """The export as it is now."""
    return ExportProgressed(
        target_export=row.id,
        state=row.state.value,
        rows_total=row.rows_total,
        rows_written=row.rows_written,
    )


def _notice(row: TargetExport) -> Notice:
    return Notice(export_topic(row.id), msgspec.json.encode(progress_of(row)))


async def tend_exports(*, ports: Ports) -> None:
    """Enqueue exports that nobody works on, and remove files that are a day old."""
    now = ports.clock.now()
    await claims.enqueue_orphans(TargetExport, ExportTargets, ports=ports)
    old = TargetExport.filter(state=ExportState.DONE, finished_at__lt=now - KEPT)
    for row in await old:
        await ports.files.delete(row.file_path)
        await TargetExport.filter(id=row.id).update(state=ExportState.EXPIRED)
