"""The bus on Redis: pub/sub for what is heard now, capped streams for what is kept.

Every message on a channel is `cursor`, a line feed, payload; a plain one has no cursor. A cursor
is `generation:number`: the generation is a random word that is made with a topic and lost with
it, so after an emptied Redis an old cursor is known to be old.
"""

import asyncio
import contextlib
import hashlib
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any

from broadcaster import Broadcast, Event
from redis.asyncio import Redis
from redis.exceptions import NoScriptError, RedisError

from domain.adapters.inbox import LIMIT, Inbox
from domain.adapters.redis_line import RedisLine
from domain.core.bus import BusUnavailable, Delivery, Notice, Signal

KEPT_MESSAGES = 1_000  # per topic; the cap is exact to about 100

# One call for a whole batch: writing down and telling cannot be torn apart, nor the order lost.
# A topic that is silent for a day is forgotten, its cursors too.
_PUBLISH = """
for i = 3, #ARGV, 3 do
  local topic, kept, payload, cursor = ARGV[i], ARGV[i + 1], ARGV[i + 2], ''
  if kept == '1' then
    local about, stream = 'bus:about:' .. topic, 'bus:kept:' .. topic
    redis.call('HSETNX', about, 'generation', ARGV[1])
    local number = redis.call('HINCRBY', about, 'number', 1)
    redis.call('XADD', stream, 'MAXLEN', '~', ARGV[2], number .. '-0', 'p', payload)
    redis.call('EXPIRE', about, 86400)
    redis.call('EXPIRE', stream, 86400)
    cursor = redis.call('HGET', about, 'generation') .. ':' .. number
  end
  redis.call('PUBLISH', 'bus:' .. topic, cursor .. '\\n' .. payload)
end
"""

# The newest cursor, and what was kept after a number: all of it, or 'gap'.
_READ = """
local about, stream = 'bus:about:' .. ARGV[2], 'bus:kept:' .. ARGV[2]
redis.call('HSETNX', about, 'generation', ARGV[1])
redis.call('EXPIRE', about, 86400)
local known = redis.call('HMGET', about, 'generation', 'number')
local newest = known[2] or '0'
local cursor = known[1] .. ':' .. newest
if ARGV[3] == '' then return {cursor, 'from now'} end
local after = tonumber(ARGV[4])
if ARGV[3] ~= known[1] or after > tonumber(newest) then return {cursor, 'gap'} end
if after == tonumber(newest) then return {cursor, 'from now'} end
local kept = redis.call('XRANGE', stream, (after + 1) .. '-0', '+')
if #kept ~= tonumber(newest) - after then return {cursor, 'gap'} end
local found = {cursor, 'kept'}
for _, entry in ipairs(kept) do
  found[#found + 1] = known[1] .. ':' .. string.match(entry[1], '^%d+')
  found[#found + 1] = entry[2][2]
end
return found
"""


_SHA = {script: hashlib.sha1(script.encode()).hexdigest() for script in (_PUBLISH, _READ)}


