"""Rows of work that one job at a time has: taken, kept alive, and found when the job died.

The model has the columns `state` (pending, running, ...), `heartbeat_at`, `runner`,
`fruitless_starts` and `created_at`. Whoever lost a claim finds out when it writes: its rows are
those of `held`.
"""

from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from tortoise.expressions import F, Q
from tortoise.models import Model

from domain.core.ids import new_id

BEAT_S = 5.0  # how often a job says that it lives while nothing else tells
DEAD_AFTER = timedelta(seconds=30)  # without a beat
LOST_AFTER = timedelta(seconds=60)  # waiting without having been started
FRUITLESS_STARTS = 5  # jobs that died before they committed anything

RowT = TypeVar("RowT", bound=Model)


class ClaimLost(Exception):
    """Another job has the row, or it was canceled."""


async def take(kind: type[RowT], id: UUID, *, now: datetime) -> tuple[RowT, UUID] | None:
    """The row and the claim on it, unless the work is over or somebody is at it."""
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
    return (row, runner) if taken and row is not None else None


def held(id: UUID, runner: UUID) -> Q:
    """The row, as long as the claim holds."""
    return Q(id=id, runner=runner, state="running")


async def let_go(kind: type[Model], id: UUID, runner: UUID) -> None:
    """Give the claim back with work left, so that another job may begin at once."""
    await kind.filter(held(id, runner)).update(heartbeat_at=None)


async def orphans(kind: type[Model], *, now: datetime) -> list[UUID]:
    """Rows that wait and that no job has."""
    dead = Q(state="running") & (
        Q(heartbeat_at__isnull=True) | Q(heartbeat_at__lt=now - DEAD_AFTER)
    )
    lost = Q(state="pending", created_at__lt=now - LOST_AFTER)
    found: list[UUID] = await kind.filter(dead | lost).values_list("id", flat=True)  # type: ignore[assignment]  # flat gives ids
    return found
