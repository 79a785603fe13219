"""What customers of the simulated carrier do, driven step by step."""

from uuid import uuid4

import pytest

from domain.telephony.events import (
    DigitsCollected,
    EndCause,
    EndedBy,
    Event,
    Failure,
    LegAnalysed,
    LegAnswered,
    LegFailed,
    RoomLeft,
    Verdict,
)
from domain.telephony.port import (
    Analysis,
    Collect,
    CreateRoom,
    File,
    Hold,
    Join,
    PlaceLeg,
    Play,
    Role,
    TakeSnapshot,
    ToNumber,
)
from tests.telephony.stage import ACCOUNT
from tests.workers.gateway.driven import Floor
from workers.gateway.simulator.profile import CarrierProfile


def test_a_live_customer_who_hears_nobody_hangs_up_when_his_patience_ends() -> None:
    floor = Floor()
    leg = floor.place("+12025550007")
    floor.pass_time(30)

    ended = floor.ended(leg)
    answered = floor.of(LegAnswered, leg)[0]
    assert ended is not None
    assert (ended.by, ended.cause) == (EndedBy.FAR_END, EndCause.NORMAL)
    assert ended.at - answered.at == pytest.approx(2.0, abs=1e-3)


def test_a_customer_in_company_talks_and_then_hangs_up() -> None:
    floor, room = Floor(), uuid4()
    floor.place("1001", join=room)
    leg = floor.place("+12025550020", join=room)
    floor.pass_time(60)

    ended, answered = floor.ended(leg), floor.of(LegAnswered, leg)[0]
    assert ended is not None
    assert ended.at - answered.at == pytest.approx(10.5, abs=1e-3)  # the agent answered 0.5 s later


def test_a_listening_supervisor_is_no_company() -> None:
    floor, room = Floor(), uuid4()
    supervisor = floor.place("1001")
    floor.pass_time(5)
    floor.carrier.do(Join(leg=supervisor, room=room, role=Role.LISTEN))
    leg = floor.place("+12025550007", join=room)
    floor.pass_time(30)

    assert floor.ended(leg) is not None


def test_a_customer_on_hold_neither_talks_on_nor_loses_his_patience_at_once() -> None:
    floor, room = Floor(), uuid4()
    floor.place("1001", join=room)
    leg = floor.place("+12025550020", join=room)
    floor.pass_time(5)
    floor.carrier.do(Hold(leg=leg))
    floor.pass_time(100)
    assert floor.ended(leg) is None

    floor.carrier.do(Hold(leg=leg, on=False))
    floor.pass_time(5)
    assert floor.ended(leg) is None
    floor.pass_time(10)
    assert floor.ended(leg) is not None


def test_a_customer_whose_agent_goes_waits_again() -> None:
    floor, room = Floor(), uuid4()
    agent = floor.place("1001")
    floor.pass_time(5)
    floor.carrier.do(Join(leg=agent, room=room, role=Role.AGENT))
    leg = floor.place("+12025550007", join=room)
    floor.pass_time(30)
    assert floor.ended(leg) is None

    floor.carrier.hang_up_far_end(agent)
    assert floor.of(RoomLeft, leg)
    floor.pass_time(1.9)
    assert floor.ended(leg) is None
    floor.pass_time(0.2)
    assert floor.ended(leg) is not None


def test_a_customer_listens_while_a_message_plays_and_presses_when_asked() -> None:
    floor = Floor()
    leg = floor.place("+12025550011")
    floor.pass_time(2)
    floor.carrier.do(Play(playback=uuid4(), media=(File(name="menu"),), leg=leg))
    floor.carrier.do(Collect(leg=leg, maximum=1))
    floor.pass_time(20)

    collected = [event for event in floor.events if isinstance(event, DigitsCollected)]
    assert [event.digits for event in collected] == ["1"]


def test_a_line_that_drops_is_told_as_lost() -> None:
    floor, room = Floor(), uuid4()
    floor.place("1001", join=room)
    customer_leg = floor.place("+12025550018", join=room)
    phone = floor.place("drops-1002", join=room)
    floor.pass_time(30)

    for leg in (customer_leg, phone):
        ended = floor.ended(leg)
        assert ended is not None
        assert (ended.by, ended.cause) == (EndedBy.FAR_END, EndCause.NETWORK)


@pytest.mark.parametrize(
    ("number", "verdict"),
    [
        ("+12025550015", Verdict.LIVE),
        ("+12025550016", Verdict.MACHINE),
        ("+12025550017", Verdict.UNSURE),
    ],
)
def test_analysis_can_be_wrong_or_unsure(number: str, verdict: Verdict) -> None:
    floor = Floor()
    leg = floor.place(number, analysis=True)
    floor.pass_time(10)

    heard = floor.of(LegAnalysed, leg)[0]
    assert isinstance(heard, LegAnalysed)
    assert heard.verdict == verdict


