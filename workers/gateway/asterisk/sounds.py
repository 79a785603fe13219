"""What is played to legs and rooms.

A leg outside of rooms is in AsyncAGI and plays sound by sound. A leg in a room, and a room as a
whole, hear a player: a Local channel whose one half plays and whose other half whispers to the leg
or sits in the room.
"""

import logging
import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from uuid import UUID

from domain.telephony.events import PlaybackFinished
from domain.telephony.port import EarlyMediaOf, File, Media, Play, Say, SayDigits, Tone
from workers.gateway.asterisk.exchange import Exchange, Leg, Room
from workers.gateway.asterisk.facts import AgiStepDone, Gone, parse_uuid
from workers.gateway.asterisk.speech import SpeechFailed

log = logging.getLogger(__name__)

DIGITS = "0123456789*#"
OUR_TONES = ("zip", "beep", "busy", "congestion", "ringing")
SOUND_NAME = re.compile(r"/?[A-Za-z0-9][A-Za-z0-9_./-]{0,199}")
LANGUAGE = re.compile(r"[a-z]{2}(_[A-Z]{2})?")
SPOKEN = {"*": "star", "#": "pound"}
LEG_LIFE_S = 900  # from each step on, a leg in AsyncAGI waits that long for the next

Speak = Callable[[Say], Awaitable[str]]


@dataclass(slots=True, eq=False)
class Playback:
    """One `Play` that runs or waits for its turn."""

    command: Play
    account: UUID
    sounds: list[str]
    leg: Leg | None
    room: Room | None
    step: int = -1  # index of the sound that plays; -1: not begun
    by_player: bool = False
    begun: bool = False  # as steps; it may have come to none yet
    prepared: bool = False  # its sounds are known, and those to speak are made
    unspoken: bool = False
    overheard: UUID | None = None  # a leg whose early media it is

    @property
    def target(self) -> Leg | Room:
        """Whom it plays to."""
        target = self.leg or self.room
        assert target is not None  # made with one of them
        return target

    @property
    def player(self) -> str:
        """Uniqueid of the near half of the player."""
        return f"play-{self.command.playback}"


