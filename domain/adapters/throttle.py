"""The throttle on Redis."""

from redis.asyncio import Redis
from redis.exceptions import RedisError

from domain.core.errors import Unavailable

# One round trip, and atomic: a thousand tries at once are a thousand, not one.
_TAKE = """
local count = tonumber(redis.call('GET', KEYS[1]) or '0')
if count >= tonumber(ARGV[1]) then
  return redis.call('PTTL', KEYS[1])
end
if redis.call('INCR', KEYS[1]) == 1 then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return 0
"""
_GIVE_BACK = """
if tonumber(redis.call('GET', KEYS[1]) or '0') > 0 then
  redis.call('DECR', KEYS[1])
end
return 0
"""


class RedisThrottle:
    """Counters as Redis keys that expire."""

    def __init__(self, redis: Redis) -> None:
        self._take = redis.register_script(_TAKE)
        self._give_back = redis.register_script(_GIVE_BACK)

    async def take(self, key: str, *, limit: int, window_s: float) -> float:
        try:
            wait_ms = await self._take(keys=[f"throttle:{key}"], args=[limit, int(window_s * 1000)])
        except (RedisError, OSError) as error:
            raise Unavailable("Nothing was done: the throttle did not answer.") from error
        return max(0, int(wait_ms)) / 1000

    async def give_back(self, key: str) -> None:
        try:
            await self._give_back(keys=[f"throttle:{key}"])
        except (RedisError, OSError) as error:
            raise Unavailable("The throttle did not answer.") from error
