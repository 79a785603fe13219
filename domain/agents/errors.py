"""What can be refused about agents and their calls.

DomainError
├── AgentSignedOut      the agent has no desk or phone signed in
├── AgentBusy           the state the agent is in does not allow it
├── NoWrapUp            there is no call to wrap up
├── NothingOnTheLine    there is no customer call
├── OfferGone           the contact is not offered to this agent any more
├── LoginIsPermanent    agents of the campaign are logged into it as long as they are at work
├── NoDefaultCampaign   nobody said for which campaign the agent dials by hand
├── CallForbidden       a rule forbids to dial the number now
├── NoLineFree          no switch or trunk has room for the call
├── AgentCodeTaken      another agent of the account signs in with this code
├── AgentSignedIn       the agent must sign out first
├── TeamNameTaken       another team of the account has this name
└── TeamNotEmpty        agents are still in the team
"""

from uuid import UUID

from domain.agents.rules import AgentState
from domain.core.errors import DomainError
from domain.eligibility.parts import Block, BlockCode

# The way out for somebody who asks for a desk of their own and has none.
NO_DESK = "Only agents have a desk: sign in as one, or as a user who is one."


class AgentSignedOut(DomainError):
    """The agent is offline."""

    code = "AGENT_SIGNED_OUT"

    def __init__(self, agent_id: UUID) -> None:
        super().__init__("Nothing was changed: the agent is signed out. Sign in at the desk first.")
        self.agent_id = str(agent_id)


class AgentBusy(DomainError):
    """The agent's state does not allow what was asked."""

    code = "AGENT_BUSY"

    def __init__(self, agent_id: UUID, state: AgentState) -> None:
        super().__init__(
            f"Nothing was changed: the agent is in state {state}, which does not allow "
            "this. End the call or the wrap-up first."
        )
        self.agent_id = str(agent_id)
        self.state = str(state)


class NoWrapUp(DomainError):
    """The agent is not in wrap-up."""

    code = "NO_WRAP_UP"

    def __init__(self, agent_id: UUID, state: AgentState) -> None:
        super().__init__(
            f"Nothing was recorded: the agent is in state {state}, so there is no call to wrap up. "
            "The desk's events say what is true now."
        )
        self.agent_id = str(agent_id)
        self.state = str(state)


class NothingOnTheLine(DomainError):
    """There is no customer call to end, hold, transfer or record."""

    code = "NOTHING_ON_THE_LINE"

    def __init__(self, subject: UUID) -> None:
        super().__init__(
            "Nothing was done: no customer is on the line. The call has ended, or never began; the "
            "desk's events say what is true now."
        )
        self.subject = str(subject)


class OfferGone(DomainError):
    """The contact is not offered to this agent any more."""

    code = "OFFER_GONE"

    def __init__(self, target_id: UUID) -> None:
        super().__init__(
            "Nothing was dialed: the contact is not offered to this agent any more "
            "(the time to decide was over, or it was taken back). Wait for the next offer."
        )
        self.target_id = str(target_id)


class LoginIsPermanent(DomainError):
    """Agents of this campaign are logged into it whenever they are at work."""

    code = "LOGIN_IS_PERMANENT"

    def __init__(self, campaign_id: UUID) -> None:
        super().__init__(
            "Nothing was changed: agents of this campaign take its calls whenever they "
            "are at work. Take a break, or let a supervisor set its `agentLogin` to MANUAL."
        )
        self.campaign_id = str(campaign_id)


class NoDefaultCampaign(DomainError):
    """The agent has no default outbound campaign."""

    code = "NO_DEFAULT_CAMPAIGN"

    def __init__(self, agent_id: UUID) -> None:
        super().__init__(
            "Nothing was dialed: the agent has no default campaign, whose rules and caller "
            "ID the call would go by. An administrator sets it with agentChange."
        )
        self.agent_id = str(agent_id)


class CallForbidden(DomainError):
    """A rule forbids to dial the number now."""

    code = "CALL_FORBIDDEN"

    def __init__(self, block: Block) -> None:
        super().__init__(f"Nothing was dialed: {block.message[:1].lower()}{block.message[1:]}")
        self.rule_code = block.code.value
        self.ends_at = block.ends_at

    @property
    def rule(self) -> BlockCode:
        """Which rule; its code alone travels from the floor."""
        return BlockCode(self.rule_code)


class NoLineFree(DomainError):
    """No call can leave for the agent at this instant."""

    code = "NO_LINE_FREE"

    def __init__(self, why: str) -> None:
        super().__init__(f"Nothing was dialed: {why}. Try again in a moment.")


class AgentCodeTaken(DomainError):
    """Another agent of the account, perhaps an archived one, has this code."""

    code = "AGENT_CODE_TAKEN"

    def __init__(self) -> None:
        super().__init__(
            "Nothing was changed: another agent of this account has this code. Archived agents "
            "keep theirs. Use another one."
        )


class AgentSignedIn(DomainError):
    """The agent is at work."""

    code = "AGENT_SIGNED_IN"

    def __init__(self, agent_id: UUID, state: AgentState) -> None:
        super().__init__(
            f"Nothing was changed: agent {agent_id} is signed in (state {state}). "
            "Sign the agent out first."
        )
        self.agent_id = str(agent_id)
        self.state = str(state)


class TeamNameTaken(DomainError):
    """Another team of the account has this name."""

    code = "TEAM_NAME_TAKEN"

    def __init__(self) -> None:
        super().__init__(
            "Nothing was changed: another team of this account has this name. Use another one."
        )


class TeamNotEmpty(DomainError):
    """A team goes only when nobody is in it."""

    code = "TEAM_NOT_EMPTY"

    def __init__(self, team_id: UUID, agents: int) -> None:
        super().__init__(
            f"Nothing was changed: {agents} agents are in team {team_id}. Move or archive them "
            "first."
        )
        self.team_id = str(team_id)
        self.agents = agents
