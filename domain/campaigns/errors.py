"""What can be refused about campaigns.

DomainError
├── CampaignClosed      a closed campaign never dials again and is never changed
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


class NoAgentsAssigned(DomainError):
    """No agent works on the campaign: every answer would be abandoned."""

    code = "NO_AGENTS_ASSIGNED"

    def __init__(self, campaign_id: UUID) -> None:
        super().__init__(
            f"Campaign {campaign_id} was not started: no agent is assigned to it, so nobody would "
            "take its calls. Assign a team or an agent first."
        )
        self.campaign_id = str(campaign_id)
