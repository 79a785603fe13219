"""What an agent's desk hears."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import strawberry

from domain.agents.rules import AgentState
from domain.calls import desk, events
from domain.calls.rules import CallDirection, Disposition, RecordingState, ThirdPartyStatus
from schema.scalars import Json, PhoneNumber, json_value, phone_number
from schema.wrapups.types import WrapUpCode

strawberry.enum(
    RecordingState,
    description="Whether a call is recorded. PAUSED: the file holds silence from there.",
)


@strawberry.type(description="One customer field.")
class Variable:
    name: str = strawberry.field(description="Its name in the list.")
    value: str = strawberry.field(description="What the list says.")


@strawberry.enum(description="How far a contact is on its way to the agent.")
class PopStage(StrEnum):
    OFFERED = "offered"
    DIALING = "dialing"
    CONNECTED = "connected"


@strawberry.type(description="A customer for this agent: offered, being dialed, or on the line.")
class ScreenPop:
    at: datetime = strawberry.field(description="Since when.")
    stage: PopStage = strawberry.field(
        description="OFFERED: decide by `previewDecide`. DIALING: this one is called for the "
        "agent. CONNECTED: speak now."
    )
    call_id: UUID = strawberry.field(
        description="The same in all stages of a call; of an offer: the target's id."
    )
    target_id: UUID | None = strawberry.field(description="Null: inbound.")
    campaign_id: UUID | None = strawberry.field(description="Null: none.")
    campaign_name: str = strawberry.field(description="Empty: none.")
    direction: CallDirection = strawberry.field(description="Who called.")
    number: PhoneNumber = strawberry.field(description="The customer's.")
    name: str = strawberry.field(description="The customer's; may be empty.")
    variables: list[Variable] = strawberry.field(
        description="Customer fields in the campaign's order: CONNECTED at most 30; OFFERED the "
        "same without sensitive ones; DIALING at most 6, none sensitive."
    )
    crm_url: str | None = strawberry.field(
        description="Filled in; null: the campaign has none, or it would tell a sensitive field "
        "before the customer is on the line."
    )
    call_guide: Json = strawberry.field(description="The campaign's call guide; a list.")
    wrap_up_codes: list[WrapUpCode] = strawberry.field(
        description="What the agent may say of the call in the wrap-up, in this order; empty: no "
        "code does anything, as after an inbound call."
    )
    decide_before: datetime | None = strawberry.field(
        description="Of an offer: then it is taken back. Null otherwise."
    )
    recording: RecordingState = strawberry.field(
        description="Whether the call is being recorded; `RecordingChanged` tells of changes."
    )

    @classmethod
    def of(cls, pop: events.ScreenPop) -> "ScreenPop":
        return cls(
            at=_instant(pop.at),
            stage=PopStage(pop.stage),
            call_id=pop.call,
            target_id=pop.target,
            campaign_id=pop.campaign,
            campaign_name=pop.campaign_name,
            direction=pop.direction,
            number=phone_number(pop.number),
            name=pop.name,
            variables=[Variable(name=v.name, value=v.value) for v in pop.variables],
            crm_url=pop.crm_url,
            call_guide=json_value(list(pop.call_guide)),
            wrap_up_codes=[WrapUpCode.of(code) for code in pop.wrap_up_codes],
            decide_before=_instant(pop.decide_before) if pop.decide_before else None,
            recording=pop.recording,
        )


@strawberry.type(description="The customer call, the dialing or the offer is over.")
class CallEnded:
    at: datetime = strawberry.field(description="When.")
    call_id: UUID = strawberry.field(description="As in the pop.")
    disposition: Disposition | None = strawberry.field(
        description="How it ended; null: an offer that was never dialed."
    )
    talk_seconds: float = strawberry.field(description="How long they spoke.")


strawberry.enum(
    ThirdPartyStatus,
    description="How far a third party is: CALLING, RINGING (or its network is heard), ANSWERED.",
)


@strawberry.type(description="Whom the agent calls to the customer: another agent, or a number.")
class ThirdParty:
    status: ThirdPartyStatus = strawberry.field(description="How far it is.")
    agent_id: UUID | None = strawberry.field(description="The agent consulted; null: a number.")
    name: str = strawberry.field(description="Of that agent; empty: a number.")
    number: PhoneNumber | None = strawberry.field(description="The number; null: an agent.")

    @classmethod
    def of(cls, third: events.ThirdParty) -> "ThirdParty":
        return cls(
            status=third.status,
            agent_id=third.agent,
            name=third.name,
            number=phone_number(third.number) if third.number else None,
        )


@strawberry.type(
    description="What is true of the customer's call now. Before the first of a call, and after "
    "its pop: not on hold, and no third party."
)
class CallStateChanged:
    at: datetime = strawberry.field(description="When.")
    call_id: UUID = strawberry.field(description="As in the pop.")
    held: bool = strawberry.field(description="Whether the customer hears music.")
    third_party: ThirdParty | None = strawberry.field(
        description="Who is called in or consulted; null: nobody, or gone again."
    )


@strawberry.type(description="Whether the customer's call is recorded from now on.")
class RecordingChanged:
    at: datetime = strawberry.field(description="Since when.")
    call_id: UUID = strawberry.field(description="As in the pop.")
    recording: RecordingState = strawberry.field(description="Whether it is recorded.")


@strawberry.type(
    description="The agent is in a state since `at`. It comes again when what follows is another."
)
class AgentStateChanged:
    at: datetime = strawberry.field(description="Since when.")
    agent_id: UUID = strawberry.field(description="The agent.")
    state: AgentState = strawberry.field(description="The state.")
    reason: str | None = strawberry.field(description="Of a break or a log-out; null: none given.")
    campaign_id: UUID | None = strawberry.field(description="Busy for this one; null: none.")
    wrap_up_ends_at: datetime | None = strawberry.field(
        description="When wrap-up ends by itself; null: the agent ends it, or no wrap-up."
    )
    then_break: bool = strawberry.field(
        description="Whether a break follows the call and its wrap-up."
    )
    then_break_reason: str | None = strawberry.field(
        description="Of the break that follows; null: none given."
    )


@strawberry.type(
    description="The cursor was too old, so some events are lost. What is true now follows."
)
class ResumeGap:
    message: str = strawberry.field(description="English, for people.")


DeskEvent = Annotated[
    ScreenPop | CallEnded | CallStateChanged | RecordingChanged | AgentStateChanged | ResumeGap,
    strawberry.union("DeskEvent", description="What a desk must show."),
]


@strawberry.type(description="One thing that a desk hears.")
class DeskUpdate:
    cursor: str = strawberry.field(
        description="Give the newest one as `after` to go on here after a lost connection."
    )
    snapshot: bool = strawberry.field(
        description="True: it was so when listening began. False: it happens now."
    )
    event: DeskEvent = strawberry.field(description="What it is.")

    @classmethod
    def of(cls, heard: desk.Heard) -> "DeskUpdate":
        return cls(cursor=heard.cursor, snapshot=heard.snapshot, event=_event(heard.event))


def _event(
    event: events.DeskEvents | None,
) -> ScreenPop | CallEnded | CallStateChanged | RecordingChanged | AgentStateChanged | ResumeGap:
    if event is None:
        return ResumeGap(
            message="Some events are lost: the cursor is too old. What is true now follows."
        )
    if isinstance(event, events.ScreenPop):
        return ScreenPop.of(event)
    if isinstance(event, events.CallEnded):
        return CallEnded(
            at=_instant(event.at),
            call_id=event.call,
            disposition=event.disposition,
            talk_seconds=event.talk_s,
        )
    if isinstance(event, events.CallStateChanged):
        return CallStateChanged(
            at=_instant(event.at),
            call_id=event.call,
            held=event.held,
            third_party=ThirdParty.of(event.third_party) if event.third_party else None,
        )
    if isinstance(event, events.RecordingChanged):
        return RecordingChanged(
            at=_instant(event.at), call_id=event.call, recording=event.recording
        )
    return AgentStateChanged(
        at=_instant(event.at),
        agent_id=event.agent,
        state=event.state,
        reason=event.reason,
        campaign_id=event.campaign,
        wrap_up_ends_at=_instant(event.wrap_up_ends_at) if event.wrap_up_ends_at else None,
        then_break=event.then_break,
        then_break_reason=event.then_break_reason,
    )


def _instant(unix: float) -> datetime:
    return datetime.fromtimestamp(unix, UTC)
