import asyncio

import pytest
from redis.asyncio import Redis

from domain.adapters.throttle import RedisThrottle
from domain.core.errors import Unavailable


async def test_the_limit_is_let_through_and_the_next_one_waits(redis: Redis) -> None:
    throttle = RedisThrottle(redis)

    waits = [await throttle.take("k", limit=3, window_s=60) for _ in range(5)]

    assert waits[:3] == [0, 0, 0]
    assert all(0 < wait <= 60 for wait in waits[3:])


async def test_a_hundred_tries_at_once_are_a_hundred(redis: Redis) -> None:
    throttle = RedisThrottle(redis)

    waits = await asyncio.gather(*(throttle.take("k", limit=10, window_s=60) for _ in range(100)))

    assert sum(wait == 0 for wait in waits) == 10


async def test_keys_are_counted_apart(redis: Redis) -> None:
    throttle = RedisThrottle(redis)
    await throttle.take("one", limit=1, window_s=60)

    assert await throttle.take("one", limit=1, window_s=60) > 0
    assert await throttle.take("two", limit=1, window_s=60) == 0


async def test_what_is_given_back_may_be_taken_again(redis: Redis) -> None:
    throttle = RedisThrottle(redis)
    await throttle.take("k", limit=1, window_s=60)

    await throttle.give_back("k")
    await throttle.give_back("k")  # one too many gives no credit

    assert await throttle.take("k", limit=1, window_s=60) == 0
    assert await throttle.take("k", limit=1, window_s=60) > 0


async def test_a_window_forgets_by_itself(redis: Redis) -> None:
    await RedisThrottle(redis).take("k", limit=1, window_s=60)

    (key,) = await redis.keys("*")
    assert 0 < await redis.pttl(key) <= 60_000


async def test_a_counter_that_is_away_lets_nobody_through() -> None:
    nowhere = Redis.from_url("unix:///nowhere/redis.sock")

    with pytest.raises(Unavailable):
        await RedisThrottle(nowhere).take("k", limit=1, window_s=60)
    await nowhere.aclose()
