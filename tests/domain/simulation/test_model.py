"""The model against what queueing theory and bookkeeping say, and the pacer on short floors."""

from dataclasses import replace
from math import factorial

import numpy as np
import pytest

from domain.pacing import policy_for
from domain.pacing.interface import Decision, FloorView, Observation, PacingSettings
from domain.simulation.model import Floor
from domain.simulation.outcome import NotConserved, Tally
from domain.simulation.scenario import (
    Analysis,
    Duration,
    Scenario,
    Spell,
    full_team,
    with_breaks,
)
from domain.simulation.targets import People


def floor_of(agents: int, hours: float, rate: float) -> Scenario:
    """Return a plain floor."""
    return Scenario("test", hours * 3600.0, full_team(agents, hours * 3600.0), ((0.0, rate),))


def run(scenario: Scenario, mode: str, seed: int, settings: PacingSettings | None = None) -> Tally:
    """Return the tally of one run."""
    settings = settings or PacingSettings(abandon_target=scenario.abandon_target)
    return Floor(scenario, policy_for(mode, settings, seed), seed=seed).run()


class Poisson:
    """Places calls at fixed moments of a Poisson process, whoever is free."""

    def __init__(self, gaps: list[float]) -> None:
        self._gaps = iter(gaps)
        self._next = next(self._gaps)

    def observe(self, event: Observation, now: float) -> None:
        """Take no notice."""

    def decide(self, floor: FloorView, now: float) -> Decision:
        """Launch what was due."""
        launch = 0
        while self._next <= now:
            launch += 1
            self._next += next(self._gaps)
        return Decision(launch)


@pytest.mark.parametrize(("mode", "seed"), [("progressive", 1), ("predictive", 2)])
def test_a_run_is_fixed_by_scenario_policy_and_seed(mode: str, seed: int) -> None:
    scenario = floor_of(5, 0.5, 0.3)

    assert run(scenario, mode, seed) == run(scenario, mode, seed)
    assert run(scenario, mode, seed) != run(scenario, mode, seed + 1)


def test_people_do_not_depend_on_the_order_in_which_they_are_asked() -> None:
    scenario = floor_of(5, 1.0, 0.3)
    forward, backward = People(scenario, 4), People(scenario, 4)
    last, _ = backward.block(10_000)
    first, _ = forward.block(0)

    assert forward.block(10_000)[0] == last
    assert backward.block(0)[0] == first


def test_progressive_dialing_has_the_occupancy_of_its_renewal_cycle() -> None:
    rate = 0.3
    tally = run(floor_of(40, 8.0, rate), "progressive", 3)
    failed = 0.25 * 4.0 + 0.75 * 27.5
    wait = (1.0 / rate - 1.0) * failed + 11.6  # the mean ring of answers cut at 28 s

    assert tally.abandoned == 0
    assert tally.occupancy == pytest.approx(140.0 / (140.0 + wait), abs=0.01)


def test_calls_at_random_on_a_floor_without_patience_are_lost_as_erlang_says() -> None:
    agents, load = 8, 6.0
    service = 60.0
    scenario = replace(
        floor_of(agents, 30.0, 1.0),
        talk=Duration(service, 1.0),
        wrap=Duration(0.0, 1.0),
        patience=0.0,
        decision_gap=0.05,
        tick=0.5,
    )
    gaps = np.random.default_rng(8).exponential(service / load, 20_000).tolist()
    tally = Floor(scenario, Poisson(gaps), seed=8).run()
    terms = [load**k / factorial(k) for k in range(agents + 1)]

    assert tally.abandon_rate == pytest.approx(terms[-1] / sum(terms), abs=0.012)


def test_every_run_adds_up_with_breaks_machines_and_a_short_list() -> None:
    team = tuple(
        with_breaks(60.0 * k, 3600.0, [(1200.0, 1500.0), (2400.0, 2460.0)]) for k in range(8)
    )
    scenario = replace(
        floor_of(8, 1.0, 0.3), team=team, analysis=Analysis(machines=0.2), targets=300
    )

    tally = run(scenario, "predictive", 5)

    tally.check(15.0)
    assert tally.dials == 300
    assert tally.people_dropped > 0


def test_a_tally_that_does_not_add_up_is_refused() -> None:
    with pytest.raises(NotConserved, match="dials, minimum ring"):
        Tally(dials=2, failed=1, youngest_cancel=9.0).check(15.0)


def test_an_agent_on_break_is_not_signed_in() -> None:
    assert with_breaks(0.0, 100.0, [(10.0, 20.0), (90.0, 120.0)]) == (
        Spell(0.0, 10.0),
        Spell(20.0, 90.0),
    )


def test_the_answer_rate_is_linear_between_points_and_jumps_at_equal_times() -> None:
    scenario = replace(
        floor_of(1, 1.0, 0.1), answer_rate=((0.0, 0.2), (100.0, 0.4), (100.0, 0.1), (200.0, 0.1))
    )

    found = [scenario.answers(t) for t in (0.0, 50.0, 99.999, 100.0, 500.0)]

    assert found == pytest.approx([0.2, 0.3, 0.4, 0.1, 0.1], abs=1e-4)


@pytest.mark.parametrize(
    ("scenario", "least"),
    [
        (floor_of(20, 1.5, 0.3), 0.80),
        (
            replace(
                floor_of(20, 1.5, 0.3),
                answer_rate=((0.0, 0.15), (2700.0, 0.15), (2700.0, 0.45), (5400.0, 0.45)),
            ),
            0.78,
        ),
        (replace(floor_of(15, 1.5, 0.25), abandon_target=0.01), 0.70),
    ],
    ids=["steady", "jump", "one per cent"],
)
@pytest.mark.parametrize("seed", [11, 12])
def test_the_abandon_target_holds_and_agents_are_far_busier_than_at_one_to_one(
    scenario: Scenario, least: float, seed: int
) -> None:
    predictive = run(scenario, "predictive", seed)
    progressive = run(scenario, "progressive", seed)

    assert predictive.abandon_rate <= scenario.abandon_target
    assert predictive.youngest_cancel >= 15.0
    assert predictive.occupancy >= least
    assert predictive.occupancy > progressive.occupancy + 0.1
