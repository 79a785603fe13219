"""What stands on the simulated switch now: legs, rooms, and what every part of it works on."""

from collections import deque
from enum import IntEnum, StrEnum
from uuid import UUID

from domain.telephony.events import Event
from domain.telephony.port import Analysis, Collect, Emit, Play, Role
from workers.gateway.simulator.profile import Behaviour, CarrierProfile
from workers.gateway.simulator.timeline import Timeline, Timer

SPENT_KEPT = 200_000  # ids; a repeated command comes within seconds


class LegStatus(StrEnum):
    """Where a leg stands, in the words of `LegState`."""

    ARRIVED = "arrived"
    DIALING = "dialing"
    RINGING = "ringing"
    UP = "up"


class Mood(IntEnum):
    """What the far end does of his own accord is timed by what he hears."""

    IDLE = -1  # not up yet
    WAITING = 0
    HELD = 1
    TALKING = 2


class Playback:
    """One `Play` that runs or waits for its turn."""

    __slots__ = ("account", "command", "leg", "room", "seconds", "timer")

    def __init__(
        self, command: Play, account: UUID, seconds: float, leg: "Leg | None", room: "Room | None"
    ) -> None:
        self.command = command
        self.account = account
        self.seconds = seconds
        self.leg = leg
        self.room = room
        self.timer: Timer | None = None


class Collecting:
    """One `Collect` that runs."""

    __slots__ = ("command", "digits", "timer")

    def __init__(self, command: Collect) -> None:
        self.command = command
        self.digits = ""
        self.timer: Timer | None = None


class Leg:
    """One call to or from one party."""

    __slots__ = (
        *("account", "analysis", "behaviour", "collecting", "held", "id", "join", "left", "mood"),
        *("mood_since", "mood_timer", "placed", "plays", "role", "room", "since", "status"),
        *("talking", "timers"),
    )

    def __init__(self, id: UUID, account: UUID, status: LegStatus, behaviour: Behaviour) -> None:
        self.id = id
        self.account = account
        self.status = status
        self.since = 0.0  # Unix seconds
        self.placed = status is LegStatus.DIALING
        self.behaviour = behaviour
        self.analysis: Analysis | None = None
        self.join: UUID | None = None
        self.role = Role.NORMAL
        self.room: Room | None = None
        self.held = False
        self.talking = False
        self.plays: list[Playback] = []
        self.collecting: Collecting | None = None
        self.timers: list[Timer] = []  # of the leg's life; all end with it
        self.mood = Mood.IDLE
        self.mood_since = 0.0
        self.mood_timer: Timer | None = None
        self.left = [behaviour.patience_s, behaviour.hold_patience_s, behaviour.talk_s]

    @property
    def is_up(self) -> bool:
        return self.status is LegStatus.UP


class Room:
    """Where legs hear each other."""

    __slots__ = ("account", "id", "legs", "plays", "record")

    def __init__(self, id: UUID, account: UUID, *, record: bool = False) -> None:
        self.id = id
        self.account = account
        self.record = record
        self.legs: dict[UUID, Leg] = {}
        self.plays: list[Playback] = []

    def voices(self) -> int:
        """How many in here can be heard by a customer, muted ones included."""
        return sum(
            1
            for leg in self.legs.values()
            if not leg.held and leg.role is not Role.LISTEN and leg.role is not Role.WHISPER
        )


class Spent:
    """Ids that were used, the newest `SPENT_KEPT` of them."""

    def __init__(self, kept: int = SPENT_KEPT) -> None:
        self._order: deque[UUID] = deque()
        self._ids: set[UUID] = set()
        self._kept = kept

    def take(self, id: UUID) -> bool:
        """Use an id; False if it was used before."""
        if id in self._ids:
            return False
        self._ids.add(id)
        self._order.append(id)
        if len(self._order) > self._kept:
            self._ids.discard(self._order.popleft())
        return True


class Exchange:
    """The state of one simulated switch."""

    def __init__(self, timeline: Timeline, profile: CarrierProfile) -> None:
        self.timeline = timeline
        self.profile = profile
        self.legs: dict[UUID, Leg] = {}
        self.rooms: dict[UUID, Room] = {}
        self.spent = Spent()
        self.emit: Emit = _nobody_listens

    def up(self, leg: UUID | None) -> Leg | None:
        """The leg if it is up, or None."""
        found = self.legs.get(leg) if leg is not None else None
        return found if found is not None and found.status is LegStatus.UP else None


def _nobody_listens(event: Event) -> None:
    """Stand in for `emit` until `start`."""
