"""What a forecast assumes, where each number comes from, and the plan that is played. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from domain.campaigns.rules import DialMode
from domain.core.problems import Problems
from domain.pacing.interface import PacingSettings
from domain.simulation.scenario import Analysis, Duration
from domain.simulation.what_if import Forecast, Plan, answered_within

MOST_VARIANTS = 6
MOST_RUNS = 50
USUAL_RUNS = 12
LONGEST_DAYS = 36_525  # of a list that is worth a date
ENOUGH = 20  # samples of the history, below which a default is the better guess
DEFAULT_CALLS = 20  # weight of the default answer rate, as if so many calls had been seen


class Name(StrEnum):
    """One number that a forecast assumes. Seconds, or fractions, or counts."""

    AGENTS = "agents"
    PORTS = "ports"
    LINES_PER_AGENT = "lines_per_agent"
    MAX_LINES_PER_AGENT = "max_lines_per_agent"
    ABANDON_TARGET = "abandon_target"
    CORRECTION_PACE = "correction_pace"
    GAIN = "gain"
    MINIMUM_AGENTS = "minimum_agents"
    RING_LIMIT_SECONDS = "ring_limit_seconds"
    PATIENCE_SECONDS = "patience_seconds"
    PREVIEW_SECONDS = "preview_seconds"
    ANSWER_RATE = "answer_rate"
    MACHINE_RATE = "machine_rate"
    RING_SECONDS = "ring_seconds"
    RING_VARIATION = "ring_variation"
    TALK_SECONDS = "talk_seconds"
    TALK_VARIATION = "talk_variation"
    WRAP_UP_SECONDS = "wrap_up_seconds"
    WRAP_UP_VARIATION = "wrap_up_variation"
    TARGETS = "targets"
    MAX_ATTEMPTS = "max_attempts"
    HOURS_A_DAY = "hours_a_day"
    SECONDS_PLAYED = "seconds_played"


class Source(StrEnum):
    """Where a number comes from."""

    GIVEN = "given"  # by the one who asks
    CAMPAIGN = "campaign"  # its settings, list or team as they are
    HISTORY = "history"  # its attempts of the last 30 days
    DEFAULT = "default"  # there was too little history


class Team(StrEnum):
    """Whose number is taken where no number of agents is given."""

    ASSIGNED = "assigned"  # everybody who works on the campaign
    SIGNED_IN = "signed_in"  # those of them who are signed in now


# Lowest and highest that may be given. The last ones bound what a forecast costs.
LIMITS: dict[Name, tuple[float, float]] = {
    Name.AGENTS: (1, 500),
    Name.PORTS: (1, 1000),
    Name.LINES_PER_AGENT: (1, 10),
    Name.MAX_LINES_PER_AGENT: (1, 10),
    Name.ABANDON_TARGET: (0.001, 0.5),
    Name.CORRECTION_PACE: (10, 1000),
    Name.GAIN: (0, 2),
    Name.MINIMUM_AGENTS: (1, 500),
    Name.RING_LIMIT_SECONDS: (5, 120),
    Name.PATIENCE_SECONDS: (0, 30),
    Name.PREVIEW_SECONDS: (0, 3600),
    Name.ANSWER_RATE: (0.005, 1),
    Name.MACHINE_RATE: (0, 0.99),
    Name.RING_SECONDS: (1, 60),
    Name.RING_VARIATION: (0, 3),
    Name.TALK_SECONDS: (1, 7200),
    Name.TALK_VARIATION: (0, 3),
    Name.WRAP_UP_SECONDS: (0, 3600),
    Name.WRAP_UP_VARIATION: (0, 3),
    Name.TARGETS: (1, 100_000_000),
    Name.MAX_ATTEMPTS: (1, 30),
    Name.HOURS_A_DAY: (0.5, 24),
    Name.SECONDS_PLAYED: (600, 7200),
}
WHOLE = frozenset(
    {
        *(Name.AGENTS, Name.PORTS, Name.CORRECTION_PACE, Name.MINIMUM_AGENTS),
        *(Name.TARGETS, Name.MAX_ATTEMPTS),
    }
)
# What is assumed where the history is too short: the usual figures of docs/pacing.md's scenarios.
DEFAULTS: dict[Name, float] = {
    Name.ANSWER_RATE: 0.3,
    Name.MACHINE_RATE: 0.0,
    Name.RING_SECONDS: 12.0,
    Name.RING_VARIATION: 0.55,
    Name.TALK_SECONDS: 120.0,
    Name.TALK_VARIATION: 0.9,
    Name.WRAP_UP_SECONDS: 20.0,
    Name.WRAP_UP_VARIATION: 0.6,
    Name.PREVIEW_SECONDS: 15.0,  # of the campaign's limit: what an agent really takes
    Name.HOURS_A_DAY: 8.0,
}


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to dial that a forecast plays. What is not in `given` is the campaign's own."""

    name: str
    mode: DialMode | None = None  # None: the campaign's
    team: Team = Team.ASSIGNED
    given: dict[Name, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Samples:
    """How many durations were seen, their mean and their coefficient of variation."""

    count: int = 0
    mean: float = 0.0
    variation: float = 0.0


@dataclass(frozen=True, slots=True)
class Known:
    """What a campaign's rows say, read once for all variants."""

    mode: DialMode
    settings: PacingSettings
    analysis: bool
    calls: float  # placed and rung as long as they might; those given up count in part
    answers: int
    machines: int
    ring: Samples
    talk: Samples
    wrap: Samples
    assigned: int
    signed_in: int
    targets: tuple[tuple[int, int], ...]  # (attempts left, how many)
    max_attempts: int


@dataclass(frozen=True, slots=True)
class Assumption:
    """One number that was assumed."""

    name: Name
    value: float
    source: Source


@dataclass(frozen=True, slots=True)
class Answer:
    """What a variant came to so far; no forecast before its first run."""

    name: str
    mode: DialMode
    assumptions: list[Assumption]
    forecast: Forecast | None = None


def check(variants: Sequence[Variant], runs: int, problems: Problems) -> None:
    """Add what is wrong with the variants of a forecast."""
    problems.between("runs", runs, 1, MOST_RUNS)
    problems.between("variants", len(variants), 1, MOST_VARIANTS)
    names = [variant.name for variant in variants]
    problems.unless(len(set(names)) == len(names), "variants", "must not share a name")
    for index, variant in enumerate(variants):
        path = f"variants.{index}"
        problems.text(f"{path}.name", variant.name, longest=60)
        for name, value in variant.given.items():
            problems.between(f"{path}.{public(name)}", value, *LIMITS[name])


def public(name: Name) -> str:
    """Return the name as GraphQL says it."""
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


def team_of(variant: Variant, known: Known) -> int:
    """Return the agents (or ports) that a variant is played with; 0: there are none."""
    mode = variant.mode or known.mode
    if mode.startswith("ivr"):
        return int(variant.given.get(Name.PORTS, known.settings.ports or 0))
    here = known.assigned if variant.team is Team.ASSIGNED else known.signed_in
    return int(variant.given.get(Name.AGENTS, here))


def assumed(variant: Variant, known: Known) -> dict[Name, Assumption]:
    """Return every number that this variant rests on, with its source, in a fixed order."""
    mode = variant.mode or known.mode
    found: dict[Name, Assumption] = {}

    def add(name: Name, value: float, source: Source) -> None:
        if name in variant.given:
            value, source = variant.given[name], Source.GIVEN
        found[name] = Assumption(name, float(value), source)

    ivr = mode.startswith("ivr")
    add(Name.PORTS if ivr else Name.AGENTS, team_of(variant, known), Source.CAMPAIGN)
    for name, value in _settings_in(known.settings, mode).items():
        add(name, value, Source.CAMPAIGN)
    if mode is DialMode.PREVIEW:
        add(Name.PREVIEW_SECONDS, DEFAULTS[Name.PREVIEW_SECONDS], Source.DEFAULT)
    seen = known.calls >= ENOUGH
    source = Source.HISTORY if seen else Source.DEFAULT
    rate = (known.answers + 0.5) / (known.calls + 1.0) if seen else DEFAULTS[Name.ANSWER_RATE]
    add(Name.ANSWER_RATE, min(rate * _factor(variant, known), 1.0), source)
    machines = known.machines / known.calls if seen else DEFAULTS[Name.MACHINE_RATE]
    add(Name.MACHINE_RATE, min(machines, 0.99), source)
    for samples, mean, variation in _durations(known):
        enough = samples.count >= ENOUGH
        source = Source.HISTORY if enough else Source.DEFAULT
        add(mean, samples.mean if enough else DEFAULTS[mean], source)
        add(variation, samples.variation if enough else DEFAULTS[variation], source)
    if ivr:
        found[Name.WRAP_UP_SECONDS] = Assumption(Name.WRAP_UP_SECONDS, 0.0, Source.CAMPAIGN)
    add(Name.TARGETS, sum(count for _, count in known.targets), Source.CAMPAIGN)
    add(Name.MAX_ATTEMPTS, known.max_attempts, Source.CAMPAIGN)
    add(Name.HOURS_A_DAY, DEFAULTS[Name.HOURS_A_DAY], Source.DEFAULT)
    add(Name.SECONDS_PLAYED, _played(team_of(variant, known)), Source.DEFAULT)
    return found


def plan_of(variant: Variant, known: Known) -> Plan:
    """Return what is played for a variant."""
    mode = variant.mode or known.mode
    said = {name: assumption.value for name, assumption in assumed(variant, known).items()}
    seen = known.calls >= ENOUGH
    calls = known.calls if seen else DEFAULT_CALLS
    answers = known.answers if seen else round(DEFAULTS[Name.ANSWER_RATE] * DEFAULT_CALLS)
    ports = int(said[Name.PORTS]) if Name.PORTS in said else None
    return Plan(
        mode=mode.value,
        settings=_pacing(said, known.settings, ports),
        agents=int(said.get(Name.AGENTS, 0)),
        calls_seen=round(calls),
        answers_seen=answers,
        talk=Duration(said[Name.TALK_SECONDS], said[Name.TALK_VARIATION]),
        wrap=Duration(said[Name.WRAP_UP_SECONDS], said[Name.WRAP_UP_VARIATION]),
        targets=_list_of(variant, known),
        answer_rate=variant.given.get(Name.ANSWER_RATE),
        rate_factor=_factor(variant, known),
        ring=Duration(said[Name.RING_SECONDS], said[Name.RING_VARIATION]),
        analysis=_analysis(
            said[Name.MACHINE_RATE], known.analysis and mode is not DialMode.PREVIEW
        ),
        look=said.get(Name.PREVIEW_SECONDS, 0.0),
        hours_a_day=said[Name.HOURS_A_DAY],
        seconds_played=said[Name.SECONDS_PLAYED],
    )


def exposed(placed: int, given_up: int, ring: Samples, minimum_ring: float) -> float:
    """Return calls as if each had rung as long as it might.

    One that was given up after `minimum_ring` had only the early part of its chances to be
    answered; counted whole it would make the answer rate too low.
    """
    law = Duration(DEFAULTS[Name.RING_SECONDS], DEFAULTS[Name.RING_VARIATION])
    if ring.count >= ENOUGH:
        law = Duration(ring.mean, ring.variation)
    return placed - given_up * (1.0 - answered_within(law, minimum_ring))


def _durations(known: Known) -> tuple[tuple[Samples, Name, Name], ...]:
    return (
        (known.ring, Name.RING_SECONDS, Name.RING_VARIATION),
        (known.talk, Name.TALK_SECONDS, Name.TALK_VARIATION),
        (known.wrap, Name.WRAP_UP_SECONDS, Name.WRAP_UP_VARIATION),
    )


def _settings_in(settings: PacingSettings, mode: DialMode) -> dict[Name, float]:
    """Return the settings that this mode uses."""
    used: dict[Name, float] = {
        Name.RING_LIMIT_SECONDS: settings.ring_limit,
        Name.PATIENCE_SECONDS: settings.patience,
    }
    if mode.value.endswith("progressive"):
        used[Name.LINES_PER_AGENT] = settings.lines_per_agent
    if mode.value.endswith("predictive"):
        used |= {
            Name.MAX_LINES_PER_AGENT: settings.max_lines_per_agent,
            Name.ABANDON_TARGET: settings.abandon_target,
            Name.CORRECTION_PACE: settings.correction_pace,
            Name.GAIN: settings.gain,
            Name.MINIMUM_AGENTS: settings.minimum_agents,
        }
    return used


def _pacing(said: Mapping[Name, float], own: PacingSettings, ports: int | None) -> PacingSettings:
    ring_limit = said[Name.RING_LIMIT_SECONDS]
    return PacingSettings(
        lines_per_agent=said.get(Name.LINES_PER_AGENT, own.lines_per_agent),
        max_lines_per_agent=said.get(Name.MAX_LINES_PER_AGENT, own.max_lines_per_agent),
        abandon_target=said.get(Name.ABANDON_TARGET, own.abandon_target),
        correction_pace=int(said.get(Name.CORRECTION_PACE, own.correction_pace)),
        gain=said.get(Name.GAIN, own.gain),
        ring_limit=ring_limit,
        minimum_ring=min(own.minimum_ring, ring_limit),
        minimum_agents=int(said.get(Name.MINIMUM_AGENTS, own.minimum_agents)),
        patience=said[Name.PATIENCE_SECONDS],
        ports=ports,
    )


def _list_of(variant: Variant, known: Known) -> tuple[tuple[int, int], ...]:
    given = variant.given
    if Name.TARGETS not in given and Name.MAX_ATTEMPTS not in given:
        return known.targets
    count = given.get(Name.TARGETS, sum(n for _, n in known.targets))
    attempts = given.get(Name.MAX_ATTEMPTS, known.max_attempts)
    return ((int(attempts), int(count)),) if count else ()


def _factor(variant: Variant, known: Known) -> float:
    """Return what another ring limit than the campaign's does to its answer rate."""
    limit = variant.given.get(Name.RING_LIMIT_SECONDS)
    if limit is None or Name.ANSWER_RATE in variant.given:
        return 1.0
    law = Duration(
        variant.given.get(Name.RING_SECONDS, DEFAULTS[Name.RING_SECONDS]),
        variant.given.get(Name.RING_VARIATION, DEFAULTS[Name.RING_VARIATION]),
    )
    if known.ring.count >= ENOUGH and Name.RING_SECONDS not in variant.given:
        law = Duration(known.ring.mean, known.ring.variation)
    before = answered_within(law, known.settings.ring_limit)
    return answered_within(law, limit) / before if before > 0.0 else 1.0


def _analysis(machines: float, on: bool) -> Analysis | None:
    if on:
        return Analysis(machines=machines)
    if machines <= 0.0:
        return None
    # Nobody listens for machines, so each of them gets an agent at once.
    return Analysis(
        machines=machines, shortest=0.0, longest=0.0, false_positive=0.0, false_negative=1.0
    )


def _played(team: int) -> float:
    """Return the seconds that one run plays: many agents show in half an hour what few do in 2."""
    return 7200.0 if team <= 50 else 3600.0 if team <= 200 else 1800.0


def ends_at(begins: datetime, working_hours: float, hours_a_day: float) -> datetime | None:
    """Return when work that begins now and goes on for so many hours each day is done.

    None: not in a hundred years.
    """
    days, rest = divmod(working_hours, hours_a_day)
    if days > LONGEST_DAYS:
        return None
    return begins + timedelta(days=days, hours=rest)
