"""After each login: what Asterisk has, against what we thought it had.

Nothing is sent again. What ended while nobody looked is said to have ended, what began is adopted.
"""

import logging
from dataclasses import dataclass, field
from uuid import UUID

from domain.telephony.events import EndCause, LegAnswered, LegRinging
from domain.telephony.port import Role
from workers.gateway.asterisk.arrivals import Arrivals
from workers.gateway.asterisk.calls import Calls
from workers.gateway.asterisk.exchange import Exchange, Leg
from workers.gateway.asterisk.facts import Channel, ChannelState
from workers.gateway.asterisk.mapping import (
    booted_of,
    channel_of,
    in_agi,
    role_of,
    room_of,
    uniqueid_of,
)
from workers.gateway.asterisk.recordings import Recordings
from workers.gateway.asterisk.rooms import Rooms
from workers.gateway.asterisk.session import AmiRefused, Headers
from workers.gateway.asterisk.sounds import Sounds

log = logging.getLogger(__name__)

STATUS = {
    ChannelState.DOWN: "dialing",
    ChannelState.ARRIVED: "arrived",
    ChannelState.RINGING: "ringing",
    ChannelState.UP: "up",
}


@dataclass(slots=True)
class Listed:
    """What Asterisk says it has."""

    booted: str  # when it started: another instant means another life
    channels: dict[str, Headers]
    rooms: dict[str, UUID] = field(default_factory=dict)  # Uniqueid -> room


class Resync:
    """Compares, and lets the parts say what changed."""

    def __init__(
        self,
        exchange: Exchange,
        calls: Calls,
        arrivals: Arrivals,
        rooms: Rooms,
        sounds: Sounds,
        recordings: Recordings,
    ) -> None:
        self._exchange = exchange
        self._calls = calls
        self._arrivals = arrivals
        self._rooms = rooms
        self._sounds = sounds
        self._recordings = recordings
        self._booted = ""
        self._spied: dict[str, str] = {}  # Uniqueid of the spying -> of the spied

    async def read(self) -> Listed:
        """Ask Asterisk for its channels and rooms. Raises SwitchUnavailable."""
        ask = self._exchange.session.request
        status = (await ask({"Action": "CoreStatus"})).headers
        channels = (await ask({"Action": "CoreShowChannels"})).items
        listed = Listed(booted_of(status), {uniqueid_of(each): each for each in channels})
        try:
            conferences = (await ask({"Action": "ConfbridgeListRooms"})).items
        except AmiRefused:  # "No active conferences."
            return listed
        for conference in conferences:
            room = room_of(conference)
            if room is None:  # a conference that is not ours
                continue
            try:
                members = (await ask({"Action": "ConfbridgeList", "Conference": str(room)})).items
            except AmiRefused:  # it ended in between
                continue
            listed.rooms |= {uniqueid_of(member): room for member in members}
        return listed

    def settle(self, listed: Listed, *, ended_since: set[str]) -> None:
        """Say what changed. `ended_since`: channels whose own hang-up event is still to come."""
        restarted = bool(self._booted) and self._booted != listed.booted
        self._booted = listed.booted
        self._spied = {}
        lost = EndCause.SWITCH_LOST if restarted else EndCause.UNKNOWN
        for leg in list(self._exchange.legs.values()):
            if leg.uniqueid not in listed.channels and leg.uniqueid not in ended_since:
                self._calls.vanish(leg, lost)
        for message in listed.channels.values():
            channel = channel_of(message)
            if channel.inner:
                continue
            known = self._exchange.by_uniqueid.get(channel.uniqueid)
            if known is None and channel.arrived:
                self._arrivals.on_arrived(channel)  # it came while nobody listened
                continue
            known = known or self._adopt(channel)
            if known is not None:
                self._compare(known, channel, message, listed.rooms.get(channel.uniqueid))
        self._find_whisperers()
        self._rooms.forget_empty()
        self._recordings.adopt()

    def _find_whisperers(self) -> None:
        """Legs that spy on an agent are in his room, though ConfBridge does not list them."""
        for leg in list(self._exchange.legs.values()):
            spied = self._exchange.by_uniqueid.get(self._spied.get(leg.uniqueid, ""))
            if spied is not None and spied.room is not None and leg.room is None:
                leg.role, leg.spying = Role.WHISPER, True
                self._rooms.found(leg, spied.room, marked=False)

    def _adopt(self, channel: Channel) -> Leg | None:
        """A leg of an earlier life of this gateway, known by its account code."""
        if channel.account is None:
            return None
        leg = Leg(channel.leg, channel.account, channel.uniqueid, "dialing", self._exchange.now())
        leg.placed = str(channel.leg) == channel.uniqueid
        leg.channel, leg.dialed_at = channel.name, leg.since
        leg.status = STATUS[channel.state]
        self._exchange.spent.take(leg.id)
        return self._exchange.add(leg)

    def _compare(self, leg: Leg, channel: Channel, message: Headers, room: UUID | None) -> None:
        self._calls.appear(leg, channel)
        if leg.stale:
            return  # answered or not: nobody waits for it any more
        status = STATUS[channel.state]
        leg.begun = leg.begun or status == "up"  # long enough ago
        if status != leg.status:
            leg.status, leg.since = status, self._exchange.now()
            if status == "ringing":
                self._exchange.tell(LegRinging, leg.account, leg=leg.id)
            elif status == "up":
                self._exchange.tell(LegAnswered, leg.account, leg=leg.id)
        if leg.room is not None and room != leg.room and not leg.held and not leg.spying:
            self._rooms.lost(leg)
        if room is not None and leg.room != room:
            leg.role = role_of(channel.exten)
            self._rooms.found(leg, room, marked=leg.role is Role.AGENT)
        if channel.context == "outdial-whisper":
            self._spied[leg.uniqueid] = channel.exten
        elif channel.context == "outdial-hold":
            leg.held = True
        if in_agi(message):
            # Whatever played may have ended unseen; the next word begins a new step.
            self._sounds.moved(leg)
            self._sounds.on_ready(leg)
        else:
            leg.ready = False
