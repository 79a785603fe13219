"""Rows whose number is there already: found in the account, updated, or let in besides."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import asyncpg

from domain.targets.reading.cells import RowProblem
from domain.targets.rules import DuplicatePolicy, Duplicates

DUPLICATE_IN_FILE = RowProblem("DUPLICATE_IN_FILE", "An earlier row has this number.")
DUPLICATE_IN_CAMPAIGN = RowProblem("DUPLICATE_IN_CAMPAIGN", "The campaign has this number already.")
DUPLICATE_IN_ACCOUNT = RowProblem("DUPLICATE_IN_ACCOUNT", "Another campaign has this number.")

# Two imports of one account that look for the account's numbers do so one after the other, or
# each could add what the other is adding.
_QUEUE = "SELECT pg_advisory_xact_lock(hashtextextended('targets of ' || $1::text, 0))"

_IN_ACCOUNT = """
SELECT staged.row, staged.number, other.id AS target_id
FROM staged_target AS staged CROSS JOIN LATERAL (
    SELECT id FROM target
    WHERE account_id = $1 AND number = staged.number AND campaign_id <> $2 LIMIT 1
) AS other
WHERE NOT EXISTS (SELECT FROM target WHERE campaign_id = $2 AND number = staged.number)
ORDER BY staged.row
"""

# A statement of its own: it sees what the INSERT before it added.
_IN_CAMPAIGN = """
SELECT staged.row, present.id AS target_id
FROM staged_target AS staged CROSS JOIN LATERAL (
    SELECT id FROM target
    WHERE campaign_id = $1 AND number = staged.number AND is_first LIMIT 1
) AS present
WHERE staged.row = ANY($2::int[])
"""

# What a row leaves empty stays as it is; of several rows the last that says something counts. The
# floor has the numbers of a target that was dialed, so those stay. What was made of the data before
# goes: the place in the campaign's order, and what held a target for what they said. Locked in the
# order in which the floor writes, so that the two never wait for each other in a circle.
_UPDATE = """
WITH chosen AS (
    SELECT id, contact_id,
        state = 'retry' AND coalesce(held_by IN ('filtered', 'rule'), false) AS by_data,
        state = 'retry' AND coalesce(held_by IN ('outside_hours', 'holiday'), false) AS by_place
    FROM target WHERE id = ANY($2::uuid[]) ORDER BY id FOR UPDATE
), said AS (
    SELECT pair.target_id,
        (array_agg(name ORDER BY row DESC) FILTER (WHERE name <> ''))[1] AS name,
        (array_agg(caller_id ORDER BY row DESC) FILTER (WHERE caller_id <> ''))[1] AS caller_id,
        (array_agg(priority ORDER BY row DESC) FILTER (WHERE priority > 0))[1] AS priority,
        (array_agg(timezone ORDER BY row DESC) FILTER (WHERE timezone <> ''))[1] AS timezone,
        (array_agg(numbers ORDER BY row DESC) FILTER (WHERE numbers IS NOT NULL))[1] AS numbers
    FROM staged_target JOIN unnest($1::int[], $2::uuid[]) AS pair(row, target_id) USING (row)
    GROUP BY pair.target_id
), variables AS (
    SELECT pair.target_id, jsonb_object_agg(each.key, each.value ORDER BY row) AS variables
    FROM staged_target JOIN unnest($1::int[], $2::uuid[]) AS pair(row, target_id) USING (row)
    CROSS JOIN LATERAL jsonb_each(staged_target.variables) AS each
    GROUP BY pair.target_id
), targets AS (
    UPDATE target SET
        caller_id = coalesce(said.caller_id, target.caller_id),
        priority = coalesce(said.priority, target.priority),
        numbers = CASE WHEN target.state IN ('new', 'retry') AND target.last_ordinal = 0
                       THEN coalesce(said.numbers, target.numbers) ELSE target.numbers END,
        order_key = NULL,
        state = CASE WHEN NOT outdated.hold THEN target.state
                     WHEN due_at IS NULL THEN 'new' ELSE 'retry' END,
        next_at = CASE WHEN outdated.hold THEN due_at ELSE next_at END,
        held_by = CASE WHEN outdated.hold THEN NULL ELSE held_by END,
        held_at = CASE WHEN outdated.hold THEN NULL ELSE held_at END,
        due_at = CASE WHEN outdated.hold THEN NULL ELSE due_at END
    FROM chosen JOIN said ON said.target_id = chosen.id CROSS JOIN LATERAL (
        SELECT chosen.by_data OR chosen.by_place AND said.timezone IS NOT NULL AS hold
    ) AS outdated
    WHERE target.id = chosen.id
)
UPDATE contact SET
    name = coalesce(said.name, contact.name),
    variables = contact.variables || coalesce(variables.variables, '{}'),
    timezone = coalesce(said.timezone, contact.timezone)
