"""Rooms on ConfBridge: who is in, in which role, who is held, who whispers."""

import re
from uuid import UUID, uuid4

from domain.telephony.events import LegMuted, LegTalking, RoomJoined, RoomLeft
from domain.telephony.port import CreateRoom, EndRoom, Hold, Join, Leave, Role, SetRole
from workers.gateway.asterisk.exchange import Exchange, Leg, Room
from workers.gateway.asterisk.facts import (
    Joined,
    Left,
    Muted,
    RoomClosed,
    SpyBegan,
    SpyEnded,
    Talking,
)
from workers.gateway.asterisk.recordings import Recordings
from workers.gateway.asterisk.sounds import Sounds

SILENT = (Role.MUTED, Role.LISTEN)
MUSIC_CLASS = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{1,39}")
ROOMS_KEPT = 10_000  # rooms that were made and never entered


class Rooms:
    """Moves legs in and out of rooms, and says where they are."""

    def __init__(self, exchange: Exchange, sounds: Sounds, recordings: Recordings) -> None:
        self._exchange = exchange
        self._sounds = sounds
        self._recordings = recordings

    async def create(self, command: CreateRoom) -> None:
        """Remember how a room shall be; Asterisk makes it when the first leg enters."""
        rooms = self._exchange.rooms
        if command.room in rooms:
            return
        rooms[command.room] = Room(
            command.room,
            command.account,
            music=command.music_while_alone,
            announced=command.announce_joins,
            record=command.record,
        )
        if len(rooms) > ROOMS_KEPT:
            unused = (id for id in rooms if not self._exchange.inside(id))
            rooms.pop(next(unused, command.room))

    def way_in(self, leg: Leg, room_id: UUID, role: Role) -> tuple[str, str]:
        """The context and extension that bring a leg into a room."""
        room = self._exchange.rooms.get(room_id)
        if room is None:
            room = self._exchange.rooms[room_id] = Room(room_id, leg.account)
        if role is Role.WHISPER:
            agent = self._agent_of(room_id, besides=leg)
            if agent is not None:
                return "outdial-whisper", agent.uniqueid
            role = Role.LISTEN  # until an agent comes
        return "outdial-room", f"{role.value}-{room.options}-{room_id}"

    def _agent_of(self, room: UUID, besides: Leg) -> Leg | None:
        for leg in self._exchange.inside(room):
            if leg.marked and leg is not besides and not leg.held:
                return leg
        return None

    async def join(self, command: Join) -> None:
        """Move a leg that is up into a room."""
        leg = self._exchange.up(command.leg)
        if leg is None or (leg.heading == command.room and leg.role is command.role):
            return
        if leg.room == command.room and not leg.held:
            await self.change_role(leg, command.role)
            return
        entry = self._sounds.names_of((command.entry,)) if command.entry else []
        if entry:
            for other in self._exchange.inside(command.room):
                if other.marked and other is not leg:
                    whisper = self._sounds.whisper(uuid4().hex, other, entry)
                    self._exchange.spawn(whisper)
        await self.send(leg, command.room, command.role)

    async def send(self, leg: Leg, room: UUID, role: Role) -> None:
        """Send a leg on its way; `RoomJoined` follows when it is there."""
        if leg.held and leg.room not in (None, room):
            self._part(leg)
        context, exten = self.way_in(leg, room, role)
        leg.heading, leg.role, leg.ready, leg.held = room, role, False, False
        if not await self._exchange.redirect(leg, context, exten):
            leg.heading = None

    async def leave(self, command: Leave) -> None:
        """Take a leg out of its room."""
        leg = self._exchange.up(command.leg)
        if leg is not None and (leg.room is not None or leg.heading is not None or leg.held):
            await self._send_away(leg)

    async def _send_away(self, leg: Leg) -> None:
        leg.heading = None
        if leg.held:
            leg.held = False
            self._part(leg)
        await self._exchange.redirect(leg, "outdial-leg", "idle")

    async def end(self, command: EndRoom) -> list[Leg]:
        """End a room; the legs that were in it, on their way out."""
        parted = self._exchange.inside(command.room)
        if not command.hang_up:
            for leg in parted:
                await self._send_away(leg)
        if not parted:
            self._exchange.rooms.pop(command.room, None)
        return parted

    async def set_role(self, command: SetRole) -> None:
        """Change how a leg takes part in its room."""
        leg = self._exchange.up(command.leg)
        if leg is not None and leg.room is not None:
            await self.change_role(leg, command.role)

    async def change_role(self, leg: Leg, role: Role) -> None:
        """Mute or unmute where that is all; else let the leg come in again by another door."""
        room, before = leg.room, leg.role
        if room is None or before is role:
            return
        leg.role = role
        if leg.held:
            return  # it comes back in its new role
        whispers = Role.WHISPER in (role, before)
        if whispers or (role is Role.AGENT and not leg.marked):
            leg.changing = True
            leg.heading = room
            if not await self._exchange.redirect(leg, *self.way_in(leg, room, role)):
                leg.changing, leg.heading, leg.role = False, None, before
        elif (role in SILENT) != (before in SILENT):
            verb = "ConfbridgeMute" if role in SILENT else "ConfbridgeUnmute"
            # These two know the channel by its name alone.
            await self._exchange.ask(
                {"Action": verb, "Conference": str(room), "Channel": leg.channel}
            )

    async def hold(self, command: Hold) -> None:
        """Let a leg hear music, or bring it back. It stays in its room's list."""
        leg = self._exchange.up(command.leg)
        if leg is None or leg.held == command.on:
            return
        if command.on:
            music = command.music if MUSIC_CLASS.fullmatch(command.music) else "default"
            leg.held, leg.ready = True, False
            if not await self._exchange.redirect(leg, "outdial-hold", music):
                leg.held = False
            return
        leg.held = False
        if leg.room is not None:
            leg.heading = leg.room
            await self._exchange.redirect(leg, *self.way_in(leg, leg.room, leg.role))
        else:
            await self._exchange.redirect(leg, "outdial-leg", "idle")

    def on_joined(self, fact: Joined) -> None:
        leg = self._exchange.by_uniqueid.get(fact.channel.uniqueid)
        if leg is None:
            return
        leg.channel, leg.begun = fact.channel.name, True
        leg.marked = fact.role is Role.AGENT
        self._arrive(leg, fact.room)
        if leg.role is Role.WHISPER and not leg.spying:
            agent = self._agent_of(fact.room, besides=leg)
            if agent is not None:
                self._begin_whispering(leg, fact.room)
        elif leg.marked:
            for other in self._exchange.inside(fact.room):
                if other.role is Role.WHISPER and not other.spying and not other.held:
                    self._begin_whispering(other, fact.room)

    def _begin_whispering(self, leg: Leg, room: UUID) -> None:
        leg.changing = True
        leg.heading = room
        context, exten = self.way_in(leg, room, Role.WHISPER)
        self._exchange.spawn(self._exchange.redirect(leg, context, exten))

    def _arrive(self, leg: Leg, room_id: UUID) -> None:
        leg.heading, leg.changing = None, False
        if leg.room == room_id:
            return  # back from hold, or in another role
        leg.room = room_id
        room = self._exchange.rooms.setdefault(room_id, Room(room_id, leg.account))
        room.entered = True
        self._exchange.tell(RoomJoined, leg.account, leg=leg.id, room=room_id)
        if room.record:
            room.record = False  # once
            self._exchange.spawn(self._recordings.record_room(room_id, room))

    def on_left(self, fact: Left) -> None:
        leg = self._exchange.by_uniqueid.get(fact.uniqueid)
        if leg is None or leg.room != fact.room or leg.held or leg.changing:
            return
        was_marked = leg.marked
        self._part(leg)
        if was_marked and not any(other.marked for other in self._exchange.inside(fact.room)):
            # ConfBridge sends its members away itself; these are not in it.
            for other in self._exchange.inside(fact.room):
                if other.held:
                    self._part(other)
                elif other.spying:
                    self._exchange.spawn(self._send_away(other))

    def _part(self, leg: Leg) -> None:
        room, leg.room = leg.room, None
        leg.role, leg.marked = Role.NORMAL, False
        if room is not None:
            self._exchange.tell(RoomLeft, leg.account, leg=leg.id, room=room)

    def forget(self, leg: Leg) -> None:
        """A leg is gone: out of its room, wherever it was held."""
        if leg.room is not None:
            room, was_marked = leg.room, leg.marked
            leg.held = False
            self._part(leg)
            if was_marked and not any(other.marked for other in self._exchange.inside(room)):
                for other in self._exchange.inside(room):
                    if other.held:
                        self._part(other)

    def found(self, leg: Leg, room_id: UUID, *, marked: bool) -> None:
        """After a login: a leg is in a room, of which we did not know."""
        leg.marked = marked
        self._arrive(leg, room_id)

    def forget_empty(self) -> None:
        """After a login: rooms that ended while nobody looked."""
        for room in list(self._exchange.rooms.values()):
            if room.entered and not self._exchange.inside(room.id):
                self.on_closed(RoomClosed(room.id))

    def lost(self, leg: Leg) -> None:
        """After a login: a leg is no longer in its room."""
        self._part(leg)

    def on_closed(self, fact: RoomClosed) -> None:
        room = self._exchange.rooms.get(fact.room)
        if room is not None:
            self._recordings.room_gone(room)
            self._sounds.room_gone(room)
            if not self._exchange.inside(fact.room):
                del self._exchange.rooms[fact.room]

    def on_muted(self, fact: Muted) -> None:
        leg = self._exchange.by_uniqueid.get(fact.uniqueid)
        if leg is not None and leg.room == fact.room:
            self._exchange.tell(LegMuted, leg.account, leg=leg.id, room=fact.room, muted=fact.muted)

    def on_talking(self, fact: Talking) -> None:
        leg = self._exchange.by_uniqueid.get(fact.uniqueid)
        if leg is not None and leg.room == fact.room:
            self._exchange.tell(
                LegTalking, leg.account, leg=leg.id, room=fact.room, talking=fact.talking
            )

    def on_spy_began(self, fact: SpyBegan) -> None:
        leg = self._exchange.by_uniqueid.get(fact.spyer)
        if leg is None or leg.heading is None:
            return
        leg.spying = True
        if leg.role is Role.WHISPER:  # else it is on its way out again
            self._arrive(leg, leg.heading)

    def on_spy_ended(self, fact: SpyEnded) -> None:
        leg = self._exchange.by_uniqueid.get(fact.spyer)
        if leg is None:
            return
        leg.spying = False
        if leg.role is not Role.WHISPER:
            return  # it comes back in another role
        if leg.room is not None and not leg.changing and not leg.held:
            if leg.heading is None and self._agent_of(leg.room, besides=leg):
                self._begin_whispering(leg, leg.room)  # to the next agent of the room
            else:
                self._part(leg)
