"""What supervisors watch: a campaign's figures, and the agents at work."""

from datetime import UTC, datetime
from uuid import UUID

import strawberry

from domain.agents.rules import AgentState
from domain.campaigns import events
from domain.campaigns.rules import (
    CampaignState,
)


@strawberry.type(description="How many agents are in one state.")
class AgentsInState:
    state: AgentState = strawberry.field(description="The state.")
    count: int = strawberry.field(description="How many.")


@strawberry.type(description="One campaign's figures at an instant, since its last start.")
class CampaignBoard:
    campaign_id: UUID = strawberry.field(description="The campaign.")
    at: datetime = strawberry.field(description="When this was true.")
    state: CampaignState = strawberry.field(description="Whether it dials.")
    targets_left: int = strawberry.field(description="New, or waiting for a retry.")
    dialing: int = strawberry.field(description="Calls that are placed or ring.")
    waiting: int = strawberry.field(description="Live customers without an agent.")
    talking: int = strawberry.field(description="Customers with an agent.")
    listening: int = strawberry.field(
        description="Customers who hear the announcement of an IVR campaign, or the message that "
        "no agent is free."
    )
    agents: list[AgentsInState] = strawberry.field(description="Of those who work on it.")
    dialed: int = strawberry.field(description="Attempts that were placed.")
    answered: int = strawberry.field(description="Live answers.")
    connected: int = strawberry.field(description="Customers who met an agent.")
    abandoned: int = strawberry.field(description="Live answers that met none in time.")
    machines: int = strawberry.field(description="Answering machines and faxes.")
    lines_per_agent: float = strawberry.field(
        description="Lines in use for each agent who takes calls, now."
    )
    abandon_rate: float = strawberry.field(
        description="Abandoned of live answers in the last 24 hours, as a fraction."
    )
    why: str = strawberry.field(description="The pacer's words for its last decision.")

    @classmethod
    def of(cls, board: events.CampaignBoard) -> "CampaignBoard":
        return cls(
            campaign_id=board.campaign,
            at=datetime.fromtimestamp(board.at, UTC),
            state=CampaignState(board.state),
            targets_left=board.targets_left,
            dialing=board.dialing,
            waiting=board.waiting,
            talking=board.talking,
            listening=board.listening,
            agents=[AgentsInState(state=s, count=n) for s, n in sorted(board.agents.items())],
            dialed=board.dialed,
            answered=board.answered,
            connected=board.connected,
            abandoned=board.abandoned,
            machines=board.machines,
            lines_per_agent=board.lines_per_agent,
            abandon_rate=board.abandon_rate,
            why=board.why,
        )


@strawberry.type(description="One agent on a supervisor's board.")
class AgentLine:
    agent_id: UUID = strawberry.field(description="The agent.")
    state: AgentState = strawberry.field(description="What the agent is doing.")
    since: datetime = strawberry.field(description="Since when.")
    reason: str | None = strawberry.field(description="Of a break; null: none given.")
    campaign_id: UUID | None = strawberry.field(description="Busy for this one; null: none.")
    call_id: UUID | None = strawberry.field(description="Busy with this one; null: none.")

    @classmethod
    def of(cls, line: events.AgentLine) -> "AgentLine":
        return cls(
            agent_id=line.agent,
            state=line.state,
            since=datetime.fromtimestamp(line.since, UTC),
            reason=line.reason,
            campaign_id=line.campaign,
            call_id=line.call,
        )


@strawberry.type(description="The agents at work at an instant, without those who are offline.")
class FloorBoard:
    at: datetime = strawberry.field(description="When this was true.")
    agents: list[AgentLine] = strawberry.field(description="Each of them.")

    @classmethod
    def of(cls, board: events.FloorBoard) -> "FloorBoard":
        return cls(
            at=datetime.fromtimestamp(board.at, UTC),
            agents=[AgentLine.of(line) for line in board.agents],
        )
