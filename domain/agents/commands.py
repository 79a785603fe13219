"""What agents and their supervisors ask of the floor."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.core.floors import FloorCommand


class PreviewDecision(StrEnum):
    """What an agent does with a contact that is shown before it is dialed."""

    ACCEPT = "accept"  # dial it
    SKIP = "skip"  # somebody else may have it, later
    REMOVE = "remove"  # never dial it


class AgentSignIn(FloorCommand, frozen=True, kw_only=True):
    """An agent signed in at the desk. From offline to break; otherwise nothing changes."""

    agent: UUID


class AgentSignOut(FloorCommand, frozen=True, kw_only=True):
    """Log out: the phone is hung up. Refused while talking unless `force`."""

    agent: UUID
    reason: str | None = None
    force: bool = False


class AgentGoAvailable(FloorCommand, frozen=True, kw_only=True):
    """Take calls. The agent's phone is called first unless it is already on the line."""

    agent: UUID


class AgentTakeBreak(FloorCommand, frozen=True, kw_only=True):
    """Take no calls for a while."""

    agent: UUID
    reason: str | None = None


class AgentEndWrapUp(FloorCommand, frozen=True, kw_only=True):
    """Record how the call went and take calls again."""

    agent: UUID
    code: str | None = None
    note: str = ""
    then_break: bool = False
    again_at: datetime | None = None  # when the customer asked to be called again


class AgentHangUp(FloorCommand, frozen=True, kw_only=True):
    """End the customer call. The agent's own phone stays on the line."""

    agent: UUID


class CampaignLogIn(FloorCommand, frozen=True, kw_only=True):
    """Take the calls of a campaign that its agents log into."""

    agent: UUID
    campaign: UUID


class CampaignLogOut(FloorCommand, frozen=True, kw_only=True):
    """Take the campaign's calls no more. A call that is on goes on."""

    agent: UUID
    campaign: UUID


class PreviewDecide(FloorCommand, frozen=True, kw_only=True):
    """Answer an offered contact."""

    agent: UUID
    target: UUID
    decision: PreviewDecision


class AgentDial(FloorCommand, frozen=True, kw_only=True):
    """Dial a number by hand, as a target of the agent's default campaign."""

    agent: UUID
    number: str  # as typed


class AgentChanged(FloorCommand, frozen=True, kw_only=True):
    """An agent's row or assignments changed: read them again."""

    agent: UUID
