"""An agent's desk that was away goes on where it stopped, over a real bus and a real socket."""

import time
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from domain.access.models import User
from domain.access.tokens import open_session
from domain.adapters.system_clock import SystemClock
from domain.agents.models import Agent
from domain.calls.events import ScreenPop, desk_topic, encode_desk_event
from domain.calls.rules import CallDirection
from domain.core.bus import Notice
from tests.api.conftest import Served
from tests.api.test_ws import hear, say, socket, subscribe

QUERY = """subscription($after: String) { deskEvents(after: $after) {
  cursor event { __typename ... on ScreenPop { name } } } }"""


def pop(agent: Agent, name: str) -> Notice:
    event = ScreenPop(
        at=time.time() + 60,
        stage="connected",
        call=uuid4(),
        target=None,
        campaign=None,
        campaign_name="",
        direction=CallDirection.OUTBOUND,
        number="+12025550103",
        name=name,
    )
    return Notice(desk_topic(agent.id), encode_desk_event(event), kept=True)


@pytest.fixture
async def agent(user: User) -> Agent:
    return await Agent.create(
        account_id=user.account_id, name="Bo", code="7", pin_hash="-", endpoint="x"
    )


@pytest.mark.feature("API-02")
async def test_a_desk_that_was_away_misses_no_pop(
    server: Served, agent: Agent, redis: Redis
) -> None:
    clock, bus = SystemClock(), server.door.ports.bus
    token = (await open_session(agent.account_id, clock=clock, agent_id=agent.id)).token
    async with socket(server, token=token) as ws:
        await subscribe(ws, "1", QUERY)
        await hear(ws)
        await bus.publish([pop(agent, "one")])
        first = (await hear(ws))["payload"]["data"]["deskEvents"]
        assert first["event"] == {"__typename": "ScreenPop", "name": "one"}

    await bus.publish([pop(agent, "two"), pop(agent, "three")])
    async with socket(server, token=token) as ws:
        await subscribe(ws, "1", QUERY, after=first["cursor"])
        news = [(await hear(ws))["payload"]["data"]["deskEvents"] for _ in range(2)]
        assert [each["event"]["name"] for each in news] == ["two", "three"]
        await say(ws, {"id": "1", "type": "complete"})

    await redis.flushdb()
    async with socket(server, token=token) as ws:
        await subscribe(ws, "1", QUERY, after=news[-1]["cursor"])
        gap = (await hear(ws))["payload"]["data"]["deskEvents"]
        assert gap["event"]["__typename"] == "ResumeGap"
        now = (await hear(ws))["payload"]["data"]["deskEvents"]
        assert now["event"]["__typename"] == "AgentStateChanged"
