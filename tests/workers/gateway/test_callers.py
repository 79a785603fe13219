"""Who calls the numbers of the simulated carrier."""

from uuid import uuid4

from domain.telephony.events import (
    EndedBy,
    LegAnswered,
    LegArrived,
)
from domain.telephony.port import (
    Answer,
    Join,
    Role,
)
from tests.telephony.stage import ACCOUNT
from tests.workers.gateway.driven import Floor
from workers.gateway.simulator.carrier import SimulatedCarrier
from workers.gateway.simulator.profile import Behaviour, Nature


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
