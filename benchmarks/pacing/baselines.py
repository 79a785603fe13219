"""Other ways to pace, to be compared with.

`AdaptiveLevel` is our own reading of how VICIdial 2.14 behaves (AST_VDadapt and AST_VDauto_dial):
a level of lines per agent that follows how many agents are ready, halved or reset while the day's
drop rate is over its limit. `CorrectedLines` follows the words of Cisco's and Webex's campaign
settings: lines per available agent, corrected every so many live answers. Neither is the product.
"""

from dataclasses import dataclass
from math import exp

from domain.pacing.interface import Decision, FloorView, Observation, PacingSettings, Seen

ADAPT_SECONDS = 15.0
DIAL_SECONDS = 2.5
CALLS_BEFORE_LIMIT = 50


@dataclass(frozen=True, slots=True)
class LevelSettings:
    """What the administrator of an adaptive-level dialer chooses."""

    method: str = "average"  # average, hard_limit, tapered
    available_only: bool = False
    highest: float = 3.0
    difference: float = 0.0  # agents that should be ready beyond the calls that wait

    def __str__(self) -> str:
        scope = "available" if self.available_only else "all agents"
        return f"{self.method}, {scope}, max {self.highest:.2g}, diff {self.difference:g}"


class Counters:
    """Live answers and abandons seen so far."""

    def __init__(self, settings: PacingSettings) -> None:
        self.settings = settings
        self.live = 0
        self.abandoned = 0

    def observe(self, event: Observation, now: float) -> None:
        """Count live answers and abandons."""
        self.live += event.kind is Seen.PRESENTED
        self.abandoned += event.kind is Seen.ABANDONED


class AdaptiveLevel(Counters):
    """VICIdial-like: a level steered by ready agents, cut by the day's drop rate."""

    def __init__(self, settings: PacingSettings, level: LevelSettings) -> None:
        super().__init__(settings)
        self._chosen = level
        self._level = 1.0
        self._adapted = 0.0
        self._dialed = -DIAL_SECONDS
        self._seconds = 0.0
        self._last = 0.0
        self._surplus = 0.0  # agent-seconds ready less call-seconds waiting
        self._state = (0, 0)

    def decide(self, floor: FloorView, now: float) -> Decision:
        """Dial every 2.5 s up to level x agents, adapt the level every 15 s."""
        passed = now - self._last
        self._surplus += passed * (self._state[0] - self._state[1])
        self._seconds += passed
        self._last = now
        self._state = (floor.free, floor.waiting)
        if now - self._adapted >= ADAPT_SECONDS and floor.agents:
            self._adapt(floor, now)
        if now - self._dialed < DIAL_SECONDS - 1e-9:
            return Decision(0)
        self._dialed = now
        counted = floor.free + len(floor.talking)  # agents in wrap-up are not counted, as there
        in_progress = len(floor.ringing) + len(floor.analysing) + floor.waiting
        if self._chosen.available_only:
            counted = floor.free
        else:
            in_progress += len(floor.talking)
        return Decision(max(0, int(self._level * counted + 0.5) - in_progress))

    def _adapt(self, floor: FloorView, now: float) -> None:
        chosen = self._chosen
        surplus = self._surplus / max(self._seconds, 1e-9)
        self._level *= 1.0 + (surplus + chosen.difference) / floor.agents
        highest = chosen.highest
        over = self.abandoned > self.settings.abandon_target * self.live
        if self.live >= CALLS_BEFORE_LIMIT and over:
            if chosen.method == "average":
                self._level *= 0.5
            elif chosen.method == "hard_limit":
                self._level = 1.0
            else:
                left = (floor.closes_in or 0.0) / max(now + (floor.closes_in or 0.0), 1.0)
                highest = 1.0 + (highest - 1.0) * left
        self._level = min(max(self._level, 1.0), highest)
        self._adapted, self._seconds, self._surplus = now, 0.0, 0.0


class CorrectedLines(Counters):
    """Webex-like: lines per available agent, corrected every `pace` live answers."""

    def __init__(
        self, settings: PacingSettings, *, pace: int = 70, gain: float = 1.0, most: float = 10.0
    ) -> None:
        super().__init__(settings)
        self._pace, self._gain, self._most = pace, gain, most
        self._lines = 1.0
        self._marked = (0, 0)

    def decide(self, floor: FloorView, now: float) -> Decision:
        """Dial lines x free agents less the calls on their way."""
        answers = self.live - self._marked[0]
        if answers >= self._pace:
            target = self.settings.abandon_target
            rate = (self.abandoned - self._marked[1]) / answers
            miss = min(max((target - rate) / target, -1.0), 1.0)
            # The day's own overdraft counts too, or a run of luck would never be repaid.
            if self.abandoned > target * self.live:
                miss = min(miss, 0.0) - 0.25
            self._lines = min(max(self._lines * exp(0.3 * self._gain * miss), 1.0), self._most)
            self._marked = (self.live, self.abandoned)
        pending = floor.waiting + len(floor.ringing) + len(floor.analysing)
        return Decision(max(0, int(self._lines * floor.free + 1e-9) - pending))


def level_grid(rate: float, agents: int) -> list[LevelSettings]:
    """Return the settings tried in hindsight, around what `rate` (the true one) calls for."""
    if agents >= 100:
        return [
            LevelSettings("hard_limit", True, factor / rate, 0.0)
            for factor in (0.7, 1.0, 1.3, 1.7, 2.2)
        ]
    factors = (0.4, 0.6, 0.9, 1.2, 1.6)
    return [
        LevelSettings(method, available, max(1.0, factor / rate), 0.0)
        for method, available in (
            ("average", True),
            ("hard_limit", True),
            ("tapered", True),
            ("average", False),
        )
        for factor in factors
    ]
