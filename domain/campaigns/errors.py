"""What can be refused about campaigns.

DomainError
├── CampaignClosed      a closed campaign never dials again and is never changed
├── CampaignNotClosed   only what is over can be put away
└── NoAgentsAssigned    nobody would take the calls
"""

from uuid import UUID

from domain.core.errors import DomainError


class CampaignClosed(DomainError):
    """The campaign is closed."""

    code = "CAMPAIGN_CLOSED"

    def __init__(self, campaign_id: UUID) -> None:
        super().__init__(
            f"Nothing was changed: campaign {campaign_id} is closed, and a closed campaign stays "
            "closed. Make a new one."
        )
        self.campaign_id = str(campaign_id)


class CampaignNotClosed(DomainError):
    """The campaign may dial still."""

    code = "CAMPAIGN_NOT_CLOSED"

    def __init__(self, campaign_id: UUID) -> None:
        super().__init__(
            f"Campaign {campaign_id} was not archived: it is not closed. Close it first, if it is "
            "to dial never again."
        )
        self.campaign_id = str(campaign_id)


class NoAgentsAssigned(DomainError):
    """No agent works on the campaign: every answer would be abandoned."""

    code = "NO_AGENTS_ASSIGNED"

    def __init__(self, campaign_id: UUID) -> None:
        super().__init__(
            f"Campaign {campaign_id} was not started: no agent is assigned to it, so nobody would "
            "take its calls. Assign a team or an agent first."
        )
        self.campaign_id = str(campaign_id)
