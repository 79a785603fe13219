"""The benchmark reads its own figures correctly."""

from xml.etree import ElementTree

import pytest

from benchmarks.pacing.__main__ import parse_seeds
from benchmarks.pacing.baselines import AdaptiveLevel, CorrectedLines, LevelSettings
from benchmarks.pacing.goals import GOALS, verdict
from benchmarks.pacing.plots import picture
from benchmarks.pacing.runs import Row, clairvoyant_occupancy, envelope_at, mean_answer_rate
from benchmarks.pacing.scenarios import all_scenarios
from domain.pacing.interface import FloorView, Observation, PacingSettings, Seen


def rows(occupancy: float, rates: list[float], decision_us: float = 590.0) -> list[Row]:
    """Return runs with one occupancy and these abandon rates."""
    spent: Row = {"occupancy": occupancy, "decisions": 1e5, "cpu": decision_us / 10.0}
    return [{**spent, "abandoned": rate} for rate in rates]


@pytest.mark.parametrize(
    ("occupancy", "rates", "said"),
    [
        (89.1, [2.9] * 10, "pass"),
        (89.1, [2.9] * 9 + [3.05], "pass"),
        (88.9, [2.9] * 10, "misses occupancy"),
        (89.1, [2.8] * 8 + [3.05] * 2, "misses runs over"),
        (89.1, [2.8] * 9 + [3.2], "misses a run far over"),
        (89.1, [3.05] * 10, "misses mean rate, runs over"),
    ],
)
def test_a_scenario_passes_only_with_its_goal_and_its_target(
    occupancy: float, rates: list[float], said: str
) -> None:
    assert verdict("base-n20-p0.3", rows(occupancy, rates), 3.0) == said


def test_a_policy_that_takes_more_than_a_millisecond_to_decide_misses() -> None:
    quick, slow = (rows(98.6, [2.9] * 10, decision_us) for decision_us in (999.0, 1001.0))

    assert verdict("base-n500-p0.1", quick, 3.0) == "pass"
    assert verdict("base-n500-p0.1", slow, 3.0) == "misses time for a decision"
    assert verdict("unheard-of", slow, 3.0) == "misses time for a decision"


def test_every_goal_names_a_scenario() -> None:
    assert set(GOALS) <= set(all_scenarios())


def test_the_envelope_mixes_the_two_best_neighbours() -> None:
    points = [(0.0, 60.0), (1.0, 70.0), (2.0, 65.0), (5.0, 90.0)]

    assert envelope_at(points, 3.0) == pytest.approx(80.0)


def test_the_clairvoyant_idles_for_the_first_ring_only() -> None:
    assert clairvoyant_occupancy(all_scenarios()["base-n20-p0.3"]) == pytest.approx(
        100.0 * (1.0 - 12.0 / 28_800.0)
    )


def test_the_mean_answer_rate_weighs_the_time_it_held() -> None:
    assert mean_answer_rate(all_scenarios()["h1-drop-n20"]) == pytest.approx(0.275)


def test_seeds_are_read_as_ranges_and_lists() -> None:
    assert parse_seeds("1-3,7") == [1, 2, 3, 7]


def test_an_adaptive_level_is_halved_while_the_day_is_over_its_limit() -> None:
    policy = AdaptiveLevel(PacingSettings(), LevelSettings(highest=4.0, available_only=True))
    for now in range(0, 300, 5):
        policy.decide(FloorView(free=10, waiting=0, agents=20), float(now))
    before = policy.decide(FloorView(free=10, waiting=0, agents=20), 300.0).launch
    for _ in range(100):
        policy.observe(Observation(Seen.PRESENTED), 301.0)
        policy.observe(Observation(Seen.ABANDONED), 301.0)
    after = policy.decide(FloorView(free=10, waiting=0, agents=20), 315.0).launch

    assert (before, after) == (40, 30)


def test_corrected_lines_grow_when_nobody_was_abandoned() -> None:
    policy = CorrectedLines(PacingSettings())
    floor = FloorView(free=10, waiting=0, agents=20)
    first = policy.decide(floor, 0.0).launch
    for _ in range(70):
        policy.observe(Observation(Seen.PRESENTED), 1.0)

    assert (first, policy.decide(floor, 2.0).launch) == (10, 13)


def test_a_plot_is_well_formed_and_names_its_policies() -> None:
    drawn = picture(
        "20 agents & more",
        {"ratio": rows(70.0, [0.0]) + rows(85.0, [3.0]), "predictive": rows(89.0, [2.9])},
    )

    assert ElementTree.fromstring(drawn).tag.endswith("svg")
    assert "predictive" in drawn
