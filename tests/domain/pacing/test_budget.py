"""The abandon budget guards the target and steers the threshold."""

import pytest

from domain.pacing.budget import START, AbandonBudget
from domain.pacing.interface import PacingSettings


def spent(live: int, abandoned: int, *, gain: float = 1.0) -> AbandonBudget:
    """Return the budget of a period with so many live answers, of 20 agents at work."""
    chosen = PacingSettings(live_answers_before=live, abandoned_before=abandoned, gain=gain)
    budget = AbandonBudget(chosen)
    budget.pass_time(0.0, 20, 140.0)
    return budget


@pytest.mark.parametrize(
    ("live", "abandoned", "closes_in", "guarded"),
    [
        (0, 0, 28_800.0, False),
        (1000, 30, 28_800.0, False),
        (1000, 36, 28_800.0, False),  # what is to come can repay it
        (1000, 70, 28_800.0, True),  # not soon enough
        (1000, 31, 30.0, True),
        (1000, 30, 60.0, True),  # one more would pass the target
        (1000, 20, 60.0, False),
        (1000, 29, None, False),
        (1000, 31, None, True),  # a period that may end now must not owe anything
    ],
)
def test_the_guard_closes_when_the_period_cannot_repay(
    live: int, abandoned: int, closes_in: float | None, guarded: bool
) -> None:
    assert spent(live, abandoned).allow(0.0, 20, closes_in, None).guarded is guarded


def test_a_short_list_repays_less_than_a_long_day() -> None:
    budget = spent(1000, 36)

    assert not budget.allow(0.0, 20, 28_800.0, None).guarded
    assert budget.allow(0.0, 20, 28_800.0, 40.0).guarded


@pytest.mark.parametrize(("abandons", "moves"), [(0, 1), (10, -1)])
@pytest.mark.parametrize("gain", [0.0, 1.0, 2.0])
def test_the_threshold_moves_against_the_observed_rate_as_far_as_the_gain_says(
    abandons: int, moves: int, gain: float
) -> None:
    budget = spent(0, 0, gain=gain)
    budget.allow(60.0, 20, 28_800.0, None)
    for _ in range(50):
        budget.live_answer()
    for _ in range(abandons):
        budget.abandon()

    budget.allow(130.0, 20, 28_800.0, None)

    moved = budget.theta - START * 0.03
    assert budget.corrections == 1
    assert moved * moves > 0 if gain else moved == pytest.approx(0.0)


def test_no_correction_is_made_before_the_pace_is_full() -> None:
    budget = spent(0, 0)
    budget.allow(60.0, 20, 28_800.0, None)
    for _ in range(49):
        budget.live_answer()

    budget.allow(500.0, 20, 28_800.0, None)

    assert budget.corrections == 0


def test_a_new_period_starts_with_a_clean_sheet() -> None:
    budget = spent(1000, 45)

    budget.pass_time(86_399.0, 20, 140.0)
    kept = (budget.live, budget.abandoned)
    budget.pass_time(86_400.0, 20, 140.0)

    assert kept == (1000, 45)
    assert (budget.live, budget.abandoned) == (0, 0)


def test_analysis_keeps_more_in_reserve_because_machines_pass_for_people() -> None:
    plain, analysed = spent(1000, 25), spent(1000, 25)
    analysed.analysed = True

    without, with_machines = (b.allow(0.0, 20, 3600.0, None) for b in (plain, analysed))

    assert with_machines.wanted < without.wanted
