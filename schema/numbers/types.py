"""Numbers that people call."""

from uuid import UUID

import strawberry

from domain.numbers import models
from domain.numbers.models import NumberPurpose
from schema.scalars import PhoneNumber, phone_number

strawberry.enum(NumberPurpose, description="What happens to a call to a number.")


@strawberry.type(description="A number of the account that people call.")
class InboundNumber:
    id: UUID = strawberry.field(description="Stays the same.")
    number: PhoneNumber = strawberry.field(description="What is called.")
    name: str = strawberry.field(description="What agents see of it.")
    purpose: NumberPurpose = strawberry.field(description="What happens to a call to it.")
    team_id: UUID | None = strawberry.field(description="Who answers; null: no team.")
    greeting: str = strawberry.field(description="A sound's name; empty: none.")
    call_back_campaign_id: UUID | None = strawberry.field(
        description="Where callers whom nobody answered become targets; null: nowhere."
    )
    call_back_delay_seconds: int = strawberry.field(description="Until such a target is due.")
    call_back_priority: int = strawberry.field(description="Of such targets, 1 to 10.")

    @classmethod
    def of(cls, row: models.InboundNumber) -> "InboundNumber":
        return cls(
            id=row.id,
            number=phone_number(row.number),
            name=row.name,
            purpose=row.purpose,
            team_id=row.team_id,
            greeting=row.greeting,
            call_back_campaign_id=row.call_back_campaign_id,
            call_back_delay_seconds=row.call_back_delay_s,
            call_back_priority=row.call_back_priority,
        )
