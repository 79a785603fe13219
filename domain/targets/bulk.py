"""Many rows at once: COPY to a temporary table, then one INSERT that passes over what is there."""

import io
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg
from tortoise.backends.base.client import BaseDBAsyncClient

STAGED = (
    "contact_id",
    "target_id",
    "row",
    "number",
    "name",
    "caller_id",
    "priority",
    "timezone",
    "variables",
    "numbers",
)

_STAGE = """
CREATE TEMPORARY TABLE IF NOT EXISTS staged_target (
    contact_id uuid, target_id uuid, row integer, number text, name text, caller_id text,
    priority smallint, timezone text, variables jsonb, numbers text
) ON COMMIT DELETE ROWS
"""

# In the order of the numbers, so that two imports into one campaign never wait for each other in
# a circle. The earlier of two equal rows of the file wins. LIMIT 1 keeps the planner from reading
# the whole campaign to explain a block of duplicates.
_INSERT = """
WITH fresh AS (
    INSERT INTO target (id, account_id, campaign_id, contact_id, batch_id, number, caller_id,
                        priority, state, attempts, last_ordinal, max_attempts, created_at)
    SELECT target_id, $1, $2, contact_id, $3, number, caller_id,
           coalesce(priority, $4), 'new', 0, 0, $5, $6
    FROM staged_target ORDER BY number, row
    ON CONFLICT (campaign_id, number) DO NOTHING
    RETURNING contact_id
), contacts AS (
    INSERT INTO contact (id, account_id, name, variables, timezone, created_at)
    SELECT contact_id, $1, coalesce(name, ''), variables, timezone, $6
    FROM staged_target JOIN fresh USING (contact_id)
)
SELECT staged_target.row, staged_target.number,
       present.batch_id IS NULL OR present.batch_id = $3 AS in_file
FROM staged_target
LEFT JOIN fresh USING (contact_id)
LEFT JOIN LATERAL (
    SELECT coalesce(batch_id, id) AS batch_id FROM target
    WHERE campaign_id = $2 AND number = staged_target.number LIMIT 1
) AS present ON true
WHERE fresh.contact_id IS NULL
ORDER BY staged_target.row
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


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A row whose number was there already: earlier in the same file or batch, or before it."""

    row: int
    number: str
    in_file: bool


async def insert_staged(
    connection: BaseDBAsyncClient, staged: bytes, destination: Destination
) -> list[Duplicate]:
    """Insert rows that are CSV in the order of STAGED; returns those that were there already.

    Call it inside a transaction. The bytes go to the server as they are, so that a block costs
    this process, which also runs floors, next to nothing.
    """
    raw = _asyncpg(connection)
    await raw.execute(_STAGE)
    await raw.copy_to_table(
        "staged_target", source=io.BytesIO(staged), columns=STAGED, format="csv"
    )
    rows = await raw.fetch(
        _INSERT,
        destination.account_id,
        destination.campaign_id,
        destination.batch_id,
        destination.priority,
        destination.max_attempts,
        destination.at,
    )
    return [Duplicate(row["row"], row["number"], row["in_file"]) for row in rows]


async def insert_problems(connection: BaseDBAsyncClient, import_id: UUID, reported: bytes) -> None:
    """Insert rows of problems that are CSV: row, code, message, value."""
    raw = _asyncpg(connection)
    await raw.execute(
        "CREATE TEMPORARY TABLE IF NOT EXISTS staged_problem "
        "(row integer, code text, message text, value text) ON COMMIT DELETE ROWS"
    )
    await raw.copy_to_table("staged_problem", source=io.BytesIO(reported), format="csv")
    await raw.execute(
        "INSERT INTO import_problem (target_import_id, row, code, message, value) "
        "SELECT $1, row, code, message, coalesce(value, '') FROM staged_problem",
        import_id,
    )


async def insert_duplicates(
    connection: BaseDBAsyncClient, import_id: UUID, duplicates: list[Duplicate]
) -> None:
    """Report rows whose number was there already."""
    await _asyncpg(connection).copy_records_to_table(
        "import_problem",
        columns=("target_import_id", "row", "code", "message", "value"),
        records=[
            (
                import_id,
                each.row,
                "DUPLICATE_IN_FILE" if each.in_file else "DUPLICATE_IN_CAMPAIGN",
                "An earlier row of the file has this number."
                if each.in_file
                else "The campaign has this number already.",
                each.number,
            )
            for each in duplicates
        ],
    )


def _asyncpg(connection: BaseDBAsyncClient) -> "asyncpg.Connection[asyncpg.Record]":
    """The driver's connection: Tortoise has no words for COPY."""
    raw: asyncpg.Connection[asyncpg.Record] = connection._connection
    return raw
