"""The law of agents free minus calls answered, against counting by hand and by chance."""

import numpy as np
import pytest

from domain.pacing.horizon import HORIZONS, Horizon, RingTables
from domain.pacing.learning import AgeCounts, DurationLaw, RingLaw, age_bins


def laws() -> tuple[DurationLaw, DurationLaw, RingLaw]:
    """Return laws that have learned nothing."""
    talk = DurationLaw(width=5.0, bins=240, mean=120.0, variation=0.9)
    wrap = DurationLaw(width=2.0, bins=90, mean=20.0, variation=0.6)
    return talk, wrap, RingLaw(28.0)


def built(points: int = 48) -> tuple[Horizon, RingTables]:
    """Return tables on the prior laws."""
    talk, wrap, ring = laws()
    horizon = Horizon(points, patience=2.0)
    horizon.rebuild(talk, wrap, 1.0)
    return horizon, horizon.ring_tables(ring, 1.0, live_share=1.0, delay=0.0, cut_from=None)


def test_the_risk_of_the_next_call_agrees_with_chance() -> None:
    horizon, rings = built()
    talking = age_bins([10.0, 80.0, 200.0, 35.0, 120.0], 5.0, 240)
    wrapping = age_bins([3.0, 18.0], 2.0, 90)
    ringing = age_bins([1.0, 6.0, 9.0, 14.0], 1.0, 34)
    balance = horizon.balance(1, talking, wrapping, ringing, rings, None, 0)
    random = np.random.default_rng(5)
    rounds = 40_000
    chances = np.zeros(HORIZONS.size)
    for h in range(HORIZONS.size):
        finish = np.concatenate([horizon.talk[talking, h], horizon.wrap[wrapping, h]])
        answer = rings.by_age[ringing, h]
        freed = (random.random((rounds, finish.size)) < finish).sum(axis=1)
        asked = (random.random((rounds, answer.size)) < answer).sum(axis=1)
        extra = random.random((rounds, 2)) < rings.new[h]
        chances[h] = ((1 + freed - asked - extra.sum(axis=1)) <= 0).mean()
    worst = np.maximum.accumulate(chances[::-1])[::-1]

    found = float(balance.risks(np.array([2]))[0])

    assert found == pytest.approx(float(worst @ rings.share), abs=0.01)


def test_a_free_agent_and_no_call_carry_no_risk_and_none_free_carries_all() -> None:
    horizon, rings = built()
    nobody = np.empty(0, dtype=np.int64)

    free = horizon.balance(3, nobody, nobody, nobody, rings, None, 0)
    none = horizon.balance(0, nobody, nobody, nobody, rings, None, 0)

    assert free.risks(np.array([0]))[0] == pytest.approx(0.0, abs=1e-9)
    assert none.risks(np.array([0]))[0] == pytest.approx(1.0, abs=1e-9)


def test_the_most_calls_within_a_threshold_is_the_last_that_is_within() -> None:
    horizon, rings = built()
    talking = age_bins([float(k * 9) for k in range(16)], 5.0, 240)
    nobody = np.empty(0, dtype=np.int64)
    balance = horizon.balance(6, talking, nobody, nobody, rings, None, 0)
    risks = balance.risks(np.arange(200))

    launch, first = balance.most_within(0.05, 150)

    assert first == pytest.approx(float(risks[0]))
    assert risks[launch - 1] <= 0.05 < risks[launch]
    assert balance.most_within(0.05, 2)[0] == 2
    assert balance.most_within(0.05, 0)[0] == 0


def test_calls_still_ringing_count_as_time_at_risk() -> None:
    counts = AgeCounts(1.0, 5)
    counts.ended(2.5, happened=True)

    exposure = counts.exposure(np.array([1.25, 9.0]))

    assert exposure.tolist() == pytest.approx([3.0, 2.25, 1.5, 1.0, 1.0], rel=1e-3)


def test_the_answer_level_follows_a_jump() -> None:
    ring = RingLaw(28.0)
    ringing = age_bins([float(a) for a in range(28)], 1.0, ring.bins)
    seen, before = 0.0, 0.0
    for second in range(1, 1401):
        ring.pass_time(ringing, 1.0)
        seen += float(ring.answer_hazards[ringing].sum()) * (1.0 if second <= 1200 else 4.0)
        while seen >= 1.0:
            ring.answered(9.0)
            seen -= 1.0
        if second == 1200:
            before = ring.level()

    assert before == pytest.approx(1.0, rel=0.1)
    assert ring.jumps >= 1
    assert ring.level() == pytest.approx(4.0, rel=0.2)


def test_talk_times_are_learned_from_what_ended_and_what_goes_on() -> None:
    talk = laws()[0]
    random = np.random.default_rng(3)
    for seconds in random.exponential(40.0, 600):
        talk.ended(float(seconds))
    talk.rebuild(np.array([10.0, 50.0]), memory=1000.0)

    assert talk.mean == pytest.approx(40.0, rel=0.1)
    assert talk.hazards[:10].mean() == pytest.approx(1 / 40.0, rel=0.15)
