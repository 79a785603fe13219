"""Whether somebody waits for a lock that the test holds."""

import asyncio

from tortoise.backends.base.client import BaseDBAsyncClient

# In this database alone: others of the same server have their own waiters.
_WAITING = """
SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()
"""


async def waits_for_a_lock(waiting: asyncio.Task[object], holder: BaseDBAsyncClient) -> bool:
    """Whether the database says so, before the task is done. `holder` may be in a transaction."""
    while not waiting.done():  # the event is in the database
        # A transaction goes on seeing the connections that there were at its first look.
        await holder.execute_query("SELECT pg_stat_clear_snapshot()")
        if (await holder.execute_query(_WAITING))[0]:
            return True
        await asyncio.sleep(0.01)
    return False
