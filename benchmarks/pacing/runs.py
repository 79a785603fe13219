"""One run of a policy on a scenario, as a row of figures; and the choices made in hindsight."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise
from time import process_time

from benchmarks.pacing.baselines import AdaptiveLevel, CorrectedLines, LevelSettings, level_grid
from domain.pacing import policy_for
from domain.pacing.interface import PacingPolicy, PacingSettings
from domain.simulation.model import Floor
from domain.simulation.outcome import Tally
from domain.simulation.scenario import Scenario

Row = dict[str, float | str]
Results = dict[str, dict[str, list[Row]]]  # scenario, policy, one row a run

POLICIES = ("predictive", "progressive", "ratio", "level-default", "level-tuned", "corrected")
TUNING_SEEDS = (101, 102)
RATIOS = (1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 7.5, 9.0)


def settings_for(scenario: Scenario) -> PacingSettings:
    """Return default settings with the scenario's target."""
    return PacingSettings(abandon_target=scenario.abandon_target)


def run_policy(
    scenario: Scenario, policy: str, seeds: list[int], *, quick: bool = False
) -> list[Row]:
    """Return one row for each seed (for `ratio`: for each ratio and tuning seed)."""
    settings = settings_for(scenario)
    match policy:
        case "predictive" | "progressive":
            return [measure(scenario, policy_for(policy, settings, s), s) for s in seeds]
        case "corrected":
            return [measure(scenario, CorrectedLines(settings), s) for s in seeds]
        case "level-default":
            return [measure(scenario, AdaptiveLevel(settings, LevelSettings()), s) for s in seeds]
        case "level-tuned":
            chosen = tune_level(scenario, settings, quick=quick)
            rows = [measure(scenario, AdaptiveLevel(settings, chosen), s) for s in seeds]
            return [{**row, "setting": str(chosen)} for row in rows]
        case "ratio":
            return ratio_rows(scenario, settings, quick=quick)
    raise ValueError(f"no policy {policy!r}; there are {', '.join(POLICIES)}")


def merged(before: list[Row], rows: list[Row]) -> list[Row]:
    """Return the rows of an earlier run with those of this one, which win, by seed."""
    by_seed = {int(row["seed"]): row for row in [*before, *rows]}
    return [by_seed[seed] for seed in sorted(by_seed)]


def measure(scenario: Scenario, policy: PacingPolicy, seed: int) -> Row:
    """Return the figures of one run."""
    began = process_time()
    tally = Floor(scenario, policy, seed=seed).run()
    return row_of(tally, seed, process_time() - began)


def row_of(tally: Tally, seed: int, cpu_seconds: float) -> Row:
    """Return a tally as figures; rates and occupancy in per cent."""
    return {
        "seed": seed,
        "occupancy": 100.0 * tally.occupancy,
        "abandoned": 100.0 * tally.abandon_rate,
        "ofcom": 100.0 * tally.ofcom_rate,
        "worst_hour": 100.0 * tally.worst_hour,
        "wait": tally.mean_wait,
        "dials_per_connect": tally.dials / max(tally.connected, 1),
        "cancelled": 100.0 * tally.cancelled / max(tally.dials, 1),
        "live": tally.people_presented,
        "decisions": tally.decisions,
        "cpu": cpu_seconds,
    }


def tune_level(scenario: Scenario, settings: PacingSettings, *, quick: bool) -> LevelSettings:
    """Return the adaptive-level setting with the best occupancy within the target.

    Chosen with the scenario's own answer rate, which no administrator knows.
    """
    rate = mean_answer_rate(scenario)
    best: tuple[float, LevelSettings] | None = None
    grid = level_grid(rate, len(scenario.team))
    for chosen in grid[:: 3 if quick else 1]:
        row = measure(scenario, AdaptiveLevel(settings, chosen), TUNING_SEEDS[0])
        score = float(row["occupancy"])
        over = float(row["abandoned"]) - 100.0 * settings.abandon_target
        score -= 1000.0 * max(over, 0.0)
        if best is None or score > best[0]:
            best = (score, chosen)
    assert best is not None
    return best[1]


def ratio_rows(scenario: Scenario, settings: PacingSettings, *, quick: bool) -> list[Row]:
    """Return one row for each fixed ratio of lines to free agents that is not far over target."""
    rows: list[Row] = []
    seed = TUNING_SEEDS[0]
    for ratio in RATIOS[:: 2 if quick else 1]:
        fixed = replace(settings, lines_per_agent=ratio)
        row = measure(scenario, policy_for("progressive", fixed, seed), seed)
        rows.append({**row, "setting": f"{ratio:g}"})
        if float(row["abandoned"]) > 500.0 * settings.abandon_target:
            break
    return rows


def mean_answer_rate(scenario: Scenario) -> float:
    """Return the answer rate averaged over the run."""
    points = 200
    step = scenario.duration / points
    return sum(scenario.answers((k + 0.5) * step) for k in range(points)) / points


def clairvoyant_occupancy(scenario: Scenario) -> float:
    """Return what no policy can pass, in per cent: all idle time is the first ring of the day.

    A dialer that knew who answers, when, and how long talks last would place every later call so
    that it is answered as its agent falls free.
    """
    signed = sum(s.ends - s.begins for spells in scenario.team for s in spells)
    first = sum(1 for spells in scenario.team if spells and spells[0].begins == 0.0)
    return 100.0 * (1.0 - first * scenario.ring.mean / signed)


def envelope_at(points: Iterable[tuple[float, float]], target: float) -> float:
    """Return the occupancy at `target` abandoned, on the upper concave hull of the points.

    Points are (abandoned, occupancy); a mix of two ratios reaches any point between them.
    """
    hull: list[tuple[float, float]] = []
    for x, y in sorted(points):
        while hull and hull[-1][1] <= y and hull[-1][0] == x:
            hull.pop()
        while len(hull) >= 2:
            (x0, y0), (x1, y1) = hull[-2], hull[-1]
            if (y1 - y0) * (x - x0) <= (y - y0) * (x1 - x0):
                hull.pop()
            else:
                break
        hull.append((x, y))
    best = 0.0
    for (x0, y0), (x1, y1) in pairwise(hull):
        if x0 <= target <= x1 and x1 > x0:
            best = max(best, y0 + (y1 - y0) * (target - x0) / (x1 - x0))
    inside = [y for x, y in hull if x <= target]
    return max([best, *inside])
