"""How many targets accounts hold, which an operator may limit."""

from collections.abc import Sequence
from uuid import UUID

from tortoise import connections


async def targets_held(account_ids: Sequence[UUID]) -> list[int]:
    """How many targets each account holds, closed ones too. One statement, which reads them all.

    The result has the length and order of `account_ids`.
    """
    rows = await connections.get("default").execute_query_dict(
        "SELECT account_id, count(*) AS n FROM target WHERE account_id = ANY($1) GROUP BY 1",
        [list(account_ids)],
    )
    held = {row["account_id"]: int(row["n"]) for row in rows}
    return [held.get(id, 0) for id in account_ids]
