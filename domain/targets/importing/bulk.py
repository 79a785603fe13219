"""Many rows at once: COPY to a temporary table, then one INSERT that passes over what is there."""

import io
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
from tortoise.backends.base.client import BaseDBAsyncClient

from domain.suppression.checks import suppressed_sql
from domain.targets.errors import TargetLimitReached
from domain.targets.importing.duplicates import (
    DUPLICATE_IN_ACCOUNT,
    DUPLICATE_IN_CAMPAIGN,
    DUPLICATE_IN_FILE,
    Destination,
    insert_also,
    take_out_those_elsewhere,
    update_present,
)
from domain.targets.reading.cells import RowProblem
from domain.targets.rules import DuplicatePolicy

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
    priority smallint, timezone text, variables jsonb, numbers jsonb
) ON COMMIT DELETE ROWS
"""

# In the order of the numbers, so that two imports into one campaign never wait for each other in
# a circle. The earlier of two equal rows of the file wins. LIMIT 1 keeps the planner from reading
# the whole campaign to explain a block of duplicates.
_INSERT = """
WITH fresh AS (
    INSERT INTO target (id, account_id, campaign_id, contact_id, batch_id, number, numbers,
                        caller_id, priority, state, attempts, last_ordinal, max_attempts,
                        created_at, is_first)
    SELECT target_id, $1, $2, contact_id, $3, number, numbers, caller_id,
           coalesce(priority, $4), 'new', 0, 0, $5, $6, true
    FROM staged_target ORDER BY number, row
    ON CONFLICT (campaign_id, number, is_first) DO NOTHING
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
    WHERE campaign_id = $2 AND number = staged_target.number AND is_first LIMIT 1
) AS present ON true
WHERE fresh.contact_id IS NULL
ORDER BY staged_target.row
"""


def _on_list(number: str) -> str:
    return suppressed_sql(number, scopes="$1::uuid[]", now="$2::timestamptz")


# A contact with several numbers stays while one of them may be called.
_SCRUB = f"""
DELETE FROM staged_target
WHERE {_on_list("staged_target.number")} AND (numbers IS NULL OR NOT EXISTS (
    SELECT FROM jsonb_array_elements(numbers->'list') AS another
    WHERE NOT {_on_list("(another->>'number')")}))
RETURNING row, number
"""


UPDATED = RowProblem("UPDATED", "The contact with this number has the data of this row now.")
SUPPRESSED = RowProblem("SUPPRESSED", "The number is on a do-not-call list.")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A good row that became no new target, as its number was there already or is not called."""

    row: int
    number: str
    why: RowProblem


@dataclass(frozen=True, slots=True)
class Inserted:
    """What became of staged rows: those in neither list are new targets."""

    left_out: list[LeftOut]
    changed: list[LeftOut]  # rows whose contact was there already and has their data now

    @property
    def updated(self) -> list[int]:
        """The rows of `changed`."""
        return [each.row for each in self.changed]


async def insert_staged(
    connection: BaseDBAsyncClient, staged: bytes, destination: Destination
) -> Inserted:
    """Insert rows that are CSV in the order of STAGED.

    Call it inside a transaction. The bytes go to the server as they are, so that a block costs
    this process, which also runs floors, next to nothing.
    """
    raw, duplicates = asyncpg_of(connection), destination.duplicates
    await raw.execute(_STAGE)
    await raw.copy_to_table(
        "staged_target", source=io.BytesIO(staged), columns=STAGED, format="csv"
    )
    scopes = [destination.account_id, destination.campaign_id]
    scrubbed = []
    if await raw.fetchval(
        "SELECT EXISTS (SELECT FROM suppression WHERE scope_id = ANY($1))", scopes
    ):
        scrubbed = await raw.fetch(_SCRUB, scopes, destination.at)
    elsewhere, updated = await take_out_those_elsewhere(raw, destination)
    rows = await raw.fetch(
        _INSERT,
        destination.account_id,
        destination.campaign_id,
        destination.batch_id,
        destination.priority,
        destination.max_attempts,
        destination.at,
    )
    left_out = [LeftOut(row["row"], row["number"], SUPPRESSED) for row in scrubbed]
    left_out += [LeftOut(row, number, DUPLICATE_IN_ACCOUNT) for row, number in elsewhere]
    changed = [LeftOut(row, number, UPDATED) for row, number in updated]
    also: list[int] = []
    present: list[int] = []
    for row in rows:
        policy = duplicates.in_file if row["in_file"] else duplicates.in_campaign
        if policy is DuplicatePolicy.ALLOW:
            also.append(row["row"])
        elif policy is DuplicatePolicy.UPDATE:
            present.append(row["row"])
            changed.append(LeftOut(row["row"], row["number"], UPDATED))
        else:
            why = DUPLICATE_IN_FILE if row["in_file"] else DUPLICATE_IN_CAMPAIGN
            left_out.append(LeftOut(row["row"], row["number"], why))
    if also:
        await insert_also(raw, destination, also)
    if present:
        await update_present(raw, destination.campaign_id, present)
    return Inserted(left_out, changed)


async def refuse_beyond_limit(connection: BaseDBAsyncClient, account_id: UUID) -> None:
    """Raise TargetLimitReached if the account holds more targets than it may.

    Call it after an insert and before its commit: what is too much is rolled back. Accounts with
    a limit add one block at a time, or two blocks could each fit and both not.
    """
    raw = asyncpg_of(connection)
    limit = await raw.fetchval("SELECT target_limit FROM account WHERE id = $1", account_id)
    if limit is None:
        return
    await raw.execute("SELECT FROM account WHERE id = $1 FOR NO KEY UPDATE", account_id)
    # Counts no further than it must.
    beyond = await raw.fetchval(
        "SELECT count(*) FROM (SELECT FROM target WHERE account_id = $1 LIMIT $2) AS held",
        account_id,
        limit + 1,
    )
    if beyond > limit:
        raise TargetLimitReached(limit)


async def insert_left_out(
    connection: BaseDBAsyncClient, import_id: UUID, left_out: list[LeftOut]
) -> None:
    """Report rows that became no new target."""
    await asyncpg_of(connection).copy_records_to_table(
        "import_problem",
        columns=("target_import_id", "row", "code", "message", "value"),
        records=[
            (import_id, each.row, each.why.code, each.why.message, each.number) for each in left_out
        ],
    )


async def copy_out(
    connection: BaseDBAsyncClient,
    query: str,
    values: list[Any],
    write: Callable[[bytes], Coroutine[Any, Any, None]],
) -> int:
    """Hand the rows of a query to `write` as CSV with a header; returns how many they are.

    The bytes pass through as they are; the server waits while `write` does. What `write` raises is
    raised once the query is over: asyncpg would cancel it, and wait for good for the answer of a
    server that has sent all rows already.
    """
    failures: list[Exception] = []

    async def take(chunk: bytes) -> None:
        if not failures:
            try:
                await write(chunk)
            except Exception as failure:
                failures.append(failure)

    status = await asyncpg_of(connection).copy_from_query(
        query, *values, output=take, format="csv", header=True
    )
    if failures:
        raise failures[0]
    return int(status.rpartition(" ")[2])


def asyncpg_of(connection: BaseDBAsyncClient) -> "asyncpg.Connection[asyncpg.Record]":
    """The driver's connection: Tortoise has no words for COPY."""
    raw: asyncpg.Connection[asyncpg.Record] = connection._connection
    return raw
