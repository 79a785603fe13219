"""All of Outdial on the real PBX, used through its public API."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from tests.e2e.callcentre import AGENT_CREATE, TEAM_CREATE, CallCentre
from tests.e2e.customer import PATIENCE_S, signed_in
from tests.e2e.system import System
from tests.pbx.bed.servers import Bed


@asynccontextmanager
async def outdial_on(bed: Bed, folder: Path) -> AsyncIterator[CallCentre]:
    """`outdial up --pbx ...` with one account, asked as its administrator."""
    system = System(folder, options=["--pbx", f"{bed.url}&capacity=100"])
    try:
        system.start()
        async with httpx.AsyncClient(timeout=PATIENCE_S) as http:
            credentials = system.account("Acme", "acme")
            yield CallCentre(await signed_in(http, system.url, credentials), credentials)
    finally:
        print(system.logs())  # noqa: T201  # shown by pytest when the test fails
        system.stop()


async def agents_of(centre: CallCentre, count: int) -> list[str]:
    """The codes of new agents in one team; their phones are the bed's agent-1, agent-2, ..."""
    made = await centre.admin.ask(TEAM_CREATE, name="Phones")
    centre.team = made["team"]["id"]
    codes = [str(200 + n) for n in range(1, count + 1)]
    for n, code in enumerate(codes, start=1):
        agent = {
            "name": f"Agent {code}",
            "code": code,
            "pin": f"{code}0",
            "endpoint": f"agent-{n}",
            "teamId": centre.team,
        }
        done = await centre.admin.ask(AGENT_CREATE, input=agent)
        assert done["__typename"] == "AgentCreated", done
    return codes
