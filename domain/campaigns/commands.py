"""What the floor is told about campaigns. The rows are committed before."""

from uuid import UUID

from domain.core.floors import FloorCommand


class CampaignChanged(FloorCommand, frozen=True, kw_only=True):
    """A campaign's row or assignments changed: read them again.

    Answered when the new settings hold. For a campaign that is not running any more that means:
    no call of it can leave after the answer.
    """

    campaign: UUID
