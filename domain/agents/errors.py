"""What can be refused about agents and their calls.

DomainError
├── AgentSignedOut      the agent has no desk or phone signed in
├── AgentBusy           the state the agent is in does not allow it
├── NoWrapUp            there is no call to wrap up
├── NothingOnTheLine    there is no customer call
└── OfferGone           the contact is not offered to this agent any more
"""

from uuid import UUID

from domain.agents.rules import AgentState
from domain.core.errors import DomainError


class AgentSignedOut(DomainError):
    """The agent is offline."""

    code = "AGENT_SIGNED_OUT"

    def __init__(self, agent_id: UUID) -> None:
        super().__init__(
            f"Nothing was changed: agent {agent_id} is signed out. Sign in at the desk first."
        )
        self.agent_id = str(agent_id)


class AgentBusy(DomainError):
    """The agent's state does not allow what was asked."""

    code = "AGENT_BUSY"

    def __init__(self, agent_id: UUID, state: AgentState) -> None:
        super().__init__(
            f"Nothing was changed: agent {agent_id} is in state {state}, which does not allow "
            "this. End the call or the wrap-up first."
        )
        self.agent_id = str(agent_id)
        self.state = str(state)


class NoWrapUp(DomainError):
    """The agent is not in wrap-up."""

    code = "NO_WRAP_UP"

    def __init__(self, agent_id: UUID, state: AgentState) -> None:
        super().__init__(
            f"Nothing was recorded: agent {agent_id} is in state {state}, so there is no call to "
            "wrap up."
        )
        self.agent_id = str(agent_id)
        self.state = str(state)


class NothingOnTheLine(DomainError):
    """There is no customer call to end."""

    code = "NOTHING_ON_THE_LINE"

    def __init__(self, subject: UUID) -> None:
        super().__init__(f"Nothing was hung up: {subject} has no customer call under way.")
        self.subject = str(subject)


class OfferGone(DomainError):
    """The contact is not offered to this agent any more."""

    code = "OFFER_GONE"

    def __init__(self, target_id: UUID) -> None:
        super().__init__(
            f"Nothing was dialed: target {target_id} is not offered to this agent any more "
            "(the time to decide was over, or it was taken back). Wait for the next offer."
        )
        self.target_id = str(target_id)
