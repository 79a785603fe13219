"""What supervisors and programs ask of the floor about calls."""

from enum import StrEnum
from uuid import UUID

from domain.core.floors import FloorCommand
from domain.telephony.port import Role


class RecordAction(StrEnum):
    """What is done with a recording."""

    START = "start"
    PAUSE = "pause"  # the file holds silence from here on
    RESUME = "resume"
    STOP = "stop"


class CallHangUp(FloorCommand, frozen=True, kw_only=True):
    """End a call or an attempt that is under way."""

    call: UUID


class CallHold(FloorCommand, frozen=True, kw_only=True):
    """Let the agent's customer hear music, or bring the customer back."""

    agent: UUID
    on: bool = True


class TransferTo(FloorCommand, frozen=True, kw_only=True):
    """Give the agent's customer to another agent or a number; exactly one of the two.

    `consult`: speak with the other party first, while the customer hears music; then
    `TransferComplete` or `TransferCancel` follows.
    """

    agent: UUID
    to_agent: UUID | None = None
    to_number: str | None = None  # E.164
    consult: bool = False


class TransferComplete(FloorCommand, frozen=True, kw_only=True):
    """Bring the customer together with the party consulted, and leave."""

    agent: UUID


class TransferCancel(FloorCommand, frozen=True, kw_only=True):
    """Let the party consulted go, and return to the customer."""

    agent: UUID


class Supervise(FloorCommand, frozen=True, kw_only=True):
    """Call a supervisor's phone into an agent's room. Doing it again changes the role."""

    agent: UUID
    supervisor: UUID  # the principal's id; one supervision for each
    endpoint: str | None = None  # a phone at the switch, or
    number: str | None = None  # an E.164 number
    role: Role


class SuperviseEnd(FloorCommand, frozen=True, kw_only=True):
    """Hang the supervisor's phone up."""

    supervisor: UUID


class RecordCall(FloorCommand, frozen=True, kw_only=True):
    """Start, pause, resume or stop the recording of the agent's customer call."""

    agent: UUID
    action: RecordAction


class SendKeys(FloorCommand, frozen=True, kw_only=True):
    """Send DTMF to the agent's customer, for instance to a menu at the far end."""

    agent: UUID
    digits: str
