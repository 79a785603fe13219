from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from tests.domain.floor.rig import Rig, rigged


@pytest.fixture
async def rig(database: str, redis: Redis, tmp_path: Path) -> AsyncIterator[Rig]:
    async with rigged(redis, recordings=tmp_path) as rig:
        await rig.account()
        yield rig
