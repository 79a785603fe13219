"""Refusals about calls."""

import strawberry

from domain.calls import errors
from schema.refusals import Refusal, refusal


@refusal(errors.CallOver)
class CallOver(Refusal):
    """The attempt or call has ended already."""

    call_id: str = strawberry.field(description="The attempt or call.")


@refusal(errors.NoConsultation)
class NoConsultation(Refusal):
    """There is nobody on the line to complete or cancel a transfer with."""

    agent_id: str = strawberry.field(description="The agent.")


@refusal(errors.TransferTargetBusy)
class TransferTargetBusy(Refusal):
    """The agent who was to get the customer cannot take one now."""

    agent_id: str = strawberry.field(description="The agent who was to get the customer.")
    state: str = strawberry.field(description="The state that the agent is in, as `wrap_up`.")


@refusal(errors.NotSupervising)
class NotSupervising(Refusal):
    """This supervisor's phone is in no agent's room."""


@refusal(errors.NotRecording)
class NotRecording(Refusal):
    """The call is not being recorded: there is nothing to pause, resume or stop."""

    call_id: str = strawberry.field(description="The call.")
