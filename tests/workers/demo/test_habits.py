"""The simulated agents' choices."""

from hypothesis import given
from hypothesis import strategies as st

from workers.demo.habits import BREAK_REASONS, WRAP_UP_CODES, Habits


def day(seed: int, agent: str) -> list[object]:
    habits = Habits(seed, agent)
    return [(habits.wrap_up(), habits.break_wanted(), habits.decision()) for _ in range(20)]


def test_one_seed_gives_one_day_and_another_seed_another() -> None:
    assert day(1, "1001") == day(1, "1001")
    assert day(1, "1001") != day(2, "1001")
    assert day(1, "1001") != day(1, "1002")


@given(st.integers(), st.text(max_size=4))
def test_nobody_waits_for_ever_or_says_what_is_not_on_the_list(seed: int, agent: str) -> None:
    habits = Habits(seed, agent)
    done = habits.wrap_up()
    assert 0 < done.seconds <= 40
    assert done.code in WRAP_UP_CODES
    assert habits.break_wanted() in (None, *BREAK_REASONS)
    assert 0 < habits.arrival_s() <= 8
    assert 15 <= habits.break_s() <= 60
    assert 0 < habits.decision()[0] < 10
