"""Refusals about agents, their teams and their desks."""

import strawberry

from domain.agents import errors
from schema.refusals import Refusal, refusal


@refusal(errors.AgentSignedOut)
class AgentSignedOut(Refusal):
    """The agent is offline."""

    agent_id: str = strawberry.field(description="The agent.")


@refusal(errors.AgentBusy)
class AgentBusy(Refusal):
    """The agent's state does not allow what was asked."""

    agent_id: str = strawberry.field(description="The agent.")
    state: str = strawberry.field(description="The state that the agent is in.")


@refusal(errors.NoWrapUp)
class NoWrapUp(Refusal):
    """The agent is not in wrap-up."""

    agent_id: str = strawberry.field(description="The agent.")
    state: str = strawberry.field(description="The state that the agent is in.")


@refusal(errors.NothingOnTheLine)
class NothingOnTheLine(Refusal):
    """There is no customer call to end."""

    subject: str = strawberry.field(description="The agent or call that was named.")


@refusal(errors.OfferGone)
class OfferGone(Refusal):
    """The contact is not offered to this agent any more."""

    target_id: str = strawberry.field(description="The target that was offered.")


@refusal(errors.LoginIsPermanent)
class LoginIsPermanent(Refusal):
    """Agents of this campaign are logged into it whenever they are at work."""

    campaign_id: str = strawberry.field(description="The campaign.")


@refusal(errors.AgentCodeTaken)
class AgentCodeTaken(Refusal):
    """Another agent of the account, perhaps an archived one, has this code."""


@refusal(errors.AgentSignedIn)
class AgentSignedIn(Refusal):
    """The agent is at work."""

    agent_id: str = strawberry.field(description="The agent.")
    state: str = strawberry.field(description="The state that the agent is in.")


@refusal(errors.TeamNameTaken)
class TeamNameTaken(Refusal):
    """Another team of the account has this name."""


@refusal(errors.TeamNotEmpty)
class TeamNotEmpty(Refusal):
    """Agents are still in the team."""

    team_id: str = strawberry.field(description="The team.")
    agents: int = strawberry.field(description="How many are in it.")
