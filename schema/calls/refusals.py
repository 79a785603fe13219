"""Refusals about calls."""

import strawberry

from domain.calls import errors
from schema.refusals import Refusal, refusal


@refusal(errors.CallOver)
class CallOver(Refusal):
    """The attempt or call has ended already."""

    call_id: str = strawberry.field(description="The attempt or call.")
