"""What a campaign would do: occupancy, abandon rate and finish time, each with a range.

Each run draws the answer rate anew from what its history allows (a Beta law, Jeffreys prior), so a
short history gives wide ranges; luck among targets and talks is in the ranges too.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from domain.pacing import policy_for
from domain.pacing.interface import PacingSettings
from domain.simulation.model import Floor
from domain.simulation.outcome import Tally
from domain.simulation.scenario import Analysis, Duration, Scenario, full_team

USUAL_RING = Duration(12.0, 0.55)
LONGEST_RUN = 2 * 3600.0  # seconds played; a longer campaign goes on at the same speed


@dataclass(frozen=True, slots=True)
class Plan:
    """A campaign as its own list, team and history describe it. Seconds and fractions."""

    mode: str
    settings: PacingSettings
    agents: int
    calls_seen: int  # history: calls placed, and how many people answered
    answers_seen: int
    talk: Duration
    wrap: Duration
    targets: int | None = None  # None: no finish time is wanted
    max_attempts: int = 1
    ring: Duration = USUAL_RING
    analysis: Analysis | None = None
    hours_a_day: float = 8.0


@dataclass(frozen=True, slots=True)
class Range:
    """The middle of what may come, and the limits that 8 of 10 runs stay within."""

    low: float
    median: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Range":
        """Return the 10th, 50th and 90th percentile."""
        low, median, high = np.quantile(np.asarray(values, dtype=np.float64), [0.1, 0.5, 0.9])
        return cls(float(low), float(median), float(high))


@dataclass(frozen=True, slots=True)
class Forecast:
    """What `runs_done` runs say so far."""

    runs_done: int
    runs: int
    occupancy: Range
    abandon_rate: Range
    wait_seconds: Range  # of an agent for the next call
    connected_an_hour: Range
    working_hours: Range | None  # until the list is done; None without a list or without a call


def forecast(plan: Plan, *, runs: int = 12, seed: int = 0) -> Iterator[Forecast]:
    """Yield the forecast after each run; the last one is the answer. Deterministic by seed.

    Raises ValueError when the plan has no agents (or ports), or fewer than one run is asked for.
    """
    team = plan.settings.ports if plan.settings.ports is not None else plan.agents
    if team < 1 or runs < 1:
        raise ValueError("A forecast needs at least one agent (or port) and one run.")
    random = np.random.default_rng([seed, 0x77])
    tallies: list[tuple[Tally, float]] = []
    for done in range(1, runs + 1):
        missed = max(plan.calls_seen - plan.answers_seen, 0)
        rate = float(random.beta(plan.answers_seen + 0.5, missed + 0.5))
        tallies.append((play(plan, team, rate, seed=seed + done), rate))
        yield _summed(plan, tallies, runs)


def play(plan: Plan, team: int, answer_rate: float, *, seed: int) -> Tally:
    """Return one run of the plan at one answer rate."""
    duration = min(plan.hours_a_day * 3600.0, LONGEST_RUN)
    scenario = Scenario(
        name="what-if",
        duration=duration,
        team=full_team(team, duration),
        answer_rate=((0.0, answer_rate),),
        ring=plan.ring,
        talk=plan.talk,
        wrap=plan.wrap,
        patience=plan.settings.patience,
        minimum_ring=plan.settings.minimum_ring,
        analysis=plan.analysis,
        abandon_target=plan.settings.abandon_target,
    )
    # The settings' own counters are of the past; a forecast starts with a clean sheet.
    settings = replace(plan.settings, live_answers_before=0, abandoned_before=0)
    return Floor(scenario, policy_for(plan.mode, settings, seed), seed=seed).run()


def answers_expected(targets: int, answer_rate: float, max_attempts: int) -> float:
    """Return the people a list reaches when each target is tried until it answers or is spent."""
    return targets * (1.0 - (1.0 - answer_rate) ** max_attempts)


def _summed(plan: Plan, tallies: list[tuple[Tally, float]], runs: int) -> Forecast:
    hours = min(plan.hours_a_day, LONGEST_RUN / 3600.0)
    finish = None
    reached = [tally.people_presented + tally.people_dropped for tally, _ in tallies]
    if plan.targets is not None and all(reached):
        finish = Range.of(
            [
                answers_expected(plan.targets, rate, plan.max_attempts) * hours / people
                for (_, rate), people in zip(tallies, reached, strict=True)
            ]
        )
    return Forecast(
        len(tallies),
        runs,
        Range.of([tally.occupancy for tally, _ in tallies]),
        Range.of([tally.abandon_rate for tally, _ in tallies]),
        Range.of([tally.mean_wait for tally, _ in tallies]),
        Range.of([tally.connected / hours for tally, _ in tallies]),
        finish,
    )
