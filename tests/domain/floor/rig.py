"""A floor on real PostgreSQL and Valkey with a simulated carrier behind the real wire."""

import asyncio
import math
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from redis.asyncio import Redis

from domain.access.models import Account
from domain.access.secrets import hash_secret
from domain.adapters.system_clock import FastClock
from domain.adapters.telephony_redis import TelephonyLink
from domain.adapters.throttle import RedisThrottle
from domain.adapters.web import SafeWeb
from domain.agents.commands import AgentGoAvailable, AgentSignIn
from domain.agents.models import Agent, Team
from domain.calls.models import Attempt
from domain.campaigns.commands import CampaignChanged
from domain.campaigns.models import Campaign, CampaignTeam
from domain.campaigns.rules import DEFAULT_RETRY_DELAYS_S, CampaignState, DialMode
from domain.core import floor_wire
from domain.core.floors import FloorCommand
from domain.floor.director import Floor
from domain.floor.lease import lease_key
from domain.numbers.models import InboundNumber, NumberPurpose
from domain.targets.models import Contact, Target
from domain.telephony.link import GATEWAYS, Node, encode_node, heartbeat_key, inbox_stream
from domain.telephony.port import Collect, PlaceLeg
from tests.fakes import RecordingBus
from workers.gateway.intake import Intake
from workers.gateway.outbox import Outbox
from workers.gateway.simulator.carrier import SimulatedCarrier
from workers.gateway.simulator.profile import Behaviour, CarrierProfile, Nature

CommandT = TypeVar("CommandT")

# Somebody who calls us and waits as long as it takes.
PATIENT = Behaviour(nature=Nature.LIVE, answers_s=math.inf)

LATE_S = 5.0  # real seconds by which a command may come later than its sender allows


