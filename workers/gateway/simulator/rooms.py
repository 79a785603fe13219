"""Rooms of the simulated switch: who is in, in which role, who is held."""

from collections.abc import Callable
from uuid import UUID

from domain.telephony.events import LegMuted, RoomJoined, RoomLeft
from domain.telephony.port import CreateRoom, Hold, Join, Role, SetRole
from workers.gateway.simulator.exchange import Exchange, Leg, Room

Notice = Callable[[Leg], None]


class Rooms:
    """Joins and parts legs. A room is gone when its last leg left it."""

    def __init__(self, exchange: Exchange, notice: Notice) -> None:
        self._exchange = exchange
        self._notice = notice
        self.on_open: Callable[[Room], None] = lambda room: None
        self.on_close: Callable[[Room], None] = lambda room: None

    def create(self, command: CreateRoom) -> None:
        """Make a room, unless it is there."""
        if command.room not in self._exchange.rooms:
            self._open(Room(command.room, command.account, record=command.record))

    def _open(self, room: Room) -> None:
        self._exchange.rooms[room.id] = room
        self.on_open(room)

    def join(self, command: Join) -> None:
        """Move a leg that is up into a room."""
        leg = self._exchange.up(command.leg)
        if leg is not None:
            self.put(leg, command.room, command.role)

    def put(self, leg: Leg, room_id: UUID, role: Role) -> None:
        """Put a leg into a room, out of another; into its own room means: change the role."""
        if leg.room is not None and leg.room.id == room_id:
            self._change_role(leg, role)
            return
        self.take_out(leg)
        room = self._exchange.rooms.get(room_id)
        if room is None:
            room = Room(room_id, leg.account)
            self._open(room)
        room.legs[leg.id] = leg
        leg.room, leg.role, leg.held = room, role, False
        self._exchange.emit(
            RoomJoined(
                account=leg.account, at=self._exchange.timeline.unix(), leg=leg.id, room=room.id
            )
        )
        self._notice_all(room)

    def leave(self, leg_id: UUID) -> None:
        """Take a leg out of its room."""
        leg = self._exchange.up(leg_id)
        if leg is not None:
            self.take_out(leg)
            self._notice(leg)

    def take_out(self, leg: Leg) -> None:
        """Take a leg out of its room, without asking what it thinks of that."""
        room = leg.room
        if room is None:
            return
        was_agent = leg.role is Role.AGENT
        self._part(leg, room)
        agents_gone = was_agent and not any(
            other.role is Role.AGENT for other in room.legs.values()
        )
        if not room.legs or agents_gone:
            self._close(room)
        else:
            self._notice_all(room)

    def _part(self, leg: Leg, room: Room) -> None:
        del room.legs[leg.id]
        leg.room, leg.role, leg.talking = None, Role.NORMAL, False
        self._exchange.emit(
            RoomLeft(
                account=leg.account, at=self._exchange.timeline.unix(), leg=leg.id, room=room.id
            )
        )

    def end(self, room_id: UUID) -> list[Leg]:
        """End a room; the legs that were in it, which are still up."""
        room = self._exchange.rooms.get(room_id)
        return self._close(room) if room is not None else []

    def _close(self, room: Room) -> list[Leg]:
        self._exchange.rooms.pop(room.id, None)
        parted = list(room.legs.values())
        for leg in parted:
            self._part(leg, room)
        self.on_close(room)
        for leg in parted:
            self._notice(leg)
        return parted

    def set_role(self, command: SetRole) -> None:
        """Change how a leg takes part in its room."""
        leg = self._exchange.up(command.leg)
        if leg is not None and leg.room is not None:
            self._change_role(leg, command.role)

    def _change_role(self, leg: Leg, role: Role) -> None:
        room = leg.room
        if room is None or leg.role is role:
            return
        was_muted = leg.role is Role.MUTED
        leg.role = role
        is_muted = role is Role.MUTED
        if was_muted != is_muted:
            at = self._exchange.timeline.unix()
            self._exchange.emit(
                LegMuted(account=leg.account, at=at, leg=leg.id, room=room.id, muted=is_muted)
            )
        self._notice_all(room)

    def hold(self, command: Hold) -> None:
        """Let a leg hear music, or bring it back. It stays in its room's list."""
        leg = self._exchange.up(command.leg)
        if leg is None or leg.held == command.on:
            return
        leg.held = command.on
        if leg.room is not None:
            self._notice_all(leg.room)
        else:
            self._notice(leg)

    def _notice_all(self, room: Room) -> None:
        for leg in tuple(room.legs.values()):
            self._notice(leg)
