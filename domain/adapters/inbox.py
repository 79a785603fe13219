"""What one listener has not read yet: bounded, newest per entity, honest about what was lost."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator

import orjson

from domain.core.bus import Delivery, Signal

LIMIT = 64


class Inbox:
    """A listener's queue. Reading it yields deliveries until it is left."""

    def __init__(self, *, limit: int = LIMIT) -> None:
        self._limit = limit
        self._held: deque[Delivery] = deque()
        self._filled = asyncio.Event()

    def put(self, delivery: Delivery) -> None:
        """Keep a delivery. Over the limit, what is outdated goes first; then all, for a RESYNC."""
        self._held.append(delivery)
        if len(self._held) > self._limit:
            self._coalesce()
            # Over half: it would soon be full again, and looking into each costs time.
            if len(self._held) > self._limit // 2:
                self._held.clear()
                self._held.append(Delivery(Signal.RESYNC, delivery.topic))
        self._filled.set()

    async def get(self) -> Delivery:
        while not self._held:
            self._filled.clear()
            await self._filled.wait()
        return self._held.popleft()

    async def _follow(self) -> AsyncIterator[Delivery]:
        while True:
            yield await self.get()

    def __aiter__(self) -> AsyncIterator[Delivery]:
        return self._follow()

    def __len__(self) -> int:
        return len(self._held)

    def _coalesce(self) -> None:
        """Keep the newest delivery of each entity, in the order of those that stay."""
        seen: set[tuple[str, str]] = set()
        kept: deque[Delivery] = deque()
        for delivery in reversed(self._held):
            entity = _entity(delivery)
            if entity is not None and entity in seen:
                continue
            if entity is not None:
                seen.add(entity)
            kept.appendleft(delivery)
        self._held = kept


def _entity(delivery: Delivery) -> tuple[str, str] | None:
    """What a delivery is about; None for one that must not be left out.

    Messages with a cursor are never outdated: each is a fact of its own.
    """
    if delivery.signal is not Signal.MESSAGE:
        return (delivery.topic, delivery.signal)
    if delivery.cursor is not None:
        return None
    try:
        body = orjson.loads(delivery.payload)
    except orjson.JSONDecodeError:
        return None
    key = body.get("key") if isinstance(body, dict) else None
    return (delivery.topic, key) if isinstance(key, str) else None
