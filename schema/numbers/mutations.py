"""Managing the numbers that people call."""

from typing import Annotated, cast
from uuid import UUID

import strawberry
from strawberry import UNSET

from domain.access.permissions import Permission
from domain.numbers import service
from domain.numbers.models import NumberPurpose
from domain.numbers.service import NumberSettings
from schema.context import Info
from schema.guards import requires
from schema.inputs import given
from schema.numbers.refusals import NumberTaken
from schema.numbers.types import InboundNumber
from schema.refusals import InvalidInput, NotFound
from schema.scalars import PhoneNumber

NumberId = Annotated[UUID, strawberry.argument(description="The number's id.")]


@strawberry.input(description="Settings of a number; what is left out stays as it is.")
class InboundNumberInput:
    name: str | None = strawberry.field(description="At most 100 characters.", default=UNSET)
    team_id: UUID | None = strawberry.field(
        description="Who answers; needed for the purpose TEAM.", default=UNSET
    )
    greeting: str | None = strawberry.field(
        description="The name of a sound that callers hear first; empty: none.", default=UNSET
    )


@strawberry.type(description="The number as it is now.")
class InboundNumberSaved:
    number: InboundNumber = strawberry.field(description="The number.")


@strawberry.type(description="Nobody answers the number any more.")
class InboundNumberDeleted:
    id: UUID = strawberry.field(description="What its id was.")


InboundNumberCreateResult = Annotated[
    InboundNumberSaved | NotFound | InvalidInput | NumberTaken,
    strawberry.union("InboundNumberCreateResult", description="The number, or why not."),
]
InboundNumberChangeResult = Annotated[
    InboundNumberSaved | NotFound | InvalidInput,
    strawberry.union("InboundNumberChangeResult", description="The number, or why not."),
]
InboundNumberDeleteResult = Annotated[
    InboundNumberDeleted | NotFound,
    strawberry.union("InboundNumberDeleteResult", description="Its id, or why not."),
]


@strawberry.type
class NumberMutations:
    @strawberry.mutation(
        description="Answer calls to a number from now on.",
        extensions=[requires(Permission.TRUNK_MANAGE)],
    )
    async def inbound_number_create(
        self,
        info: Info,
        number: Annotated[PhoneNumber, strawberry.argument(description="What people call.")],
        purpose: Annotated[
            NumberPurpose, strawberry.argument(description="What happens to a call to it.")
        ],
        settings: Annotated[
            InboundNumberInput | None, strawberry.argument(description="Null: none.")
        ] = None,
    ) -> InboundNumberCreateResult:
        ctx = info.context
        values = {
            "number": number,
            "purpose": purpose,
            **(given(settings, nullable=("team_id",)) if settings else {}),
        }
        row = await service.create_number(
            ctx.principal, cast("NumberSettings", values), ports=ctx.ports
        )
        return InboundNumberSaved(number=InboundNumber.of(row))

    @strawberry.mutation(
        description="Change what happens to calls to a number, from the next call on.",
        extensions=[requires(Permission.TRUNK_MANAGE)],
    )
    async def inbound_number_change(
        self,
        info: Info,
        id: NumberId,
        settings: Annotated[InboundNumberInput, strawberry.argument(description="What to change.")],
    ) -> InboundNumberChangeResult:
        ctx = info.context
        values = cast("NumberSettings", given(settings, nullable=("team_id",)))
        row = await service.change_number(ctx.principal, id, values, ports=ctx.ports)
        return InboundNumberSaved(number=InboundNumber.of(row))

    @strawberry.mutation(
        description="Answer a number no more. Calls that are up go on.",
        extensions=[requires(Permission.TRUNK_MANAGE)],
    )
    async def inbound_number_delete(self, info: Info, id: NumberId) -> InboundNumberDeleteResult:
        ctx = info.context
        return InboundNumberDeleted(
            id=await service.delete_number(ctx.principal, id, ports=ctx.ports)
        )
