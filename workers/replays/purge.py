"""The cron that forgets old tapes."""

from datetime import timedelta

from domain.replays import service
from workers.functions import Cron, JobContext

SIZED_EVERY_MIN = 10  # an account gains a few megabytes in them


async def purge_tapes(context: JobContext) -> None:
    """Forget what pacers saw too long ago."""
    now = context.ports.clock.now()
    await service.purge_old(now=now, kept=timedelta(hours=context.settings.replay_hours))
    if now.minute % SIZED_EVERY_MIN == 0:
        await service.purge_much(most=context.settings.replay_mb * 1_000_000)


PURGE_TAPES = Cron(purge_tapes, every_s=60)