@pytest.mark.parametrize(
    ("listens", "told"),
    [(False, [Verdict.UNSURE]), (True, [Verdict.UNSURE, Verdict.MACHINE])],
)
def test_the_beep_of_a_machine_not_taken_for_one_is_heard_if_asked_for(
    listens: bool, told: list[Verdict]
) -> None:
    never_sure = CarrierProfile(
        live=0.0,
        machine=1.0,
        busy=0.0,
        invalid=0.0,
        congestion=0.0,
        rejected=0.0,
        fax=0.0,
        machine_taken_for_live=0.0,
        unsure=1.0,
    )
    floor = Floor(profile=never_sure)
    leg = floor.place("+12025551234", analysis=Analysis(beep_if_unsure=listens))
    floor.pass_time(120)

    heard = [event for event in floor.of(LegAnalysed, leg) if isinstance(event, LegAnalysed)]
    assert [event.verdict for event in heard] == told
    assert heard[-1].beep_at is not None or not listens


def test_an_endpoint_named_for_a_failure_fails_so() -> None:
    floor = Floor()
    legs = [floor.place(name) for name in ("busy-1", "dead-1", "noanswer-1")]
    floor.pass_time(60)

    failures = [e.failure for leg in legs for e in floor.of(LegFailed, leg)]  # type: ignore[union-attr]
    assert failures == [Failure.BUSY, Failure.UNREACHABLE, Failure.NO_ANSWER]


def test_a_full_switch_refuses_and_dials_nothing() -> None:
    floor = Floor(capacity=2)
    floor.place("+12025550010")
    floor.place("+12025550010")
    leg = floor.place("+12025550010")

    failed = floor.of(LegFailed, leg)[0]
    assert isinstance(failed, LegFailed)
    assert (failed.failure, failed.detail) == (Failure.STALE, "capacity")
    assert floor.carrier.legs == 2


@pytest.mark.parametrize("number", ["+1202", "12025550010", "+1202555001x", "+0123456789", ""])
def test_a_number_that_is_none_is_invalid_and_not_repeated_in_the_answer(number: str) -> None:
    floor = Floor()
    floor.carrier.do(
        PlaceLeg(
            leg=(leg := uuid4()),
            account=ACCOUNT,
            to=ToNumber(number=number),
            not_after=floor.clock.now().timestamp() + 10,
        )
    )

    failed = floor.of(LegFailed, leg)[0]
    assert isinstance(failed, LegFailed)
    assert (failed.failure, failed.detail) == (Failure.INVALID, "format")


def test_runs_of_one_seed_are_the_same_and_of_two_seeds_differ() -> None:
    def run(seed: int) -> list[Event]:
        floor = Floor(seed=seed, capacity=10_000)
        for second in range(120):
            floor.place(f"+1202444{second % 40:04}", analysis=True)
            floor.pass_time(1)
        floor.pass_time(4000)
        floor.carrier.arrive("+12025559999", account=ACCOUNT)
        return floor.events

    first = run(1)
    assert first == run(1)
    assert first != run(2)


def test_a_number_behaves_anew_in_each_call() -> None:
    profile = CarrierProfile(
        live=0.5, machine=0, busy=0.5, invalid=0, congestion=0, rejected=0, fax=0
    )
    floor = Floor(profile=profile)
    for _ in range(12):
        floor.place("+12024443333")
        floor.pass_time(4000)

    kinds = {type(event) for event in floor.events if isinstance(event, LegAnswered | LegFailed)}
    assert kinds == {LegAnswered, LegFailed}


def test_what_is_over_leaves_nothing_behind() -> None:
    floor = Floor(capacity=10_000)
    rooms = [uuid4() for _ in range(5)]
    floor.carrier.do(CreateRoom(room=rooms[0], account=ACCOUNT))
    for n in range(300):
        floor.place(f"+1202333{n:04}", join=rooms[n % 5], analysis=True)
        floor.pass_time(0.5)
    floor.pass_time(10_000)
    for state in floor.carrier.look(ACCOUNT, uuid4()).legs:
        floor.carrier.hang_up_far_end(state.leg)
    floor.carrier.do(TakeSnapshot(account=ACCOUNT, request=uuid4()))

    assert floor.carrier.legs == 0
    assert floor.carrier.look(ACCOUNT, uuid4()).rooms == ()
    assert floor.carrier.timeline.next_due() is None