class RedisBus:
    """The bus of one process. Use it as an async context, or call `close` at the end.

    `redis` must give bytes back (no `decode_responses`).
    """

    def __init__(self, redis: Redis, *, limit: int = LIMIT) -> None:
        self._redis: Any = redis
        self._limit = limit
        self._ears = _Ears(RedisLine(redis))

    async def __aenter__(self) -> "RedisBus":
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Hear nothing any more. The Redis client stays open."""
        await self._ears.close()

    async def publish(self, notices: Sequence[Notice]) -> None:
        if not notices:
            return
        arguments: list[str | bytes | int] = [secrets.token_hex(6), KEPT_MESSAGES]
        for notice in notices:
            arguments += (notice.topic, b"1" if notice.kept else b"0", notice.payload)
        await self._run(_PUBLISH, arguments)

    @asynccontextmanager
    async def listen(self, *topics: str) -> AsyncIterator[Inbox]:
        inbox = Inbox(limit=self._limit)
        async with self._ears.hear([f"bus:{topic}" for topic in topics], inbox):
            yield inbox

    @asynccontextmanager
    async def resume(self, topic: str, *, after: str | None) -> AsyncIterator["_KeptInbox"]:
        inbox = _KeptInbox(self, topic, limit=self._limit)
        async with self._ears.hear([f"bus:{topic}"], inbox):
            await inbox.begin(after)
            yield inbox

    async def cursor(self, topic: str) -> str:
        cursor, _, _ = await self._kept_after(topic, None)
        return cursor

    async def newest(self, topic: str, count: int) -> list[bytes]:
        try:
            found = await self._redis.xrevrange(f"bus:kept:{topic}", count=count)
        except (RedisError, OSError) as error:
            raise BusUnavailable() from error
        return [fields[b"p"] for _, fields in found]

    async def remember(self, key: str, payload: bytes, *, seconds: float) -> None:
        try:
            await self._redis.set(f"bus:board:{key}", payload, px=int(seconds * 1000))
        except (RedisError, OSError) as error:
            raise BusUnavailable() from error

    async def recall(self, key: str) -> bytes | None:
        try:
            found: bytes | None = await self._redis.get(f"bus:board:{key}")
        except (RedisError, OSError) as error:
            raise BusUnavailable() from error
        return found

    async def _kept_after(
        self, topic: str, after: str | None
    ) -> tuple[str, bool, list[tuple[str, bytes]]]:
        """The newest cursor, whether messages after `after` are lost, and those that are not."""
        generation, _, number = (after or "").partition(":")
        if after is not None and (not generation or not number.isdecimal()):
            generation, number = "none", "0"
        found = await self._run(_READ, (secrets.token_hex(6), topic, generation, number))
        messages = [
            (cursor.decode(), payload)
            for cursor, payload in zip(found[2::2], found[3::2], strict=True)
        ]
        return found[0].decode(), found[1] == b"gap", messages

    async def _run(self, script: str, arguments: Sequence[str | bytes | int]) -> Any:
        try:
            try:
                return await self._redis.execute_command("EVALSHA", _SHA[script], 0, *arguments)
            except NoScriptError:
                return await self._redis.execute_command("EVAL", script, 0, *arguments)
        except (RedisError, OSError) as error:
            raise BusUnavailable() from error


class _KeptInbox(Inbox):
    """Fills its own gaps: after a loss it reads what was kept, or says GAP if that is gone."""

    def __init__(self, bus: RedisBus, topic: str, *, limit: int) -> None:
        super().__init__(limit=limit)
        self._bus = bus
        self._topic = topic
        self._at = ""  # the cursor of what was given to the reader last
        self._kept: list[Delivery] = []  # the newest last; at most KEPT_MESSAGES and a few

    async def begin(self, after: str | None) -> None:
        await self._read_kept(after)

    async def get(self) -> Delivery:
        while True:
            if self._kept:
                return self._given(self._kept.pop())
            delivery = await super().get()
            if delivery.signal is Signal.RESYNC:
                # Not to be reached means not healed; the reader is told and may end.
                try:
                    await self._read_kept(self._at)
                except BusUnavailable:
                    return delivery
            elif self._is_next(delivery):
                return self._given(delivery)

    async def _read_kept(self, after: str | None) -> None:
        newest, lost, messages = await self._bus._kept_after(self._topic, after)
        self._kept = [
            Delivery(Signal.MESSAGE, self._topic, payload, cursor)
            for cursor, payload in reversed(messages)
        ]
        if lost:
            self._kept = [Delivery(Signal.GAP, self._topic, cursor=newest)]
        if lost or after is None:
            self._at = newest
        else:
            self._at = after

    def _given(self, delivery: Delivery) -> Delivery:
        self._at = delivery.cursor or self._at
        return delivery

    def _is_next(self, delivery: Delivery) -> bool:
        """Whether the reader has not had it: what was read from the stream is heard once more."""
        generation, _, number = (delivery.cursor or "").partition(":")
        at_generation, _, at_number = self._at.partition(":")
        return generation != at_generation or int(number) > int(at_number)


class _Ears(Broadcast):
    """broadcaster, with bounded inboxes, several channels at once and no race on the first one."""

    def __init__(self, line: RedisLine) -> None:
        super().__init__(backend=line)
        self._line = line
        self._inboxes: dict[str, set[Inbox]] = {}
        self._door = asyncio.Lock()
        self._pump: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def hear(self, channels: Sequence[str], inbox: Inbox) -> AsyncIterator[None]:
        if self._pump is None:
            self._pump = asyncio.create_task(self._listener(), name="bus")
        try:
            async with self._door:
                new = [channel for channel in channels if channel not in self._inboxes]
                for channel in channels:
                    self._inboxes.setdefault(channel, set()).add(inbox)
                await asyncio.gather(*(self._line.subscribe(channel) for channel in new))
            yield
        finally:
            async with self._door:
                for channel in channels:
                    heard_by = self._inboxes.get(channel, set())
                    heard_by.discard(inbox)
                    if not heard_by:
                        self._inboxes.pop(channel, None)
                        await self._line.unsubscribe(channel)

    async def close(self) -> None:
        if self._pump is not None:
            self._pump.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._pump
            self._pump = None
        await self._line.disconnect()

    async def _listener(self) -> None:
        while True:
            event: Event = await self._line.next_published()
            topic = event.channel.removeprefix("bus:")
            inboxes = self._inboxes.get(event.channel)
            if not inboxes:
                continue
            message: bytes | None = event.message  # type: ignore[assignment]  # ours is bytes
            if message is None:
                delivery = Delivery(Signal.RESYNC, topic)
            else:
                cursor, _, payload = message.partition(b"\n")
                delivery = Delivery(Signal.MESSAGE, topic, payload, cursor.decode() or None)
            for inbox in inboxes:
                inbox.put(delivery)
