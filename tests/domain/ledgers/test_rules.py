"""What counts as abandoned, and how sure one can be."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from math import comb

import pytest

from domain.campaigns.rules import AbandonWindow
from domain.ledgers.rules import Counts, abandon_rate, pacing_target, upper_rate, window_at
from domain.pacing.counting import PeriodCount, RollingCount

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
DAY_S = 86_400


def test_the_stated_vector() -> None:
    assert round(100 * abandon_rate(Counts(connected=9, machines=7, abandoned=29)), 2) == 64.44


def test_nothing_answered_is_nothing_abandoned() -> None:
    assert abandon_rate(Counts(), false_positives=0.02) == 0.0


@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.999])
@pytest.mark.parametrize(("abandoned", "live"), [(0, 100), (3, 100), (30, 1000), (99, 100)])
def test_at_the_bound_so_few_abandons_are_as_unlikely_as_the_confidence_says(
    abandoned: int, live: int, confidence: float
) -> None:
    counts = Counts(connected=live - abandoned, abandoned=abandoned)

    bound = Fraction(upper_rate(counts, confidence))

    chances = [comb(live, k) * bound**k * (1 - bound) ** (live - k) for k in range(abandoned + 1)]
    assert float(sum(chances)) == pytest.approx(1.0 - confidence, rel=1e-6)


@pytest.mark.parametrize(("target", "lost"), [(0.03, 0.0), (0.03, 0.02), (0.01, 0.02)])
def test_what_the_pacer_may_spend_makes_the_whole_rate_the_target(
    target: float, lost: float
) -> None:
    spent = pacing_target(target, lost)
    counts = Counts(connected=round(1e9 * (1 - spent)), abandoned=round(1e9 * spent))

    rate = abandon_rate(counts, false_positives=lost)

    assert rate == pytest.approx(max(target, lost), abs=1e-6)


def test_periods_follow_each_other_without_a_gap() -> None:
    first = NOW - timedelta(days=61)
    kind = AbandonWindow.SUCCESSIVE_30_DAYS

    window = window_at(kind, first, NOW)
    last = window_at(kind, first, window.begins - timedelta(microseconds=1))

    assert window.begins == first + timedelta(days=60)
    assert last.ends == window.begins


def test_a_rolling_count_forgets_by_the_minute() -> None:
    count = RollingCount(DAY_S, [(0, 10, 1), (1, 10, 0)])
    count.add(DAY_S - 1.0, live=5, abandoned=1)

    assert count.totals(float(DAY_S)) == (25, 2)
    assert count.totals(DAY_S + 60.0) == (15, 1)
    assert count.totals(2.0 * DAY_S + 60.0) == (0, 0)


def test_a_period_begins_with_a_clean_sheet() -> None:
    count = PeriodCount(3600, 0.0, [(3, 10, 1)])
    count.add(3599.0, live=2, abandoned=1)
    assert count.totals(3599.9) == (12, 2)

    count.add(3600.0, live=1)

    assert count.totals(3600.0) == (1, 0)
    assert count.totals(9000.0) == (0, 0)
