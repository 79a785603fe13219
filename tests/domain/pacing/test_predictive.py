"""The predictive pacer keeps its rules whatever it has seen."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.pacing import Pacer
from domain.pacing.interface import Decision, FloorView, Observation, PacingSettings, Seen
from domain.pacing.learning import RingLaw, age_bins

AGES = st.lists(st.floats(0.0, 60.0), max_size=40)
HISTORY = st.lists(
    st.tuples(st.sampled_from(list(Seen)), st.floats(0.0, 300.0), st.floats(0.0, 20.0)),
    max_size=60,
)
FLOORS = st.builds(
    lambda free, waiting, ringing, analysing, talking, wrapping, left, closes: FloorView(
        free=free,
        waiting=waiting,
        ringing=ringing,
        analysing=analysing,
        talking=talking,
        wrapping=wrapping,
        agents=free + len(talking) + len(wrapping),
        targets_left=left,
        closes_in=closes,
    ),
    st.integers(0, 20),
    st.integers(0, 5),
    AGES,
    st.lists(st.floats(0.0, 5.0), max_size=4),
    AGES,
    AGES,
    st.none() | st.integers(0, 30),
    st.none() | st.floats(0.0, 30_000.0),
)


def after(
    history: Sequence[tuple[Seen, float, float]], chosen: PacingSettings
) -> tuple[Pacer, float]:
    """Return a pacer that has lived through `history`, and the time."""
    pacer, now = Pacer(chosen, seed=1), 0.0
    pacer.decide(FloorView(free=2, waiting=0, agents=2), now)
    for kind, age, pause in history:
        now += pause
        pacer.observe(Observation(kind, age), now)
    return pacer, now + 0.2


@settings(max_examples=60)
@given(HISTORY, FLOORS, st.floats(1.0, 4.0))
def test_no_decision_breaks_a_limit(
    history: list[tuple[Seen, float, float]], floor: FloorView, most: float
) -> None:
    chosen = PacingSettings(max_lines_per_agent=most)
    pacer, now = after(history, chosen)

    decision = pacer.decide(floor, now)

    assert decision.launch >= 0
    assert decision.cancel >= 0
    if decision.launch:
        used = len(floor.ringing) + len(floor.analysing) + len(floor.talking)
        assert decision.launch + used <= most * floor.agents + 1e-6
    if floor.targets_left is not None:
        assert decision.launch <= floor.targets_left
    if floor.agents == 0:
        assert (decision.launch, decision.cancel) == (0, 0)
    assert decision.cancel <= sum(age >= chosen.minimum_ring for age in floor.ringing)
    assert decision.why


@settings(max_examples=20)
@given(HISTORY, FLOORS)
def test_the_same_history_gives_the_same_decision(
    history: list[tuple[Seen, float, float]], floor: FloorView
) -> None:
    def decide() -> Decision:
        pacer, now = after(history, PacingSettings())
        return pacer.decide(floor, now)

    assert decide() == decide()


@settings(max_examples=30)
@given(HISTORY, FLOORS)
def test_a_team_below_the_minimum_gets_one_line_per_free_agent(
    history: list[tuple[Seen, float, float]], floor: FloorView
) -> None:
    pacer, now = after(history, PacingSettings(minimum_agents=1000))
    pending = floor.waiting + len(floor.ringing) + len(floor.analysing)
    expected = max(0, floor.free - pending)
    if floor.targets_left is not None:
        expected = min(expected, floor.targets_left)

    decision = pacer.decide(floor, now)

    assert decision.launch == (expected if floor.agents else 0)
    assert decision.cancel == 0


def test_a_spent_budget_falls_back_to_one_line_per_free_agent_and_gives_up_the_surplus() -> None:
    chosen = PacingSettings(live_answers_before=100, abandoned_before=9)
    floor = FloorView(
        free=1, waiting=0, ringing=[16.0, 17.0, 3.0], talking=[9.0], agents=2, closes_in=600.0
    )

    decision = Pacer(chosen).decide(floor, 0.0)

    assert (decision.launch, decision.cancel) == (0, 2)
    assert "9 of 100 live answers were abandoned" in decision.why


def test_a_pacer_without_room_between_minimum_and_ring_limit_gives_no_call_up() -> None:
    chosen = PacingSettings(ring_limit=15.0, live_answers_before=100, abandoned_before=9)
    floor = FloorView(free=0, waiting=2, ringing=[15.0] * 9, talking=[9.0] * 4, agents=4)

    assert Pacer(chosen).decide(floor, 0.0).cancel == 0


def test_ports_stand_for_agents_where_nobody_is_signed_in() -> None:
    floor = FloorView(free=0, waiting=0, talking=[5.0] * 4, agents=0, closes_in=3600.0)

    decision = Pacer(PacingSettings(ports=30)).decide(floor, 0.0)

    assert decision.launch > 0


@pytest.mark.parametrize("target", [0.0, 0.01, 0.03])
def test_a_stricter_target_never_launches_more(target: float) -> None:
    def launch(abandon_target: float) -> int:
        floor = FloorView(free=10, waiting=0, talking=[30.0] * 10, agents=20, closes_in=7200.0)
        return Pacer(PacingSettings(abandon_target=abandon_target)).decide(floor, 0.0).launch

    assert launch(target) <= launch(0.05)
    assert launch(0.0) == 10


def test_ages_may_be_arrays() -> None:
    ringing, nobody = [2.0, 16.0], [float(k) for k in range(0)]
    lists = FloorView(
        free=1, waiting=0, ringing=ringing, analysing=nobody, talking=[30.0], agents=2
    )
    arrays = FloorView(
        free=1,
        waiting=0,
        ringing=np.array(ringing),
        analysing=np.array(nobody),
        talking=np.array([30.0]),
        agents=2,
    )

    assert Pacer(PacingSettings()).decide(lists, 0.0) == Pacer(PacingSettings()).decide(arrays, 0.0)


def test_a_connected_call_that_was_never_presented_is_a_live_answer() -> None:
    pacer = Pacer(PacingSettings())
    for kind in (Seen.PRESENTED, Seen.CONNECTED, Seen.CONNECTED, Seen.ABANDONED):
        pacer.observe(Observation(kind), 0.0)

    assert (pacer.budget.live, pacer.budget.abandoned) == (3, 1)


def test_a_pause_teaches_nothing_about_answers() -> None:
    def level(pause: float) -> float:
        pacer = Pacer(PacingSettings())
        floor = FloorView(free=5, waiting=0, ringing=[4.0, 9.0, 12.0], agents=10)
        pacer.decide(floor, 0.0)
        pacer.decide(floor, pause)
        return pacer.ring.level()

    assert level(3600.0) == level(5.0) < level(1.0)


def test_a_large_floor_does_not_flood_its_agents_while_the_first_calls_ring() -> None:
    """500 agents begin together. Nobody picks up within four seconds, which 3 in 10 still may."""
    pacer = Pacer(PacingSettings(), seed=1)
    placed: list[float] = []  # when
    for tenth in range(0, 40, 2):
        now = tenth / 10.0
        ages = [now - at for at in placed]
        floor = FloorView(free=500, waiting=0, ringing=ages, agents=500, closes_in=3600.0 - now)
        placed += [now] * pacer.decide(floor, now).launch
    assert 1000 < len(placed) < 2500  # 500 answers at 3 in 10 are 1,667 calls


def test_a_large_floor_believes_calls_that_rang_long_and_were_not_answered() -> None:
    ring = RingLaw(28.0)
    ages = np.zeros(1000)
    for _ in range(40):
        ring.pass_time(age_bins(ages, 1.0, ring.bins), 0.5)
        ages += 0.5
    assert ring.upper_level() < 0.1
