"""A what-if answers with ranges, from the campaign's own figures."""

from dataclasses import replace

import pytest

from domain.pacing.interface import PacingSettings
from domain.simulation.scenario import Duration
from domain.simulation.what_if import (
    USUAL_RING,
    Forecast,
    Plan,
    Range,
    answered_within,
    answers_expected,
    forecast,
)

PLAN = Plan(
    mode="progressive",
    settings=PacingSettings(),
    agents=10,
    calls_seen=1000,
    answers_seen=300,
    talk=Duration(120.0, 0.9),
    wrap=Duration(20.0, 0.6),
    targets=((1, 5000),),
    hours_a_day=1.0,
)


def last(plan: Plan, *, runs: int = 4, seed: int = 1) -> Forecast:
    """Return the final forecast."""
    return list(forecast(plan, runs=runs, seed=seed))[-1]


def test_a_forecast_reports_progress_after_every_run() -> None:
    seen = [f.runs_done for f in forecast(PLAN, runs=3, seed=1)]

    assert seen == [1, 2, 3]


def test_a_forecast_is_fixed_by_its_seed() -> None:
    assert last(PLAN) == last(PLAN)
    assert last(PLAN) != last(PLAN, seed=2)


def test_a_range_holds_its_median_and_eight_of_ten_runs() -> None:
    assert Range.of([float(k) for k in range(11)]) == Range(1.0, 5.0, 9.0)


def test_a_short_history_gives_a_wider_range_than_a_long_one() -> None:
    short = last(replace(PLAN, calls_seen=10, answers_seen=3), runs=8)
    long = last(replace(PLAN, calls_seen=100_000, answers_seen=30_000), runs=8)

    assert width(short.occupancy) > width(long.occupancy)


def width(span: Range) -> float:
    """Return how wide a range is."""
    return span.high - span.low


def test_predictive_dialing_finishes_the_list_sooner_than_one_line_per_agent() -> None:
    slow, fast = last(PLAN, runs=2), last(replace(PLAN, mode="predictive"), runs=2)

    assert slow.working_hours is not None
    assert fast.working_hours is not None
    assert fast.working_hours.median < 0.95 * slow.working_hours.median
    assert fast.occupancy.low > slow.occupancy.high
    assert slow.abandon_rate.high == 0.0


def test_a_campaign_without_a_list_has_no_finish_time() -> None:
    assert last(replace(PLAN, targets=()), runs=1).working_hours is None


@pytest.mark.parametrize(
    ("rate", "attempts", "people"), [(0.25, 1, 25.0), (0.5, 2, 75.0), (1.0, 5, 100.0)]
)
def test_each_further_attempt_reaches_some_of_those_who_did_not_answer(
    rate: float, attempts: int, people: float
) -> None:
    assert answers_expected(100, rate, attempts) == pytest.approx(people)


def test_a_plan_without_agents_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one agent"):
        next(forecast(replace(PLAN, agents=0)))


def test_ports_take_the_place_of_agents() -> None:
    ivr = replace(
        PLAN,
        mode="ivr_predictive",
        agents=0,
        settings=PacingSettings(ports=12),
        wrap=Duration(0.0, 0.6),
        talk=Duration(40.0, 0.5),
    )

    assert last(ivr, runs=1).occupancy.median > 0.5


def test_a_rate_that_a_person_said_has_no_spread_of_its_own() -> None:
    said = replace(PLAN, calls_seen=10, answers_seen=3, answer_rate=0.3)
    drawn = replace(said, answer_rate=None)

    assert width(last(said, runs=8).occupancy) < width(last(drawn, runs=8).occupancy)


def test_an_agent_who_looks_first_makes_fewer_calls_and_abandons_nobody() -> None:
    once = replace(PLAN, mode="progressive", answer_rate=0.3)
    looks = replace(once, mode="preview", look=20.0)

    assert last(looks, runs=2).calls_an_hour.high < last(once, runs=2).calls_an_hour.low
    assert last(looks, runs=2).abandon_rate.high == 0.0


def test_targets_with_more_attempts_left_take_more_calls() -> None:
    once, thrice = last(PLAN, runs=2), last(replace(PLAN, targets=((3, 5000),)), runs=2)

    assert once.calls is not None
    assert thrice.calls is not None
    assert thrice.calls.median > 1.5 * once.calls.median


@pytest.mark.parametrize(("seconds", "part"), [(0.0, 0.0), (10.54, 0.5), (60.0, 1.0)])
def test_most_answers_come_before_the_ring_limit(seconds: float, part: float) -> None:
    assert answered_within(USUAL_RING, seconds) == pytest.approx(part, abs=0.01)
