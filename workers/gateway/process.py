"""The process that owns one switch: commands in, events out, a heartbeat; no business rule."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from uuid import uuid4

from redis.asyncio import Redis
from redis.exceptions import RedisError

from domain.core.backoff import Backoff
from domain.core.clock import Clock
from domain.telephony.errors import SwitchUnavailable
from domain.telephony.events import Failure, LegFailed
from domain.telephony.link import Node
from domain.telephony.port import Command, PlaceLeg
from workers.gateway.heartbeat import Heartbeat
from workers.gateway.intake import Intake
from workers.gateway.numbers import NumberBook
from workers.gateway.outbox import Outbox
from workers.gateway.switches import OwnedSwitch

logger = logging.getLogger(__name__)

LAST_WORDS_S = 5.0  # how long events may take to leave when the gateway stops


class Gateway:
    """One switch, and the line between it and the floors.

    Every start is a new incarnation. It forgets nothing that matters: calls live in the switch,
    and a floor that sees a new incarnation asks for a snapshot.
    """

    def __init__(
        self, switch: OwnedSwitch, redis: Redis, *, node: str, numbers: NumberBook, clock: Clock
    ) -> None:
        self.node = node
        self.incarnation = uuid4().hex
        self._switch = switch
        self._clock = clock
        self._started = False
        self._numbers = numbers
        self.outbox = Outbox(redis, node=node, incarnation=self.incarnation)
        self._intake = Intake(redis, node)
        self._heartbeat = Heartbeat(
            redis, self.look, lambda up: self.outbox.tell_link(up=up), clock
        )

    def look(self) -> Node:
        """The node as it is now."""
        return Node(
            node=self.node,
            incarnation=self.incarnation,
            up=self._started and self._switch.up,
            legs=self._switch.legs,
            capacity=self._switch.capacity,
            kind=self._switch.kind,
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until `stop`. Raises what ended it otherwise, `Displaced` among it."""
        stopping = asyncio.create_task(stop.wait())
        serving = asyncio.create_task(self._serve())
        try:
            await asyncio.wait((stopping, serving), return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopping.cancel()
            serving.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await serving

    async def _serve(self) -> None:
        await self._until_done(self._greet_redis, "Redis")
        sending = asyncio.create_task(self.outbox.run())
        try:
            # A group ends the others when one part ends, and says why.
            async with asyncio.TaskGroup() as parts:
                parts.create_task(self._heartbeat.run())
                parts.create_task(self._numbers.run())
                parts.create_task(self._obey())
                parts.create_task(_fails_with(sending))
        except ExceptionGroup as group:
            raise group.exceptions[0] from group
        finally:
            await self._say_goodbye()
            sending.cancel()

    async def _greet_redis(self) -> None:
        # The order matters: who sees the first heartbeat may send commands, so what is in the
        # stream before it was meant for somebody else.
        await self._intake.begin()
        await self.outbox.recall_accounts()
        await self._numbers.refresh()
        await self._heartbeat.beat()

    async def _obey(self) -> None:
        await self._until_done(lambda: self._switch.start(self.outbox.emit), "the switch")
        self._started = True
        logger.info(
            "gateway %s serves a switch of kind %s as incarnation %s",
            self.node,
            self._switch.kind,
            self.incarnation,
        )
        self._heartbeat.note_link()
        await self._intake.run(self._execute)

    async def _execute(self, command: Command) -> None:
        try:
            await self._switch.execute(command)
        except SwitchUnavailable:
            # Said by a switch that knows that it did nothing; one that is in doubt says nothing,
            # and the snapshot after its reconnection settles it.
            if isinstance(command, PlaceLeg):
                self.outbox.emit(
                    LegFailed(
                        account=command.account,
                        at=self._clock.now().timestamp(),
                        leg=command.leg,
                        failure=Failure.STALE,
                        detail="switch unavailable",
                    )
                )
        except Exception:
            logger.exception("command %s was not done", type(command).__name__)

    async def _until_done(self, step: Callable[[], Awaitable[None]], what: str) -> None:
        """Try until it works; the log says once that it does not, and once that it does."""
        backoff = Backoff(first_s=0.2, cap_s=2.0)
        failed = False
        while True:
            try:
                await step()
            except (RedisError, OSError, SwitchUnavailable) as exc:
                if not failed:
                    logger.warning("%s does not answer (%s); waiting", what, type(exc).__name__)
                failed = True
                await asyncio.sleep(backoff.failed())
            else:
                if failed:
                    logger.warning("%s answers now", what)
                return

    async def _say_goodbye(self) -> None:
        if self._started:
            self._started = False
            await self._switch.stop()
            self.outbox.tell_link(up=False)
        if not await self.outbox.flush(LAST_WORDS_S):
            logger.warning("the last events did not leave: Redis is away")
        with contextlib.suppress(RedisError, OSError):
            await self._heartbeat.end()


async def _fails_with(task: "asyncio.Task[None]") -> None:
    """Raise what the task raised; it goes on when this is cancelled."""
    await asyncio.wait((task,))
    task.result()
