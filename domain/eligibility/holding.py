"""Letting go of targets that rules kept back, once the rules are others.

The floor writes such a target as one that waits until its rule ends, so that what can't be dialed
costs nothing when the next targets are looked for.
"""

from datetime import datetime
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.eligibility.parts import Block, BlockCode

AT_ONCE = 5000
LOOK_AGAIN_HOURS = 24  # at a rule that names no end

# The rules that a target can be held by; the others are states of their own.
HOLDING = frozenset(
    {
        BlockCode.DO_NOT_CALL,
        BlockCode.FILTERED,
        BlockCode.RULE,
        BlockCode.HOOK,
        BlockCode.ABANDONED_LATELY,
        BlockCode.CAP_REACHED,
        BlockCode.HOLIDAY,
        BlockCode.OUTSIDE_HOURS,
    }
)

# A target of which nobody knows whether it will ever be dialed: what it was held by names no end,
# or its number is on a do-not-call list, however long.
HELD_FOR_LONG = f"""coalesce(
    held_by = '{BlockCode.DO_NOT_CALL}' OR held_by IN ('{BlockCode.FILTERED}', '{BlockCode.RULE}')
        AND next_at = held_at + interval '{LOOK_AGAIN_HOURS} hours', false)"""

_LET_GO = """
UPDATE target SET held_by = NULL, held_at = NULL, due_at = NULL, next_at = due_at,
    state = CASE WHEN due_at IS NULL THEN 'new' ELSE 'retry' END
WHERE id = ANY(ARRAY(
    SELECT id FROM target
    WHERE campaign_id = $1 AND state = 'retry' AND held_at < $2 LIMIT $3
)) AND state = 'retry' AND held_by IS NOT NULL
RETURNING id
"""


async def let_go(connection: BaseDBAsyncClient, campaign_id: UUID, *, held_before: datetime) -> int:
    """Undo what rules did to targets before an instant, AT_ONCE at most; how many there were."""
    rows = await connection.execute_query_dict(_LET_GO, [campaign_id, held_before, AT_ONCE])
    return len(rows)


def is_for_good(block: Block) -> bool:
    """Whether the target is closed rather than held."""
    return block.suppresses or (block.code is BlockCode.DO_NOT_CALL and block.ends_at is None)
