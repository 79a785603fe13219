"""What a simulated floor is like: its team, its targets and how long things take.

All times are seconds from the start of the run; rates are fractions.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Spell:
    """One stretch in which an agent is signed in and not on break."""

    begins: float
    ends: float


@dataclass(frozen=True, slots=True)
class Duration:
    """A lognormal duration: mean in seconds and coefficient of variation."""

    mean: float
    variation: float


@dataclass(frozen=True, slots=True)
class Analysis:
    """Answering machines and the analysis that tells them from people."""

    machines: float  # part of all calls that a machine picks up
    shortest: float = 1.5  # seconds of analysis, uniform between the two
    longest: float = 3.5
    false_positive: float = 0.02  # people taken for machines
    false_negative: float = 0.08  # machines taken for people
    machine_talk: float = 8.0  # seconds an agent spends on a machine


@dataclass(frozen=True, slots=True)
class Scenario:
    """One named floor for one run."""

    name: str
    duration: float
    team: tuple[tuple[Spell, ...], ...]  # one tuple of spells for each agent
    answer_rate: tuple[tuple[float, float], ...]  # (second, rate), linear between; equal times jump
    ring: Duration = Duration(12.0, 0.55)
    longest_answer: float = 28.0
    given_up: tuple[float, float] = (25.0, 30.0)  # an unanswered call ends then
    failed_fast: float = 0.25  # part of unanswered calls that are busy or invalid
    fast: tuple[float, float] = (3.0, 5.0)
    talk: Duration = Duration(120.0, 0.9)
    wrap: Duration = Duration(20.0, 0.6)
    patience: float = 2.0
    minimum_ring: float = 15.0
    speeds: tuple[float, ...] = ()  # factor on talk and wrap-up by agent; () means 1
    analysis: Analysis | None = None
    targets: int | None = None  # length of the list; None: longer than the run
    abandon_target: float = 0.03
    decision_gap: float = 0.2  # least seconds between two decisions
    tick: float = 1.0  # most seconds between two decisions
    _times: tuple[float, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_times", tuple(t for t, _ in self.answer_rate))

    def answers(self, now: float) -> float:
        """Return the chance that a call placed at `now` is picked up by a person."""
        points = self.answer_rate
        after = bisect_right(self._times, now)
        if after == 0:
            return points[0][1]
        if after == len(points):
            return points[-1][1]
        (t0, p0), (t1, p1) = points[after - 1], points[after]
        return p0 + (p1 - p0) * (now - t0) / (t1 - t0)


def full_team(agents: int, duration: float) -> tuple[tuple[Spell, ...], ...]:
    """Return a team whose `agents` members work from the first to the last second."""
    return tuple((Spell(0.0, duration),) for _ in range(agents))


def with_breaks(
    begins: float, ends: float, breaks: Sequence[tuple[float, float]]
) -> tuple[Spell, ...]:
    """Return the spells of an agent who is away in each of `breaks` (from, to), in order."""
    spells, at = [], begins
    for away, back in breaks:
        if at < min(away, ends):
            spells.append(Spell(at, min(away, ends)))
        at = max(at, back)
    if at < ends:
        spells.append(Spell(at, ends))
    return tuple(spells)
