from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from tests.domain.floor.rig import Rig, rigged


@pytest.fixture
async def rig(database: str, redis: Redis) -> AsyncIterator[Rig]:
    async with rigged(redis) as rig:
        await rig.account()
        yield rig
