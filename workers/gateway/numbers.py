"""Which account a dialed number of ours, or a phone at the switch, belongs to."""

import asyncio
import logging
from uuid import UUID

from redis.asyncio import Redis
from redis.exceptions import RedisError

from domain.telephony.link import NUMBERS

logger = logging.getLogger(__name__)

REFRESH_S = 5.0


class NumberBook:
    """The hash `numbers`, read every 5 s; what was known is kept while Redis is away."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._owners: dict[str, UUID] = {}

    def account_of(self, name: str) -> UUID | None:
        """The account that owns a number (E.164) or an agent's phone, or None."""
        return self._owners.get(name)

    def numbers(self) -> list[str]:
        """All numbers that belong to somebody, in order; agents' phones are left out."""
        return sorted(name for name in self._owners if name.startswith("+"))

    async def refresh(self) -> None:
        """Read the hash. Raises `RedisError`."""
        rows = await self._redis.hgetall(NUMBERS)  # type: ignore[misc]  # sync or async
        owners: dict[str, UUID] = {}
        for number, account in rows.items():
            try:
                owners[number.decode()] = UUID(account.decode())
            except ValueError:
                logger.error("a number has an owner that is no account id")
        self._owners = owners

    async def run(self) -> None:
        """Refresh until cancelled."""
        while True:
            await asyncio.sleep(REFRESH_S)
            try:
                await self.refresh()
            except (RedisError, OSError):
                continue
