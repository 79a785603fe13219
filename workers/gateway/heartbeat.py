"""How a gateway shows that it lives, and notices that another one took its place."""

import asyncio
import logging
from collections.abc import Callable

import msgspec
from redis.asyncio import Redis
from redis.exceptions import RedisError

from domain.core.clock import Clock
from domain.telephony.link import (
    GATEWAYS,
    HEARTBEAT_EXPIRES_S,
    HEARTBEAT_S,
    Node,
    decode_node,
    encode_node,
    heartbeat_key,
)

logger = logging.getLogger(__name__)

LOOK_S = 0.2  # how soon a change of the switch link is seen
NAMES_KEPT_S = 86_400.0


class Displaced(Exception):
    """A newer gateway of the same node runs: this one must not do commands any more."""


class Heartbeat:
    """Writes the node's state each second, and at once when the switch link changes."""

    def __init__(
        self,
        redis: Redis,
        look: Callable[[], Node],
        on_link: Callable[[bool], None],
        clock: Clock,
    ) -> None:
        self._redis = redis
        self._look = look
        self._on_link = on_link
        self._clock = clock
        self._predecessor: str | None = None
        self._began = False
        self._was_up = False
        self._since_beat_s = HEARTBEAT_S

    async def beat(self) -> None:
        """Show the node as it is now. Raises `Displaced`, or `RedisError` when Redis is away."""
        node = self._look()
        now = self._clock.now().timestamp()
        pipe = self._redis.pipeline(transaction=False)
        expires_ms = int(HEARTBEAT_EXPIRES_S * 1000)
        pipe.set(heartbeat_key(node.node), encode_node(node), px=expires_ms, get=True)
        pipe.zadd(GATEWAYS, {node.node: now})
        pipe.zremrangebyscore(GATEWAYS, "-inf", now - NAMES_KEPT_S)
        before, *_ = await pipe.execute()
        other = _incarnation(before)
        if not self._began:
            # It beats once more perhaps, before it finds that it is displaced.
            self._began, self._predecessor = True, other
        elif other not in (None, node.incarnation, self._predecessor):
            await self._redis.set(heartbeat_key(node.node), before, px=expires_ms)
            raise Displaced(f"another gateway of node {node.node} was started")

    def note_link(self) -> None:
        """Tell if the link to the switch changed since this was last asked."""
        is_up = self._look().up
        if is_up == self._was_up:
            return
        self._was_up = is_up
        self._since_beat_s = HEARTBEAT_S
        if not is_up:
            logger.warning("the switch is lost")
        else:
            logger.info("the switch is there")
        self._on_link(is_up)

    async def run(self) -> None:
        """Beat until cancelled. Raises `Displaced`."""
        while True:
            self.note_link()
            if self._since_beat_s >= HEARTBEAT_S:
                self._since_beat_s = 0.0
                try:
                    await self.beat()
                except (RedisError, OSError):
                    logger.debug("no heartbeat: Redis is away")  # the outbox says it aloud
            await asyncio.sleep(LOOK_S)
            self._since_beat_s += LOOK_S

    async def end(self) -> None:
        """Show that the node is gone, unless another gateway shows it. Raises `RedisError`."""
        node = self._look()
        key = heartbeat_key(node.node)
        if _incarnation(await self._redis.get(key)) == node.incarnation:
            await self._redis.delete(key)
            await self._redis.zrem(GATEWAYS, node.node)


def _incarnation(beat: bytes | None) -> str | None:
    try:
        return decode_node(beat).incarnation if beat else None
    except msgspec.MsgspecError:
        return None
