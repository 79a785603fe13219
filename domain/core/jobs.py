"""Work that outlives a request. The row is the truth; a job only points to it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Protocol

from domain.core.errors import Unavailable


class Lane(StrEnum):
    """Where a job waits. Floors run for days; they must not stand before short work."""

    JOBS = "jobs"
    FLOORS = "floors"


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do later, by ids only. It may run more than once and must bear that.

    Subclasses are frozen dataclasses in the slices' jobs.py; each has one worker function.
    """

    lane: ClassVar[Lane] = Lane.JOBS


class JobsUnavailable(Unavailable):
    """The job queue did not answer. Rows that wait for a job are found again by a cron."""

    code = "JOBS_UNAVAILABLE"


class JobQueue(Protocol):
    """Where jobs wait for a worker."""

    async def enqueue(self, job: Job, *, job_id: str | None = None, defer_s: float = 0.0) -> bool:
        """Hand a job over. False: one with this id is waiting or running already.

        Raises JobsUnavailable.
        """