FROM chosen JOIN said ON said.target_id = chosen.id
LEFT JOIN variables ON variables.target_id = chosen.id
WHERE contact.id = chosen.contact_id
"""

_INSERT_ALSO = """
WITH fresh AS (
    INSERT INTO target (id, account_id, campaign_id, contact_id, batch_id, number, numbers,
                        caller_id, priority, state, attempts, last_ordinal, max_attempts,
                        created_at, is_first)
    SELECT target_id, $1, $2, contact_id, $3, number, numbers, caller_id,
           coalesce(priority, $4), 'new', 0, 0, $5, $6, NULL
    FROM staged_target WHERE row = ANY($7::int[])
    RETURNING contact_id
)
INSERT INTO contact (id, account_id, name, variables, timezone, created_at)
SELECT contact_id, $1, coalesce(name, ''), variables, timezone, $6
FROM staged_target JOIN fresh USING (contact_id)
"""


@dataclass(frozen=True, slots=True)
class Destination:
    """What the new rows belong to."""

    account_id: UUID
    campaign_id: UUID
    batch_id: UUID
    priority: int  # of rows that name none
    max_attempts: int
    at: datetime
    duplicates: Duplicates = field(default_factory=Duplicates)


async def take_out_those_elsewhere(
    raw: "asyncpg.Connection[asyncpg.Record]", destination: Destination
) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """Handle staged rows whose number is in another campaign; they are staged no more.

    Gives those that are left out and those that updated a contact, each by row and number.
    """
    policy = destination.duplicates.in_account
    if policy is DuplicatePolicy.ALLOW:
        return [], []
    await raw.execute(_QUEUE, str(destination.account_id))
    found = await raw.fetch(_IN_ACCOUNT, destination.account_id, destination.campaign_id)
    if not found:
        return [], []
    rows = [each["row"] for each in found]
    if policy is DuplicatePolicy.UPDATE:
        await raw.execute(_UPDATE, rows, [each["target_id"] for each in found])
    await raw.execute("DELETE FROM staged_target WHERE row = ANY($1::int[])", rows)
    those = [(each["row"], each["number"]) for each in found]
    return ([], those) if policy is DuplicatePolicy.UPDATE else (those, [])


async def update_present(
    raw: "asyncpg.Connection[asyncpg.Record]", campaign_id: UUID, rows: Sequence[int]
) -> None:
    """Give what these staged rows say to the campaign's targets of their numbers."""
    found = await raw.fetch(_IN_CAMPAIGN, campaign_id, rows)
    await raw.execute(
        _UPDATE, [each["row"] for each in found], [each["target_id"] for each in found]
    )


async def insert_also(
    raw: "asyncpg.Connection[asyncpg.Record]", destination: Destination, rows: Sequence[int]
) -> None:
    """Make these staged rows targets although their numbers are there already."""
    await raw.execute(
        _INSERT_ALSO,
        destination.account_id,
        destination.campaign_id,
        destination.batch_id,
        destination.priority,
        destination.max_attempts,
        destination.at,
        rows,
    )
