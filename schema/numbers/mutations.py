"""Managing the numbers that people call."""

from typing import Annotated, Any, cast
from uuid import UUID

import strawberry
from strawberry import UNSET

from domain.access.permissions import Permission
from domain.numbers import service
from domain.numbers.models import NumberPurpose
from domain.numbers.service import NumberSettings
from schema.campaigns.refusals import CampaignIsClosed
from schema.context import Info
from schema.guards import requires
from schema.inputs import given, renamed
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
    call_back_campaign_id: UUID | None = strawberry.field(
        description="The campaign that calls those back whom nobody answered; null: none does. "
        "One target for each number, while it waits; withheld numbers become none.",
        default=UNSET,
    )
    call_back_delay_seconds: int | None = strawberry.field(
        description="Until a call-back is due; at most 30 days.", default=UNSET
    )
    call_back_priority: int | None = strawberry.field(
        description="Of call-backs, 1 to 10.", default=UNSET
    )


@strawberry.type(description="The number as it is now.")
class InboundNumberSaved:
    number: InboundNumber = strawberry.field(description="The number.")


@strawberry.type(description="Nobody answers the number any more.")
class InboundNumberDeleted:
    id: UUID = strawberry.field(description="What its id was.")


InboundNumberCreateResult = Annotated[
    InboundNumberSaved | NotFound | InvalidInput | CampaignIsClosed | NumberTaken,
    strawberry.union("InboundNumberCreateResult", description="The number, or why not."),
]
InboundNumberChangeResult = Annotated[
    InboundNumberSaved | NotFound | InvalidInput | CampaignIsClosed,
    strawberry.union("InboundNumberChangeResult", description="The number, or why not."),
]
InboundNumberDeleteResult = Annotated[
    InboundNumberDeleted | NotFound,
    strawberry.union("InboundNumberDeleteResult", description="Its id, or why not."),
]


def _given(settings: InboundNumberInput) -> dict[str, Any]:
    values = given(settings, nullable=("team_id", "call_back_campaign_id"))
    return renamed(values, {"call_back_delay_seconds": "call_back_delay_s"})


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
            **(_given(settings) if settings else {}),
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
        row = await service.change_number(
            ctx.principal, id, cast("NumberSettings", _given(settings)), ports=ctx.ports
        )
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
