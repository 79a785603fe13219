"""Who holds a bearer token, remembered for a few seconds.

Only digests are kept. When a session ends or a key is revoked anywhere, `TOPIC` says so on the bus
and every process forgets at once; a message that is lost costs `REMEMBERED_S`.
"""

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import timedelta
from logging import getLogger

from domain.access.secrets import digest_of
from domain.access.tokens import Credential, credential_of
from domain.core.clock import Clock
from domain.core.errors import Unavailable
from domain.core.outages import DATABASE_AWAY, DatabaseUnavailable
from domain.core.ports import Ports
from schema.ended import TOPIC

logger = getLogger(__name__)

REMEMBERED_S = 5.0
REMEMBERED = 10_000

Lookup = Callable[[str], Awaitable[Credential | None]]


class Credentials:
    """Looks tokens up. `follow` runs beside the server and listens for what ended."""

    def __init__(self, ports: Ports, *, lookup: Lookup | None = None) -> None:
        self._ports = ports
        self._lookup = lookup or self._from_rows
        self._known: OrderedDict[str, tuple[float, Credential | None]] = OrderedDict()
        self._asked: dict[str, asyncio.Future[Credential | None]] = {}
        self._forgotten = 0

    @property
    def _clock(self) -> Clock:
        return self._ports.clock

    async def of(self, token: str) -> Credential | None:
        """Who holds the token; None for one that is unknown or not in force (any more).

        Raises DatabaseUnavailable.
        """
        digest = digest_of(token)
        known = self._known.get(digest)
        if known is not None and known[0] > asyncio.get_running_loop().time():
            credential = known[1]
        elif digest in self._asked:
            credential = await self._shared(digest)
        else:
            credential = await self._ask(digest, token)
        if credential is not None and credential.expires_at is not None:
            if credential.expires_at <= self._clock.now():
                return None
        return credential

    async def _ask(self, digest: str, token: str) -> Credential | None:
        """One query for all who ask about the same token at the same time."""
        forgotten = self._forgotten
        self._asked[digest] = asyncio.ensure_future(self._lookup(token))
        try:
            credential = await self._shared(digest)
        finally:
            self._asked.pop(digest, None)
        if forgotten != self._forgotten:
            return credential  # it may have ended while we asked: let the next one ask again
        self._known[digest] = (asyncio.get_running_loop().time() + REMEMBERED_S, credential)
        self._known.move_to_end(digest)
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return credential

    async def _shared(self, digest: str) -> Credential | None:
        try:
            return await asyncio.shield(self._asked[digest])
        except DATABASE_AWAY as error:
            raise DatabaseUnavailable() from error

    async def _from_rows(self, token: str) -> Credential | None:
        return await credential_of(token, clock=self._clock, demo=self._ports.demo)

    def forget(self) -> None:
        """Look everybody up again."""
        self._forgotten += 1
        self._known.clear()

    async def follow(self) -> None:
        """Forget when told to; runs until cancelled."""
        while True:
            with contextlib.suppress(Unavailable):
                async with self._ports.bus.listen(TOPIC) as heard:
                    self.forget()
                    async for _ in heard:
                        self.forget()
            await asyncio.sleep(1.0)


def seconds_left(credential: Credential, clock: Clock, longest: float) -> float:
    """How long a socket of this credential may stay open."""
    if credential.expires_at is None:
        return longest
    left: timedelta = credential.expires_at - clock.now()
    return max(0.0, min(longest, left.total_seconds()))
