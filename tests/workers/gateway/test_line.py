"""Floors and gateways on a real Redis: order, numbers, heartbeats, stale commands."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from domain.adapters.system_clock import SystemClock
from domain.adapters.telephony_redis import TelephonyLink
from domain.telephony.errors import SwitchUnavailable
from domain.telephony.events import Failure, LegAnswered, LegArrived, LegEnded, LegFailed, Snapshot
from domain.telephony.link import (
    FromGateway,
    Link,
    Node,
    accounts_key,
    commands_stream,
    heartbeat_key,
)
from domain.telephony.port import Command, Emit, HangUp, PlaceLeg, TakeSnapshot, ToNumber
from tests.telephony.fake import FakeSwitch
from tests.telephony.stage import ACCOUNT, OTHER_ACCOUNT
from tests.workers.gateway.line import Inbox, running, until
from workers.gateway.heartbeat import Displaced, Heartbeat
from workers.gateway.numbers import NumberBook
from workers.gateway.process import Gateway
from workers.gateway.simulator.carrier import SimulatedCarrier
from workers.gateway.simulator.hurry import HurriedClock

ANSWERS = "+12025550010"


def place(number: str = ANSWERS, *, not_after_s: float = 30.0) -> PlaceLeg:
    return PlaceLeg(
        leg=uuid4(),
        account=ACCOUNT,
        to=ToNumber(number=number),
        not_after=SystemClock().now().timestamp() + not_after_s,
    )


def carrier() -> SimulatedCarrier:
    return SimulatedCarrier(clock=HurriedClock(20, SystemClock()))


def said(messages: list[FromGateway], kind: type) -> list[FromGateway]:
    return [message for message in messages if isinstance(message.said, kind)]


@pytest.mark.feature("OPS-02")
async def test_a_command_reaches_the_switch_and_its_events_the_floor(redis: Redis) -> None:
    link, inbox = TelephonyLink(redis), Inbox(redis, ACCOUNT)
    command = place()
    async with running(redis, carrier()) as gateway:
        await link.send("n1", [command])
        await inbox.until(lambda messages: bool(said(messages, LegAnswered)))
        await link.send("n1", [HangUp(leg=command.leg)])
        messages = await inbox.until(lambda messages: bool(said(messages, LegEnded)))

    kinds = [type(message.said).__name__ for message in messages]
    assert kinds == ["LegRinging", "LegAnswered", "LegEnded"]
    assert [message.sequence for message in messages] == [1, 2, 3]
    assert {message.incarnation for message in messages} == {gateway.incarnation}
    assert {message.node for message in messages} == {"n1"}


async def test_each_account_has_its_own_inbox_and_numbers(redis: Redis) -> None:
    fake = FakeSwitch(SystemClock())
    async with running(redis, fake):
        for account in (ACCOUNT, OTHER_ACCOUNT, ACCOUNT):
            fake.arrive(account, "+12025559999")
        ours = await Inbox(redis, ACCOUNT).until(lambda messages: len(messages) == 2)
        theirs = await Inbox(redis, OTHER_ACCOUNT).until(lambda messages: len(messages) == 1)

    assert [message.sequence for message in ours] == [1, 2]
    assert [message.sequence for message in theirs] == [1]
    members = await redis.smembers(accounts_key("n1"))  # type: ignore[misc]  # sync or async
    assert members == {str(ACCOUNT).encode(), str(OTHER_ACCOUNT).encode()}


async def test_a_thousand_events_of_one_moment_keep_their_order(redis: Redis) -> None:
    fake, inbox = FakeSwitch(SystemClock()), Inbox(redis, ACCOUNT)
    async with running(redis, fake):
        legs = [fake.arrive(ACCOUNT, "+12025559999") for _ in range(1000)]
        messages = await inbox.until(lambda messages: len(messages) >= 1000)

    assert [message.sequence for message in messages] == list(range(1, 1001))
    assert [event.leg for event in map(arrival, messages)] == legs


def arrival(message: FromGateway) -> LegArrived:
    assert isinstance(message.said, LegArrived)
    return message.said


@pytest.mark.feature("OPS-03")
async def test_commands_from_before_the_start_are_not_done(redis: Redis) -> None:
    link, inbox = TelephonyLink(redis), Inbox(redis, ACCOUNT)
    old, new = place(), place()
    await link.send("n1", [old])
    fake = FakeSwitch(SystemClock())
    async with running(redis, fake):
        await link.send("n1", [new, TakeSnapshot(account=ACCOUNT, request=uuid4())])
        await inbox.until(lambda messages: bool(said(messages, Snapshot)))

    assert fake.placed == [new]


async def test_a_malformed_command_stops_nothing(redis: Redis) -> None:
    command = place()
    fake, inbox = FakeSwitch(SystemClock()), Inbox(redis, ACCOUNT)
    async with running(redis, fake):
        await redis.xadd(commands_stream("n1"), {"c": b'{"type":"Explode"}'})
        await redis.xadd(commands_stream("n1"), {"x": b"1"})
        await TelephonyLink(redis).send(
            "n1", [command, TakeSnapshot(account=ACCOUNT, request=uuid4())]
        )
        await inbox.until(lambda messages: bool(said(messages, Snapshot)))

    assert fake.placed == [command]


async def test_a_living_gateway_is_seen_and_a_stopped_one_is_not(redis: Redis) -> None:
    link = TelephonyLink(redis)
    assert await link.nodes() == []
    async with running(redis, FakeSwitch(SystemClock()), node="b") as second:
        async with running(redis, FakeSwitch(SystemClock()), node="a") as first:
            await until(lambda: all_up(link, 2))
            assert await link.nodes() == [node_of("a", first.incarnation), second.look()]
            assert 0 < await redis.pttl(heartbeat_key("a")) <= 5000
        assert [node.node for node in await link.nodes()] == ["b"]
    assert await link.nodes() == []


def node_of(name: str, incarnation: str) -> Node:
    return Node(node=name, incarnation=incarnation, up=True, legs=0, capacity=1000, kind="fake")


async def all_up(link: TelephonyLink, count: int) -> bool:
    return len([node for node in await link.nodes() if node.up]) == count


async def test_a_lost_switch_is_told_to_every_account_with_legs_there(redis: Redis) -> None:
    fake, inbox = FakeSwitch(SystemClock()), Inbox(redis, ACCOUNT)
    async with running(redis, fake) as gateway:
        fake.arrive(ACCOUNT, "+12025559999")
        await inbox.until(lambda messages: bool(messages))
        fake.up = False
        await inbox.until(lambda messages: bool(said(messages, Link)))
        fake.up = True
        await inbox.until(lambda messages: len(said(messages, Link)) == 2)
        changes = await inbox.links()

    assert changes == [(gateway.incarnation, False), (gateway.incarnation, True)]
    assert await Inbox(redis, OTHER_ACCOUNT).messages() == []


@pytest.mark.feature("OPS-03")
async def test_a_new_incarnation_tells_the_accounts_of_the_old_one(redis: Redis) -> None:
    inbox, fake = Inbox(redis, ACCOUNT), FakeSwitch(SystemClock())
    async with running(redis, fake) as first:
        fake.arrive(ACCOUNT, "+12025559999")
        await inbox.until(lambda messages: bool(messages))
    async with running(redis, FakeSwitch(SystemClock())) as second:
        await inbox.until(lambda messages: (messages[-1].incarnation) == second.incarnation)

    first_links = [
        up for incarnation, up in await inbox.links() if incarnation == first.incarnation
    ]
    then = [up for incarnation, up in await inbox.links() if incarnation == second.incarnation]
    assert first_links == [False]
    assert then == [True, False]
    assert first.incarnation != second.incarnation


async def test_a_stopped_carrier_ends_its_calls_and_says_so(redis: Redis) -> None:
    inbox, command = Inbox(redis, ACCOUNT), place()
    async with running(redis, carrier()):
        await TelephonyLink(redis).send("n1", [command])
        await inbox.until(lambda messages: bool(said(messages, LegAnswered)))

    kinds = [type(message.said).__name__ for message in await inbox.messages()]
    assert kinds[-2:] == ["LegEnded", "Link"]


async def test_a_stale_command_is_refused_and_nothing_is_dialed(redis: Redis) -> None:
    inbox, switch = Inbox(redis, ACCOUNT), carrier()
    async with running(redis, switch):
        await TelephonyLink(redis).send("n1", [place(not_after_s=-1)])
        messages = await inbox.until(lambda messages: bool(messages))
        assert switch.legs == 0

    assert isinstance(messages[0].said, LegFailed)
    assert messages[0].said.failure == "stale"


async def test_a_call_to_our_number_arrives_at_its_account(redis: Redis) -> None:
    await TelephonyLink(redis).own_number("+12025559999", ACCOUNT)
    await redis.hset("numbers", "+12025558888", "nobody")  # type: ignore[misc]  # sync or async
    book = NumberBook(redis)
    await book.refresh()
    switch = SimulatedCarrier(clock=HurriedClock(20, SystemClock()), account_of=book.account_of)
    async with running(redis, switch):
        assert switch.arrive("+12025559999") is not None
        assert switch.arrive("+12025558888") is None
        messages = await Inbox(redis, ACCOUNT).until(lambda messages: bool(messages))
        await TelephonyLink(redis).disown_number("+12025559999")
        await book.refresh()
        assert switch.arrive("+12025559999") is None

    assert arrival(messages[0]).number == "+12025559999"


async def test_the_newest_gateway_of_a_node_displaces_the_older(redis: Redis) -> None:
    def heartbeat(incarnation: str) -> Heartbeat:
        return Heartbeat(redis, lambda: node_of("n1", incarnation), lambda up: None, SystemClock())

    old, new = heartbeat("old"), heartbeat("new")
    await old.beat()
    await old.beat()
    await new.beat()

    with pytest.raises(Displaced):
        await old.beat()
    await new.beat()
    await old.end()

    assert [node.incarnation for node in await TelephonyLink(redis).nodes()] == ["new"]


async def test_a_doubled_start_leaves_the_newer_gateway(redis: Redis) -> None:
    first, second = FakeSwitch(SystemClock()), FakeSwitch(SystemClock())
    link, command = TelephonyLink(redis), place()

    async with AsyncExitStack() as stack:
        older = await stack.enter_async_context(ended_by(Displaced, running(redis, first)))
        newer = await stack.enter_async_context(running(redis, second))
        await until(lambda: not older.look().up)
        await link.send("n1", [command])
        await until(lambda: bool(second.placed))
        incarnations = [node.incarnation for node in await link.nodes()]

    assert incarnations == [newer.incarnation]
    assert first.placed == []


@asynccontextmanager
async def ended_by(
    error: type[Exception], gateway: AbstractAsyncContextManager[Gateway]
) -> AsyncIterator[Gateway]:
    """A gateway that must end by an error."""
    made = await gateway.__aenter__()
    yield made
    with pytest.raises(error):
        await gateway.__aexit__(None, None, None)


class UnsteadySwitch(FakeSwitch):
    """Answers at the second try, and does nothing while it is not `up`."""

    starts = 0

    async def start(self, emit: Emit) -> None:
        self.starts += 1
        if self.starts == 1:
            raise SwitchUnavailable("not yet")
        await super().start(emit)

    async def execute(self, command: Command) -> None:
        if not self.up:
            raise SwitchUnavailable("not now")
        await super().execute(command)


async def test_a_switch_that_is_away_at_the_start_is_waited_for(redis: Redis) -> None:
    switch = UnsteadySwitch(SystemClock())
    async with running(redis, switch) as gateway:
        assert (switch.starts, gateway.look().up) == (2, True)


async def test_a_leg_that_a_lost_switch_did_not_place_has_failed(redis: Redis) -> None:
    switch, inbox, link = UnsteadySwitch(SystemClock()), Inbox(redis, ACCOUNT), TelephonyLink(redis)
    lost, placed = place(), place()
    async with running(redis, switch):
        switch.up = False
        await link.send("n1", [lost, HangUp(leg=uuid4())])
        messages = await inbox.until(lambda messages: bool(said(messages, LegFailed)))
        switch.up = True
        await link.send("n1", [placed])
        await until(lambda: bool(switch.placed))

    failed = said(messages, LegFailed)[0].said
    assert isinstance(failed, LegFailed)
    assert (failed.leg, failed.failure) == (lost.leg, Failure.STALE)
    assert switch.placed == [placed]
