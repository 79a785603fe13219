"""The numbers of a contact, and what is done with numbers that are there already."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
import strawberry

from domain.calls.rules import Disposition
from domain.eligibility.weeks import Weekday
from domain.targets.contact_numbers import ContactNumber, ContactNumbers, NumberType, NumberWindow
from domain.targets.models import Target as TargetRow
from domain.targets.new_targets import NewNumber
from domain.targets.rules import DuplicatePolicy, Duplicates, TargetState
from schema.eligibility.types import CallingWindow, CallingWindowInput
from schema.scalars import PhoneNumber, phone_number

strawberry.enum(NumberType, description="Where a number rings.")
strawberry.enum(DuplicatePolicy, description="What is done with a number that is there already.")


@strawberry.type(description="One of a contact's numbers, and what became of it in this campaign.")
class TargetNumber:
    number: PhoneNumber = strawberry.field(description="As it is dialed.")
    type: NumberType = strawberry.field(description="As the list says; OTHER: it says nothing.")
    calling_windows: list[CallingWindow] = strawberry.field(
        description="When it may be called, besides all other rules; empty: whenever they allow."
    )
    dialed_next: bool = strawberry.field(
        description="Whether it is the next, unless a rule keeps it back: then another one is."
    )
    attempts: int = strawberry.field(description="How often it was dialed.")
    customer_status: Disposition | None = strawberry.field(
        description="How its last attempt ended; null: none has."
    )
    last_attempt_at: datetime | None = strawberry.field(
        description="When its last attempt ended; null: never dialed."
    )
    next_attempt_at: datetime | None = strawberry.field(
        description="Not dialed before; null: as soon as it is its turn."
    )
    given_up: bool = strawberry.field(
        description="Whether it is never dialed again: no such number, or its last outcome is not "
        "retried."
    )

    @classmethod
    def of(cls, entry: ContactNumber, *, dialed_next: bool) -> "TargetNumber":
        return cls(
            number=phone_number(entry.number),
            type=entry.type,
            calling_windows=[
                CallingWindow(
                    days=[Weekday(day) for day in each.days], start=each.start, end=each.end
                )
                for each in entry.windows
            ],
            dialed_next=dialed_next,
            attempts=entry.attempts,
            customer_status=entry.last_disposition,
            last_attempt_at=entry.last_attempt_at,
            next_attempt_at=entry.next_at,
            given_up=entry.given_up,
        )

    @classmethod
    def all_of(cls, row: TargetRow) -> "list[TargetNumber]":
        """Those of a target, in their order."""
        waits = row.state is not TargetState.CLOSED
        if row.numbers is None:
            entry = ContactNumber(
                row.number,
                attempts=row.attempts,
                last_disposition=row.last_disposition,
                last_attempt_at=row.last_attempt_at,
                next_at=row.next_at,
            )
            return [cls.of(entry, dialed_next=waits)]
        numbers = msgspec.convert(row.numbers, ContactNumbers)
        first = next((each.number for each in numbers.in_turn()), None)
        return [
            cls.of(entry, dialed_next=waits and entry.number == first) for entry in numbers.list
        ]


@strawberry.input(description="One number of a new contact.")
class TargetNumberInput:
    number: str = strawberry.field(description="As people write it.")
    type: NumberType = strawberry.field(description="Where it rings.", default=NumberType.OTHER)
    calling_windows: list[CallingWindowInput] = strawberry.field(
        description="When it may be called, in the contact's local time and besides all other "
        "rules; empty: whenever they allow. At most 10.",
        default_factory=list,
    )

    def entry(self) -> NewNumber:
        return NewNumber(self.number, self.type, _windows(self.calling_windows))


def _windows(inputs: Sequence[CallingWindowInput]) -> tuple[NumberWindow, ...]:
    return tuple(NumberWindow(tuple(row.days), row.start, row.end) for row in inputs)


@strawberry.input(description="What is done with numbers that are there already, by where.")
class DuplicatesInput:
    in_file: DuplicatePolicy = strawberry.field(
        description="In an earlier row of the same file or addition.",
        default=DuplicatePolicy.SKIP,
    )
    in_campaign: DuplicatePolicy = strawberry.field(
        description="In the campaign.", default=DuplicatePolicy.SKIP
    )
    in_account: DuplicatePolicy = strawberry.field(
        description="In another campaign of the account.",
        default=DuplicatePolicy.ALLOW,
    )


def duplicates_of(input: DuplicatesInput | None) -> Duplicates:
    """As the use case takes them; null: skipped in file and campaign, let in from elsewhere."""
    if input is None:
        return Duplicates()
    return Duplicates(input.in_file, input.in_campaign, input.in_account)
