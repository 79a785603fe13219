"""The cron that forgets old tapes."""

from datetime import timedelta

from domain.replays import service
from workers.functions import Cron, JobContext


async def purge_tapes(context: JobContext) -> None:
    """Forget what pacers saw too long ago."""
    await service.purge(
        now=context.ports.clock.now(),
        kept=timedelta(hours=context.settings.replay_hours),
        most=context.settings.replay_mb * 1_000_000,
    )


PURGE_TAPES = Cron(purge_tapes, every_s=60)
