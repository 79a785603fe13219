"""Reading an uploaded file into a campaign, block by block.

Each block is one transaction: its rows, its problems and how far the file is read. A run that is
killed is taken up again after the last committed block; a run that lost its claim (canceled, or
thought dead and replaced) finds out when it writes, and writes nothing.
"""

from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass
from logging import getLogger
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.core import claims
from domain.core.claims import FRUITLESS_STARTS, Claim, ClaimLost
from domain.core.ports import Ports
from domain.core.unit_of_work import unit_of_work
from domain.targets.commands import TargetsChanged
from domain.targets.errors import ImportFileRefused, TargetLimitReached
from domain.targets.importing import problems
from domain.targets.importing.bulk import (
    SUPPRESSED,
    LeftOut,
    insert_left_out,
    insert_staged,
    refuse_beyond_limit,
)
from domain.targets.importing.choices import remembered_choices
from domain.targets.importing.drafts import DRAFT_FOR
from domain.targets.importing.duplicates import Destination
from domain.targets.jobs import ImportTargets
from domain.targets.models import ImportState, TargetImport
from domain.targets.progress import Pace, notice_of
from domain.targets.reader import Blocks, ReaderCrashed, beating, read_blocks
from domain.targets.reading.blocks import Block, End, ReadRequest
from domain.targets.rules import Duplicates

logger = getLogger(__name__)

TELL_FLOOR_S = 5.0  # a floor counts what is left each time it is told

Reader = Callable[[ReadRequest], Blocks]


@dataclass(frozen=True, slots=True)
class _Run:
    row: TargetImport  # as this run left it
    claim: Claim[TargetImport]
    destination: Destination
    ports: Ports


async def run_import(id: UUID, *, ports: Ports, for_s: float, read: Reader = read_blocks) -> bool:
    """Read the file on, for about `for_s` seconds. Returns whether nothing is left to do.

    May run any number of times, also at once: only the newest claim writes.
    """
    run = await _claim(id, ports)
    if run is None:
        return True
    try:
        return await _read_all(run, for_s=for_s, read=read)
    except ImportFileRefused as refusal:
        await _end(run, ImportState.FAILED, code=refusal.code, failure=refusal.message)
    except TargetLimitReached as refusal:
        await run.row.refresh_from_db()  # without the block that was too much
        await _end(run, ImportState.FAILED, code=refusal.code, failure=refusal.message)
    except ReaderCrashed as crash:
        logger.error("import %s: %s", id, crash)
        await _end(
            run,
            ImportState.FAILED,
            code="READER_CRASHED",
            failure="The file could not be read to its end: the program that reads files stopped. "
            "Rows imported before that stay. Tell the operator.",
        )
    except ClaimLost:
        logger.info("import %s: canceled, or taken over", id)
    except BaseException:
        # Shut down, or a dependency is away: let another run begin at once.
        await run.claim.let_go()
        raise
    return True


async def _claim(id: UUID, ports: Ports) -> _Run | None:
    """Take the import, unless it is over or somebody is at it."""
    now = ports.clock.now()
    claim = await claims.take(TargetImport, id, now=now)
    if claim is None:
        return None
    row = claim.row
    await row.fetch_related("campaign")
    if row.started_at is None:
        row.started_at = now
        await row.save(update_fields=["started_at"])
    assert row.batch_id is not None  # made with the import
    destination = Destination(
        account_id=row.account_id,
        campaign_id=row.campaign_id,
        batch_id=row.batch_id,
        priority=row.priority,
        max_attempts=row.campaign.max_attempts,
        at=now,
        duplicates=Duplicates(row.in_file, row.in_campaign, row.in_account),
    )
    run = _Run(row, claim, destination, ports)
    if claim.is_vain:
        logger.error("import %s: no row committed in %d starts", id, FRUITLESS_STARTS)
        await _end(
            run,
            ImportState.FAILED,
            code="READER_CRASHED",
            failure=f"The import was started {FRUITLESS_STARTS} times and stopped each time "
            "before it got further. Tell the operator.",
        )
        return None
    return run


