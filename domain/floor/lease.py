"""One owner for one floor: a lease in Redis, renewed, and an epoch in PostgreSQL that fences.

The lease says who should own the floor; it may be lost with Redis and taken again. The epoch says
who may write: each owner raises it once, and every later write of an older owner finds no row.
"""

import time
from collections.abc import Awaitable
from typing import cast
from uuid import UUID

from redis.asyncio import Redis
from redis.exceptions import RedisError
from tortoise import connections

from domain.core.errors import OutdialError

LEASE_S = 5.0
RENEW_S = 1.0
MARGIN_S = 0.5  # a call may be placed until so long before the lease ends, and no later

_RENEW = """
local owner = redis.call('GET', KEYS[1])
if owner == ARGV[1] then
    redis.call('PEXPIRE', KEYS[1], ARGV[2])
    return 1
elseif not owner then
    redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
    return 2
end
return 0
"""

_RELEASE = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""

_RAISE_EPOCH = """
INSERT INTO floor (account_id, epoch, inbox_position) VALUES ($1, 1, '0-0')
ON CONFLICT (account_id) DO UPDATE SET epoch = floor.epoch + 1
RETURNING epoch, inbox_position
"""


class LeaseLost(OutdialError):
    """Another worker owns this floor."""


def lease_key(account_id: UUID, part: int = 0) -> str:
    """Where the owner's name stands."""
    return f"lease:floor:{account_id}:{part}"


class Lease:
    """The right to own one floor, for a few seconds at a time."""

    def __init__(self, redis: Redis, account_id: UUID, owner: str) -> None:
        self._redis = redis
        self._key = lease_key(account_id)
        self._account_id = account_id
        self._owner = owner
        self.valid_until = 0.0  # seconds of time.monotonic()
        self.was_emptied = False  # Redis had forgotten the lease: messages may be lost too

    async def acquire(self) -> bool:
        """Take the lease if nobody holds it."""
        asked = time.monotonic()  # lint: allow clock, because Redis expires leases by real time
        taken = await self._redis.set(self._key, self._owner, nx=True, px=int(LEASE_S * 1000))
        if taken:
            self.valid_until = asked + LEASE_S
        return bool(taken)

    async def renew(self) -> None:
        """Hold on to the lease. Raises LeaseLost when another has it.

        A Redis that is away leaves `valid_until` as it was; a lease that was emptied with Redis is
        taken again, and `was_emptied` tells so once.
        """
        asked = time.monotonic()  # lint: allow clock, because Redis expires leases by real time
        try:
            held = await cast(
                "Awaitable[int]",
                self._redis.eval(_RENEW, 1, self._key, self._owner, str(int(LEASE_S * 1000))),
            )
        except (RedisError, OSError):
            return
        if held == 0:
            raise LeaseLost(f"floor {self._account_id} is owned by another worker")
        self.was_emptied = self.was_emptied or held == 2
        self.valid_until = asked + LEASE_S

    def seconds_left(self) -> float:
        """How long calls may still be placed under the lease, in real seconds; may be negative."""
        now = time.monotonic()  # lint: allow clock, because Redis expires leases by real time
        return self.valid_until - MARGIN_S - now

    async def release(self) -> None:
        """Let another worker take the floor at once."""
        try:
            await cast("Awaitable[int]", self._redis.eval(_RELEASE, 1, self._key, self._owner))
        except (RedisError, OSError):
            return


async def raise_epoch(account_id: UUID) -> tuple[int, str]:
    """Fence all earlier owners off. The new epoch, and the inbox position they had committed."""
    rows = await connections.get("default").execute_query_dict(_RAISE_EPOCH, [account_id])
    return rows[0]["epoch"], rows[0]["inbox_position"]
