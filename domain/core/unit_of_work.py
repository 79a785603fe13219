"""One transaction, and what is announced and enqueued once it is committed.

    async with unit_of_work(ports) as work:
        await campaign.save()
        work.publish(Notice(...))
        work.enqueue(ImportTargets(...))

Nothing is announced when the block raises. Units do not nest: a use case that needs another's
rows calls a function that takes the open unit.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from logging import getLogger

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.core.bus import Notice
from domain.core.errors import Unavailable
from domain.core.jobs import Job
from domain.core.ports import Ports
from domain.core.transactions import in_transaction

logger = getLogger(__name__)


@dataclass(slots=True)
class UnitOfWork:
    """The open transaction and what follows it."""

    connection: BaseDBAsyncClient
    notices: list[Notice] = field(default_factory=list)
    jobs: list[tuple[Job, str | None]] = field(default_factory=list)

    def publish(self, notice: Notice) -> None:
        """Announce this after the commit."""
        self.notices.append(notice)

    def enqueue(self, job: Job, *, job_id: str | None = None) -> None:
        """Hand this job over after the commit."""
        self.jobs.append((job, job_id))


@asynccontextmanager
async def unit_of_work(ports: Ports) -> AsyncIterator[UnitOfWork]:
    """Open a transaction; publish and enqueue after its commit.

    A bus or queue that is away does not undo the commit: listeners read again when it is back,
    and a cron enqueues rows whose job was lost.
    """
    async with in_transaction() as connection:
        work = UnitOfWork(connection)
        yield work
    try:
        if work.notices:
            await ports.bus.publish(work.notices)
        for job, job_id in work.jobs:
            await ports.jobs.enqueue(job, job_id=job_id)
    except Unavailable as error:
        logger.warning("committed, but not announced: %s", type(error).__name__)
