"""Entries of do-not-call lists."""

from datetime import datetime
from uuid import UUID

import strawberry

from domain.suppression import models, service
from domain.suppression.rules import SuppressionSource

strawberry.enum(SuppressionSource, description="Where an entry of a do-not-call list comes from.")


@strawberry.type(description="A number, or all that begin so, which is not called.")
class Suppression:
    id: UUID = strawberry.field(description="Never changes.")
    pattern: str = strawberry.field(description="E.164, or the beginning of such numbers.")
    is_prefix: bool = strawberry.field(description="Whether all numbers that begin so are meant.")
    campaign_id: UUID | None = strawberry.field(
        description="The campaign that it holds for; null: all of the account."
    )
    source: SuppressionSource = strawberry.field(description="Where it comes from.")
    reason: str = strawberry.field(description="At most 200 characters.")
    expires_at: datetime | None = strawberry.field(description="Null: never.")
    created_at: datetime = strawberry.field(description="When it was made.")

    @classmethod
    def of(cls, row: models.Suppression) -> "Suppression":
        return cls(
            id=row.id,
            pattern=row.pattern,
            is_prefix=row.is_prefix,
            campaign_id=row.scope_id if row.scope_id != row.account_id else None,
            source=row.source,
            reason=row.reason,
            expires_at=row.expires_at,
            created_at=row.created_at,
        )


@strawberry.type(description="What became of one line.")
class SuppressionAnswer:
    row: int = strawberry.field(description="From 1, as given.")
    code: str = strawberry.field(description="`SUPPRESSED`, or why not.")
    message: str = strawberry.field(description="The same, for people.")
    pattern: str | None = strawberry.field(description="As it was understood; null: not at all.")

    @classmethod
    def of(cls, answer: service.SuppressionAnswer) -> "SuppressionAnswer":
        return cls(row=answer.row, code=answer.code, message=answer.message, pattern=answer.pattern)
