"""What the switch tells, on its way into the floors' inboxes."""

import asyncio
import logging
from collections import deque
from uuid import UUID

from redis.asyncio import Redis
from redis.exceptions import OutOfMemoryError, ReadOnlyError, RedisError, ResponseError

from domain.telephony.events import Event, encode_event
from domain.telephony.link import (
    EVENT,
    GATEWAY,
    INBOX_KEPT,
    Link,
    accounts_key,
    encode_link,
    inbox_stream,
)

logger = logging.getLogger(__name__)

HELD = 50_000  # messages kept while Redis is away; then the oldest go, and floors see a gap
BATCH = 500
ACCOUNTS_REMEMBERED_S = 7 * 86_400
FIRST_RETRY_S, LAST_RETRY_S = 0.05, 1.0

Entry = tuple[object, ...]  # arguments of one Redis command


class Outbox:
    """Puts messages into inboxes in the order given, all of one loop turn in one round trip.

    A lost connection leaves open whether a batch arrived, so it is sent again: floors drop event
    numbers they have seen.
    """

    def __init__(self, redis: Redis, *, node: str, incarnation: str, held: int = HELD) -> None:
        self._redis = redis
        self._node = node.encode()
        self._incarnation = incarnation.encode()
        self._accounts_key = accounts_key(node)
        self._waiting: deque[Entry] = deque(maxlen=held)
        self._sending: list[Entry] = []
        self._sequences: dict[UUID, int] = {}
        self._streams: dict[UUID, str] = {}
        self._wake = asyncio.Event()
        self._empty = asyncio.Event()
        self._empty.set()
        self._lost_since: float | None = None
        self.dropped = 0

    def emit(self, event: Event) -> None:
        """Queue one event for its account's floor. Never blocks."""
        account = event.account
        sequence = self._sequences.get(account, 0) + 1
        if sequence == 1:
            self._remember(account)
        self._sequences[account] = sequence
        self._put(account, EVENT, encode_event(event), sequence)

    def tell_link(self, *, up: bool) -> None:
        """Queue news of the switch link for every account that has, or had, legs here."""
        payload = encode_link(Link(up=up))
        for account in tuple(self._streams):
            self._put(account, GATEWAY, payload, 0)

    async def recall_accounts(self) -> None:
        """Learn from Redis which accounts earlier incarnations had legs of. Raises `RedisError`."""
        for member in await self._redis.smembers(self._accounts_key):  # type: ignore[misc]
            account = UUID(member.decode())
            self._streams.setdefault(account, inbox_stream(account))

    def _remember(self, account: UUID) -> None:
        self._streams.setdefault(account, inbox_stream(account))
        self._queue(("SADD", self._accounts_key, str(account)))
        self._queue(("EXPIRE", self._accounts_key, ACCOUNTS_REMEMBERED_S))

    def _put(self, account: UUID, kind: bytes, payload: bytes, sequence: int) -> None:
        entry: Entry = (
            *("XADD", self._streams[account], "MAXLEN", "~", INBOX_KEPT, "*", "k", kind),
            *("n", self._node, "i", self._incarnation, "s", sequence, "p", payload),
        )
        self._queue(entry)

    def _queue(self, entry: Entry) -> None:
        if len(self._waiting) == self._waiting.maxlen:
            self.dropped += 1
        self._waiting.append(entry)
        self._wake.set()
        self._empty.clear()

    async def run(self) -> None:
        """Send until cancelled."""
        retry_s = FIRST_RETRY_S
        while True:
            await self._wake.wait()
            while self._waiting and len(self._sending) < BATCH:
                self._sending.append(self._waiting.popleft())
            try:
                await self._send()
            except (RedisError, OSError) as exc:
                self._note_lost(exc)
                await asyncio.sleep(retry_s)
                retry_s = min(LAST_RETRY_S, retry_s * 2)
                continue
            retry_s = FIRST_RETRY_S
            self._note_back()
            self._sending.clear()
            if not self._waiting:
                self._wake.clear()
                self._empty.set()

    async def _send(self) -> None:
        pipe = self._redis.pipeline(transaction=False)
        for entry in self._sending:
            pipe.execute_command(*entry)
        for answer in await pipe.execute(raise_on_error=False):
            if isinstance(answer, OutOfMemoryError | ReadOnlyError):
                raise answer  # heals with time, as a lost connection does
            if isinstance(answer, ResponseError):
                # One inbox that cannot be written must not stop the others.
                logger.error("an event was refused by Redis: %s", answer)

    async def flush(self, limit_s: float) -> bool:
        """Wait until all is sent; False when `limit_s` passed before."""
        try:
            await asyncio.wait_for(self._empty.wait(), limit_s)
        except TimeoutError:
            return False
        return True

    def _note_lost(self, exc: Exception) -> None:
        if self._lost_since is None:
            self._lost_since = asyncio.get_running_loop().time()
            logger.warning("Redis lost (%s); events are kept", type(exc).__name__)

    def _note_back(self) -> None:
        if self._lost_since is None:
            return
        away_s = asyncio.get_running_loop().time() - self._lost_since
        self._lost_since = None
        logger.warning("Redis back after %.1f s; %d events were dropped", away_s, self.dropped)
        # A Redis that came back empty has forgotten who had legs here.
        for account in tuple(self._streams):
            self._remember(account)
