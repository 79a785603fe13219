"""Reading over the API as a supervisor's page does: `python -m benchmarks.reads [--rate N]`.

An API process (`python -m api`) on a real PostgreSQL and Valkey is asked the console's own
queries (frontend_contracts/operations) at a steady rate, whether or not it keeps up: a request that
leaves late because others are slow counts from when it was due. As a baseline the same client asks
/health at the same rate, in the same run. Client and servers share the machine.
"""

import argparse
import asyncio
import json
import random
import socket
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from graphql import FragmentSpreadNode, Visitor, parse, visit

from benchmarks.measured import cpu_s, keep
from benchmarks.pop import api
from domain.access.models import Account, User
from domain.access.permissions import Role
from domain.access.tokens import open_session
from domain.adapters.system_clock import SystemClock
from domain.agents.models import Agent, Team
from domain.calls.models import Attempt, Call
from domain.calls.rules import AttemptState, CallDirection, Disposition
from domain.campaigns.models import Campaign
from domain.campaigns.rules import DialMode
from domain.core import database, migrations
from domain.core.ids import new_id
from domain.targets.models import Contact, Target
from workers.launch.embedded import EmbeddedServers

OPERATIONS = Path(__file__).parents[1] / "frontend_contracts" / "operations"
SEED = 7
CONNECTIONS = 50
Ask = Callable[[str, str, object], Awaitable[bytes]]
SUPERVISORS, CAMPAIGNS, AGENTS, TARGETS, CALLS = 60, 20, 50, 20_000, 5_000
# How often a page asks each: lists are looked at more than their counts.
MIX = {
    "Campaigns": 20,
    "Campaign": 10,
    "Targets": 25,
    "TargetClasses": 5,
    "Agents": 10,
    "Attempts": 15,
    "Calls": 15,
}


class Documents:
    """The console's operations, each with the fragments that it needs."""

    def __init__(self) -> None:
        self._texts = {path.stem: path.read_text() for path in OPERATIONS.rglob("*.graphql")}

    def document(self, name: str) -> str:
        """The text to send for an operation."""
        wanted, seen = [name], dict[str, str]()
        while wanted:
            each = wanted.pop()
            if each not in seen:
                seen[each] = self._texts[each]
                wanted += _spreads(seen[each])
        return "\n".join(seen.values())


def _spreads(text: str) -> list[str]:
    found: list[str] = []

    class Spreads(Visitor):
        def enter_fragment_spread(self, node: FragmentSpreadNode, *_: object) -> None:
            found.append(node.name.value)

    visit(parse(text), Spreads())
    return found


async def filled() -> tuple[list[str], list[UUID]]:
    """Supervisors' tokens, and the campaigns of an account that has been at work for a while."""
    clock = SystemClock()
    account = await Account.create(name="Bench", slug="bench")
    team = await Team.create(account=account, name="All")
    agents = [
        Agent(account=account, name=f"A{n}", code=f"{n}", pin_hash="-", team=team, endpoint=f"p{n}")
        for n in range(AGENTS)
    ]
    await Agent.bulk_create(agents)
    campaigns = [
        await Campaign.create(
            account=account,
            serial=n,
            name=f"Spring {n}",
            api_code=f"c{n}",
            mode=DialMode.PREDICTIVE,
        )
        for n in range(1, CAMPAIGNS + 1)
    ]
    contacts = [Contact(account=account, name=f"P{n}") for n in range(TARGETS)]
    await Contact.bulk_create(contacts, batch_size=1000)
    targets = [
        Target(
            account=account, campaign=campaigns[n % CAMPAIGNS], contact_id=contact.id,
            number=f"+1202{5_000_000 + n}", max_attempts=3,
        )
        for n, contact in enumerate(contacts)
    ]  # fmt: skip
    await Target.bulk_create(targets, batch_size=1000)
    now, attempts, calls = clock.now(), list[Attempt](), list[Call]()
    for n in range(CALLS):
        target, at, id = targets[n], now - timedelta(seconds=CALLS - n), new_id()
        agent = agents[n % AGENTS]
        attempts.append(
            Attempt(
                id=id, account=account, campaign_id=target.campaign_id, target_id=target.id,
                ordinal=1, number=target.number, node="sim", epoch=1, state=AttemptState.ENDED,
                disposition=Disposition.CONNECTED, agent_id=agent.id, created_at=at,
                answered_at=at, connected_at=at, ended_at=at + timedelta(minutes=1),
            )
        )  # fmt: skip
        calls.append(
            Call(
                id=id, account=account, direction=CallDirection.OUTBOUND, agent_id=agent.id,
                campaign_id=target.campaign_id, target_id=target.id, number=target.number,
                answered_at=at, connected_at=at, ended_at=at + timedelta(minutes=1),
            )
        )  # fmt: skip
    await Attempt.bulk_create(attempts, batch_size=1000)
    await Call.bulk_create(calls, batch_size=1000)
    tokens = []
    for n in range(SUPERVISORS):  # one alone would meet the limit of requests
        user = await User.create(
            account=account,
            name=f"S{n}",
            email=f"{n}@a.example",
            role=Role.ADMIN,
            password_hash="-",
        )
        tokens.append((await open_session(account.id, clock=clock, user_id=user.id)).token)
    return tokens, [campaign.id for campaign in campaigns]


