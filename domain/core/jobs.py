"""Work that outlives a request. The row is the truth; a job only points to it."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do later, by ids only. It may run more than once and must bear that.

    Subclasses are frozen dataclasses in the slices' jobs.py; each has one worker function.
    """


class JobQueue(Protocol):
    """Where jobs wait for a worker."""

    async def enqueue(self, job: Job, *, job_id: str | None = None, defer_s: float = 0.0) -> bool:
        """Hand a job over. False: one with this id is waiting or running already."""
