"""The numbers of a contact who has several: what each is, and what became of it so far. Pure.

A target of one plain number has none of this; its row says all there is.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum

import msgspec

from domain.calls.rules import Disposition

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class NumberType(StrEnum):
    """Where a number rings."""

    MOBILE = "mobile"
    HOME = "home"
    WORK = "work"
    OTHER = "other"


class NumberWindow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One period of the local day on some days of the week; of the same shape as a campaign's."""

    days: tuple[str, ...]
    start: str = msgspec.field(name="from")  # HH:MM
    end: str = msgspec.field(name="until")  # HH:MM, not included


class ContactNumber(msgspec.Struct, frozen=True, omit_defaults=True):
    """One number, and its part of the target's dial state."""

    number: str  # E.164
    type: NumberType = NumberType.OTHER
    windows: tuple[NumberWindow, ...] = ()  # when it may be called; empty: as the campaign says
    attempts: int = 0
    last_disposition: Disposition | None = None
    last_attempt_at: datetime | None = None
    next_at: datetime | None = None  # not dialed before; None: any time
    given_up: bool = False  # it does not exist, or its last outcome is not retried


# What a new start forgets of a number.
DIAL_STATE = ("attempts", "last_disposition", "last_attempt_at", "next_at", "given_up")


class ContactNumbers(msgspec.Struct, frozen=True, omit_defaults=True):
    """All numbers of a contact, in the order in which the list has them."""

    list: tuple[ContactNumber, ...]
    next: str = ""  # the one to dial next, if the rules let it; "": the first

    @classmethod
    def read(cls, stored: bytes | str) -> "ContactNumbers":
        """As the row has it."""
        return _decoder.decode(stored)

    def stored(self) -> str:
        """For the row."""
        return msgspec.json.encode(self).decode()

    def in_turn(self) -> tuple[ContactNumber, ...]:
        """Those not given up: the one to dial next, then those that rested longest."""
        live = [each for each in self.list if not each.given_up]
        live.sort(key=lambda each: (each.number != self.next, each.last_attempt_at or _LONG_AGO))
        return tuple(live)

    def after(
        self,
        number: str,
        disposition: Disposition,
        *,
        ended_at: datetime,
        next_at: datetime | None,
        gives_up: bool,
        stays: bool,
    ) -> "ContactNumbers":
        """The numbers once one was tried, which then waits until `next_at`.

        Unless it `stays` the next, that is whichever may be dialed soonest; of several the one
        that rested longest.
        """
        tried = tuple(
            msgspec.structs.replace(
                each,
                attempts=each.attempts + 1,
                last_disposition=disposition,
                last_attempt_at=ended_at,
                next_at=next_at,
                given_up=gives_up,
            )
            if each.number == number
            else each
            for each in self.list
        )
        live = [each for each in tried if not each.given_up]
        if stays or not live:
            return ContactNumbers(tried, number)
        soonest = min(
            live,
            key=lambda each: (
                max(each.next_at or ended_at, ended_at),
                each.last_attempt_at or _LONG_AGO,
            ),
        )
        return ContactNumbers(tried, soonest.number)

    def anew(self) -> "ContactNumbers":
        """The same numbers, none of them dialed."""
        return ContactNumbers(
            tuple(ContactNumber(each.number, each.type, each.windows) for each in self.list)
        )

    def find(self, number: str) -> ContactNumber | None:
        """The entry of a number."""
        return next((each for each in self.list if each.number == number), None)


_decoder = msgspec.json.Decoder(ContactNumbers)


def numbers_to_store(numbers: Sequence[ContactNumber]) -> str | None:
    """For the row of a new target; None where its one plain number says it all."""
    if len(numbers) > 1 or any(
        each.windows or each.type is not NumberType.OTHER for each in numbers
    ):
        return ContactNumbers(tuple(numbers)).stored()
    return None
