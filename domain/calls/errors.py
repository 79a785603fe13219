"""What can be refused about calls.

DomainError
├── CallOver            the attempt or call has ended
├── NoConsultation      nobody is on the line to give the customer to
├── TransferTargetBusy  the agent who was to get the customer cannot
├── NotSupervising      the supervisor listens to nobody
└── NotRecording        there is no recording to pause, resume or stop
"""

from uuid import UUID

from domain.core.errors import DomainError


class CallOver(DomainError):
    """The attempt or call has ended already."""

    code = "CALL_OVER"

    def __init__(self, call_id: UUID) -> None:
        super().__init__(f"Nothing was hung up: call {call_id} is over.")
        self.call_id = str(call_id)


class NoConsultation(DomainError):
    """There is nobody on the line to complete or cancel a transfer with."""

    code = "NO_CONSULTATION"

    def __init__(self, agent_id: UUID) -> None:
        super().__init__(
            "Nothing was transferred: the agent is consulting nobody, or the other party "
            "has not picked up yet. Start a consulted transfer, or wait for the answer."
        )
        self.agent_id = str(agent_id)


class TransferTargetBusy(DomainError):
    """The agent who was to get the customer cannot take one now."""

    code = "TRANSFER_TARGET_BUSY"

    def __init__(self, agent_id: UUID, state: str) -> None:
        super().__init__(
            f"Nothing was transferred: that agent is in state {state} or on another switch. "
            "Choose an agent who is available, or a number."
        )
        self.agent_id = str(agent_id)
        self.state = str(state)


class NotSupervising(DomainError):
    """This supervisor's phone is in no agent's room."""

    code = "NOT_SUPERVISING"

    def __init__(self, supervisor: UUID) -> None:
        super().__init__(
            f"Nothing was hung up: supervisor {supervisor} is listening to nobody. "
            "Start with an agent who is on the line."
        )
        self.supervisor = str(supervisor)


class NotRecording(DomainError):
    """The call is not being recorded: there is nothing to pause, resume or stop."""

    code = "NOT_RECORDING"

    def __init__(self, call_id: UUID) -> None:
        super().__init__(
            f"Nothing was changed: call {call_id} is not being recorded. Start a recording first."
        )
        self.call_id = str(call_id)
