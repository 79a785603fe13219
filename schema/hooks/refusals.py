"""Refusals about pre-dial hooks."""

import strawberry

from domain.hooks import errors
from schema.refusals import Refusal, refusal


@refusal(errors.NoHook)
class NoHook(Refusal):
    """The campaign has no pre-dial hook."""

    campaign_id: str = strawberry.field(description="The campaign.")
