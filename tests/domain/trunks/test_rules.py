"""Which trunk a call leaves by, and when a contact goes on to the next one."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.telephony.events import Failure
from domain.trunks.rules import (
    RESTED_S,
    TrunkUse,
    carrier_failed,
    choose,
    goes_on,
    lets_rest,
    ways,
)

FIRST, SECOND, THIRD = (UUID(int=n) for n in (1, 2, 3))
CARRIERS = {Failure.CONGESTION, Failure.UNREACHABLE}


def a_trunk(id: UUID = FIRST, *, channels: int = 10, failed: float | None = None) -> TrunkUse:
    return TrunkUse(id, f"carrier-{id.int}", channels, 100.0, failed=failed)


@pytest.mark.parametrize("failure", Failure)
def test_only_a_dead_or_full_carrier_fails_a_call_itself(failure: Failure) -> None:
    for waited_out in (True, False):
        failed = carrier_failed(failure, a_trunk(), heard=False, waited_out=waited_out)
        assert failed is (failure in CARRIERS)


@pytest.mark.parametrize("failure", Failure)
def test_who_was_heard_of_was_reached_by_the_carrier(failure: Failure) -> None:
    assert not carrier_failed(failure, a_trunk(), heard=True, waited_out=False)


@pytest.mark.parametrize("failure", Failure)
def test_the_switchs_own_way_out_has_no_next(failure: Failure) -> None:
    assert not carrier_failed(failure, None, heard=False, waited_out=False)


def test_silence_accuses_no_carrier_that_answers_without_ringing() -> None:
    trunk = a_trunk()
    trunk.answered_in_silence()

    assert not carrier_failed(Failure.UNREACHABLE, trunk, heard=False, waited_out=True)
    assert carrier_failed(Failure.CONGESTION, trunk, heard=False, waited_out=True)


def test_who_never_tells_of_ringing_is_accused_all_the_same_by_a_call_that_ends_early() -> None:
    trunk = a_trunk()
    trunk.answered_in_silence()

    assert carrier_failed(Failure.UNREACHABLE, trunk, heard=False, waited_out=False)


def test_one_answer_in_silence_says_nothing_of_a_carrier_that_tells_of_ringing() -> None:
    before, after = a_trunk(), a_trunk()
    before.rang()
    before.answered_in_silence()
    after.answered_in_silence()
    after.rang()

    assert carrier_failed(Failure.UNREACHABLE, before, heard=False, waited_out=True)
    assert carrier_failed(Failure.UNREACHABLE, after, heard=False, waited_out=True)


def test_the_second_trunk_without_room_for_the_same_contact_does_not_rest() -> None:
    assert lets_rest(Failure.CONGESTION, frozenset())
    assert not lets_rest(Failure.CONGESTION, frozenset({FIRST}))
    assert lets_rest(Failure.UNREACHABLE, frozenset({FIRST}))


def test_a_contact_goes_on_to_a_trunk_that_is_full_just_now_but_to_none_that_failed() -> None:
    first, full, broken = a_trunk(FIRST), a_trunk(SECOND, channels=0), a_trunk(THIRD, failed=99.0)

    assert goes_on([first, full], {FIRST}, 100.0)
    assert not goes_on([first, broken], {FIRST}, 100.0)
    assert goes_on([first, broken], {FIRST}, 99.0 + RESTED_S)
    assert not goes_on([first], {FIRST}, 100.0)
    assert not goes_on([first, full], {FIRST, SECOND}, 100.0)


def test_an_order_that_was_changed_leaves_nobody_without_a_way() -> None:
    assert ways([a_trunk(FIRST)], {FIRST, SECOND}) == [a_trunk(FIRST)]
    assert ways([], {FIRST}) == []


@given(
    st.lists(st.sampled_from([Failure.CONGESTION, Failure.UNREACHABLE]), min_size=8, max_size=8),
    st.lists(st.booleans(), min_size=8, max_size=8),
    st.integers(1, 4),
    st.floats(0.0, 30.0),
)
def test_a_round_tries_each_trunk_once_at_most_and_ends(
    failures: list[Failure], rings: list[bool], count: int, apart_s: float
) -> None:
    order = [a_trunk(UUID(int=n + 1)) for n in range(count)]
    tried: frozenset[UUID] = frozenset()
    used: list[UUID] = []
    now = 0.0
    for failure, rang in zip(failures, rings, strict=True):
        trunk = choose(ways(order, tried), now)
        if trunk is None:  # it waits for the one that is left
            now += RESTED_S
            continue
        used.append(trunk.id)
        now += apart_s
        if not carrier_failed(failure, trunk, heard=rang, waited_out=True):
            break
        if lets_rest(failure, tried):
            trunk.failed = now
        tried |= {trunk.id}
        if not goes_on(order, tried, now):
            break

    assert len(set(used)) == len(used) <= count
    assert used == [trunk.id for trunk in order][: len(used)]
