"""Rows of work that one job at a time has: taken, kept alive, and found when the job died.

Whoever lost a claim finds out when it writes: nothing is `held` then.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar
from uuid import UUID

from tortoise import fields
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.expressions import F, Q
from tortoise.models import Model
from tortoise.queryset import QuerySet

from domain.core.ids import new_id
from domain.core.jobs import Job
from domain.core.ports import Ports

BEAT_S = 5.0  # how often a job says that it lives while nothing else tells
DEAD_AFTER = timedelta(seconds=30)  # without a beat
LOST_AFTER = timedelta(seconds=60)  # waiting without having been started
FRUITLESS_STARTS = 5  # jobs that died before they committed anything


class Claimed(Model):
    """Work that a job takes. Each kind has `id`, `created_at` and a `state` of its own besides.

    The state is pending before the first claim, then running; every other one is the end, or lies
    before the beginning.
    """

    heartbeat_at = fields.DatetimeField(null=True)  # NULL: no job has it
    runner = fields.UUIDField(null=True)  # the job that may write; an older one finds it changed
    fruitless_starts = fields.SmallIntField(default=0)  # since the last rows that were committed
    finished_at = fields.DatetimeField(null=True)

    class Meta:
        abstract = True


RowT = TypeVar("RowT", bound=Claimed)


class ClaimLost(Exception):
    """Another job has the row, or it was canceled."""


@dataclass(frozen=True, slots=True)
class Claim(Generic[RowT]):
    """A row and the right to write it, until another job takes it."""

    row: RowT  # as it was when it was taken
    runner: UUID
    is_vain: bool  # too many died over it before they committed anything: it should be given up

    def held(self, connection: BaseDBAsyncClient | None = None) -> QuerySet[RowT]:
        """The row, as long as the claim holds."""
        found = type(self.row).filter(id=self.row.pk, runner=self.runner, state="running")
        return found if connection is None else found.using_db(connection)

    async def let_go(self) -> None:
        """Give the claim back with work left, so that another job may begin at once."""
        await self.held().update(heartbeat_at=None)


async def take(
    kind: type[RowT], id: UUID, *, now: datetime, starts: int = FRUITLESS_STARTS
) -> Claim[RowT] | None:
    """A claim, unless the work is over or somebody is at it. In vain after `starts` of them."""
    runner = new_id()
    free = Q(heartbeat_at__isnull=True) | Q(heartbeat_at__lt=now - DEAD_AFTER)
    waiting = Q(id=id, state__in=["pending", "running"])
    taken = await kind.filter(waiting & free).update(
        state="running",
        runner=runner,
        heartbeat_at=now,
        fruitless_starts=F("fruitless_starts") + 1,
    )
    row = await kind.filter(id=id, runner=runner).first()
    return Claim(row, runner, row.fruitless_starts > starts) if taken and row is not None else None


async def enqueue_orphans(kind: type[Claimed], job: Callable[[UUID], Job], *, ports: Ports) -> int:
    """Enqueue rows that wait and that no job has; returns how many. Does no harm to others."""
    now = ports.clock.now()
    dead = Q(state="running") & (
        Q(heartbeat_at__isnull=True) | Q(heartbeat_at__lt=now - DEAD_AFTER)
    )
    lost = Q(state="pending", created_at__lt=now - LOST_AFTER)
    orphans = await kind.filter(dead | lost).only("id")
    for row in orphans:
        work = job(row.pk)
        # A new name each time: the queue may still keep the dead job's.
        name = f"{type(work).__name__}:{row.pk}:{now:%d%H%M%S}"
        await ports.jobs.enqueue(work, job_id=name)
    return len(orphans)
