"""What customers of the simulated carrier do, driven step by step."""

import math
from collections import Counter
from pathlib import Path
from random import Random
from uuid import UUID, uuid4

import pytest

from domain.telephony.events import (
    DigitsCollected,
    EndCause,
    EndedBy,
    Event,
    Failure,
    LegAnalysed,
    LegAnswered,
    LegArrived,
    LegEnded,
    LegFailed,
    RoomLeft,
    Verdict,
)
from domain.telephony.port import (
    Analysis,
    Answer,
    Collect,
    CreateRoom,
    File,
    Hold,
    Join,
    PlaceLeg,
    Play,
    Role,
    TakeSnapshot,
    ToEndpoint,
    ToNumber,
)
from tests.fakes import FixedClock
from tests.telephony.stage import ACCOUNT
from workers.gateway.simulator.carrier import SimulatedCarrier
from workers.gateway.simulator.forced import FORCED
from workers.gateway.simulator.profile import Behaviour, CarrierProfile, Law, Nature, customer


class Floor:
    """Drives a carrier on a clock that it moves."""

    def __init__(self, *, seed: int = 1, profile: CarrierProfile | None = None, capacity: int = 50):
        self.clock = FixedClock()
        self.carrier = SimulatedCarrier(
            clock=self.clock, seed=seed, profile=profile, capacity=capacity
        )
        self.events: list[Event] = []
        self.carrier.listen(self.events.append)

    def pass_time(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.carrier.catch_up()

    def place(
        self, to: str, *, join: UUID | None = None, ring_limit_s: float = 30, analysis: bool = False
    ) -> UUID:
        leg = UUID(int=len(self.events) * 1000 + self.carrier.legs + 1)
        is_number = to.startswith("+")
        self.carrier.do(
            PlaceLeg(
                leg=leg,
                account=ACCOUNT,
                to=ToNumber(number=to) if is_number else ToEndpoint(endpoint=to),
                not_after=self.clock.now().timestamp() + 10,
                ring_limit_s=ring_limit_s,
                join=join,
                role=Role.CUSTOMER if is_number else Role.AGENT,
                analysis=Analysis() if analysis else None,
            )
        )
        return leg

    def of(self, kind: type[Event], leg: UUID) -> list[Event]:
        return [e for e in self.events if isinstance(e, kind) and getattr(e, "leg", None) == leg]

    def ended(self, leg: UUID) -> LegEnded | None:
        found = self.of(LegEnded, leg)
        assert all(isinstance(event, LegEnded) for event in found)
        return found[0] if found else None  # type: ignore[return-value]  # asserted above


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


def test_an_endpoint_named_for_a_failure_fails_so() -> None:
    floor = Floor()
    legs = [floor.place(name) for name in ("busy-1", "dead-1", "noanswer-1")]
    floor.pass_time(60)

    failures = [e.failure for leg in legs for e in floor.of(LegFailed, leg)]  # type: ignore[union-attr]
    assert failures == [Failure.BUSY, Failure.UNREACHABLE, Failure.NO_ANSWER]


def test_a_full_switch_refuses_as_congestion_and_dials_nothing() -> None:
    floor = Floor(capacity=2)
    floor.place("+12025550010")
    floor.place("+12025550010")
    leg = floor.place("+12025550010")

    failed = floor.of(LegFailed, leg)[0]
    assert isinstance(failed, LegFailed)
    assert (failed.failure, failed.detail) == (Failure.CONGESTION, "capacity")
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


def test_the_shares_of_the_profile_are_what_customers_are_like() -> None:
    profile = CarrierProfile()
    drawn = [customer(profile, Random(n)) for n in range(20_000)]
    natures = Counter(made.nature for made in drawn)
    live = [made for made in drawn if made.nature is Nature.LIVE]

    assert natures[Nature.LIVE] / 20_000 == pytest.approx(0.35, abs=0.015)
    assert natures[Nature.MACHINE] / 20_000 == pytest.approx(0.12, abs=0.015)
    assert natures[Nature.NO_ANSWER] / 20_000 == pytest.approx(0.37, abs=0.015)
    rings = [made.answers_s for made in live]
    assert sum(rings) / len(rings) == pytest.approx(11.5, abs=0.5)  # 12 s, cut at 28 s
    assert max(rings) <= 28
    taken = sum(made.verdict is Nature.MACHINE for made in live)
    assert taken / len(live) == pytest.approx(0.03, abs=0.01)


@pytest.mark.parametrize(
    "law", [Law(mean=4, cv=0), Law(mean=4, cv=0.5), Law(mean=100, cv=3, longest=5)]
)
def test_a_law_gives_what_it_says(law: Law) -> None:
    rng = Random(1)
    drawn = [law.draw(rng) for _ in range(2000)]
    assert 0 < min(drawn)
    assert max(drawn) <= law.longest
    if law.longest == math.inf:
        assert sum(drawn) / 2000 == pytest.approx(4, abs=0.2)


def test_shares_over_one_are_refused() -> None:
    with pytest.raises(ValueError, match="at most 1 together"):
        CarrierProfile(live=0.9, machine=0.2)


def test_a_caller_whom_nobody_answers_gives_up() -> None:
    floor = Floor()
    leg = floor.carrier.arrive(
        "+12025559999",
        "+12025550123",
        account=ACCOUNT,
        behaviour=Behaviour(nature=Nature.LIVE, answers_s=20.0),
    )
    assert leg is not None
    floor.pass_time(19)
    assert floor.ended(leg) is None
    floor.pass_time(2)

    ended = floor.ended(leg)
    assert ended is not None
    assert ended.by == EndedBy.FAR_END
    assert not floor.of(LegAnswered, leg)


def test_callers_come_at_the_rate_asked_for() -> None:
    floor = Floor(capacity=10_000)
    owners = {"+12025559999": ACCOUNT, "+12025558888": ACCOUNT}
    floor.carrier = SimulatedCarrier(clock=floor.clock, account_of=owners.get, capacity=10_000)
    floor.carrier.listen(floor.events.append)
    floor.carrier.expect_callers(lambda: sorted(owners), an_hour=600)
    for _ in range(3600):
        floor.pass_time(1)

    arrived = [event for event in floor.events if isinstance(event, LegArrived)]
    assert 500 < len(arrived) < 700
    assert {event.number for event in arrived} == set(owners)
    assert all(event.caller is None or event.caller.startswith("+1202555") for event in arrived)


def test_an_answered_caller_waits_and_talks_as_a_customer_does() -> None:
    floor, room = Floor(), uuid4()
    floor.place("1001", join=room)
    floor.pass_time(2)
    leg = floor.carrier.arrive("+12025559999", account=ACCOUNT)
    assert leg is not None
    floor.carrier.do(Answer(leg=leg))
    floor.carrier.do(Join(leg=leg, room=room, role=Role.CUSTOMER))
    floor.pass_time(4000)

    ended = floor.ended(leg)
    assert ended is not None
    assert ended.by == EndedBy.FAR_END


def test_every_forced_number_is_in_the_manual() -> None:
    manual = Path(__file__).parents[3] / "docs" / "simulated-carrier.md"
    rows = [line for line in manual.read_text().splitlines() if line.startswith("| `")]
    listed = {row.split("`")[1] for row in rows}
    assert set(FORCED) <= listed


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