@dataclass(slots=True, eq=False)
class Sounds:
    """Plays one after another on each leg and room."""

    exchange: Exchange
    speak: Speak | None = None
    _playing: dict[UUID, Playback] = field(default_factory=dict)
    _queues: dict[UUID, list[Playback]] = field(default_factory=dict)
    on_quiet: Callable[[Leg], None] = lambda leg: None  # the last playback of a leg is over

    async def play(self, command: Play) -> None:
        """Play to a leg that is up or to a room, after what is already playing there."""
        leg = self.exchange.up(command.leg)
        room = self.exchange.rooms.get(command.room) if command.room is not None else None
        target = leg or room
        if target is None or not self.exchange.spent.take(command.playback):
            return
        playback = Playback(command, target.account, [], leg, None if leg else room)
        self._playing[command.playback] = playback
        queue = self._queues.setdefault(target.id, [])
        queue.append(playback)
        if any(isinstance(item, Say) for item in command.media):
            self.exchange.spawn(self._prepare(playback))  # other commands must not wait for it
        else:
            await self._prepare(playback)

    async def _prepare(self, playback: Playback) -> None:
        for item in playback.command.media:
            if isinstance(item, Say):
                playback.sounds += await self._spoken(playback, item)
            elif isinstance(item, EarlyMediaOf):
                playback.overheard = item.leg
            else:
                playback.sounds += self.names_of((item,))
        playback.prepared = True
        await self._begin_next(playback.target.id)

    async def _spoken(self, playback: Playback, say: Say) -> list[str]:
        try:
            if self.speak is None:
                raise SpeechFailed("no engine is set up (OUTDIAL_SPEECH)")
            if not LANGUAGE.fullmatch(say.language):
                raise SpeechFailed("its language is none, as in en or pt_BR")
            return [await self.speak(say)]
        except SpeechFailed as exc:
            playback.unspoken = True
            log.error("a text was not spoken: %s", exc)
        except OSError as exc:
            playback.unspoken = True
            log.error("a text was not spoken: its sound could not be kept (%s)", exc.strerror)
        return []

    async def _begin_next(self, target: UUID) -> None:
        """Begin the playback whose turn it is, if it can."""
        queue = self._queues.get(target)
        if queue and queue[0].step < 0 and queue[0].prepared:
            await self._begin(queue[0])

    def names_of(self, media: Iterable[Media]) -> list[str]:
        """Asterisk's names of the sounds. What can't be one is left out, and logged."""
        names: list[str] = []
        for item in media:
            if isinstance(item, Tone):
                name = item.name if item.name in OUR_TONES else "beep"
                names.append(f"{self.exchange.settings.sounds}/{name}")
            elif isinstance(item, SayDigits):
                language = item.language if LANGUAGE.fullmatch(item.language) else "en"
                folder = "digits" if language == "en" else f"{language}/digits"
                spoken = [SPOKEN.get(d, d) for d in item.digits if d in DIGITS]
                names += [f"{folder}/{digit}" for digit in spoken]
            elif isinstance(item, File):
                if SOUND_NAME.fullmatch(item.name) and ".." not in item.name:
                    names.append(item.name)
                else:
                    log.error("a sound's name can't be one and was left out")
        return names

    async def _begin(self, playback: Playback) -> None:
        leg = playback.leg
        if playback.overheard is not None:
            await self._overhear(playback, playback.overheard)
        elif not playback.sounds:
            self._finish(playback)
        elif leg is None or leg.room is not None or leg.heading is not None or leg.held:
            await self._begin_player(playback)
        elif leg.ready and not playback.begun:
            playback.begun = True
            await self.keep_alive(leg)
            await self._next_step(playback)
        elif leg.greeting and playback.command.over_greeting:
            leg.greeting = False
            await self.exchange.redirect(leg, "outdial-leg", "idle")
        # else: it begins when the leg comes to AsyncAGI

    async def keep_alive(self, leg: Leg) -> None:
        """Put off the moment at which the dialplan takes the gateway for dead."""
        await self.exchange.ask(
            {
                "Action": "Setvar",
                "Channel": leg.uniqueid,
                "Variable": "TIMEOUT(absolute)",
                "Value": str(LEG_LIFE_S),
            }
        )

    async def _next_step(self, playback: Playback) -> None:
        leg = playback.leg
        assert leg is not None  # steps are of legs
        playback.step += 1
        if playback.step >= len(playback.sounds):
            self._finish(playback)
            return
        stop = DIGITS if playback.command.interruptible else ""
        sent = await self.exchange.ask(
            {
                "Action": "AGI",
                "Channel": leg.uniqueid,
                "Command": f'STREAM FILE {playback.sounds[playback.step]} "{stop}"',
                "CommandID": f"{playback.command.playback}/{playback.step}",
            }
        )
        if sent is None:
            self._finish(playback)

    async def _begin_player(self, playback: Playback) -> None:
        playback.step, playback.by_player = 0, True
        if playback.leg is not None:
            done = await self.whisper(playback.player, playback.leg, playback.sounds)
        else:
            assert playback.room is not None  # made with one of them
            into = f"{playback.room.id},outdial_room,outdial_player"
            done = await self._start_player(playback.player, "ConfBridge", into, playback.sounds)
        if not done:
            self._finish(playback)

    async def _overhear(self, playback: Playback, leg_id: UUID) -> None:
        """Let a room hear what the network of a leg plays before the answer."""
        leg = self.exchange.legs.get(leg_id)
        if playback.room is None or leg is None or leg.is_up or not leg.channel:
            self._finish(playback)
            return
        playback.step, playback.by_player = 0, True
        into = f"{playback.room.id},outdial_room,outdial_player"
        far_half = f"{leg.uniqueid}@outdial-early"
        if not await self._start_player(playback.player, "ConfBridge", into, [], far_half):
            self._finish(playback)

    def heard_out(self, leg: Leg) -> None:
        """What its network played before the answer is over."""
        for playback in list(self._playing.values()):
            if playback.overheard == leg.id:
                self.exchange.spawn(self.stop(playback.command.playback))

    async def whisper(self, player: str, leg: Leg, sounds: list[str]) -> bool:
        """Let one leg alone hear sounds, over whatever it hears. False if that can't be."""
        return await self._start_player(player, "ChanSpy", f"{leg.uniqueid},uqWES", sounds)

    async def _start_player(
        self,
        player: str,
        app: str,
        data: str,
        sounds: list[str],
        far_half: str = "play@outdial-player",
    ) -> bool:
        reply = await self.exchange.ask(
            {
                "Action": "Originate",
                "ActionID": player,
                "ChannelId": player,
                "OtherChannelId": f"{player}-2",
                "Channel": f"Local/{far_half}/n",
                "Application": app,
                "Data": data,
                "Async": "true",
                "Variable": [f"OUTDIAL_SOUNDS={'&'.join(sounds)}"],
            }
        )
        return reply is not None

    async def stop(self, playback_id: UUID) -> None:
        """End a playback early, or before its turn."""
        playback = self._playing.get(playback_id)
        if playback is None:
            return
        if playback.by_player:
            await self.exchange.ask({"Action": "Hangup", "Channel": playback.player})
        elif playback.step >= 0 and playback.leg is not None:
            # The only way to end a running AGI command is to begin AsyncAGI anew.
            playback.leg.ready = False
            await self.exchange.redirect(playback.leg, "outdial-leg", "idle")
        self._finish(playback)

    def on_ready(self, leg: Leg) -> None:
        """A leg is in AsyncAGI: what waits for it can begin."""
        leg.ready = leg.begun = True
        self.exchange.spawn(self._begin_next(leg.id))

    def on_step_done(self, fact: AgiStepDone) -> None:
        id, _, step = fact.command.partition("/")
        played = parse_uuid(id)
        playback = self._playing.get(played) if played else None
        if playback is None or str(playback.step) != step:
            return
        if fact.result > 0:
            self._finish(playback, chr(fact.result))
        else:
            self.exchange.spawn(self._next_step(playback))

    def on_player_gone(self, fact: Gone) -> None:
        for playback in self._playing.values():
            if playback.by_player and playback.player == fact.uniqueid:
                self._finish(playback)
                return

    def _finish(self, playback: Playback, interrupted_by: str | None = None) -> None:
        if self._playing.pop(playback.command.playback, None) is None:
            return
        target = playback.target
        queue = self._queues.get(target.id, [])
        if playback in queue:
            queue.remove(playback)
        self.exchange.tell(
            PlaybackFinished,
            playback.account,
            playback=playback.command.playback,
            interrupted_by=interrupted_by,
            unspoken=playback.unspoken,
        )
        if queue:
            self.exchange.spawn(self._begin_next(target.id))
            return
        self._queues.pop(target.id, None)
        if playback.leg is not None:
            self.on_quiet(playback.leg)

    def moved(self, leg: Leg) -> None:
        """A leg left AsyncAGI, and what played there with it."""
        leg.ready = False
        for playback in list(self._queues.get(leg.id, [])):
            if playback.step >= 0 and not playback.by_player:
                self._finish(playback)

    def silence(self, leg: Leg) -> None:
        """All that is played to a leg ends with it."""
        for playback in self._queues.pop(leg.id, []):
            self._finish(playback)

    def room_gone(self, room: Room) -> None:
        for playback in self._queues.pop(room.id, []):
            self._finish(playback)

    def plays_to(self, leg: Leg) -> bool:
        """Whether something plays to this leg, or waits to."""
        return bool(self._queues.get(leg.id))

    def on_pressed(self, leg: Leg, digit: str) -> None:
        """A leg's key ends what plays to it or to its room, if that may be interrupted."""
        for playback in list(self._playing.values()):
            heard = playback.leg is leg or (playback.room and playback.room.id == leg.room)
            # Steps are interrupted by Asterisk itself, which tells so in its own event.
            if heard and playback.by_player and playback.command.interruptible:
                self.exchange.spawn(self._interrupt(playback, digit))

    async def _interrupt(self, playback: Playback, digit: str) -> None:
        self._finish(playback, digit)
        await self.exchange.ask({"Action": "Hangup", "Channel": playback.player})
