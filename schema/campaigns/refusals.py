"""Refusals about campaigns."""

import strawberry

from domain.campaigns import errors
from schema.refusals import Refusal, refusal


@refusal(errors.CampaignClosed)
class CampaignIsClosed(Refusal):
    """The campaign is closed and stays closed."""

    campaign_id: str = strawberry.field(description="The campaign.")


@refusal(errors.CampaignNotClosed)
class CampaignIsNotClosed(Refusal):
    """The campaign may dial still; close it first."""

    campaign_id: str = strawberry.field(description="The campaign.")


@refusal(errors.NoAgentsAssigned)
class NoAgentsAssigned(Refusal):
    """No agent works on the campaign: every answer would be abandoned."""

    campaign_id: str = strawberry.field(description="The campaign.")
