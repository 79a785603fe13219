"""Attempts and calls, and what happened in them."""

from datetime import datetime
from uuid import UUID

import strawberry

from domain.calls import models
from domain.calls.rules import AttemptState, CallDirection, Disposition
from domain.telephony.events import EndedBy
from schema.agents.loaders import agents_by_id
from schema.agents.types import Agent
from schema.callguides.types import GuideAnswer
from schema.campaigns.loaders import campaigns_by_id
from schema.campaigns.types import Campaign
from schema.related import related
from schema.scalars import Json, PhoneNumber, json_value, phone_number

strawberry.enum(AttemptState, description="Where an attempt is.")
strawberry.enum(CallDirection, description="Who called.")
strawberry.enum(EndedBy, description="Who ended a call.")


def _seconds(begin: datetime | None, end: datetime | None) -> float | None:
    return None if begin is None or end is None else max(0.0, (end - begin).total_seconds())


@strawberry.type(description="One try to reach one number.")
class Attempt:
    id: UUID = strawberry.field(description="Also of the call that it becomes.")
    campaign_id: UUID = strawberry.field(description="For which campaign.")
    target_id: UUID = strawberry.field(description="Of which target.")
    ordinal: int = strawberry.field(description="1 is the target's first.")
    number: PhoneNumber = strawberry.field(description="The number dialed.")
    caller_id: PhoneNumber | None = strawberry.field(
        description="What the customer saw; null: withheld."
    )
    decided_by: Json | None = strawberry.field(
        description="What rules and the pre-dial hook said of it: `rules` by name, `level`, and "
        "`hook` with its answer; null: nothing."
    )
    by_hand: bool = strawberry.field(description="Whether an agent typed the number.")
    state: AttemptState = strawberry.field(description="Where it is.")
    disposition: Disposition | None = strawberry.field(description="How it ended; null: under way.")
    failed_over: bool = strawberry.field(
        description="Whether its carrier failed and the contact went on to the next trunk at once. "
        "Such an attempt counts neither for the target's `attempts` nor for caps."
    )
    agent_id: UUID | None = strawberry.field(description="The agent reached or kept; null: none.")
    created_at: datetime = strawberry.field(description="When it was committed.")
    ringing_at: datetime | None = strawberry.field(description="Null: the far end never rang.")
    answered_at: datetime | None = strawberry.field(description="Null: never answered.")
    connected_at: datetime | None = strawberry.field(description="Null: met no agent.")
    ended_at: datetime | None = strawberry.field(description="Null: under way.")
    ring_seconds: float | None = strawberry.field(
        description="How long it rang; null: it never did, or does still."
    )
    talk_seconds: float | None = strawberry.field(
        description="How long customer and agent spoke; null: they didn't, or do."
    )
    campaign: Campaign | None = related(
        campaigns_by_id, by="campaign_id", of=Campaign.of, text="The campaign."
    )
    agent: Agent | None = related(
        agents_by_id, by="agent_id", of=Agent.of, text="The agent reached or kept; null: none."
    )

    @classmethod
    def of(cls, row: models.Attempt) -> "Attempt":
        return cls(
            id=row.id,
            campaign_id=row.campaign_id,
            target_id=row.target_id,
            ordinal=row.ordinal,
            number=phone_number(row.number),
            caller_id=phone_number(row.caller_id) if row.caller_id else None,
            decided_by=None if row.decided_by is None else json_value(row.decided_by),
            by_hand=row.by_hand,
            state=row.state,
            disposition=row.disposition,
            failed_over=row.failed_over,
            agent_id=row.agent_id,
            created_at=row.created_at,
            ringing_at=row.ringing_at,
            answered_at=row.answered_at,
            connected_at=row.connected_at,
            ended_at=row.ended_at,
            ring_seconds=_seconds(row.ringing_at, row.answered_at or row.ended_at),
            talk_seconds=_seconds(row.connected_at, row.ended_at),
        )


@strawberry.type(description="A conversation, or the wait for one.")
class Call:
    id: UUID = strawberry.field(description="The attempt's id if there was one.")
    direction: CallDirection = strawberry.field(description="Who called.")
    campaign_id: UUID | None = strawberry.field(description="For which campaign; null: inbound.")
    target_id: UUID | None = strawberry.field(description="Of which target; null: inbound.")
    agent_id: UUID | None = strawberry.field(description="The agent; null: met none.")
    number: PhoneNumber = strawberry.field(description="The other party's.")
    answered_at: datetime = strawberry.field(description="When it was answered.")
    connected_at: datetime | None = strawberry.field(description="Null: met no agent.")
    ended_at: datetime | None = strawberry.field(description="Null: up.")
    ended_by: EndedBy | None = strawberry.field(description="Who ended it; null: up.")
    wrap_up_ended_at: datetime | None = strawberry.field(
        description="When the agent was done with it; null: not yet, or no agent."
    )
    wrap_up_code: str | None = strawberry.field(description="How the agent saw it; null: not said.")
    note: str = strawberry.field(description="What the agent wrote; may be empty.")
    guide_answers: list[GuideAnswer] = strawberry.field(
        description="What the customer answered to the questions of the call guide."
    )
    wait_seconds: float | None = strawberry.field(
        description="How long the customer waited for an agent; null: still does."
    )
    talk_seconds: float | None = strawberry.field(
        description="How long customer and agent spoke; null: they didn't, or do."
    )
    campaign: Campaign | None = related(
        campaigns_by_id, by="campaign_id", of=Campaign.of, text="The campaign; null: inbound."
    )
    agent: Agent | None = related(
        agents_by_id, by="agent_id", of=Agent.of, text="The agent; null: met none."
    )

    @classmethod
    def of(cls, row: models.Call) -> "Call":
        return cls(
            id=row.id,
            direction=row.direction,
            campaign_id=row.campaign_id,
            target_id=row.target_id,
            agent_id=row.agent_id,
            number=phone_number(row.number),
            answered_at=row.answered_at,
            connected_at=row.connected_at,
            ended_at=row.ended_at,
            ended_by=row.ended_by,
            wrap_up_ended_at=row.wrap_up_ended_at,
            wrap_up_code=row.wrap_up_code,
            note=row.note,
            guide_answers=[GuideAnswer.of(answer) for answer in row.guide_answers or ()],
            wait_seconds=_seconds(row.answered_at, row.connected_at or row.ended_at),
            talk_seconds=_seconds(row.connected_at, row.ended_at),
        )


@strawberry.type(description="One thing that happened in an attempt or call.")
class CallEvent:
    at: datetime = strawberry.field(description="When.")
    kind: str = strawberry.field(description="What, as `ringing`.")
    detail: Json = strawberry.field(description="More about it; an object, perhaps empty.")

    @classmethod
    def of(cls, row: models.CallEvent) -> "CallEvent":
        return cls(at=row.at, kind=row.kind, detail=json_value(row.detail))
