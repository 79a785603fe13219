"""OPS-03: whatever is killed or away for a while, a campaign ends with every call accounted for.

Real processes on servers of their own: one API, two workers, two gateways. Eight agents sign in
before; nobody touches anything after the outage.
"""

import asyncio
import tempfile
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from domain.telephony.link import commands_stream
from domain.telephony.port import PlaceLeg, ToNumber, decode_command
from tests.conftest import FAST
from tests.e2e.callcentre import CallCentre
from tests.e2e.customer import PATIENCE_S, signed_in, until
from tests.e2e.desk import GO_AVAILABLE, SIGN_OUT, Desk
from tests.e2e.system import System
from workers.launch.embedded import EmbeddedServers

NODES = ("north", "south")
AGENTS = 8
TARGETS = 48
ENDINGS = ("0013", "0020", "0002", "0013")  # talks 3 s, 10 s, busy


class Tap:
    """Every call to a customer of one account that a gateway was asked to place, each time."""

    def __init__(self, redis: Redis, account: UUID) -> None:
        self._redis = redis
        self._account = account
        self.placed: list[UUID] = []

    async def follow(self) -> None:
        at = {commands_stream(node): "0" for node in NODES}
        while True:
            try:
                found = await self._redis.xread(at, count=1000, block=100)  # type: ignore[arg-type]
            except (RedisError, OSError):
                await asyncio.sleep(0.05)
                continue
            for stream, entries in found:
                for entry_id, fields in entries:
                    at[stream.decode()] = entry_id
                    command = decode_command(fields[b"c"])
                    if not isinstance(command, PlaceLeg) or command.account != self._account:
                        continue
                    if isinstance(command.to, ToNumber):
                        self.placed.append(command.leg)


@dataclass(frozen=True, slots=True)
class Bed:
    servers: EmbeddedServers
    system: System
    redis: Redis


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[EmbeddedServers, System]]:
    with tempfile.TemporaryDirectory(prefix="outdial-chaos-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        servers = EmbeddedServers(folder / "servers", postgres_options=FAST)
        servers.start()
        assert servers.postgres is not None
        assert servers.valkey is not None
        urls = ("--database", servers.postgres.url, "--redis", servers.valkey.url)
        system = System(folder, servers=urls)
        try:
            system.migrate()
            for worker in ("one", "two"):
                system.start_process(worker, "worker")
            for node in NODES:
                system.start_process(node, "gateway", "--node", node, "--sim-speed", "4")
            system.url = system.start_api("api")
            yield servers, system
        finally:
            system.stop()
            servers.stop()


@pytest.fixture
async def bed(running: tuple[EmbeddedServers, System]) -> AsyncIterator[Bed]:
    servers, system = running
    assert servers.valkey is not None
    redis = Redis.from_url(servers.valkey.url)
    system.forget_logs()
    yield Bed(servers, system, redis)
    await redis.aclose()
    print(system.logs())  # noqa: T201  # shown by pytest when the test fails


@asynccontextmanager
async def tapped(redis: Redis, account: UUID) -> AsyncIterator[Tap]:
    tap = Tap(redis, account)
    following = asyncio.create_task(tap.follow())
    yield tap
    following.cancel()
    with suppress(asyncio.CancelledError):
        await following


async def a_gateway_dies(bed: Bed, tap: Tap) -> None:
    bed.system.kill("north")
    await asyncio.sleep(3.0)
    bed.system.start_process("north", "gateway", "--node", "north", "--sim-speed", "4")


async def the_api_dies(bed: Bed, tap: Tap) -> None:
    bed.system.kill("api")
    await until(_dialed(tap, len(tap.placed) + 1))  # dialing needs no door
    bed.system.start_api("api", port=int(bed.system.url.rpartition(":")[2]))


async def redis_restarts(bed: Bed, tap: Tap) -> None:
    assert bed.servers.valkey is not None
    # It takes commands until it ends, and the tap must hear of them as the gateways do.
    await asyncio.to_thread(bed.servers.valkey.stop)
    await asyncio.sleep(2.0)
    # In this thread: the kernel ends the server when the thread that started it ends.
    bed.servers.valkey.start()  # and has lost everything


async def the_database_is_away(bed: Bed, tap: Tap) -> None:
    assert bed.servers.postgres is not None
    bed.servers.postgres.stop()
    await asyncio.sleep(5.0)
    before = len(tap.placed)
    await asyncio.sleep(15.0)
    assert len(tap.placed) == before  # no new call leaves while none can be written down
    bed.servers.postgres.start()


@pytest.mark.feature("OPS-03")
@pytest.mark.parametrize(
    "outage", [the_api_dies, a_gateway_dies, redis_restarts, the_database_is_away]
)
async def test_a_campaign_ends_with_every_call_accounted_for(
    outage: Callable[[Bed, Tap], Awaitable[None]], bed: Bed
) -> None:
    async with httpx.AsyncClient(timeout=PATIENCE_S) as http:
        credentials = bed.system.account("Acme", f"acme-{uuid.uuid4().hex[:8]}")
        centre = CallCentre(await signed_in(http, bed.system.url, credentials), credentials)
        account = UUID((await centre.admin.ask("query { account { id } }"))["id"])
        codes = await centre.agents(AGENTS)
        campaign = await centre.campaign("PROGRESSIVE", wrapUpSeconds=0)
        numbers = [f"+1212{200 + n}{ENDINGS[n % len(ENDINGS)]}" for n in range(TARGETS)]
        await centre.add(campaign, numbers)
        desks = [await centre.desk(code) for code in codes]
        for desk in desks:
            await desk.do(GO_AVAILABLE)
        await centre.start(campaign)
        async with tapped(bed.redis, account) as tap:
            await until(_dialed(tap, TARGETS // 4))

            await outage(bed, tap)

            targets = await until(_all_closed(centre, campaign), seconds=120)
        attempts = await centre.attempts(campaign)
        await _sign_out(desks)

    assert len(targets) == TARGETS
    assert {target["attempts"] for target in targets} == {1}
    assert {attempt["state"] for attempt in attempts} == {"ENDED"}
    # Nobody is called twice for one attempt, nor a target for two attempts.
    assert max(Counter(tap.placed).values()) == 1
    dialed = [attempt for attempt in attempts if attempt["disposition"] != "NOT_PLACED"]
    assert Counter(a["targetId"] for a in dialed) == {target["id"]: 1 for target in targets}
    ours = {UUID(attempt["id"]) for attempt in attempts}
    assert {UUID(attempt["id"]) for attempt in dialed} <= set(tap.placed) <= ours


def _dialed(tap: Tap, count: int) -> Callable[[], Awaitable[bool]]:
    async def dialed() -> bool:
        return len(tap.placed) >= count

    return dialed


def _all_closed(centre: CallCentre, campaign: str) -> Callable[[], Awaitable[list[object]]]:
    async def closed() -> list[object]:
        try:
            targets = await centre.targets(campaign)
            attempts = await centre.attempts(campaign)
        except (httpx.TransportError, AssertionError):
            return []  # what was away is on its way back
        done = all(target["state"] == "CLOSED" for target in targets)
        return targets if done and all(a["state"] == "ENDED" for a in attempts) else []

    return closed


async def _sign_out(desks: list[Desk]) -> None:
    for desk in desks:
        await desk.do(SIGN_OUT)
