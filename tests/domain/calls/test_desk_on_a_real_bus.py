"""A desk's resume on a real Valkey: whose cursors are not the fake's."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import replace

import pytest
from redis.asyncio import Redis

from domain.access.principal import Principal
from domain.adapters.redis_bus import RedisBus
from domain.agents.models import Agent
from domain.agents.rules import AgentState
from domain.calls.desk import Heard, follow_desk
from domain.calls.events import CallEnded, desk_topic, encode_desk_event
from domain.core.bus import Notice
from domain.core.ids import new_id
from domain.core.ports import Ports
from tests import rows
from tests.fakes import FakePorts


@pytest.fixture
async def ports(redis: Redis, fakes: FakePorts) -> AsyncIterator[Ports]:
    async with RedisBus(redis) as bus:
        yield replace(fakes.ports, bus=bus)


@pytest.fixture
async def agent(database: str) -> Agent:
    return await rows.an_agent(await rows.an_account())


def follow(agent: Agent, after: str | None, ports: Ports) -> AsyncGenerator[Heard, None]:
    who: Principal = rows.at_the_desk_of(agent)
    return follow_desk(who, after=after, ports=ports)


async def take(news: AsyncGenerator[Heard, None], count: int) -> list[Heard]:
    async with asyncio.timeout(10):
        return [await anext(news) for _ in range(count)]


async def publish(agent: Agent, ports: Ports, *talks: float) -> None:
    at = ports.clock.now().timestamp()
    for talk_s in talks:
        ended = CallEnded(at=at, call=new_id(), disposition=None, talk_s=talk_s)
        payload = encode_desk_event(ended)
        await ports.bus.publish([Notice(desk_topic(agent.id), payload, kept=True)])


def talks(heard: list[Heard]) -> list[float]:
    return [item.event.talk_s for item in heard if isinstance(item.event, CallEnded)]


@pytest.mark.feature("AGT-07")
async def test_a_desk_resumes_where_it_stopped(agent: Agent, ports: Ports) -> None:
    async with aclosing(follow(agent, None, ports)) as news:
        (now,) = await take(news, 1)
        await publish(agent, ports, 1.0)
        (first,) = await take(news, 1)
    await publish(agent, ports, 2.0, 3.0)

    async with aclosing(follow(agent, first.cursor, ports)) as news:
        later = await take(news, 2)
    async with aclosing(follow(agent, now.cursor, ports)) as news:
        again = await take(news, 3)

    assert talks([first, *later]) == talks(again) == [1.0, 2.0, 3.0]


@pytest.mark.feature("AGT-07")
async def test_a_desk_whose_broker_lost_everything_is_told_and_starts_anew(
    agent: Agent, ports: Ports, redis: Redis
) -> None:
    async with aclosing(follow(agent, None, ports)) as news:
        await take(news, 1)
        await publish(agent, ports, 1.0)
        (heard,) = await take(news, 1)
    await redis.flushdb()
    await rows.a_state(agent, AgentState.BREAK, ports.clock.now())

    async with aclosing(follow(agent, heard.cursor, ports)) as news:
        gap, state = await take(news, 2)
        await publish(agent, ports, 2.0)
        (after,) = await take(news, 1)

    assert gap.event is None
    assert state.snapshot
    assert talks([after]) == [2.0]


async def test_a_resume_that_loses_the_race_with_new_events_still_has_each_once(
    agent: Agent, ports: Ports
) -> None:
    await publish(agent, ports, 0.0)
    cursor = await ports.bus.cursor(desk_topic(agent.id))
    publishing = asyncio.ensure_future(publish(agent, ports, *map(float, range(1, 41))))

    async with aclosing(follow(agent, cursor, ports)) as news:
        heard = await take(news, 40)
    await publishing

    assert talks(heard) == [float(n) for n in range(1, 41)]
