"""What an agent's desk hears. Kept topics: a desk that was away resumes and misses nothing."""

from uuid import UUID

import msgspec

from domain.agents.rules import AgentState
from domain.calls.rules import CallDirection, Disposition, RecordingState, ThirdPartyStatus
from domain.wrapups.rules import WrapUpCode


def desk_topic(agent_id: UUID) -> str:
    """The kept topic of one agent's desk."""
    return f"desk:{agent_id}"


def supervision_topic(supervisor_id: UUID) -> str:
    """Where it is told that something changed in what a user, or an API key, supervises."""
    return f"supervision:{supervisor_id}"


class DeskEvent(msgspec.Struct, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """Something that a desk must show. `at` is in Unix seconds."""

    at: float


class Variable(msgspec.Struct, frozen=True):
    """One customer field, in the campaign's order."""

    name: str
    value: str


class ScreenPop(DeskEvent, frozen=True, kw_only=True):
    """A customer is on the line (`connected`), is being dialed for this agent, or is offered.

    `stage`: "offered" (preview: decide), "dialing" (this one customer is called for the agent),
    "connected" (speak now). The same `call` may pop in all three, in this order.
    """

    stage: str
    call: UUID  # the attempt's id; of an offer: the target's
    target: UUID | None
    campaign: UUID | None
    campaign_name: str
    direction: CallDirection
    number: str
    name: str
    variables: tuple[Variable, ...] = ()
    crm_url: str | None = None
    call_guide: tuple[dict[str, object], ...] = ()
    wrap_up_codes: tuple[WrapUpCode, ...] = ()  # what the agent may say of it; none: a note only
    decide_before: float | None = None  # Unix seconds; of an offer
    recording: RecordingState = RecordingState.OFF


class CallEnded(DeskEvent, frozen=True, kw_only=True):
    """The customer call, the dialing, or the offer is over."""

    call: UUID
    disposition: Disposition | None
    talk_s: float = 0.0


class ThirdParty(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody whom the agent calls in: another agent, or a number outside."""

    status: ThirdPartyStatus
    agent: UUID | None = None
    name: str = ""  # of the agent
    number: str = ""  # E.164


class CallStateChanged(DeskEvent, frozen=True, kw_only=True):
    """Whether the customer is on hold now, and who the third party is, if one is there."""

    call: UUID
    held: bool = False
    third_party: ThirdParty | None = None


class RecordingChanged(DeskEvent, frozen=True, kw_only=True):
    """Whether the customer's call is recorded from now on."""

    call: UUID
    recording: RecordingState


class AgentStateChanged(DeskEvent, frozen=True, kw_only=True):
    """The agent is in a state since `at`: another one, or something else follows it now."""

    agent: UUID
    state: AgentState
    reason: str | None = None
    campaign: UUID | None = None
    wrap_up_ends_at: float | None = None  # Unix seconds; None: the agent ends it
    then_break: bool = False
    then_break_reason: str | None = None


DeskEvents = ScreenPop | CallEnded | CallStateChanged | RecordingChanged | AgentStateChanged

encode_desk_event = msgspec.json.Encoder().encode
decode_desk_event = msgspec.json.Decoder(DeskEvents).decode
