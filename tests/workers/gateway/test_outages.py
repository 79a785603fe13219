"""Redis away, and gateways killed: nothing is lost within bounds, nothing is done twice."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from domain.adapters.system_clock import SystemClock
from domain.adapters.telephony_redis import TelephonyLink
from domain.telephony.errors import SwitchUnavailable
from domain.telephony.events import LegAnswered, LegArrived, LegRinging, Snapshot
from domain.telephony.link import FromGateway, Link, accounts_key, heartbeat_key
from domain.telephony.port import PlaceLeg, TakeSnapshot, ToNumber
from tests.telephony.fake import FakeSwitch
from tests.telephony.stage import ACCOUNT
from tests.workers.gateway.line import Inbox, running, until
from workers.gateway.outbox import Outbox
from workers.launch.valkey import EmbeddedValkey

OURS = "+12025559999"


@pytest.fixture
def own_valkey(tmp_path: Path) -> Iterator[EmbeddedValkey]:
    """A server of this test alone, which may be stopped."""
    server = EmbeddedValkey(tmp_path)
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def client(own_valkey: EmbeddedValkey) -> AsyncIterator[Redis]:
    made = Redis.from_url(own_valkey.url)
    yield made
    await made.aclose()


def sequences(messages: list[FromGateway]) -> list[int]:
    """Numbers of the events, without repetitions, as a floor takes them."""
    taken: list[int] = []
    for message in messages:
        if not isinstance(message.said, Link) and message.sequence > max(taken, default=0):
            taken.append(message.sequence)
    return taken


@pytest.mark.feature("OPS-03")
async def test_events_of_an_outage_arrive_in_order_when_redis_is_back(
    own_valkey: EmbeddedValkey, client: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    fake, inbox = FakeSwitch(SystemClock()), Inbox(client, ACCOUNT)
    async with running(client, fake):
        fake.arrive(ACCOUNT, OURS)
        await inbox.until(lambda messages: len(messages) == 1)
        own_valkey.stop()
        legs = []
        for _ in range(50):
            legs.append(fake.arrive(ACCOUNT, OURS))
            await asyncio.sleep(0.005)
        own_valkey.start()
        messages = await inbox.until(lambda messages: sequences(messages)[-1:] == [51])

        # What it held is lost with the server, and what an emptied Redis must know is told again.
        assert sequences(messages) == list(range(2, 52))
        told = {m.sequence: m.said for m in messages if isinstance(m.said, LegArrived)}
        assert [told[sequence].leg for sequence in range(2, 52)] == legs
        command = TakeSnapshot(account=ACCOUNT, request=uuid4())
        await TelephonyLink(client).send("n1", [command])
        await inbox.until(lambda messages: isinstance(messages[-1].said, Snapshot))
        await until(lambda: has(client, accounts_key("n1")))
        await until(lambda: has(client, heartbeat_key("n1")))
    logged = [record.getMessage() for record in caplog.records]
    assert len([line for line in logged if line.startswith("Redis lost")]) == 1
    assert len([line for line in logged if line.startswith("Redis back")]) == 1


async def has(client: Redis, key: str) -> bool:
    return bool(await client.exists(key))


async def test_what_is_kept_is_bounded_and_a_loss_leaves_a_gap(
    own_valkey: EmbeddedValkey, client: Redis
) -> None:
    fake, inbox = FakeSwitch(SystemClock()), Inbox(client, ACCOUNT)
    outbox = Outbox(client, node="n1", incarnation="i", held=100)
    await fake.start(outbox.emit)
    for _ in range(250):
        fake.arrive(ACCOUNT, OURS)
    sending = asyncio.create_task(outbox.run())
    messages = await inbox.until(lambda messages: sequences(messages)[-1:] == [250])
    sending.cancel()

    assert sequences(messages) == list(range(151, 251))
    assert outbox.dropped == 152  # the note of the account, of two commands, went first


async def test_without_redis_a_floor_is_told_that_nothing_can_be_sent(
    own_valkey: EmbeddedValkey, client: Redis
) -> None:
    link = TelephonyLink(client)
    own_valkey.stop()

    with pytest.raises(SwitchUnavailable):
        await link.send("n1", [TakeSnapshot(account=ACCOUNT, request=uuid4())])
    with pytest.raises(SwitchUnavailable):
        await link.nodes()


@pytest.mark.feature("OPS-03")
async def test_a_killed_gateway_dials_nothing_again(redis: Redis, redis_url: str) -> None:
    link, inbox = TelephonyLink(redis), Inbox(redis, ACCOUNT)
    command = PlaceLeg(
        leg=uuid4(),
        account=ACCOUNT,
        to=ToNumber(number="+12025550010"),
        not_after=SystemClock().now().timestamp() + 60,
    )
    first = await started(redis_url)
    try:
        before = await node_up(link)
        await link.send("n1", [command])
        await inbox.until(lambda messages: any(isinstance(m.said, LegAnswered) for m in messages))
    finally:
        first.send_signal(signal.SIGKILL)
        await first.wait()

    second = await started(redis_url)
    try:
        await inbox.until(lambda messages: messages[-1].incarnation != before)
        request = uuid4()
        await link.send("n1", [TakeSnapshot(account=ACCOUNT, request=request)])
        messages = await inbox.until(lambda messages: isinstance(messages[-1].said, Snapshot))
    finally:
        second.send_signal(signal.SIGTERM)
        code = await second.wait()

    snapshot = messages[-1].said
    assert isinstance(snapshot, Snapshot)
    assert snapshot.legs == ()
    assert len([m for m in messages if isinstance(m.said, LegRinging)]) == 1
    assert code == 0
    assert await link.nodes() == []
    assert (await inbox.links())[-1][1] is False


async def started(redis_url: str) -> asyncio.subprocess.Process:
    environment = {
        **os.environ,
        "OUTDIAL_REDIS": redis_url,
        "OUTDIAL_NODE": "n1",
        "OUTDIAL_SIM_SPEED": "20",
    }
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "workers.gateway", env=environment
    )


async def node_up(link: TelephonyLink) -> str:
    """The incarnation of the one gateway, once it serves."""
    async with asyncio.timeout(30):
        while True:
            for node in await link.nodes():
                if node.up:
                    return node.incarnation
            await asyncio.sleep(0.05)


async def test_a_gateway_without_redis_says_what_it_needs() -> None:
    environment = {key: value for key, value in os.environ.items() if key != "OUTDIAL_REDIS"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "workers.gateway", env=environment, stderr=asyncio.subprocess.PIPE
    )
    _, said = await process.communicate()

    assert process.returncode == 1
    assert said == b"outdial: Nothing was started: OUTDIAL_REDIS must be set for a gateway.\n"
