"""Numbers that agents dial by hand become targets: the one that is there, or a new one.

A new one is written by the floor in the transaction of its attempt, so that no crash leaves a
target that nobody dialed. It has one attempt, that of the agent: the campaign must not go on
dialing a number that was mistyped.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.core.ids import new_id
from domain.targets.hopper import HopperTarget
from domain.targets.rules import TargetState

BATCH_NAME = "Manual calls"
PRIORITY = 5

_FIND = """
SELECT target.id, target.contact_id, target.number, target.numbers, target.caller_id,
    target.priority, target.attempts, target.max_attempts, target.last_ordinal, target.state,
    target.last_disposition, target.last_wrap_up_code,
    coalesce(target.last_attempt_at, target.created_at) AS since,
    CASE WHEN target.held_by IS NULL THEN target.next_at ELSE target.due_at END AS due_at,
    contact.name, contact.variables, contact.timezone
FROM target JOIN contact ON contact.id = target.contact_id
WHERE target.campaign_id = $1 AND target.number = $2 AND target.state <> 'closed'
ORDER BY target.state = 'dialing' DESC, target.id LIMIT 1
"""

_ROOM = """
SELECT account.target_limit, account.target_limit IS NULL OR account.target_limit > (
    SELECT coalesce(sum(total), 0) FROM target_tally
    JOIN campaign ON campaign.id = target_tally.campaign_id AND campaign.account_id = account.id
) AS is_left
FROM account WHERE account.id = $1
"""

# Nothing at all when the campaign stopped, the account is full, or somebody else was faster.
_INSERT = f"""
WITH dialing AS (
    SELECT campaign.id FROM campaign CROSS JOIN ({_ROOM}) AS room
    WHERE campaign.id = $2 AND campaign.account_id = $1 AND state = 'running' AND room.is_left
        AND NOT EXISTS (SELECT FROM target
            WHERE campaign_id = $2 AND number = $6 AND target.state <> 'closed')
    FOR SHARE OF campaign
), kept AS (
    SELECT id FROM target_batch WHERE campaign_id = $2 AND name = '{BATCH_NAME}'
    ORDER BY id LIMIT 1
), made AS (
    INSERT INTO target_batch (id, campaign_id, name, priority, created_at)
    SELECT $3, dialing.id, '{BATCH_NAME}', {PRIORITY}, $7 FROM dialing
    WHERE NOT EXISTS (SELECT FROM kept)
    RETURNING id
), fresh AS (
    INSERT INTO target (id, account_id, campaign_id, contact_id, batch_id, number, is_first,
        priority, state, attempts, last_ordinal, max_attempts, created_at)
    SELECT $4, $1, dialing.id, $5, (SELECT id FROM kept UNION ALL SELECT id FROM made), $6,
        CASE WHEN EXISTS (SELECT FROM target WHERE campaign_id = $2 AND number = $6 AND is_first)
            THEN NULL ELSE true END,
        {PRIORITY}, 'new', 0, 0, 1, $7
    FROM dialing
    ON CONFLICT DO NOTHING
    RETURNING contact_id
)
INSERT INTO contact (id, account_id, name, variables, created_at)
SELECT contact_id, $1, '', '{{}}', $7 FROM fresh
"""


async def find_open(
    connection: BaseDBAsyncClient, campaign_id: UUID, number: str
) -> dict[str, Any] | None:
    """The row of the campaign's target with this number that is not closed; None: there is none.

    Of a contact with several numbers the first one counts, as for lists.
    """
    rows = await connection.execute_query_dict(_FIND, [campaign_id, number])
    return rows[0] if rows else None


async def limit_reached(connection: BaseDBAsyncClient, account_id: UUID) -> int | None:
    """The account's target limit, if it has no room for one more."""
    (row,) = await connection.execute_query_dict(_ROOM, [account_id])
    limit: int = row["target_limit"]
    return None if row["is_left"] else limit


def new_target(number: str, *, at: datetime) -> HopperTarget:
    """A target of somebody of whom only the number is known: for one attempt."""
    return HopperTarget(
        id=new_id(),
        contact_id=new_id(),
        number=number,
        caller_id=None,
        priority=PRIORITY,
        attempts=0,
        max_attempts=1,
        last_ordinal=0,
        name="",
        variables={},
        state=TargetState.NEW,
        since=at,
        typed=True,
    )


def insertion(
    target: HopperTarget, *, account_id: UUID, campaign_id: UUID, at: datetime
) -> tuple[str, Sequence[Any]]:
    """The statement that writes a new target with its contact, in the batch of such calls."""
    values = [account_id, campaign_id, new_id(), target.id, target.contact_id, target.number, at]
    return _INSERT, values
