"""What counts as abandoned, over which window, and how sure one can be. Pure.

The rate is abandoned / live answers of people. Two corrections make it one of people:

- Machines taken for people. Of the calls that met an agent, `machines` turned out to be none. The
  same part of the abandoned ones is taken to have been machines (Ofcom's reasoned estimate for
  calls without detection, Persistent misuse policy 2010, annex 1): with A abandoned, L people and
  M machines met, A' = A * L / (L + M), and the rate is A' / (A' + L), which is A / (A + L + M).
- People taken for machines. Detection hung up on a part f of all people who answered; they count
  as abandoned: the rate becomes r * (1 - f) + f.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import numpy as np

from domain.campaigns.rules import AbandonWindow

DAY = timedelta(hours=24)
PERIOD = timedelta(days=30)
# Wrap-up codes that say that no person was there. A campaign's own codes count by these names.
MACHINE_CODES = ("answering_machine", "fax", "voicemail")


class LiveOutcome(StrEnum):
    """What became of a live answer."""

    CONNECTED = "connected"  # a person met an agent
    MACHINE = "machine"  # an agent met what was taken for a person
    ABANDONED = "abandoned"


@dataclass(frozen=True, slots=True)
class Counts:
    """Live answers of a window by what became of them."""

    connected: int = 0
    machines: int = 0
    abandoned: int = 0

    @property
    def live(self) -> int:
        """All that was taken for a live answer."""
        return self.connected + self.machines + self.abandoned


@dataclass(frozen=True, slots=True)
class Window:
    """From `begins` to before `ends`."""

    kind: AbandonWindow
    begins: datetime
    ends: datetime


def abandon_rate(counts: Counts, *, false_positives: float = 0.0) -> float:
    """Return the corrected rate, a fraction; 0 without live answers.

    `false_positives` is the part of people who answer whom detection takes for machines.
    """
    if not counts.live:
        return 0.0
    return _with_lost(counts.abandoned / counts.live, false_positives)


def upper_rate(counts: Counts, confidence: float, *, false_positives: float = 0.0) -> float:
    """Return the rate that the campaign's way of dialing does not exceed, with this confidence.

    One-sided and exact (Clopper and Pearson, 1934); 1 without live answers.
    """
    if counts.abandoned >= counts.live:
        return 1.0
    low, high = counts.abandoned / counts.live, 1.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        if _at_most(counts.abandoned, counts.live, middle) > 1.0 - confidence:
            low = middle
        else:
            high = middle
    return _with_lost(high, false_positives)


def pacing_target(target: float, false_positives: float) -> float:
    """Return what the pacer may abandon so that people lost to detection fit under the target."""
    return max(0.0, (target - false_positives) / (1.0 - false_positives))


def window_at(kind: AbandonWindow, anchor: datetime, at: datetime) -> Window:
    """Return the window that counts at an instant; `anchor` is when the first period began.

    Successive periods are those of 16 CFR 310.4(b)(4)(i): 30 days each, one after the other.
    """
    if kind is AbandonWindow.ROLLING_24H:
        return Window(kind, at - DAY, at)
    begins = anchor + PERIOD * ((at - anchor) // PERIOD)
    return Window(kind, begins, begins + PERIOD)


def outcome_of(connected: bool, wrap_up_code: str | None) -> LiveOutcome:
    """Return what became of a live answer."""
    if not connected:
        return LiveOutcome.ABANDONED
    return LiveOutcome.MACHINE if wrap_up_code in MACHINE_CODES else LiveOutcome.CONNECTED


def _with_lost(rate: float, false_positives: float) -> float:
    return rate * (1.0 - false_positives) + false_positives


def _at_most(successes: int, trials: int, chance: float) -> float:
    """Return the chance of at most so many successes in so many trials."""
    if chance <= 0.0:
        return 1.0
    if chance >= 1.0:
        return float(successes >= trials)
    k = np.arange(1, successes + 1, dtype=np.float64)
    steps = np.log((trials - k + 1.0) / k) + np.log(chance / (1.0 - chance))
    logs = trials * np.log1p(-chance) + np.concatenate(([0.0], np.cumsum(steps)))
    return float(min(1.0, np.exp(logs).sum()))
