"""The floor: the single writer of one account's live state, from lease to release.

    inbox (Redis stream) ─► handlers, one message at a time, never waiting ─► state
                                     │              │
                     journal ─► PostgreSQL ─► bus   └─► outbox ─► gateways

Five tasks share one loop: the reader, the journal, the outbox, the ticker (timers and decisions)
and the keeper (lease, gateways, boards). When any of them ends, the floor ends, and another worker
takes it over from the rows.
"""

import asyncio
from collections.abc import Coroutine
from logging import getLogger
from typing import Any
from uuid import UUID, uuid4

import msgspec
from redis.asyncio import Redis
from redis.exceptions import RedisError

from domain.core import floor_wire
from domain.core.bus import Bus, Notice
from domain.core.clock import Clock
from domain.core.errors import DomainError, Unavailable
from domain.core.floor_wire import Asked
from domain.core.throttle import Throttle
from domain.core.web import Web
from domain.floor.agents.phones import Phones
from domain.floor.agents.seats import Seats
from domain.floor.answers import Answers
from domain.floor.boards import EVERY_S, REMEMBERED_S, Boards
from domain.floor.calls.announcements import Announcements
from domain.floor.calls.callers import Callers
from domain.floor.calls.endings import Endings
from domain.floor.calls.guests import Guests
from domain.floor.calls.lines import Lines
from domain.floor.calls.machines import Machines
from domain.floor.calls.recordings import Recordings
from domain.floor.calls.screening import Screening
from domain.floor.calls.supervision import Supervisions
from domain.floor.calls.transfers import Transfers
from domain.floor.commands import Commands, decode_command
from domain.floor.context import FloorContext
from domain.floor.hearing import Hearing
from domain.floor.inbox import Heard
from domain.floor.journal.writer import Fenced, Journal
from domain.floor.lease import RENEW_S, Lease, LeaseLost, raise_epoch
from domain.floor.outbox import Gateways, Outbox
from domain.floor.recovery import Recovery
from domain.floor.runs.campaigns import Campaigns
from domain.floor.runs.chains import Chains
from domain.floor.runs.dialing import Dialing
from domain.floor.runs.hoppers import Hoppers
from domain.floor.runs.manual import Manual
from domain.floor.state import FloorState
from domain.floor.switches import Switches
from domain.telephony import events
from domain.telephony.link import (
    FromGateway,
    Link,
    inbox_stream,
    is_from_gateway,
    read_from_gateway,
)

logger = getLogger(__name__)

TICK_S = 0.05
READ_AT_ONCE = 500
LET_GO_WITHIN_S = 3.0  # what is decided is written and sent, when a floor is let go in order
PLACE_WITHIN_S = 3.0  # a call that the gateway takes up later than this is not placed


