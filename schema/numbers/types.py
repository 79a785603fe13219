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

    @classmethod
    def of(cls, row: models.InboundNumber) -> "InboundNumber":
        return cls(
            id=row.id,
            number=phone_number(row.number),
            name=row.name,
            purpose=row.purpose,
            team_id=row.team_id,
            greeting=row.greeting,
        )