async def _read_all(run: _Run, *, for_s: float, read: Reader) -> bool:
    ports, row = run.ports, run.row
    pace = Pace.of(row, ports.clock)
    told_at = float("-inf")
    request = ReadRequest(
        path=str(ports.files.path(row.file_path)),
        kind=row.kind.value,
        country=row.country,
        encoding=row.encoding,
        skip=row.rows_read,
        columns=tuple((header, meaning) for header, meaning in row.columns),
        remembered=await remembered_choices(row.account_id),
    )
    async with aclosing(beating(read(request), lambda: _beat(run))) as blocks:
        async for block in blocks:
            if isinstance(block, End):
                row.rows_total = block.rows_total
                await _end(run, ImportState.DONE)
                return True
            await _write(run, block, pace)
            if ports.clock.monotonic() - told_at >= TELL_FLOOR_S:
                told_at = ports.clock.monotonic()
                await _tell_floor(run)
            if ports.clock.monotonic() - pace.started >= for_s:
                await run.claim.let_go()
                return False
    raise ReaderCrashed("no end")


async def _beat(run: _Run) -> None:
    if not await run.claim.held().update(heartbeat_at=run.ports.clock.now()):
        raise ClaimLost


async def _write(run: _Run, block: Block, pace: Pace) -> None:
    """Commit one block and how far the file is read. Raises ClaimLost and writes nothing."""
    row = run.row
    async with unit_of_work(run.ports) as work:
        # First, so that whoever cancels waits for this block or stops it, and never half of each.
        await _advance(run, work.connection, rows=block.rows, total=block.rows_total)
        # A power cut may take the last blocks, but how far the file is read goes with them.
        await work.connection.execute_query("SET LOCAL synchronous_commit = off")
        left_out, changed = list[LeftOut](), list[LeftOut]()
        if block.staged:
            inserted = await insert_staged(work.connection, block.staged, run.destination)
            left_out, changed = inserted.left_out, inserted.changed
            if len(left_out) + len(changed) < block.staged_rows:
                await refuse_beyond_limit(work.connection, row.account_id)
        if block.reported:
            await problems.OF_TARGETS.insert(work.connection, row.id, block.reported)
        if left_out or changed:
            await insert_left_out(work.connection, row.id, left_out + changed)
        suppressed = sum(each.why is SUPPRESSED for each in left_out)
        row.imported += block.staged_rows - len(left_out) - len(changed)
        row.updated += len(changed)
        row.suppressed += suppressed
        row.duplicates += len(left_out) - suppressed
        row.invalid += block.reported_rows
        await row.save(
            using_db=work.connection,
            update_fields=["imported", "updated", "duplicates", "suppressed", "invalid"],
        )
        if pace.due():
            work.publish(notice_of(row, rate=pace.rate(row)))


async def _advance(
    run: _Run, connection: BaseDBAsyncClient, *, rows: int, total: int | None
) -> None:
    row, now = run.row, run.ports.clock.now()
    mine = run.claim.held(connection)
    row.rows_read += rows
    row.rows_total = total
    if not await mine.update(
        rows_read=row.rows_read, rows_total=total, heartbeat_at=now, fruitless_starts=0
    ):
        raise ClaimLost


async def _end(
    run: _Run, state: ImportState, *, code: str | None = None, failure: str | None = None
) -> None:
    """Write the end, unless somebody else did; then say so and remove the file."""
    row = run.row
    row.state, row.finished_at = state, run.ports.clock.now()
    row.failure_code, row.failure = code, failure and failure[:500]
    async with unit_of_work(run.ports) as work:
        mine = run.claim.held(work.connection)
        if not await mine.update(
            state=state,
            finished_at=row.finished_at,
            rows_total=row.rows_total,
            failure_code=code,
            failure=row.failure,
            runner=None,
        ):
            return
        work.publish(notice_of(row))
    await _tell_floor(run)
    await run.ports.files.delete(row.file_path)


async def _tell_floor(run: _Run) -> None:
    await run.ports.floors.tell(run.row.account_id, TargetsChanged(campaign=run.row.campaign_id))


async def enqueue_orphans(*, ports: Ports) -> int:
    """Enqueue imports whose job was lost or died; returns how many. Does no harm to others.

    Drafts that nobody confirmed are removed.
    """
    now = ports.clock.now()
    found = await claims.enqueue_orphans(TargetImport, ImportTargets, ports=ports)
    for row in await TargetImport.filter(
        state=ImportState.DRAFT, created_at__lt=now - DRAFT_FOR
    ).only("id", "file_path"):
        await ports.files.delete(row.file_path)
        await TargetImport.filter(id=row.id, state=ImportState.DRAFT).delete()
    return found