class Rig:
    """One account with a carrier; floors come and go on it."""

    def __init__(self, redis: Redis, *, speed: float = 20.0, recordings: Path | None) -> None:
        self.redis = redis
        self.recordings = recordings
        self.clock = FastClock(speed)
        self.bus = RecordingBus()
        self.gateway_delay_s = 0.0  # before each command is carried out
        self.gateway_works = asyncio.Event()  # while cleared, commands wait at the gateway
        self.gateway_works.set()
        self.web = SafeWeb(private=True)
        self.executed: list[Any] = []  # every command that reached a carrier, repetitions too
        self._carriers: dict[str, SimulatedCarrier] = {}
        self._tasks: list[asyncio.Task[Any]] = []
        self._gateways: dict[str, list[asyncio.Task[Any]]] = {}
        self._floors: dict[Floor, asyncio.Task[bool]] = {}
        self._typed: Counter[UUID] = Counter()  # how often something was, by leg

    @property
    def floors(self) -> tuple[Floor, ...]:
        """Those that were started and not let go."""
        return tuple(self._floors)

    @property
    def placed(self) -> list[UUID]:
        """Legs that a carrier was asked to place, repetitions too."""
        return [command.leg for command in self.commands(PlaceLeg)]

    def commands(self, kind: type[CommandT]) -> list[CommandT]:
        """The commands of one kind that reached a carrier, in order."""
        return [command for command in self.executed if isinstance(command, kind)]

    def carrier_of(self, node: str = "sim") -> SimulatedCarrier:
        return self._carriers[node]

    async def account(self) -> Account:
        self.row = await Account.create(name="Acme", slug=f"acme-{uuid.uuid4().hex[:8]}")
        self.team = await Team.create(account=self.row, name="Sales")
        await self.number("+12025550100")
        return self.row

    async def number(self, number: str) -> InboundNumber:
        """A number of the account, which its campaigns may show."""
        return await InboundNumber.create(
            account=self.row, number=number, purpose=NumberPurpose.CALLER_ID
        )

    async def campaign(self, mode: DialMode, **fields: Any) -> Campaign:
        count = await Campaign.filter(account=self.row).count()
        given: dict[str, Any] = {
            "state": CampaignState.RUNNING,
            "caller_id": "+12025550100",
            "wrap_up_s": 1.0,
            "name": "Spring",
            "retry_delays_s": {str(d): s for d, s in DEFAULT_RETRY_DELAYS_S.items()},
        } | fields
        campaign = await Campaign.create(
            account=self.row, serial=count + 1, api_code=f"c{count + 1}", mode=mode, **given
        )
        await CampaignTeam.create(campaign=campaign, team=self.team)
        return campaign

    async def agents(self, count: int) -> list[Agent]:
        return [
            await Agent.create(
                account=self.row,
                name=f"Agent {n}",
                code=str(1000 + n),
                pin_hash="-",
                team=self.team,
                endpoint=f"phone-{n}",
            )
            for n in range(1, count + 1)
        ]

    async def targets(
        self,
        campaign: Campaign,
        *numbers: str,
        variables: dict[str, str] | None = None,
        **fields: Any,
    ) -> list[Target]:
        found = []
        for number in numbers:
            contact = await Contact.create(
                account=self.row,
                name=f"Person {number[-4:]}",
                variables={"City": "Łódź"} if variables is None else variables,
            )
            found.append(
                await Target.create(
                    account=self.row,
                    campaign=campaign,
                    contact=contact,
                    number=number,
                    max_attempts=campaign.max_attempts,
                    **fields,
                )
            )
        return found

    async def carrier(
        self, node: str = "sim", profile: CarrierProfile | None = None, *, capacity: int = 1000
    ) -> None:
        """Start a gateway with a simulated carrier, as `python -m workers.gateway` does."""
        carrier = SimulatedCarrier(
            clock=self.clock,
            node=node,
            profile=profile,
            capacity=capacity,
            recordings=self.recordings,
        )
        incarnation = uuid.uuid4().hex
        outbox = Outbox(self.redis, node=node, incarnation=incarnation)
        intake = Intake(self.redis, node)
        await intake.begin()
        await carrier.start(outbox.emit)

        async def execute(command: Any) -> None:
            self.executed.append(command)
            await self.gateway_works.wait()
            if self.gateway_delay_s:
                await self.clock.sleep(self.gateway_delay_s)
            elif isinstance(command, PlaceLeg):
                # Time flies here, and a busy machine is no slow gateway.
                not_after = command.not_after + LATE_S * self.clock.speed
                command = msgspec.structs.replace(command, not_after=not_after)
            await carrier.execute(command)

        async def beat() -> None:
            while True:
                shown = Node(
                    node=node,
                    incarnation=incarnation,
                    up=True,
                    legs=carrier.legs,
                    capacity=capacity,
                    kind="simulated",
                )
                await self.redis.zadd(GATEWAYS, {node: 0})
                await self.redis.set(heartbeat_key(node), encode_node(shown), px=10_000)
                await asyncio.sleep(0.05)

        await self.redis.set(heartbeat_key(node), b"")
        self._gateways[node] = [
            asyncio.create_task(part) for part in (outbox.run(), intake.run(execute), beat())
        ]
        self._carriers[node] = carrier
        await self.until(lambda: self._beats(node))

    async def _beats(self, node: str) -> bool:
        return bool(await self.redis.get(heartbeat_key(node)))

    async def kill_gateway(self, node: str = "sim") -> None:
        """The gateway's process dies: no word, no more heartbeats."""
        for task in self._gateways.pop(node):
            task.cancel()
        running = self._carriers[node]._running
        assert running is not None
        running.cancel()
        await self.redis.delete(heartbeat_key(node))

    async def floor(self, *, owner: str | None = None, wait: bool = True) -> Floor:
        floor = Floor(
            self.row.id,
            redis=self.redis,
            gateways=TelephonyLink(self.redis),
            bus=self.bus,
            clock=self.clock,
            owner=owner,
            web=self.web,
            throttle=RedisThrottle(self.redis),
        )
        self._floors[floor] = asyncio.create_task(floor.run())
        if wait:
            await self.until(lambda: self._is_ready(floor))
        return floor

    async def _is_ready(self, floor: Floor) -> bool:
        return floor.ready.is_set()

    def _raise_what_broke(self) -> None:
        for task in self._floors.values():
            if task.done() and not task.cancelled() and task.exception() is not None:
                task.result()

    async def let_go(self, floor: Floor) -> None:
        """Stop a floor in order, as a worker that shuts down does."""
        task = self._floors.pop(floor)
        task.cancel()
        await asyncio.wait([task])

    async def die(self, floor: Floor) -> None:
        """End a floor as kill -9 does: nothing is written, sent or released."""
        task = self._floors.pop(floor)
        floor.journal.flush = _nothing  # type: ignore[method-assign]
        floor._lease.release = _nothing  # type: ignore[method-assign]
        task.cancel()
        await asyncio.wait([task])
        await self.redis.delete(lease_key(self.row.id))  # as its expiry does, 5 s later

    async def ask(self, command: FloorCommand) -> floor_wire.Answer:
        channel, request = f"reply:{uuid.uuid4().hex}", uuid.uuid4().hex
        async with self.redis.pubsub() as pubsub:
            await pubsub.subscribe(channel)
            entry = floor_wire.entry_of(
                command,
                reply_to=channel,
                request_id=request,
                deadline=self.clock.now().timestamp() + 300,
            )
            await self.redis.xadd(inbox_stream(self.row.id), entry)  # type: ignore[arg-type]
            async with asyncio.timeout(10):
                while True:
                    self._raise_what_broke()
                    message = await pubsub.get_message(timeout=0.2)
                    if message is not None and message["type"] == "message":
                        return floor_wire.decode_answer(message["data"])

    async def tell(self, command: FloorCommand) -> None:
        """Put a command into the inbox, as `ask` does, and wait for no answer."""
        entry = floor_wire.entry_of(command)
        await self.redis.xadd(inbox_stream(self.row.id), entry)  # type: ignore[arg-type]

    async def changed(self, campaign: Campaign) -> None:
        """Let the floor take over a campaign's row as it is now."""
        assert (await self.ask(CampaignChanged(campaign=campaign.id))).code is None

    async def at_work(self, *agents: Agent) -> None:
        """Sign agents in and let them go available."""
        for agent in agents:
            assert (await self.ask(AgentSignIn(agent=agent.id))).code is None
            assert (await self.ask(AgentGoAvailable(agent=agent.id))).code is None

    async def signs_in_with(self, agent: Agent, pin: str) -> None:
        """Give an agent a PIN."""
        await Agent.filter(id=agent.id).update(pin_hash=await hash_secret(pin))

    def dial_in(
        self,
        number: str,
        caller: str | None = "+12025551111",
        *,
        name: str = "",
        behaviour: Behaviour = PATIENT,
        node: str = "sim",
    ) -> UUID:
        """Somebody calls one of the account's numbers, or an agent's phone a code; the leg."""
        leg = self.carrier_of(node).arrive(
            number, caller, name=name, account=self.row.id, behaviour=behaviour
        )
        assert leg is not None
        return leg

    async def type_in(self, leg: UUID, *typed: str) -> None:
        """Type each of these once digits are asked for; what comes sooner may be lost."""
        for digits in typed:
            await self.until(lambda: self._is_asked(leg))
            self._typed[leg] += 1
            self.carrier_of().press(leg, f"{digits}#")

    async def _is_asked(self, leg: UUID) -> bool:
        asked = sum(command.leg == leg for command in self.commands(Collect))
        return asked > self._typed[leg]

    async def until(self, holds: Callable[[], Awaitable[bool]], *, seconds: float = 20.0) -> None:
        """Wait until something holds; fails the test when it does not come true."""
        async with asyncio.timeout(seconds):
            while not await holds():  # rows have no event to wait for
                self._raise_what_broke()
                await asyncio.sleep(0.01)

    async def ended(self, count: int) -> bool:
        return await Attempt.filter(account=self.row, state="ended").count() >= count

    async def pass_time(self, seconds: float) -> None:
        await self.clock.sleep(seconds)

    async def later(self, **kwargs: float) -> Any:
        return self.clock.now() + timedelta(**kwargs)

    async def close(self) -> None:
        for floor in list(self._floors):
            await self.let_go(floor)
        for node in list(self._gateways):
            await self.kill_gateway(node)
        await self.web.close()


async def _nothing(*, everything: bool = False) -> None:
    await asyncio.sleep(0)  # the journal asks again at once, and nobody else would get a turn


@asynccontextmanager
async def rigged(
    redis: Redis, *, speed: float = 20.0, recordings: Path | None = None
) -> AsyncIterator[Rig]:
    rig = Rig(redis, speed=speed, recordings=recordings)
    try:
        yield rig
    finally:
        await rig.close()
