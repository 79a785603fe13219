"""All of Outdial on the real PBX, used through its public API."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.e2e.callcentre import AGENT_CREATE, TEAM_CREATE, CallCentre
from tests.e2e.customer import PATIENCE_S, signed_in, until
from tests.e2e.desk import GO_AVAILABLE, HANG_UP, Desk
from tests.e2e.desk import SIGN_OUT as DESK_SIGN_OUT
from tests.e2e.system import System
from tests.pbx.bed.phone import Call, Manner, Phones
from tests.pbx.bed.servers import Bed
from tests.pbx.ears import eventually

TRUNK_CREATE = """
mutation ($name: String!, $settings: TrunkSettingsInput) {
  trunkCreate(name: $name, settings: $settings) {
    __typename
    ... on TrunkSaved { trunk { id } }
    ... on Refusal { code message }
  }
}
"""
NUMBER_CREATE = """
mutation ($number: PhoneNumber!, $purpose: NumberPurpose!, $settings: InboundNumberInput) {
  inboundNumberCreate(number: $number, purpose: $purpose, settings: $settings) {
    __typename
    ... on Refusal { code message }
  }
}
"""
SIGN_OUT = """
mutation ($agent: UUID!) {
  agentSignOut(agentId: $agent, force: true) { __typename ... on Refusal { code message } }
}
"""
AGENTS = "{ agents(first: 100) { nodes { id code now { state reason } } } }"


@contextmanager
def outdial_on(folder: Path, pbx: str) -> Iterator[System]:
    """`outdial up --pbx ...`, without an account."""
    system = System(folder, options=["--pbx", pbx])
    try:
        system.start()
        yield system
    finally:
        system.stop()


@asynccontextmanager
async def account_on(system: System) -> AsyncIterator[CallCentre]:
    """A new account, asked as its administrator. Afterwards nobody works there any more."""
    system.forget_logs()
    async with httpx.AsyncClient(timeout=PATIENCE_S) as http:
        credentials = system.account("Acme", f"acme-{uuid.uuid4().hex[:8]}")
        centre = CallCentre(await signed_in(http, system.url, credentials), credentials)
        try:
            yield centre
        finally:
            for agent in (await centre.admin.ask(AGENTS))["nodes"]:
                await centre.admin.ask(SIGN_OUT, agent=agent["id"])
            print(system.logs())  # noqa: T201  # shown by pytest when the test fails


async def agents_of(centre: CallCentre, count: int, *, phone: str = "agent") -> list[str]:
    """The codes of new agents in one team; their phones are the bed's agent-1, agent-2, ...

    SIPp plays those; of the phones `seat-1` and so on a test can ask what they heard.
    """
    made = await centre.admin.ask(TEAM_CREATE, name="Phones")
    centre.team = made["team"]["id"]
    return [
        await agent_at(centre, str(200 + n), endpoint=f"{phone}-{n}") for n in range(1, count + 1)
    ]


async def agent_at(centre: CallCentre, code: str, **settings: Any) -> str:
    """The code of a new agent of the team; the PIN is code and "0"."""
    agent = {
        "name": f"Agent {code}",
        "code": code,
        "pin": f"{code}0",
        "teamId": centre.team,
        **settings,
    }
    done = await centre.admin.ask(AGENT_CREATE, input=agent)
    assert done["__typename"] == "AgentCreated", done
    return code


async def trunk(centre: CallCentre, name: str, **settings: Any) -> str:
    """The id of a new trunk of the account. Without any, calls leave through SIPp."""
    made = await centre.admin.ask(TRUNK_CREATE, name=name, settings=settings)
    assert made["__typename"] == "TrunkSaved", made
    id: str = made["trunk"]["id"]
    return id


async def number(centre: CallCentre, number: str, purpose: str, **settings: Any) -> None:
    """Let the account answer calls to a number. The gateway knows of it seconds later."""
    made = await centre.admin.ask(
        NUMBER_CREATE, number=number, purpose=purpose, settings=settings or None
    )
    assert made["__typename"] == "InboundNumberSaved", made


async def dial_in(phones: Phones, bed: Bed, number: str, caller: str = "+12025550123") -> Call:
    """A call to one of our numbers that was answered, dialed again until the gateway knows it."""

    async def answered() -> Call | None:
        call = await phones.dial(bed.address, number.removeprefix("+"), caller)
        for _ in range(30):
            await asyncio.sleep(0.1)
            if call.up.is_set() or call.ended.is_set():
                break
        if call.up.is_set():
            return call
        call.hang_up()
        return None

    call: Call = await until(answered)
    return call


def state_of(centre: CallCentre, code: str, *wanted: str) -> Callable[[], Awaitable[bool]]:
    """Whether an agent is in one of these states, as the administrator sees it."""

    async def there() -> bool:
        found = (await centre.admin.ask(AGENTS))["nodes"]
        return any(agent["code"] == code and agent["now"]["state"] in wanted for agent in found)

    return there


def calls_at(phones: Phones, number: str) -> list[Call]:
    """The calls that came to a number, in their order."""
    return phones.calls_of(number.removeprefix("+"))


async def customer_up(phones: Phones, number: str) -> Call:
    """The newest call to a number, once a customer has answered there."""
    await eventually(lambda: any(call.up.is_set() for call in calls_at(phones, number)), seconds=20)
    return calls_at(phones, number)[-1]


async def dialing(
    centre: CallCentre,
    phones: Phones,
    numbers: list[str],
    manner: Manner,
    *,
    mode: str = "PROGRESSIVE",
    **settings: Any,
) -> str:
    """A campaign, not started, whose customers answer at the bed's own phones."""
    for each in numbers:
        phones.manners[each.removeprefix("+")] = manner
    await trunk(centre, "wire")
    settings = {"analysis": False, "wrapUpSeconds": 0.5, **settings}
    campaign = await centre.campaign(mode, **settings)
    await centre.add(campaign, numbers)
    return campaign


async def at_work(centre: CallCentre, code: str) -> Desk:
    """An agent's desk, followed, with the phone up and nobody on it yet."""
    desk = await centre.desk(code)
    desk.listen()
    await desk.until_state("BREAK")
    await desk.do(GO_AVAILABLE)
    await desk.until_state("AVAILABLE")
    return desk


async def done_with(desk: Desk) -> None:
    """End the agent's call, and the agent's day."""
    await desk.do(HANG_UP)
    await desk.until_state("AVAILABLE")
    await leave(desk)


async def leave(desk: Desk) -> None:
    await desk.do(DESK_SIGN_OUT)
    await desk.cut_off()
