"""`AsteriskSwitch`: one Asterisk as a `Switch` of the telephony port."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from domain.core.clock import Clock
from domain.telephony.errors import SwitchUnavailable
from domain.telephony.events import LegState, RoomState, Snapshot
from domain.telephony.port import (
    Answer,
    Collect,
    Command,
    CreateRoom,
    Emit,
    EndRoom,
    HangUp,
    Hold,
    Join,
    Leave,
    PauseRecording,
    PlaceLeg,
    Play,
    SendDigits,
    SetRole,
    StartRecording,
    StopPlaying,
    StopRecording,
    TakeSnapshot,
)
from workers.gateway.asterisk import facts
from workers.gateway.asterisk.after_answer import AfterAnswer
from workers.gateway.asterisk.arrivals import Arrivals
from workers.gateway.asterisk.calls import Calls
from workers.gateway.asterisk.digits import Digits
from workers.gateway.asterisk.exchange import Exchange
from workers.gateway.asterisk.facts import (
    AgiBegan,
    AgiEnded,
    Fact,
    Gone,
    Joined,
    StateChanged,
)
from workers.gateway.asterisk.mapping import MalformedAmi, fact_of
from workers.gateway.asterisk.recordings import Recordings
from workers.gateway.asterisk.resync import Resync
from workers.gateway.asterisk.rooms import Rooms
from workers.gateway.asterisk.session import AmiSession, Headers
from workers.gateway.asterisk.settings import AsteriskSettings
from workers.gateway.asterisk.sounds import DIGITS, Sounds, Speak

log = logging.getLogger(__name__)

DIGIT_MS = 120
BETWEEN_DIGITS_S = 0.25


class AsteriskSwitch:
    """Drives one Asterisk over AMI. Calls go on when it stops, and are adopted when it is back."""

    kind = "asterisk"

    def __init__(
        self,
        settings: AsteriskSettings,
        *,
        clock: Clock,
        account_of: Callable[[str], UUID | None] = lambda number: None,
        speak: Speak | None = None,
    ) -> None:
        self.node = settings.node
        self.capacity = settings.capacity
        self._session = AmiSession(
            settings, on_event=self._hear, on_up=self._resync, on_down=lambda: None
        )
        self._exchange = exchange = Exchange(settings, clock, self._session)
        self._sounds = sounds = Sounds(exchange, speak)
        self._recordings = recordings = Recordings(exchange)
        digits = Digits(exchange, sounds)
        sounds.on_quiet = digits.wait
        self._rooms = rooms = Rooms(exchange, sounds, recordings)
        self._calls = calls = Calls(
            exchange,
            rooms=rooms,
            sounds=sounds,
            digits=digits,
            recordings=recordings,
        )
        self._arrivals = arrivals = Arrivals(exchange, sounds, account_of)
        self._resyncing = Resync(exchange, calls, arrivals, rooms, sounds, recordings)
        self._after_answer = AfterAnswer(exchange, self._do)
        # Facts that came while the lists are read; they are newer, or known already.
        self._backlog: list[Fact] | None = []
        # Each command is one method of the part that it concerns.
        self._commands: dict[type, Callable[[Any], Awaitable[None]]] = {
            PlaceLeg: calls.place,
            Answer: arrivals.answer,
            HangUp: calls.hang_up,
            Play: sounds.play,
            StopPlaying: lambda c: sounds.stop(c.playback),
            Collect: digits.collect,
            CreateRoom: rooms.create,
            Join: rooms.join,
            Leave: rooms.leave,
            EndRoom: self._end_room,
            SetRole: rooms.set_role,
            Hold: rooms.hold,
            StartRecording: recordings.start,
            PauseRecording: recordings.pause,
            StopRecording: lambda c: recordings.stop_id(c.recording),
            SendDigits: self._send_digits,
            TakeSnapshot: self._take_snapshot,
        }
        self._facts: dict[type, Callable[[Any], None]] = {
            facts.Appeared: calls.on_appeared,
            facts.StateChanged: calls.on_state,
            facts.EarlyMedia: calls.on_early_media,
            facts.OriginateEnded: calls.on_originate_ended,
            facts.HangupAsked: calls.on_hangup_asked,
            facts.Gone: self._on_gone,
            facts.AgiBegan: self._on_agi_began,
            facts.AgiStepDone: sounds.on_step_done,
            facts.AgiEnded: self._on_agi_ended,
            facts.Joined: self._on_joined,
            facts.Left: rooms.on_left,
            facts.RoomClosed: rooms.on_closed,
            facts.Muted: rooms.on_muted,
            facts.Talking: rooms.on_talking,
            facts.Pressed: digits.on_pressed,
            facts.Analysed: calls.on_analysed,
            facts.BeepHeard: calls.on_beep,
            facts.SpyBegan: rooms.on_spy_began,
            facts.SpyEnded: rooms.on_spy_ended,
        }

    @property
    def up(self) -> bool:
        """Whether Asterisk answers."""
        return self._session.up

    @property
    def legs(self) -> int:
        """How many legs are in use now."""
        return len(self._exchange.legs)

    async def start(self, emit: Emit) -> None:
        """Connect, log in and read the state. Raises SwitchUnavailable."""
        self._exchange.emit = emit
        await self._session.start()

    async def stop(self) -> None:
        """Disconnect. Calls go on."""
        await self._session.stop()
        await self._exchange.finish()

    def cut(self) -> None:
        """Drop the link, as a broken network does; it is made again."""
        self._session.cut()

    async def execute(self, command: Command) -> None:
        """Do one command, or drop it if its subject is gone. Never raises for Asterisk's sake."""
        if not self._after_answer.keeps(command):
            await self._do(command)

    async def _do(self, command: Command) -> None:
        await self._commands[type(command)](command)

    async def snapshot(self, account: UUID, request: UUID) -> Snapshot:
        """All legs and rooms of an account. Raises SwitchUnavailable while the link is down."""
        if not self.up:
            raise SwitchUnavailable(f"The link to node {self.node} is down. Ask again later.")
        exchange = self._exchange
        return Snapshot(
            account=account,
            at=exchange.now(),
            request=request,
            node=self.node,
            legs=tuple(
                LegState(leg=leg.id, state=leg.status, since=leg.since, room=leg.room)
                for leg in exchange.legs.values()
                if leg.account == account
            ),
            rooms=tuple(
                RoomState(room=room.id, legs=tuple(leg.id for leg in exchange.inside(room.id)))
                for room in exchange.rooms.values()
                if room.account == account
            ),
        )

    async def _take_snapshot(self, command: TakeSnapshot) -> None:
        if self.up:
            self._exchange.emit(await self.snapshot(command.account, command.request))

    async def _end_room(self, command: EndRoom) -> None:
        for leg in await self._rooms.end(command):
            if command.hang_up:
                await self._calls.end(leg)

    async def _send_digits(self, command: SendDigits) -> None:
        if self._exchange.up(command.leg):
            # Key presses take time, and other commands must not wait for them.
            self._exchange.spawn(self._press_keys(command))

    async def _press_keys(self, command: SendDigits) -> None:
        for digit in command.digits:
            leg = self._exchange.up(command.leg)
            if leg is None or digit not in DIGITS:
                return
            await self._exchange.ask(
                {
                    "Action": "PlayDTMF",
                    "Channel": leg.uniqueid,
                    "Digit": digit,
                    "Duration": str(DIGIT_MS),
                }
            )
            await self._exchange.clock.sleep(BETWEEN_DIGITS_S)

    def _hear(self, message: Headers) -> None:
        try:
            fact = fact_of(message)
        except MalformedAmi as exc:
            log.error("AMI: %s", exc)
            return
        if fact is None:
            return
        if self._backlog is not None:
            self._backlog.append(fact)
        else:
            self._facts[type(fact)](fact)
            self._after_answer.look()

    async def _resync(self) -> None:
        self._backlog = []
        listed = await self._resyncing.read()
        backlog, self._backlog = self._backlog, None
        ended = {fact.uniqueid for fact in backlog if isinstance(fact, Gone)}
        self._resyncing.settle(listed, ended_since=ended)
        for fact in backlog:
            self._facts[type(fact)](fact)
        self._after_answer.look()

    def _on_gone(self, fact: Gone) -> None:
        if fact.uniqueid.startswith("play-"):
            self._sounds.on_player_gone(fact)
        else:
            self._calls.on_gone(fact)

    def _on_joined(self, fact: Joined) -> None:
        # The answer's own event may come after those of what the answer led to.
        self._calls.on_state(StateChanged(fact.channel))
        self._rooms.on_joined(fact)

    def _on_agi_began(self, fact: AgiBegan) -> None:
        self._calls.on_state(StateChanged(fact.channel))
        leg = self._exchange.by_uniqueid.get(fact.channel.uniqueid)
        if leg is not None:
            self._sounds.on_ready(leg)
        elif fact.channel.arrived:
            self._arrivals.on_arrived(fact.channel)

    def _on_agi_ended(self, fact: AgiEnded) -> None:
        leg = self._exchange.by_uniqueid.get(fact.uniqueid)
        if leg is not None:
            self._sounds.moved(leg)
