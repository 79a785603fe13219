"""What a simulated run came to, and the laws of conservation that every run must obey."""

from dataclasses import dataclass, field


class NotConserved(AssertionError):
    """The model lost or invented a call or a second: a defect of the model, not of a policy."""


@dataclass(slots=True)
class Tally:
    """Counts of one run. Live answers are people presented to the floor, machines not counted."""

    dials: int = 0
    failed: int = 0
    cancelled: int = 0
    answered: int = 0  # picked up, by a person or a machine
    dropped: int = 0  # taken for a machine
    people_dropped: int = 0  # of these, people
    presented: int = 0
    people_presented: int = 0
    connected: int = 0
    abandoned: int = 0
    people_abandoned: int = 0
    talks_ended: int = 0
    wraps_ended: int = 0
    decisions: int = 0
    ringing: int = 0  # at the end
    analysing: int = 0
    waiting: int = 0
    talking: int = 0
    wrapping: int = 0
    idle_seconds: float = 0.0
    talk_seconds: float = 0.0
    wrap_seconds: float = 0.0
    signed_seconds: float = 0.0  # signed in and not on break, summed agent by agent
    youngest_cancel: float = float("inf")
    hours: dict[int, list[int]] = field(default_factory=dict)  # hour: [live, abandoned]
    last_dial: float = 0.0

    def check(self, minimum_ring: float) -> None:
        """Raise NotConserved unless calls and agent time add up."""
        busy = self.idle_seconds + self.talk_seconds + self.wrap_seconds
        laws = {
            "dials": self.dials == self.failed + self.cancelled + self.answered + self.ringing,
            "answers": self.answered == self.presented + self.dropped + self.analysing,
            "presented": self.presented == self.connected + self.abandoned + self.waiting,
            "connected": self.connected == self.talks_ended + self.talking,
            "talks": self.talks_ended == self.wraps_ended + self.wrapping,
            "agent time": abs(busy - self.signed_seconds) <= 1e-6 * max(1.0, busy),
            "minimum ring": self.youngest_cancel >= minimum_ring - 1e-9,
        }
        broken = [name for name, holds in laws.items() if not holds]
        if broken:
            raise NotConserved(f"not conserved: {', '.join(broken)} in {self}")

    @property
    def occupancy(self) -> float:
        """Return (talk + wrap-up) / (signed-in time without breaks), 0 to 1."""
        return (self.talk_seconds + self.wrap_seconds) / max(self.signed_seconds, 1e-9)

    @property
    def abandon_rate(self) -> float:
        """Return abandoned / live answers, people only."""
        return self.people_abandoned / max(self.people_presented, 1)

    @property
    def ofcom_rate(self) -> float:
        """Return the rate with people taken for machines counted as abandoned."""
        live = self.people_presented + self.people_dropped
        return (self.people_abandoned + self.people_dropped) / max(live, 1)

    @property
    def worst_hour(self) -> float:
        """Return the highest abandon rate of any clock hour with 20 live answers or more."""
        return max((a / n for n, a in self.hours.values() if n >= 20), default=0.0)

    @property
    def mean_wait(self) -> float:
        """Return the mean seconds that an agent waits for the next call."""
        return self.idle_seconds / max(self.connected, 1)
