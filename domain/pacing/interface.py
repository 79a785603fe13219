"""What a pacer sees and says. Times are seconds on any monotonic clock; ages are seconds.

Pure: no clock, no I/O, no asyncio. The floor, the simulation and the benchmarks drive this face.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Ages = Sequence[float] | NDArray[np.float64]


class Seen(StrEnum):
    """Kinds of observation."""

    DIALED = "dialed"  # a call was placed
    FAILED = (
        "failed"  # it ended unanswered: rang out, busy, invalid ... `age` = seconds since dialed
    )
    ANSWERED = "answered"  # picked up, by anyone; `age` = seconds since dialed
    PRESENTED = "presented"  # a live person, ready for an agent (analysis done or off)
    MACHINE = "machine"  # analysis said machine or fax
    CONNECTED = "connected"  # presented call met an agent
    ABANDONED = "abandoned"  # presented call met none in time, or hung up while waiting
    TALK_ENDED = "talk_ended"  # `age` = seconds of talk
    WRAP_ENDED = "wrap_ended"  # `age` = seconds of wrap-up
    AGENT_IN = "agent_in"
    AGENT_OUT = "agent_out"


@dataclass(frozen=True, slots=True)
class Observation:
    """One thing that happened. `age` is the duration of what ended, where the kind names one."""

    kind: Seen
    age: float = 0.0


@dataclass(frozen=True, slots=True)
class Counted:
    """What a window that ends now holds, where somebody else counts it. See docs/pacing.md."""

    live: int  # live answers
    abandoned: int
    sharers: int = 1  # campaigns that spend from it now, this one among them


@dataclass(frozen=True, slots=True)
class FloorView:
    """The floor as one campaign sees it at one instant. All ages in seconds, any order."""

    free: int  # agents ready for a call now
    waiting: int  # live answered customers without an agent
    ringing: Ages = ()  # ages of calls dialed and not yet answered
    analysing: Ages = ()  # ages of answered calls in analysis
    talking: Ages = ()  # ages of talks
    wrapping: Ages = ()  # ages of wrap-ups
    agents: int = 0  # signed in and not on break: free + talking + wrapping
    targets_left: int | None = None  # dialable now; None: plenty
    closes_in: float | None = None  # until the measuring period or the calling window ends
    counted: Counted | None = None  # None: the pacer counts its period itself


@dataclass(frozen=True, slots=True)
class PacingSettings:
    """What an administrator sets. Rates are fractions (0.03 = 3 %)."""

    lines_per_agent: float = 1.0  # progressive: lines per free agent
    max_lines_per_agent: float = 10.0  # predictive: (ringing + analysing + talking + new) / agents
    abandon_target: float = 0.03  # of live answers in the period
    correction_pace: int = 50  # live answers between corrections, 10..1000
    gain: float = 1.0  # 0..2, multiplies each correction
    ring_limit: float = 28.0  # seconds
    minimum_ring: float = 15.0  # no ringing call is hung up before this (16 CFR 310.4(b)(4)(ii))
    minimum_agents: int = 2  # below this: progressive, one line per free agent
    patience: float = 2.0  # seconds a live answer may wait (16 CFR 310.4(b)(4)(iii))
    period: float = 86_400.0  # seconds of the measuring period
    live_answers_before: int = 0  # already measured in the period when the pacer starts
    abandoned_before: int = 0
    ports: int | None = None  # IVR: ports replace agents


@dataclass(frozen=True, slots=True)
class Decision:
    """How many calls to place now, how many ringing ones to give up, and why."""

    launch: int
    cancel: int = 0  # oldest first, none younger than `minimum_ring`
    why: str = ""  # one sentence with figures, shown on the monitor
    figures: dict[str, float] = field(default_factory=dict)


class PacingPolicy(Protocol):
    """A dialing mode's way to pace. One instance paces one campaign."""

    def observe(self, event: Observation, now: float) -> None:
        """Learn from one thing that happened."""

    def decide(self, floor: FloorView, now: float) -> Decision:
        """Say how many calls to place now. Deterministic given the history and the seed."""
