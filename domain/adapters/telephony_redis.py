"""The floor's side of the line to the gateways, over Redis streams."""

from collections.abc import Sequence
from uuid import UUID

from redis.asyncio import Redis
from redis.exceptions import RedisError

from domain.telephony.errors import SwitchUnavailable
from domain.telephony.link import (
    COMMANDS_KEPT,
    GATEWAYS,
    NUMBERS,
    Node,
    commands_stream,
    decode_node,
    heartbeat_key,
)
from domain.telephony.port import Command, encode_command


class TelephonyLink:
    """Sends commands to gateways and knows which of them live.

    `redis` must give bytes back (no `decode_responses`).
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def send(self, node: str, commands: Sequence[Command]) -> None:
        """Queue commands for a gateway, in order, in one round trip.

        Nothing is answered: what follows arrives as events. Raises `SwitchUnavailable` when Redis
        is away; some of the commands may have been queued then.
        """
        if not commands:
            return
        stream = commands_stream(node)
        pipe = self._redis.pipeline(transaction=False)
        for command in commands:
            pipe.execute_command(
                "XADD", stream, "MAXLEN", "~", COMMANDS_KEPT, "*", "c", encode_command(command)
            )
        try:
            await pipe.execute()
        except (RedisError, OSError) as exc:
            raise SwitchUnavailable(f"{len(commands)} commands were not sent to {node}.") from exc

    async def nodes(self) -> list[Node]:
        """All living gateways, by name. One that missed its heartbeats is left out.

        Raises `SwitchUnavailable` when Redis is away.
        """
        try:
            names = await self._redis.zrange(GATEWAYS, 0, -1)
            if not names:
                return []
            beats = await self._redis.mget([heartbeat_key(name.decode()) for name in names])
        except (RedisError, OSError) as exc:
            raise SwitchUnavailable("The gateways are unknown: Redis did not answer.") from exc
        return sorted((decode_node(beat) for beat in beats if beat), key=lambda node: node.node)

    async def own(self, account: UUID, names: Sequence[str]) -> None:
        """Let calls to these numbers, and from these phones, arrive at an account.

        Raises `SwitchUnavailable` when Redis is away.
        """
        if not names:
            return
        try:
            await self._redis.hset(  # type: ignore[misc]  # sync or async
                NUMBERS, mapping=dict.fromkeys(names, str(account))
            )
        except (RedisError, OSError) as exc:
            raise SwitchUnavailable("The gateways were not told whose numbers are.") from exc

    async def own_number(self, number: str, account: UUID) -> None:
        """Let calls to a number (E.164) arrive at an account. Gateways learn it within 5 s."""
        await self._redis.hset(NUMBERS, number, str(account))  # type: ignore[misc]  # sync or async

    async def disown_number(self, number: str) -> None:
        """Let calls to a number arrive nowhere."""
        await self._redis.hdel(NUMBERS, number)  # type: ignore[misc]  # sync or async