class Floor:
    """One account's live state, owned by this object as long as it holds the lease."""

    def __init__(
        self,
        account_id: UUID,
        *,
        redis: Redis,
        gateways: Gateways,
        bus: Bus,
        clock: Clock,
        owner: str | None = None,
        web: Web | None = None,
        throttle: Throttle,
    ) -> None:
        self._account_id = account_id
        self._redis = redis
        self._gateways, self._bus = gateways, bus
        self._clock, self._web, self._throttle = clock, web, throttle
        self._lease = Lease(redis, account_id, owner or uuid4().hex)
        self._background: set[asyncio.Task[None]] = set()
        self._heard = Heard()
        self._owned: set[str] = set()
        self.ready = asyncio.Event()  # restored; commands are being answered

    async def run(self) -> bool:
        """Own the floor until it is lost. False: somebody else owns it, nothing was done.

        Cancelling it lets the floor go in an orderly way: what is decided is written first.
        """
        if not await self._lease.acquire():
            return False
        try:
            epoch, self._position = await raise_epoch(self._account_id)
            self._build(epoch)
            await self._restore()
            logger.info("floor %s is owned by epoch %d", self._account_id, epoch)
            await self._work()
        except (LeaseLost, Fenced) as end:
            logger.warning("floor %s let go: %s", self._account_id, type(end).__name__)
        finally:
            await self._lease.release()
        return True

    def _build(self, epoch: int) -> None:
        self.state = FloorState(self._account_id, epoch)
        self.journal = Journal(self._account_id, epoch, self._publish, self._clock.sleep)
        self.answers = Answers(self._redis, self.journal, self._spawn)
        self._outbox = Outbox(self._gateways, self._clock.sleep)
        context = FloorContext(
            state=self.state, journal=self.journal, clock=self._clock, send=self._outbox.put
        )
        self.context = context
        self.seats = Seats(context)
        self.screening = Screening(context)
        self.endings = Endings(context, self.seats, self.screening)
        self.machines = Machines(context, self.endings)
        self.announcements = Announcements(context, self.seats, self.endings)
        self.lines = Lines(context, self.seats, self.endings, self.machines, self.announcements)
        self.lines.placing.place_before = self._place_before
        self.dialing = Dialing(
            context, self.seats, self.lines, self.screening, self._web, self._spawn
        )
        self.hoppers = Hoppers(context, self.screening, self._spawn)
        self.campaigns = Campaigns(context, self.seats, self.hoppers, self._spawn)
        self.chains = Chains(context, self.campaigns, self._spawn)
        self.dialing.refill = self.hoppers.refill
        self.recordings = Recordings(context)
        self.lines.was_connected = self.recordings.connected
        self.transfers = Transfers(context, self.seats, self.lines, self.endings)
        self.endings.has_ended = self.transfers.line_ended
        self.endings.has_call_back = lambda campaign_id: self.campaigns.has_more(campaign_id)
        self.supervisions = Supervisions(context)
        self.seats.phones.off_the_line = self.supervisions.agent_gone
        self.phones = Phones(context, self.seats, self._spawn, self._throttle)
        self.callers = Callers(context, self.lines, self.phones)
        self.campaigns.seats_were_read = self.callers.open_all
        self.manual = Manual(
            context, self.seats, self.lines, self.dialing, self.screening, self.campaigns
        )
        self.commands = Commands(
            context,
            self.seats,
            self.lines,
            self.dialing,
            self.campaigns,
            self.callers,
            self.transfers,
            self.supervisions,
            self.recordings,
            self.manual,
        )
        guests = Guests(context, self.transfers, self.supervisions)
        self.recovery = Recovery(context, self.seats, self.lines, guests)
        self.switches = Switches(context, self.recovery)
        self.boards = Boards(context)
        self.hearing = Hearing(
            self.state,
            seats=self.seats,
            lines=self.lines,
            machines=self.machines,
            announcements=self.announcements,
            transfers=self.transfers,
            callers=self.callers,
            phones=self.phones,
            supervisions=self.supervisions,
            recordings=self.recordings,
            switches=self.switches,
        )

    async def _restore(self) -> None:
        await self.campaigns.trunks_changed()
        also = await self.recovery.restore()
        await self.campaigns.load(also)
        await self.callers.load()
        self.recovery.resume()
        self.chains.watch()
        self.switches.saw(await self._gateways.nodes())

    async def _work(self) -> None:
        deciding = [self._read(), self._tick(), self._show(), self._keep()]
        carrying = [self.journal.run(), self._outbox.run()]
        tasks = [asyncio.create_task(part) for part in deciding + carrying]
        self.ready.set()
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
            for task in done:
                task.result()
        except asyncio.CancelledError:
            for task in tasks[: len(deciding)]:
                task.cancel()
            async with asyncio.timeout(LET_GO_WITHIN_S):
                await self.journal.flush(everything=True)
                await self._outbox.drained()
                await self.answers.sent()
            raise
        finally:
            self.ready.clear()
            for task in [*tasks, *self._background]:
                task.cancel()
            await asyncio.gather(*tasks, *self._background, return_exceptions=True)

    # The tasks

    async def _keep(self) -> None:
        while True:
            await self._clock.sleep(RENEW_S)
            await self._lease.renew()
            try:
                self.switches.saw(await self._gateways.nodes())
            except Unavailable:
                continue
            if self._lease.was_emptied:
                self._lease.was_emptied = False
                self._owned = set()
                self._look_again()
            await self._own_numbers()

    async def _own_numbers(self) -> None:
        """Tell the gateways whose numbers and phones are ours, when that changed."""
        phones = (seat.endpoint for seat in self.state.seats.values())
        names = {*self.state.routes, *phones}
        if names != self._owned:
            try:
                await self._gateways.own(self._account_id, sorted(names))
                self._owned = names
            except Unavailable:
                return

    async def _tick(self) -> None:
        while True:
            await self._clock.sleep(
                self.context.timers.next_in(self._clock.monotonic(), TICK_S) or 0.001
            )
            self.context.timers.run_due(self._clock.monotonic())
            self.dialing.decide()

    async def _show(self) -> None:
        while True:
            await self._clock.sleep(EVERY_S)
            changed, everything = self.boards.look()
            await self._publish(changed)
            try:
                for notice in everything:
                    await self._bus.remember(notice.topic, notice.payload, seconds=REMEMBERED_S)
            except Unavailable:
                continue

    async def _read(self) -> None:
        stream, away = inbox_stream(self._account_id), False
        while True:
            try:
                found = await self._redis.xread(
                    {stream: self._position}, count=READ_AT_ONCE, block=500
                )
            except (RedisError, OSError) as error:
                if not away:
                    away = True
                    logger.warning(
                        "floor %s hears nothing: %s", self._account_id, type(error).__name__
                    )
                await self._clock.sleep(0.2)
                continue
            if away:
                away = False
                logger.warning("floor hears again")
                self._look_again()
            for _, entries in found:
                for entry_id, fields in entries:
                    self._handle(fields)
                    self._position = entry_id.decode()
                self.journal.moved(self._position)

    def _look_again(self) -> None:
        """While Redis was away, neither a switch nor the API could tell us anything."""
        self.switches.ask_all()
        self.campaigns.look_again()
        self.campaigns.changes.missed("numbers", self.callers.load)

    # Messages

    def _handle(self, fields: dict[bytes, bytes]) -> None:
        try:
            if is_from_gateway(fields):
                self._hear(read_from_gateway(fields))
            elif fields.get(b"k") == floor_wire.COMMAND:
                self._obey(floor_wire.asked_of(fields))
        except (KeyError, ValueError, msgspec.MsgspecError) as error:
            logger.error("message not understood: %s", type(error).__name__)
        except Exception:
            # One message must not take the account down; it would do so again for the next owner.
            logger.exception("message not handled")

    def _hear(self, message: FromGateway) -> None:
        said = message.said
        if isinstance(said, Link):
            self.switches.link(message.node, up=said.up)
            return
        if not self._heard.is_new(message):
            return
        if self._heard.tells_of_a_loss(message):
            self.switches.ask(message.node)
        if isinstance(said, events.LegArrived):
            if not self.state.owns(said.leg):
                self.callers.arrived(said, message.node)
            return
        self.hearing.hear(said, message.node)

    def _obey(self, asked: Asked) -> None:
        if asked.deadline is not None and asked.deadline < self.context.unix():
            return  # nobody waits any more, and what was wanted then may be wrong now
        command = decode_command(asked.command)
        try:
            result = self.commands.handle(command)
        except DomainError as error:
            self.answers.refuse(asked, error)
        else:
            self.answers.give(asked, result)

    # Parts

    def _place_before(self) -> float | None:
        """Until which Unix second a call decided now may be placed; None: not at all.

        Never beyond the lease: whoever takes the floor over may count on nothing more leaving.
        """
        left = self._lease.seconds_left()
        if left <= 0:
            return None
        return self.context.unix() + min(PLACE_WITHIN_S, left)

    async def _publish(self, notices: list[Notice]) -> None:
        if not notices:
            return
        try:
            await self._bus.publish(notices)
        except Unavailable:
            logger.warning("%d notices were not published: the bus is away", len(notices))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._finished)
        return task

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._background.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("background work failed", exc_info=error)
