"""What a campaign would do: occupancy, abandon rate and finish time, each with a range.

Each run draws the answer rate anew from what its history allows (a Beta law, Jeffreys prior), so a
short history gives wide ranges; luck among targets and talks is in the ranges too.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import erf, log, sqrt

import numpy as np

from domain.pacing import policy_for
from domain.pacing.interface import PacingSettings
from domain.simulation.model import Floor
from domain.simulation.outcome import Tally
from domain.simulation.scenario import Analysis, Duration, Scenario, full_team

USUAL_RING = Duration(12.0, 0.55)
LONGEST_RUN = 2 * 3600.0  # seconds played; a longer campaign goes on at the same speed
GIVEN_UP_WITHIN = 2.0  # seconds after the ring limit in which a switch ends an unanswered call
# One line for each free agent; what differs between them happens before the customer's phone rings.
_ONE_LINE = frozenset({"preview", "agent_first"})


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
    targets: tuple[tuple[int, int], ...] = ()  # (attempts left, how many); (): no finish time
    answer_rate: float | None = None  # said by a person, so it has no spread; None: by history
    rate_factor: float = 1.0  # what a ring limit unlike that of the history does to the rate
    ring: Duration = USUAL_RING
    analysis: Analysis | None = None
    look: float = 0.0  # seconds that an agent looks at a contact before it is dialed
    hours_a_day: float = 8.0
    seconds_played: float = LONGEST_RUN


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
    calls_an_hour: Range
    calls: Range | None  # until the list is done; None without a list or without an answer
    working_hours: Range | None  # likewise


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
        drawn = float(random.beta(plan.answers_seen + 0.5, missed + 0.5))
        rate = drawn if plan.answer_rate is None else plan.answer_rate
        rate = min(rate * plan.rate_factor, 1.0)
        tallies.append((play(plan, team, rate, seed=seed + done), rate))
        yield _summed(plan, tallies, runs)


def play(plan: Plan, team: int, answer_rate: float, *, seed: int) -> Tally:
    """Return one run of the plan at one answer rate."""
    duration = _played(plan)
    limit, look = plan.settings.ring_limit, plan.look
    scenario = Scenario(
        name="what-if",
        duration=duration,
        team=full_team(team, duration),
        answer_rate=((0.0, answer_rate),),
        # An agent who looks first is as busy with the contact as one who hears it ring longer.
        ring=Duration(plan.ring.mean + look, _variation(plan.ring, look)),
        longest_answer=limit + look,
        given_up=(limit + look, limit + GIVEN_UP_WITHIN + look),
        fast=(3.0 + look, 5.0 + look),
        talk=plan.talk,
        wrap=plan.wrap,
        patience=plan.settings.patience,
        minimum_ring=plan.settings.minimum_ring,
        analysis=plan.analysis,
        abandon_target=plan.settings.abandon_target,
    )
    # The settings' own counters are of the past; a forecast starts with a clean sheet.
    settings = replace(plan.settings, live_answers_before=0, abandoned_before=0)
    mode = plan.mode
    if mode in _ONE_LINE:
        mode, settings = "progressive", replace(settings, lines_per_agent=1.0)
    return Floor(scenario, policy_for(mode, settings, seed), seed=seed).run()


def answered_within(ring: Duration, seconds: float) -> float:
    """Return the part of answers that come within so many seconds of ringing, 0 to 1."""
    if seconds <= 0.0 or ring.mean <= 0.0:
        return float(ring.mean <= 0.0)
    spread = sqrt(log(1.0 + ring.variation**2))
    if spread == 0.0:
        return float(seconds >= ring.mean)
    middle = log(ring.mean) - 0.5 * spread * spread
    return 0.5 * (1.0 + erf((log(seconds) - middle) / (spread * sqrt(2.0))))


def _played(plan: Plan) -> float:
    return min(plan.hours_a_day * 3600.0, plan.seconds_played, LONGEST_RUN)


def _variation(ring: Duration, look: float) -> float:
    """Return the variation of a ring time that a constant was added to."""
    whole = ring.mean + look
    return ring.variation * ring.mean / whole if whole > 0.0 else 0.0


def answers_expected(targets: int, answer_rate: float, max_attempts: int) -> float:
    """Return the people a list reaches when each target is tried until it answers or is spent."""
    return targets * (1.0 - (1.0 - answer_rate) ** max_attempts)


def _summed(plan: Plan, tallies: list[tuple[Tally, float]], runs: int) -> Forecast:
    hours = _played(plan) / 3600.0
    finish, calls = None, None
    reached = [tally.people_presented + tally.people_dropped for tally, _ in tallies]
    if plan.targets and all(reached):
        ends = [
            sum(answers_expected(count, rate, left) for left, count in plan.targets)
            * hours
            / people
            for (_, rate), people in zip(tallies, reached, strict=True)
        ]
        finish = Range.of(ends)
        calls = Range.of(
            [end * tally.dials / hours for end, (tally, _) in zip(ends, tallies, strict=True)]
        )
    return Forecast(
        len(tallies),
        runs,
        Range.of([tally.occupancy for tally, _ in tallies]),
        Range.of([tally.abandon_rate for tally, _ in tallies]),
        Range.of([tally.mean_wait for tally, _ in tallies]),
        Range.of([tally.connected / hours for tally, _ in tallies]),
        Range.of([tally.dials / hours for tally, _ in tallies]),
        calls,
        finish,
    )
