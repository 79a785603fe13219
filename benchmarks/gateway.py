"""How many calls a gateway carries: `python -m benchmarks.gateway [--calls N]`.

Three figures, each CPU seconds of one core in the same run: the simulated carrier alone, its events
through the outbox into a real Valkey (against the same bytes added by bare pipelines), and the
whole process with commands in and events out.
"""

import argparse
import asyncio
import json
import os
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID, uuid4

from redis.asyncio import Redis

from domain.adapters.system_clock import SystemClock
from domain.adapters.telephony_redis import TelephonyLink
from domain.telephony.events import Event, LegAnalysed, LegEnded, LegFailed, Verdict, encode_event
from domain.telephony.link import inbox_stream
from domain.telephony.port import Analysis, HangUp, Join, PlaceLeg, Role, ToEndpoint, ToNumber
from tests.fakes import FixedClock
from workers.gateway.outbox import Outbox
from workers.gateway.simulator.carrier import SimulatedCarrier
from workers.launch.valkey import EmbeddedValkey

ACCOUNT = uuid4()
AGENTS = 200
CALLS_A_SECOND = 100


@contextmanager
def cpu() -> Iterator[list[float]]:
    """CPU seconds of the block, as the one item of the list."""
    took = [time.process_time()]
    yield took
    took[0] = time.process_time() - took[0]


def placing(number: int, now: float, *, analysis: bool = True) -> PlaceLeg:
    """A command to call an ordinary customer."""
    return PlaceLeg(
        leg=uuid4(),
        account=ACCOUNT,
        to=ToNumber(number=f"+1202{4_440_000 + number}"),
        not_after=now + 3600,
        analysis=Analysis() if analysis else None,
    )


def carrier_alone(calls: int) -> tuple[float, list[Event]]:
    """CPU seconds of that many calls to their end, agents in rooms joining the live ones."""
    clock = FixedClock()
    carrier = SimulatedCarrier(clock=clock, capacity=1_000_000)
    rooms = [uuid4() for _ in range(AGENTS)]
    events: list[Event] = []
    open_legs: set[UUID] = set()

    def emit(event: Event) -> None:
        events.append(event)
        if isinstance(event, LegAnalysed) and event.beep_at is None:
            if event.verdict is Verdict.LIVE:
                room = rooms[len(events) % AGENTS]
                carrier.do(Join(leg=event.leg, room=room, role=Role.CUSTOMER))
            else:
                carrier.do(HangUp(leg=event.leg))
        elif isinstance(event, LegEnded | LegFailed):
            open_legs.discard(event.leg)

    carrier.listen(emit)
    for room in rooms:
        to = ToEndpoint(endpoint="agent")
        carrier.do(
            PlaceLeg(
                leg=uuid4(), account=ACCOUNT, to=to, not_after=1e12, join=room, role=Role.AGENT
            )
        )
    clock.advance(5)
    carrier.catch_up()
    events.clear()
    commands = [placing(number, 1e12) for number in range(calls)]
    open_legs.update(command.leg for command in commands)
    with cpu() as took:
        for n, command in enumerate(commands):
            if n % CALLS_A_SECOND == 0:
                clock.advance(1)
            carrier.do(command)
        for _ in range(7200):  # forced numbers among them talk until we hang up
            clock.advance(1)
            carrier.catch_up()
            if not open_legs:
                break
    return took[0], events


async def through_outbox(redis: Redis, events: list[Event]) -> tuple[float, float]:
    """CPU seconds of the outbox, and of bare pipelines that add the same entries."""
    outbox = Outbox(redis, node="bench", incarnation="i", held=len(events) + 10)
    sending = asyncio.create_task(outbox.run())
    with cpu() as ours:
        for start in range(0, len(events), 50):
            for event in events[start : start + 50]:
                outbox.emit(event)
            await asyncio.sleep(0)
        await outbox.flush(300)
    sending.cancel()
    stream = inbox_stream(uuid4())
    payloads = [encode_event(event) for event in events]
    with cpu() as bare:
        for start in range(0, len(payloads), 500):
            pipe = redis.pipeline(transaction=False)
            for payload in payloads[start : start + 500]:
                pipe.xadd(stream, {"p": payload}, maxlen=200_000)
            await pipe.execute()
    return ours[0], bare[0]


async def whole_process(redis: Redis, url: str, calls: int) -> tuple[float, int]:
    """CPU seconds of a gateway process for that many calls, start-up taken off; events told."""
    idle_s, _ = await one_process(redis, url, 0)
    busy_s, events = await one_process(redis, url, calls)
    return busy_s - idle_s, events


async def one_process(redis: Redis, url: str, calls: int) -> tuple[float, int]:
    await redis.flushdb()
    link = TelephonyLink(redis)
    environment = {
        **os.environ,
        "OUTDIAL_REDIS": url,
        "OUTDIAL_NODE": "bench",
        "OUTDIAL_SIM_SPEED": "100",
    }
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "workers.gateway", env=environment
    )
    up = False
    while not up:
        await asyncio.sleep(0.05)
        up = any(node.up for node in await link.nodes())
    now = SystemClock().now().timestamp()
    for start in range(0, calls, 100):
        batch = [placing(n, now) for n in range(start, min(start + 100, calls))]
        await link.send("bench", batch)
        await asyncio.sleep(0.1)
    stream, last = inbox_stream(ACCOUNT), -1
    while (length := await redis.xlen(stream)) != last:
        last = length
        await asyncio.sleep(3.0)
    process.send_signal(signal.SIGTERM)
    await process.wait()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, last


async def measure(calls: int) -> dict[str, float]:
    alone_s, events = carrier_alone(calls)
    with tempfile.TemporaryDirectory(prefix="outdial-bench-") as folder:
        server = EmbeddedValkey(Path(folder))
        server.start()
        redis = Redis.from_url(server.url)
        try:
            outbox_s, bare_s = await through_outbox(redis, events)
            process_s, told = await whole_process(redis, server.url, calls)
        finally:
            await redis.aclose()
            server.stop()
    return {
        "calls": calls,
        "events_per_call": round(len(events) / calls, 2),
        "carrier_calls_per_cpu_second": round(calls / alone_s),
        "outbox_events_per_cpu_second": round(len(events) / outbox_s),
        "outbox_to_bare_pipeline": round(bare_s / outbox_s, 2),
        "process_calls_per_cpu_second": round(calls / process_s),
        "process_events_per_call": round(told / calls, 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=10_000)
    figures = asyncio.run(measure(parser.parse_args().calls))
    for name, figure in figures.items():
        print(f"{name:>32}  {figure:,}")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
