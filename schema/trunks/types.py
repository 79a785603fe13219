"""Trunks."""

from datetime import datetime
from uuid import UUID

import strawberry

from domain.trunks import models


@strawberry.type(description="A carrier that calls leave through.")
class Trunk:
    id: UUID = strawberry.field(description="Stays the same.")
    name: str = strawberry.field(description="The switch's name for it.")
    channels: int = strawberry.field(description="Most calls at once.")
    calls_per_second: float = strawberry.field(description="Most calls begun in a second.")
    record: bool = strawberry.field(description="Whether every call through it is recorded.")
    position: int = strawberry.field(description="Lowest is tried first.")
    enabled: bool = strawberry.field(description="Whether calls may leave through it.")
    created_at: datetime = strawberry.field(description="When it was added.")

    @classmethod
    def of(cls, row: models.Trunk) -> "Trunk":
        return cls(
            id=row.id,
            name=row.name,
            channels=row.channels,
            calls_per_second=row.calls_per_second,
            record=row.record,
            position=row.position,
            enabled=row.disabled_at is None,
            created_at=row.created_at,
        )
