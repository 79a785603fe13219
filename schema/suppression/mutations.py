"""Putting numbers on do-not-call lists, and taking them off."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from domain.access.permissions import Permission
from domain.suppression import service
from domain.suppression.rules import SuppressionSource
from domain.suppression.service import MAX_ENTRIES
from schema.context import Info
from schema.guards import requires
from schema.refusals import InvalidInput, NotFound
from schema.suppression.types import Suppression, SuppressionAnswer


@strawberry.input(description="Numbers that are not to be called.")
class NumbersSuppressInput:
    pasted: str = strawberry.field(
        description="One number a line, or the beginning of numbers with a star, as `+1900*`; "
        f"at most {MAX_ENTRIES:,} lines."
    )
    campaign_id: UUID | None = strawberry.field(
        description="The campaign that this holds for; null: all of the account.", default=None
    )
    country: str | None = strawberry.field(
        description="ISO 3166-1 of national numbers; `multiple`: all are international; "
        "null: the account's country.",
        default=None,
    )
    reason: str = strawberry.field(description="At most 200 characters.", default="")
    source: SuppressionSource = strawberry.field(
        description="Where this comes from.", default=SuppressionSource.MANUAL
    )
    expires_at: datetime | None = strawberry.field(
        description="Until when it holds; null: for good.", default=None
    )


@strawberry.type(description="What became of each line.")
class NumbersSuppressed:
    answers: list[SuppressionAnswer] = strawberry.field(
        description="One for each line with any text."
    )
    targets_stopped: int = strawberry.field(
        description="How many waiting targets are not dialed because of this."
    )


@strawberry.type(description="An entry is off its list. Targets that it closed stay closed.")
class SuppressionRemoved:
    suppression: Suppression = strawberry.field(description="As it was.")


NumbersSuppressResult = Annotated[
    NumbersSuppressed | NotFound | InvalidInput,
    strawberry.union("NumbersSuppressResult", description="An answer for each line, or for all."),
]
SuppressionRemoveResult = Annotated[
    SuppressionRemoved | NotFound,
    strawberry.union("SuppressionRemoveResult", description="The entry, or why it stays."),
]


@strawberry.type
class SuppressionMutations:
    @strawberry.mutation(
        description="Call these numbers no more, from this instant on.",
        extensions=[requires(Permission.TARGET_MANAGE)],
    )
    async def numbers_suppress(
        self,
        info: Info,
        input: Annotated[NumbersSuppressInput, strawberry.argument(description="The numbers.")],
    ) -> NumbersSuppressResult:
        ctx = info.context
        done = await service.suppress(
            ctx.principal,
            input.pasted.splitlines(),
            campaign_id=input.campaign_id,
            country=input.country,
            reason=input.reason,
            source=input.source,
            expires_at=input.expires_at,
            ports=ctx.ports,
        )
        return NumbersSuppressed(
            answers=[SuppressionAnswer.of(answer) for answer in done.answers],
            targets_stopped=done.targets_stopped,
        )

    @strawberry.mutation(
        description="Take an entry off its list: the number may be called again.",
        extensions=[requires(Permission.TARGET_MANAGE)],
    )
    async def suppression_remove(
        self, info: Info, id: Annotated[UUID, strawberry.argument(description="The entry.")]
    ) -> SuppressionRemoveResult:
        ctx = info.context
        row = await service.unsuppress(ctx.principal, id, ports=ctx.ports)
        return SuppressionRemoved(suppression=Suppression.of(row))
