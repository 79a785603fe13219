"""What is drawn, what is a circle, and whose turn it is."""

from dataclasses import replace
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.campaigns.rules import CampaignState
from domain.chains.rules import (
    Finished,
    Include,
    Member,
    Wanted,
    before,
    circle,
    in_order,
    main_of,
    turns,
)

RUNNING, WAITING = CampaignState.RUNNING, CampaignState.WAITING
STOPPED, CLOSED = CampaignState.STOPPED, CampaignState.CLOSED


def id_of(number: int) -> UUID:
    return UUID(int=number)


@pytest.mark.parametrize(
    ("finished", "matching", "not_matching"),
    [
        (Finished("attempts_exhausted", "busy"), True, False),  # by its reason
        (Finished("final", "no_answer"), True, False),  # by its disposition
        (Finished("connected", "connected", "no interest"), True, False),  # by what was said
        (Finished("connected", "connected", "sale"), False, True),
        (Finished("connected", "connected", None), False, True),
        (Finished("invalid", "invalid"), False, True),
        (Finished("removed", None), False, False),  # a person took it out
        (Finished("suppressed", "busy"), False, False),
    ],
)
def test_what_has_one_of_the_statuses_matches(
    finished: Finished, matching: bool, not_matching: bool
) -> None:
    statuses = {
        "closed_reasons": frozenset({"attempts_exhausted"}),
        "dispositions": frozenset({"no_answer"}),
        "wrap_up_codes": frozenset({"no interest"}),
    }

    assert Wanted(Include.MATCHING, **statuses).draws(finished) is matching
    assert Wanted(Include.NOT_MATCHING, **statuses).draws(finished) is not_matching


def test_what_was_removed_is_drawn_by_those_who_name_it() -> None:
    wanted = Wanted(Include.MATCHING, closed_reasons=frozenset({"removed"}))

    assert wanted.draws(Finished("removed"))


@given(st.dictionaries(st.integers(0, 7), st.frozensets(st.integers(0, 7), max_size=4)))
def test_a_circle_is_found_if_and_only_if_there_is_one(links: dict[int, frozenset[int]]) -> None:
    edges = {id_of(key): sorted(map(id_of, value)) for key, value in links.items()}
    for start in edges:
        way = circle(edges, start)

        reached, ahead = set[UUID](), list(edges[start])
        while ahead:
            if (each := ahead.pop()) not in reached:
                reached.add(each)
                ahead += edges.get(each, ())
        assert bool(way) is (start in reached)
        if way:
            assert way[0] == way[-1] == start
            assert all(b in edges[a] for a, b in pairwise(way))
            assert len(set(way)) == len(way) - 1


def chain(*states: CampaignState, **given: list[int]) -> list[Member]:
    """Campaigns in a row; `left`, `due` and so on by their places."""
    members = [
        Member(id_of(n + 1), id_of(n) if n else None, n + 1, state)
        for n, state in enumerate(states)
    ]
    return [
        replace(member, **{name: values[n] for name, values in given.items()})  # type: ignore[arg-type]
        for n, member in enumerate(members)
    ]


def taken(members: list[Member]) -> dict[int, tuple[CampaignState, int | None]]:
    return {
        turn.id.int: (turn.state, turn.waits_for.int if turn.waits_for else None)
        for turn in turns(members)
    }


def test_the_next_begins_when_nothing_is_left() -> None:
    assert taken(chain(RUNNING, WAITING, WAITING, left=[0, 4, 0])) == {
        2: (RUNNING, None),
        3: (WAITING, 2),
    }


@pytest.mark.parametrize("what", ["left", "calling", "coming"])
def test_a_retry_a_call_or_a_draw_to_come_keeps_the_next_waiting(what: str) -> None:
    assert taken(chain(RUNNING, WAITING, **{what: [1, 0]})) == {2: (WAITING, 1)}


def test_a_retry_of_tomorrow_does_not_pause_the_next() -> None:
    assert taken(chain(RUNNING, RUNNING, left=[1, 5], due=[0, 5])) == {}
    assert taken(chain(RUNNING, RUNNING, left=[1, 5], due=[1, 5])) == {2: (WAITING, 1)}


def test_all_that_come_after_pause_for_the_first() -> None:
    members = chain(RUNNING, RUNNING, RUNNING, left=[1, 0, 9], due=[1, 0, 9])

    assert taken(members) == {2: (WAITING, 1), 3: (WAITING, 1)}


def test_a_stop_wins_over_the_chain() -> None:
    assert taken(chain(RUNNING, STOPPED, WAITING, left=[0, 3, 0])) == {3: (WAITING, 2)}


def test_a_closed_campaign_has_nothing_left() -> None:
    assert taken(chain(CLOSED, WAITING, left=[7, 1], due=[7, 1])) == {2: (RUNNING, None)}


def test_the_main_campaign_is_the_first_that_is_open() -> None:
    assert main_of(chain(STOPPED, STOPPED)) == id_of(1)
    assert main_of(chain(CLOSED, STOPPED)) == id_of(2)
    assert main_of(chain(CLOSED, CLOSED)) == id_of(1)
    assert main_of([]) is None


STATES = st.sampled_from(CampaignState)
COUNTS = st.integers(0, 2)


@st.composite
def trees(draw: st.DrawFn) -> list[Member]:
    members = []
    for n in range(1, draw(st.integers(1, 7)) + 1):
        left = draw(COUNTS)
        members.append(
            Member(
                id_of(n),
                id_of(draw(st.integers(1, n - 1))) if n > 1 else None,
                n,
                draw(STATES),
                left=left,
                due=draw(st.integers(0, left)),
                calling=draw(COUNTS),
                coming=draw(COUNTS),
            )
        )
    return members


def after_turns(members: list[Member]) -> list[Member]:
    changed = {turn.id: turn for turn in turns(members)}
    return [
        replace(m, state=changed[m.id].state, waits_for=changed[m.id].waits_for)
        if m.id in changed
        else m
        for m in members
    ]


@given(trees())
def test_turns_settle_and_never_touch_what_a_person_decided(members: list[Member]) -> None:
    settled = after_turns(members)

    assert turns(settled) == []
    for old, new in zip(members, settled, strict=True):
        if old.state in (STOPPED, CLOSED):
            assert (new.state, new.waits_for) == (old.state, old.waits_for)
        else:
            assert new.state in (RUNNING, WAITING)


@given(trees())
def test_whoever_dials_has_nobody_before_it_who_could(members: list[Member]) -> None:
    settled = {member.id: member for member in after_turns(members)}
    for member in settled.values():
        earlier = before(member, settled)
        if member.state is RUNNING:
            assert not any(each.wants_its_turn for each in earlier)
        if member.state is WAITING:
            assert member.waits_for in {each.id for each in earlier}
            assert any(not each.is_done for each in earlier)


@given(trees())
def test_the_order_has_everybody_once_and_nobody_before_whom_it_comes_after(
    members: list[Member],
) -> None:
    order = [member.id for member in in_order(reversed(members))]

    assert sorted(order) == sorted(member.id for member in members)
    for member in members:
        if member.after_id is not None:
            assert order.index(member.after_id) < order.index(member.id)
