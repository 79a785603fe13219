"""Rows that changed: read one at a time, and again when the database was away."""

import asyncio
from collections.abc import Awaitable, Callable
from logging import getLogger
from typing import Any

from domain.core.outages import DATABASE_AWAY

logger = getLogger(__name__)

Read = Callable[[], Awaitable[Any]]


class Changes:
    """Sees to it that every change ends up in the floor's state, and the newest last."""

    def __init__(self) -> None:
        self._reading = asyncio.Lock()  # one at a time: what was read last must not lose
        self._unread: dict[object, Read] = {}

    async def take_over(self, what: object, read: Read) -> None:
        """Read rows that changed. Whoever asked may be gone when the database is back."""
        async with self._reading:
            self._unread[what] = read  # whatever goes wrong
            await read()
            del self._unread[what]

    def missed(self, what: object, read: Read) -> None:
        """Something may have changed, and nobody could tell."""
        self._unread[what] = read

    async def catch_up(self) -> None:
        """Read what was missed, and what could not be read before; what can't be, waits on."""
        for what, read in list(self._unread.items()):
            try:
                await self.take_over(what, read)
            except DATABASE_AWAY:
                return
            except Exception:
                logger.exception("a change was not taken over")  # one must not stop the others
