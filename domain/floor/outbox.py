"""Commands on their way to gateways: queued by whoever decides, sent in order by one task."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from itertools import groupby
from logging import getLogger
from typing import Protocol
from uuid import UUID

from domain.telephony.errors import SwitchUnavailable
from domain.telephony.link import Node
from domain.telephony.port import Command

logger = getLogger(__name__)

MOST_WAITING = 50_000  # while Redis is away; every command bears to be lost, a snapshot settles it


class Gateways(Protocol):
    """The way to the gateways (domain/adapters/telephony_redis.py)."""

    async def send(self, node: str, commands: Sequence[Command]) -> None:
        """Queue commands for one gateway, in order. Raises SwitchUnavailable."""

    async def nodes(self) -> list[Node]:
        """The gateways that live. Raises SwitchUnavailable."""

    async def own(self, account: UUID, names: Sequence[str]) -> None:
        """Let calls to these numbers, and from these phones, arrive at an account."""


class Outbox:
    """Keeps commands in order and sends what has gathered in one go."""

    def __init__(self, gateways: Gateways, sleep: Callable[[float], Awaitable[None]]) -> None:
        self._gateways = gateways
        self._sleep = sleep
        self._waiting: list[tuple[str, Command]] = []
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    def put(self, node: str, command: Command) -> None:
        """Send this command after those before it."""
        if len(self._waiting) >= MOST_WAITING:
            del self._waiting[0]
        self._waiting.append((node, command))
        self._idle.clear()
        self._wake.set()

    async def drained(self) -> None:
        """Wait until everything is sent."""
        await self._idle.wait()

    async def run(self) -> None:
        """Send until cancelled; keep what can't be sent while Redis is away."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            sending, self._waiting = self._waiting, []
            try:
                for node, group in groupby(sending, key=lambda pair: pair[0]):
                    await self._gateways.send(node, [command for _, command in group])
            except SwitchUnavailable:
                # Some may have been queued already. Every command bears repetition: a leg id that
                # was used places nothing.
                self._waiting = (sending + self._waiting)[-MOST_WAITING:]
                await self._sleep(0.2)
                self._wake.set()
            if not self._waiting:
                self._idle.set()
