"""Doing something to many targets, block by block.

A block is one transaction with how far the operation is, so a run that is killed is taken up behind
its last block. A floor takes a target by changing its state, and blocks lock what they choose: what
is being dialed is passed over.
"""

from dataclasses import dataclass
from logging import getLogger
from uuid import UUID

import msgspec

from domain.core import claims
from domain.core.bus import Notice
from domain.core.claims import Claim, ClaimLost
from domain.core.ports import Ports
from domain.core.unit_of_work import unit_of_work
from domain.targets.commands import TargetsChanged
from domain.targets.contact_numbers import DIAL_STATE
from domain.targets.events import OperationProgressed, operation_topic
from domain.targets.jobs import OperateOnTargets
from domain.targets.managing.classes import CONDITIONS
from domain.targets.models import OperationState, TargetOperation
from domain.targets.progress import EVERY_S
from domain.targets.rules import OperationAction

logger = getLogger(__name__)

BLOCK_ROWS = 5_000  # of one transaction, so that nothing waits long for its locks
TELL_FLOOR_S = 5.0  # a floor looks for other targets each time it is told

_DIAL_STATE = ", ".join(f"'{name}'" for name in DIAL_STATE)

# In the order of the ids, as all others lock targets. What came in later is not touched.
_CHOSEN = """
WITH chosen AS (
    SELECT id, contact_id, last_ordinal FROM target
    WHERE campaign_id = $1 AND id > $2 AND id <= $3 AND {condition}
    ORDER BY id LIMIT $4 FOR UPDATE
), """
# The contact goes too, unless it is a target elsewhere.
_CONTACTS = """
    DELETE FROM contact USING gone
    WHERE contact.id = gone.contact_id AND NOT EXISTS (
        SELECT FROM target WHERE target.contact_id = gone.contact_id
          AND NOT target.id = ANY (SELECT id FROM gone))
"""
_HOW_FAR = "SELECT count(*) AS done, max(id::text) AS last FROM chosen"
_REMOVE = f"""{_CHOSEN}
closed AS (
    UPDATE target SET state = 'closed', closed_reason = 'removed', next_at = NULL, held_by = NULL,
        held_at = NULL, due_at = NULL
    FROM chosen WHERE target.id = chosen.id AND chosen.last_ordinal > 0
), gone AS (
    DELETE FROM target USING chosen WHERE target.id = chosen.id AND chosen.last_ordinal = 0
    RETURNING target.id, target.contact_id
), contacts AS ({_CONTACTS})
{_HOW_FAR}
"""
# Ordinals go on counting: an attempt's ordinal is never used twice (domain/calls/models.py).
_RESET = f"""{_CHOSEN}
reset AS (
    UPDATE target SET state = 'new', closed_reason = NULL, attempts = 0, next_at = NULL,
        last_disposition = NULL, last_wrap_up_code = NULL, call_back_at = NULL, held_by = NULL,
        held_at = NULL, due_at = NULL,
        numbers = CASE WHEN numbers IS NOT NULL THEN (
            SELECT jsonb_build_object('list', jsonb_agg(each - ARRAY[{_DIAL_STATE}] ORDER BY place))
            FROM jsonb_array_elements(numbers->'list') WITH ORDINALITY AS entry(each, place)) END
    FROM chosen WHERE target.id = chosen.id
)
{_HOW_FAR}
"""
_PURGE = f"""{_CHOSEN}
gone AS (
    DELETE FROM target USING chosen WHERE target.id = chosen.id
    RETURNING target.id, target.contact_id
), contacts AS ({_CONTACTS})
{_HOW_FAR}
"""
_STATEMENTS = {
    OperationAction.REMOVE_ALL: _REMOVE,
    OperationAction.RESET: _RESET,
    OperationAction.PURGE: _PURGE,
}
_TO_BE_DIALED = "state IN ('new', 'retry')"


@dataclass(slots=True)
class _Run:
    row: TargetOperation
    claim: Claim[TargetOperation]
    ports: Ports
    said: float = float("-inf")
    told: float = float("-inf")
    untold: bool = False  # the floor does not know of the last blocks


async def run_operation(id: UUID, *, ports: Ports, for_s: float) -> bool:
    """Go on with an operation for about `for_s` seconds; returns whether nothing is left to do.

    May run any number of times, also at once: only the newest claim writes.
    """
    claim = await claims.take(TargetOperation, id, now=ports.clock.now())
    if claim is None:
        return True
    run = _Run(claim.row, claim, ports)
    if claim.is_vain:
        logger.error("operation %s: no block in %d starts", id, claims.FRUITLESS_STARTS)
        await _end(run, OperationState.FAILED)
        return True
    began = ports.clock.monotonic()
    try:
        while await _block(run):
            if ports.clock.monotonic() - began >= for_s:
                await claim.let_go()
                return False
        await _end(run, OperationState.DONE)
    except ClaimLost:
        logger.info("operation %s: taken over", id)
    except BaseException:
        await claim.let_go()
        raise
    return True


async def _block(run: _Run) -> bool:
    """Do one block; whether another may be left. Raises ClaimLost and does nothing."""
    row, ports = run.row, run.ports
    condition = CONDITIONS[row.target_class] if row.target_class else _TO_BE_DIALED
    statement = _STATEMENTS[row.action].format(condition=condition)
    async with unit_of_work(ports) as work:
        mine = run.claim.held(work.connection)
        if not await mine.update(heartbeat_at=ports.clock.now(), fruitless_starts=0):
            raise ClaimLost
        # A power cut may take the last blocks, but how far the operation is goes with them.
        await work.connection.execute_query("SET LOCAL synchronous_commit = off")
        values = [row.campaign_id, row.after_id, row.until_id, BLOCK_ROWS]
        [found] = await work.connection.execute_query_dict(statement, values)
        if not found["done"]:
            return False
        row.targets_done += found["done"]
        row.after_id = UUID(found["last"])
        await mine.update(targets_done=row.targets_done, after_id=row.after_id)
        now = ports.clock.monotonic()
        if now - run.said >= EVERY_S:
            run.said = now
            work.publish(notice_of(row))
    run.untold = True
    if now - run.told >= TELL_FLOOR_S:
        run.told = now
        await _tell_floor(run)
    return bool(found["done"] == BLOCK_ROWS)


async def _end(run: _Run, state: OperationState) -> None:
    row = run.row
    row.state, row.finished_at = state, run.ports.clock.now()
    async with unit_of_work(run.ports) as work:
        mine = run.claim.held(work.connection)
        if not await mine.update(state=state, finished_at=row.finished_at, runner=None):
            raise ClaimLost
        work.publish(notice_of(row))
    if run.untold:
        await _tell_floor(run)


async def _tell_floor(run: _Run) -> None:
    run.untold = False
    told = TargetsChanged(campaign=run.row.campaign_id)
    await run.ports.floors.tell(run.row.account_id, told)


def progress_of(row: TargetOperation) -> OperationProgressed:
    """The operation as it is now."""
    return OperationProgressed(
        target_operation=row.id,
        state=row.state.value,
        targets_total=row.targets_total,
        targets_done=row.targets_done,
    )


def notice_of(row: TargetOperation) -> Notice:
    """The same, to publish."""
    return Notice(operation_topic(row.id), msgspec.json.encode(progress_of(row)))


async def enqueue_orphans(*, ports: Ports) -> None:
    """Enqueue operations whose job was lost or died. Does no harm to others."""
    await claims.enqueue_orphans(TargetOperation, OperateOnTargets, ports=ports)
