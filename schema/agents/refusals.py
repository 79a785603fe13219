"""Refusals about agents, their teams and their desks."""

from datetime import datetime

import strawberry

import schema.eligibility.types  # noqa: F401  # names the enum BlockCode
from domain.agents import errors
from domain.eligibility.parts import BlockCode
from schema.refusals import Refusal, refusal


@refusal(errors.AgentSignedOut)
class AgentSignedOut(Refusal):
    """The agent is offline."""

    agent_id: str = strawberry.field(description="The agent.")


@refusal(errors.AgentBusy)
class AgentBusy(Refusal):
    """The agent's state does not allow what was asked."""

    agent_id: str = strawberry.field(description="The agent.")
    state: str = strawberry.field(description="The state that the agent is in, as `wrap_up`.")


@refusal(errors.NoWrapUp)
class NoWrapUp(Refusal):
    """The agent is not in wrap-up."""

    agent_id: str = strawberry.field(description="The agent.")
    state: str = strawberry.field(description="The state that the agent is in, as `wrap_up`.")


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


@refusal(errors.NoDefaultCampaign)
class NoDefaultCampaign(Refusal):
    """The agent has no default campaign to dial for."""

    agent_id: str = strawberry.field(description="The agent.")


@refusal(errors.CallForbidden)
class CallForbidden(Refusal):
    """A rule forbids to dial the number now."""

    rule: BlockCode = strawberry.field(description="Which.")
    ends_at: datetime | None = strawberry.field(
        description="Something forbids it at least until then; null: it does not end by itself."
    )


@refusal(errors.NoLineFree)
class NoLineFree(Refusal):
    """No switch or trunk has room for the call at this instant."""


@refusal(errors.AgentCodeTaken)
class AgentCodeTaken(Refusal):
    """Another agent of the account, perhaps an archived one, has this code."""


@refusal(errors.AgentSignedIn)
class AgentSignedIn(Refusal):
    """The agent is at work."""

    agent_id: str = strawberry.field(description="The agent.")
    state: str = strawberry.field(description="The state that the agent is in, as `wrap_up`.")


@refusal(errors.TeamNameTaken)
class TeamNameTaken(Refusal):
    """Another team of the account has this name."""


@refusal(errors.TeamNotEmpty)
class TeamNotEmpty(Refusal):
    """Agents are still in the team."""

    team_id: str = strawberry.field(description="The team.")
    agents: int = strawberry.field(description="How many are in it.")