def asked(campaigns: list[UUID], chance: random.Random) -> tuple[str, dict[str, Any]]:
    """An operation by name, and its variables."""
    (name,) = chance.choices(list(MIX), list(MIX.values()))
    campaign = str(chance.choice(campaigns))
    match name:
        case "Campaign":
            return name, {"id": campaign}
        case "Targets" | "TargetClasses" | "Attempts" | "Calls":
            return name, {"campaignId": campaign}
    return name, {}


@asynccontextmanager
async def connections(port: int) -> AsyncIterator[Ask]:
    """A way to ask over a few open connections. A client library would cost more than the API."""
    free = asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]]()
    for _ in range(CONNECTIONS):
        free.put_nowait(await asyncio.open_connection("127.0.0.1", port))

    async def ask(path: str, token: str, body: object) -> bytes:
        content = json.dumps(body).encode() if body else b""
        head = (
            f"{'POST' if body else 'GET'} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            f"Authorization: Bearer {token}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(content)}\r\n\r\n"
        )
        reader, writer = connection = await free.get()
        writer.write(head.encode() + content)
        answered = (await reader.readuntil(b"\r\n\r\n")).lower()
        assert answered.startswith(b"http/1.1 200"), answered
        length = answered.partition(b"content-length: ")[2].partition(b"\r\n")[0]
        found = await reader.readexactly(int(length))
        free.put_nowait(connection)
        return found

    try:
        yield ask
    finally:
        while not free.empty():
            free.get_nowait()[1].close()


async def steadily(
    ask: Callable[[], Awaitable[str]], *, rate: float, seconds: float
) -> dict[str, list[float]]:
    """Seconds that each request took from the instant it was due, by what was asked."""
    took = dict[str, list[float]]()

    async def one(due: float) -> None:
        name = await ask()
        took.setdefault(name, []).append(time.perf_counter() - due)

    began, tasks = time.perf_counter(), list[asyncio.Task[None]]()
    for number in range(int(rate * seconds)):
        due = began + number / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        tasks.append(asyncio.create_task(one(due)))
    await asyncio.gather(*tasks)
    return took


async def measure(
    rate: float, seconds: float, folder: Path
) -> tuple[dict[str, list[float]], float]:
    """Seconds by what was asked, and the API's CPU seconds for each of the reads."""
    servers = EmbeddedServers(folder)
    servers.start()
    assert servers.postgres
    assert servers.valkey
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    environment = {
        "OUTDIAL_DATABASE": servers.postgres.url,
        "OUTDIAL_REDIS": servers.valkey.url,
        "OUTDIAL_PORT": port,
    }
    documents, chance = Documents(), random.Random(SEED)
    texts = {name: documents.document(name) for name in MIX}
    try:
        await migrations.migrate(servers.postgres.url)
        async with database.connected(servers.postgres.url), api(environment) as pid:
            tokens, campaigns = await filled()
            async with connections(int(port)) as ask:

                async def read() -> str:
                    name, variables = asked(campaigns, chance)
                    body = {"query": texts[name], "operationName": name, "variables": variables}
                    answer = json.loads(await ask("/graphql", chance.choice(tokens), body))
                    assert not answer.get("errors"), json.dumps(answer["errors"])[:500]
                    return name

                async def health() -> str:
                    await ask("/health", "", None)
                    return "/health"

                await steadily(read, rate=rate, seconds=2)  # plans and code are warm
                found = await steadily(health, rate=rate, seconds=seconds / 2)
                before = cpu_s(pid)
                found |= await steadily(read, rate=rate, seconds=seconds)
                return found, (cpu_s(pid) - before) / int(rate * seconds)
    finally:
        servers.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=200.0, help="requests a second")
    parser.add_argument("--seconds", type=float, default=20.0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="outdial-bench-") as folder:
        found, cpu = asyncio.run(measure(given.rate, given.seconds, Path(folder)))
    found["all reads"] = [each for name in MIX for each in found.get(name, ())]
    print(
        f"{given.rate:.0f} requests/s for {given.seconds:.0f} s; one took {cpu * 1e3:.2f} ms of "
        f"the API's CPU, at this rate {cpu * given.rate:.2f} of a core\n"
    )
    print(f"{'':16}{'requests':>9}{'p50 ms':>9}{'p99 ms':>9}{'ratio of p99':>14}")
    figures, baseline = dict[str, Any](), 0.0
    for name, took in found.items():
        took.sort()
        p50, p99 = took[len(took) // 2] * 1e3, took[len(took) * 99 // 100] * 1e3
        baseline = baseline or p99
        figures[name] = {"p50_ms": p50, "p99_ms": p99}
        print(f"{name:16}{len(took):9}{p50:9.2f}{p99:9.2f}{p99 / baseline:14.1f}")
    keep("reads", {"rate": given.rate, "cpu_ms": cpu * 1e3, "core": cpu * given.rate, **figures})
    print("\nbudget: p99 <= 100 ms for all reads")


if __name__ == "__main__":
    main()
