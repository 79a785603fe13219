"""Which accounts have no floor, so that one is started."""

from collections.abc import Awaitable
from typing import cast
from uuid import UUID

from redis.asyncio import Redis
from tortoise import connections

from domain.floor.lease import lease_key

# An account without agents and without a started campaign has nothing to decide.
_WANTED = """
SELECT account.id, coalesce(floor.epoch, 0) AS epoch
FROM account LEFT JOIN floor ON floor.account_id = account.id
WHERE EXISTS (SELECT 1 FROM agent WHERE agent.account_id = account.id)
   OR EXISTS (SELECT 1 FROM campaign WHERE campaign.account_id = account.id
              AND campaign.state IN ('running', 'waiting'))
"""


async def ownerless(redis: Redis) -> list[tuple[UUID, int]]:
    """Accounts whose floor nobody owns, each with its last owner's epoch (0: never owned)."""
    wanted = await connections.get("default").execute_query_dict(_WANTED)
    if not wanted:
        return []
    keys = [lease_key(row["id"]) for row in wanted]
    held = await cast("Awaitable[list[bytes | None]]", redis.mget(keys))
    return [
        (row["id"], row["epoch"]) for row, owner in zip(wanted, held, strict=True) if owner is None
    ]
