from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from tests.domain.floor.rig import Rig, rigged


@pytest.fixture
async def slow_rig(database: str, redis: Redis) -> AsyncIterator[Rig]:
    """For tests that must press a key before a time limit of seconds is over."""
    async with rigged(redis, speed=2.0) as rig:
        await rig.account()
        yield rig


@pytest.fixture
async def rig(database: str, redis: Redis, tmp_path: Path) -> AsyncIterator[Rig]:
    async with rigged(redis, recordings=tmp_path) as rig:
        await rig.account()
        yield rig
