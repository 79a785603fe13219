"""Agents, their teams, and what they do."""

from datetime import datetime
from uuid import UUID

import strawberry

from domain.agents import models
from domain.agents.commands import PreviewDecision
from domain.agents.models import EndpointKind
from domain.agents.rules import AgentState
from domain.agents.states import CurrentState
from schema.agents.loaders import agents_by_id, current_states_by_agent_id, teams_by_id
from schema.context import Info
from schema.related import related
from schema.scalars import PhoneNumber, phone_number

strawberry.enum(AgentState, description="What an agent is doing.")
strawberry.enum(EndpointKind, description="Where an agent's phone is.")
strawberry.enum(
    PreviewDecision, description="What an agent does with a contact that is shown before dialing."
)


@strawberry.type(description="Agents who are assigned and supervised together.")
class Team:
    id: UUID = strawberry.field(description="Never changes.")
    name: str = strawberry.field(description="Unique in the account.")
    created_at: datetime = strawberry.field(description="When it was made.")

    @classmethod
    def of(cls, row: models.Team) -> "Team":
        return cls(id=row.id, name=row.name, created_at=row.created_at)


@strawberry.type(description="What an agent does now.")
class AgentStateNow:
    state: AgentState = strawberry.field(description="The state.")
    reason: str | None = strawberry.field(description="Of a break or a log-out; null: none given.")
    since: datetime | None = strawberry.field(description="Since when; null: never signed in.")
    campaign_id: UUID | None = strawberry.field(
        description="The campaign that the agent is busy for; null: none."
    )
    call_id: UUID | None = strawberry.field(
        description="The call that the agent is busy with; null: none."
    )
    then_break: bool = strawberry.field(
        description="Whether a break follows the call and its wrap-up."
    )
    then_break_reason: str | None = strawberry.field(
        description="Of the break that follows; null: none given."
    )

    @classmethod
    def of(cls, current: CurrentState) -> "AgentStateNow":
        return cls(
            state=current.state,
            reason=current.reason,
            since=current.since,
            campaign_id=current.campaign_id,
            call_id=current.call_id,
            then_break=current.then_break,
            then_break_reason=current.then_break_reason,
        )


@strawberry.type(description="A person who takes calls.")
class Agent:
    id: UUID = strawberry.field(description="Never changes.")
    name: str = strawberry.field(description="At most 100 characters.")
    code: str = strawberry.field(description="Digits, typed at sign-in; unique in the account.")
    endpoint_kind: EndpointKind = strawberry.field(description="Where the agent's phone is.")
    endpoint: str = strawberry.field(description="An account at the switch, or a number in E.164.")
    caller_id: PhoneNumber | None = strawberry.field(
        description="What customers see; null: the campaign's."
    )
    record: bool = strawberry.field(description="Whether every call of the agent is recorded.")
    user_id: UUID | None = strawberry.field(
        description="The user who is this agent too; null: nobody."
    )
    default_campaign_id: UUID | None = strawberry.field(
        description="The campaign of calls that the agent dials by hand; null: dials none."
    )
    created_at: datetime = strawberry.field(description="When the agent was made.")
    archived_at: datetime | None = strawberry.field(
        description="Since when the agent works here no more; null: does."
    )
    team_id: strawberry.Private[UUID | None]
    team: Team | None = related(
        teams_by_id, by="team_id", of=Team.of, text="The agent's team; null: none."
    )
    now: AgentStateNow = related(
        current_states_by_agent_id, by="id", of=AgentStateNow.of, text="What the agent does now."
    )

    @classmethod
    def of(cls, row: models.Agent) -> "Agent":
        return cls(
            id=row.id,
            name=row.name,
            code=row.code,
            endpoint_kind=row.endpoint_kind,
            endpoint=row.endpoint,
            caller_id=phone_number(row.caller_id) if row.caller_id else None,
            record=row.record,
            user_id=row.user_id,
            default_campaign_id=row.default_campaign_id,
            created_at=row.created_at,
            archived_at=row.archived_at,
            team_id=row.team_id,
        )


@strawberry.type(description="Another agent, as an agent's desk shows whom to give a customer to.")
class Colleague:
    id: UUID = strawberry.field(description="The agent's.")
    name: str = strawberry.field(description="At most 100 characters.")
    code: str = strawberry.field(description="Digits.")
    state: AgentState = related(
        current_states_by_agent_id,
        by="id",
        of=lambda current: current.state,
        text="What the colleague does now. Only who is AVAILABLE can be given a customer.",
    )

    @classmethod
    def of(cls, row: models.Agent) -> "Colleague":
        return cls(id=row.id, name=row.name, code=row.code)


@strawberry.type(description="A stretch of time that an agent spent in one state.")
class AgentStateEntry:
    id: UUID = strawberry.field(description="Never changes.")
    agent_id: UUID = strawberry.field(description="Whose it is.")
    state: AgentState = strawberry.field(description="The state.")
    reason: str | None = strawberry.field(description="Of a break or a log-out; null: none given.")
    campaign_id: UUID | None = strawberry.field(description="The campaign concerned; null: none.")
    call_id: UUID | None = strawberry.field(description="The call concerned; null: none.")
    started_at: datetime = strawberry.field(description="When it began.")
    ended_at: datetime | None = strawberry.field(description="When it ended; null: goes on.")
    agent: Agent = related(agents_by_id, by="agent_id", of=Agent.of, text="The agent.")

    @strawberry.field(description="How long it lasted, or has lasted so far.")
    def seconds(self, info: Info) -> float:
        end = self.ended_at or info.context.ports.clock.now()
        return max(0.0, (end - self.started_at).total_seconds())

    @classmethod
    def of(cls, row: models.AgentStateEntry) -> "AgentStateEntry":
        return cls(
            id=row.id,
            agent_id=row.agent_id,
            state=row.state,
            reason=row.reason,
            campaign_id=row.campaign_id,
            call_id=row.call_id,
            started_at=row.started_at,
            ended_at=row.ended_at,
        )
