"""What the parts of a floor share: its state, its journal, its clock, and the way out."""

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from domain.calls.events import DeskEvent, desk_topic, encode_desk_event
from domain.core.bus import Notice
from domain.core.clock import Clock
from domain.floor.journal.writer import Journal
from domain.floor.state import FloorState
from domain.telephony.link import Node
from domain.telephony.port import Command


class Timers:
    """What is to happen later, by monotonic seconds. A call checks whether it still holds."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Callable[[], None]]] = []
        self._count = itertools.count()

    def at(self, when: float, call: Callable[[], None]) -> None:
        """Make this call once the time has come."""
        heapq.heappush(self._heap, (when, next(self._count), call))

    def run_due(self, now: float) -> None:
        """Make the calls whose time has come, in order."""
        while self._heap and self._heap[0][0] <= now:
            heapq.heappop(self._heap)[2]()

    def next_in(self, now: float, longest: float) -> float:
        """Seconds until the next call, at most `longest`."""
        if not self._heap:
            return longest
        return min(longest, max(0.0, self._heap[0][0] - now))


@dataclass(slots=True)
class FloorContext:
    """Handed to every part of one floor."""

    state: FloorState
    journal: Journal
    clock: Clock
    send: Callable[[str, Command], None]  # to a gateway by name, in order, never waits
    timers: Timers = field(default_factory=Timers)
    nodes: dict[str, Node] = field(default_factory=dict)  # living gateways
    refused: dict[str, float] = field(default_factory=dict)  # by gateway: when it last did

    def desk(self, agent_id: UUID, event: DeskEvent) -> None:
        """Tell an agent's desk, after the commit."""
        self.journal.publish(Notice(desk_topic(agent_id), encode_desk_event(event), kept=True))

    def unix(self) -> float:
        """Now, in Unix seconds."""
        return self.clock.now().timestamp()

    def monotonic(self, at: datetime) -> float:
        """The monotonic second of an instant, not after now."""
        age = (self.clock.now() - at.astimezone(UTC)).total_seconds()
        return self.clock.monotonic() - max(0.0, age)

    def instant(self, monotonic: float) -> datetime:
        """The instant of a monotonic second."""
        now = self.clock.now()
        return datetime.fromtimestamp(
            now.timestamp() + monotonic - self.clock.monotonic(), tz=now.tzinfo
        )
