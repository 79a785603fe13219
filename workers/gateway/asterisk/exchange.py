"""What stands on this Asterisk now, as far as its events told: legs and rooms.

The parts of the switch (calls, rooms, sounds, recordings) share one `Exchange`. It keeps no truth
of its own: after each login it is compared with what Asterisk lists.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from domain.core.clock import Clock
from domain.telephony.errors import SwitchUnavailable
from domain.telephony.events import Event
from domain.telephony.port import Analysis, Emit, Role
from workers.gateway.asterisk.facts import Gone
from workers.gateway.asterisk.session import ActionHeaders, AmiRefused, AmiSession, Reply
from workers.gateway.asterisk.settings import AsteriskSettings

log = logging.getLogger(__name__)

SPENT_KEPT = 200_000  # ids; a repeated command comes within seconds
SETTLES_S, LOOK_S = 0.5, 0.002  # a channel that can't be redirected yet; it is milliseconds mostly
ON_ITS_WAY = "channel not up"  # Asterisk's words for one that it has yet to bring somewhere else


@dataclass(slots=True, eq=False)
class Leg:
    """One telephone's channel. `status` is in the words of `LegState`."""

    id: UUID
    account: UUID
    uniqueid: str
    status: str
    since: float
    placed: bool = True
    channel: str = ""  # Asterisk's name of it; empty until it exists
    dialed_at: float = 0.0
    not_after: float = float("inf")
    stale: bool = False  # a broken link delivered the call too late; it is being hung up
    rang: bool = False
    early: bool = False
    answering: bool = False  # it arrived, we asked for its answer, and were not told of it yet
    canceled: bool = False  # we hung up, or want to as soon as there is a channel
    far_end_hung_up: bool = False
    gone: Gone | None = None
    originate_reason: int | None = None
    analysis: Analysis | None = None
    role: Role = Role.NORMAL
    marked: bool = False  # joined its room as an agent, whatever its role is now
    room: UUID | None = None
    heading: UUID | None = None  # the room it was sent to and has not reached
    entry: str | None = None  # sound for the agents when it gets there
    held: bool = False
    changing: bool = False  # leaves its room only to come back in another role
    spying: bool = False
    ready: bool = False  # in AsyncAGI: takes the next step
    begun: bool = False  # its dialplan runs, as an event of it told
    redirects: int = 0  # asked for so far
    greeting: bool = False  # the dialplan waits for the beep of a machine, or what may be one

    @property
    def is_up(self) -> bool:
        return self.status == "up"

    @property
    def is_analysed(self) -> bool:
        """Whether its analysis, if it had one, is over for certain: it is where one goes then."""
        return self.ready or self.held or self.room is not None


@dataclass(slots=True, eq=False)
class Room:
    """One ConfBridge conference, or one that will be made by the first leg that joins."""

    id: UUID
    account: UUID
    music: bool = True
    announced: bool = False
    record: bool = False
    entered: bool = False

    @property
    def options(self) -> str:
        """The middle part of the extension in `outdial-room`."""
        return ("m" if self.music else "0") + ("a" if self.announced else "0")


class Spent:
    """Ids that were used, the newest `SPENT_KEPT` of them."""

    def __init__(self) -> None:
        self._ids: OrderedDict[UUID, None] = OrderedDict()

    def __contains__(self, id: UUID) -> bool:
        return id in self._ids

    def take(self, id: UUID) -> bool:
        """Use an id; False if it was used before."""
        if id in self._ids:
            return False
        self._ids[id] = None
        if len(self._ids) > SPENT_KEPT:
            self._ids.popitem(last=False)
        return True


@dataclass(slots=True)
class Exchange:
    """The shared state, the way to Asterisk, and the way to the gateway."""

    settings: AsteriskSettings
    clock: Clock
    session: AmiSession
    emit: Emit = lambda event: None
    legs: dict[UUID, Leg] = field(default_factory=dict)
    by_uniqueid: dict[str, Leg] = field(default_factory=dict)
    rooms: dict[UUID, Room] = field(default_factory=dict)
    spent: Spent = field(default_factory=Spent)
    _tasks: set[asyncio.Task[object]] = field(default_factory=set)

    def now(self) -> float:
        """Unix seconds."""
        return self.clock.now().timestamp()

    def add(self, leg: Leg) -> Leg:
        self.legs[leg.id] = leg
        self.by_uniqueid[leg.uniqueid] = leg
        return leg

    def remove(self, leg: Leg) -> None:
        self.legs.pop(leg.id, None)
        self.by_uniqueid.pop(leg.uniqueid, None)

    def up(self, leg: UUID | None) -> Leg | None:
        """The leg if it is up, or None."""
        found = self.legs.get(leg) if leg is not None else None
        return found if found is not None and found.is_up else None

    def inside(self, room: UUID) -> list[Leg]:
        """The legs of a room, held ones too, in the order in which they came to be."""
        return [leg for leg in self.legs.values() if leg.room == room]

    def tell(self, kind: type[Event], account: UUID, **fields: Any) -> None:
        """Emit one event that happens now."""
        self.emit(kind(account=account, at=self.now(), **fields))

    async def ask(self, action: ActionHeaders) -> Reply | None:
        """Do one action; None if it was not done. A subject that is gone is no error here."""
        try:
            return await self._request(action)
        except AmiRefused as exc:
            log.info("%s: %s", action["Action"], exc.reason)
            return None

    async def _request(self, action: ActionHeaders) -> Reply | None:
        if not self.session.up:
            return None  # the log says once that the link is down; the next login reads what is
        try:
            return await self.session.request(action)
        except SwitchUnavailable as exc:
            log.warning("%s was not done: %s", action["Action"], exc)
        except ValueError as exc:
            log.error("%s was not sent: %s", action["Action"], exc)
        return None

    async def redirect(self, leg: Leg, context: str, exten: str) -> bool:
        """Send a leg to another place in the dialplan; False if it could not be.

        Waits for a moment in which Asterisk can: one that was just answered and whose dialplan has
        not begun would go on under another Uniqueid, unknown to us, and one that is still on its
        way to the place before is refused. Where another redirection comes meanwhile, that holds.
        """
        action = {"Action": "Redirect", "Channel": leg.uniqueid, "Context": context}
        leg.redirects = turn = leg.redirects + 1
        until = self.now() + SETTLES_S
        while not self._can_move(leg) and self.now() < until:
            await self.clock.sleep(LOOK_S)
        while leg.redirects == turn:
            try:
                return bool(await self._request(action | {"Exten": exten, "Priority": "1"}))
            except AmiRefused as exc:
                if ON_ITS_WAY not in exc.reason or leg.id not in self.legs or self.now() > until:
                    log.info("Redirect: %s", exc.reason)
                    return False
            await self.clock.sleep(LOOK_S)
        return True

    def _can_move(self, leg: Leg) -> bool:
        return leg.begun or not leg.placed or leg.id not in self.legs

    def spawn(self, work: Coroutine[Any, Any, object]) -> None:
        """Do something that an event asks for, apart from the event."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[object]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (exc := task.exception()):
            log.error("a reaction to an event failed", exc_info=exc)

    async def finish(self) -> None:
        """Cancel what was spawned."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
