"""The job of a floor."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from domain.core.jobs import Job, Lane


@dataclass(frozen=True)
class OwnFloor(Job):
    """Own one account's floor for as long as the lease holds."""

    lane: ClassVar[Lane] = Lane.FLOORS
    account: UUID
