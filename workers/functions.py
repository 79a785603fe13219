"""What a worker function is, and what it is given."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, TypeVar

from arq.connections import ArqRedis

from domain.core.jobs import Job
from domain.core.ports import Ports
from domain.core.settings import Settings

JobT = TypeVar("JobT", bound=Job)


@dataclass(frozen=True, slots=True)
class JobContext:
    """What every worker function is given besides its job."""

    settings: Settings
    ports: Ports
    redis: ArqRedis
    job_id: str
    job_try: int  # 1 on the first run


@dataclass(frozen=True, slots=True)
class JobFunction(Generic[JobT]):
    """The one function that does a job. It unpacks, calls one use case and says when to retry.

    To try again later it raises `arq.Retry(defer=seconds)`, at most `tries` times in all.
    """

    job: type[JobT]
    run: Callable[[JobT, JobContext], Awaitable[None]]
    timeout: timedelta = timedelta(minutes=5)
    tries: int = 5


@dataclass(frozen=True, slots=True)
class Cron:
    """Something done every `every_s` seconds (a divisor of 60) by one worker of all."""

    run: Callable[[JobContext], Awaitable[None]]
    every_s: int = 60
    timeout: timedelta = timedelta(minutes=1)

    @property
    def name(self) -> str:
        return f"cron:{self.run.__name__}"


AnyFunction = JobFunction[Any]
