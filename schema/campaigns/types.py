"""Campaigns, who works on them, and their figures."""

from dataclasses import asdict
from datetime import UTC, datetime
from uuid import UUID

import strawberry

from domain.agents.rules import AgentState
from domain.callerids.rules import CallerIdStrategy
from domain.campaigns import events, models, results
from domain.campaigns.rules import AbandonAction, CampaignState, DialMode, MachineAction
from domain.pacing import DEFAULT_PORTS
from domain.targets import figures
from domain.wrapups.rules import codes_of
from schema.agents.types import Agent, Team
from schema.callguides.types import GuideQuestion
from schema.campaigns.analysis import AnalysisSettings
from schema.campaigns.announcements import Announcement
from schema.campaigns.loaders import (
    newest_targets_by_campaign_id,
    results_by_campaign_id,
    target_counts_by_campaign_id,
    teams_by_campaign_id,
)
from schema.chains.types import ChainedFields
from schema.context import Info
from schema.eligibility.types import CallingWindow, NumberCap
from schema.related import related
from schema.scalars import PhoneNumber, phone_number
from schema.statuses import Disposition
from schema.wrapups.types import WrapUpCode

strawberry.enum(CallerIdStrategy, description="Whose number a campaign shows.")
strawberry.enum(DialMode, description="How a campaign places its calls.")
strawberry.enum(MachineAction, description="What is done with an answering machine.")
strawberry.enum(
    AbandonAction, description="What is done with a live customer for whom no agent came in time."
)
strawberry.enum(CampaignState, description="Whether a campaign dials. A closed one never does.")


@strawberry.type(description="How long to wait after an attempt that ended so.")
class RetryDelay:
    disposition: Disposition = strawberry.field(description="How the attempt ended.")
    seconds: int = strawberry.field(description="Until the next one, at the earliest.")


@strawberry.type(description="How many targets a campaign has.")
class TargetCounts:
    total: int = strawberry.field(description="All of them.")
    new: int = strawberry.field(description="Never dialed.")
    retry: int = strawberry.field(description="Dialed, to be dialed again.")
    left: int = strawberry.field(description="To be dialed: new and retry.")

    @classmethod
    def of(cls, counts: figures.TargetCounts) -> "TargetCounts":
        return cls(total=counts.total, new=counts.new, retry=counts.retry, left=counts.left)


@strawberry.type(description="What came of a campaign's attempts, over its whole life.")
class CampaignResults:
    dialed: int = strawberry.field(description="Attempts that were placed.")
    reached: int = strawberry.field(description="Targets that spoke with an agent.")
    answered: int = strawberry.field(description="Live answers.")
    connected: int = strawberry.field(description="Customers who met an agent.")
    abandoned: int = strawberry.field(description="Live answers that met none in time.")
    machines: int = strawberry.field(description="Answering machines.")
    talk_seconds: float = strawberry.field(description="Of customers with agents.")

    @classmethod
    def of(cls, found: results.CampaignResults) -> "CampaignResults":
        return cls(**asdict(found))


@strawberry.type(description="The target that was added last.")
class NewestTarget:
    number: PhoneNumber = strawberry.field(description="The number to dial.")
    added_at: datetime = strawberry.field(description="When it was added.")

    @classmethod
    def of(cls, newest: figures.NewestTarget) -> "NewestTarget":
        return cls(number=phone_number(newest.number), added_at=newest.added_at)


@strawberry.type(description="A team that works on a campaign.")
class CampaignTeam:
    team: Team = strawberry.field(description="The team.")
    level: int = strawberry.field(description="Skill level; a higher one is offered calls later.")
    rank: int | None = strawberry.field(
        description="What its agents serve first, 1 to 20. Callers have 11; null: the campaign's "
        "priority."
    )


@strawberry.type(description="An agent who works on a campaign alone, not through a team.")
class CampaignAgent:
    agent: Agent = strawberry.field(description="The agent.")
    level: int = strawberry.field(description="Skill level; a higher one is offered calls later.")

    @classmethod
    def of(cls, row: models.CampaignAgent) -> "CampaignAgent":
        return cls(agent=Agent.of(row.agent), level=row.level)


@strawberry.type(description="A list being dialed in one mode by some agents.")
class Campaign(ChainedFields):
    id: UUID = strawberry.field(description="Never changes.")
    serial: int = strawberry.field(description="The number that people say; counts up.")
    name: str = strawberry.field(description="At most 100 characters.")
    api_code: str = strawberry.field(description="What other programs call it; never changes.")
    mode: DialMode = strawberry.field(description="How calls are placed.")
    state: CampaignState = strawberry.field(description="Whether it dials.")
    priority: int = strawberry.field(description="1 to 10; 10 dials first.")
    caller_id: PhoneNumber | None = strawberry.field(
        description="What customers see; null: withheld."
    )
    caller_id_strategy: CallerIdStrategy = strawberry.field(
        description="Whose number customers see, where a target has none of its own."
    )
    caller_id_pool: list[PhoneNumber] = strawberry.field(
        description="What `RANDOM` and `BEST_MATCH` choose from."
    )
    caller_name: str = strawberry.field(description="What customers see beside it; may be empty.")
    lines_per_agent: float = strawberry.field(
        description="Progressive: lines for each free agent, 1 to 10; IVR progressive: for each "
        "free port."
    )
    max_lines_per_agent: float = strawberry.field(
        description="Predictive: lines for each agent, or port, at most, 1 to 10."
    )
    abandon_target: float = strawberry.field(
        description="Predictive: abandoned of live answers to stay under, as a fraction."
    )
    correction_pace: int = strawberry.field(
        description="Predictive: live answers between corrections, 10 to 1000."
    )
    gain: float = strawberry.field(description="Predictive: how hard to correct, 0 to 2.")
    minimum_agents: int = strawberry.field(
        description="Predictive: below so many agents it dials progressively."
    )
    ring_limit_seconds: float = strawberry.field(description="Then it is no answer, 5 to 120.")
    patience_seconds: float = strawberry.field(
        description="How long a live answer waits for an agent before it is abandoned, 0 to 30."
    )
    abandon_action: AbandonAction = strawberry.field(
        description="What a live customer meets for whom no agent came in time; the call counts as "
        "abandoned whatever it is."
    )
    abandon_message: Announcement | None = strawberry.field(
        description="What `MESSAGE` says; null: none."
    )
    ivr_ports: int = strawberry.field(
        description="IVR modes: calls that may hear the announcement at once, 1 to 1000."
    )
    announcement: Announcement | None = strawberry.field(
        description="IVR modes: what whoever answers hears; null: none."
    )
    analysis: bool = strawberry.field(description="Whether machines are told from people.")
    analysis_settings: AnalysisSettings = strawberry.field(description="How they are told.")
    machine_action: MachineAction = strawberry.field(
        description="What is done with an answering machine."
    )
    machine_message: str = strawberry.field(
        description="The sound that is left on machines; empty: none."
    )
    agent_announcement: str = strawberry.field(
        description="The sound that the agent hears when a customer is connected; empty: none."
    )
    record: bool = strawberry.field(description="Whether its calls are recorded.")
    max_attempts: int = strawberry.field(
        description="1 to 30; given to targets when they are added, so a change holds for later "
        "ones only."
    )
    wrap_up_seconds: float | None = strawberry.field(
        description="When wrap-up ends by itself; null: the agent ends it."
    )
    preview_seconds: float = strawberry.field(description="An agent's time to decide, 5 to 3600.")
    retry_delays: list[RetryDelay] = strawberry.field(
        description="When to try again; a disposition that is missing closes the target."
    )
    variables: list[str] = strawberry.field(
        description="Customer fields to show, in this order; empty: all. At most 30."
    )
    ring_variables: list[str] = strawberry.field(
        description="Customer fields to show before the customer is there, at most 6; empty: the "
        "first ones of `variables`."
    )
    sensitive_variables: list[str] = strawberry.field(
        description="Customer fields that only the agent who talks to the customer sees."
    )
    call_guide: list[GuideQuestion] = strawberry.field(
        description="Questions for agents to ask; the first begins."
    )
    crm_url: str = strawberry.field(
        description="Address with {variable} in it; empty: none. At most 500 characters."
    )
    calling_windows: list[CallingWindow] = strawberry.field(
        description="When it may call, in the contact's local time; empty: at any time."
    )
    skip_holidays: bool = strawberry.field(
        description="Whether nobody is called on a public holiday of the contact's country."
    )
    regulation_packs: list[str] | None = strawberry.field(
        description="Ids of `regulationPacks` that hold; null: the account's."
    )
    number_caps: list[NumberCap] = strawberry.field(
        description="How often it may call one number; the account's caps hold as well."
    )
    wrap_up_codes: list[WrapUpCode] = strawberry.field(
        description="What agents may say of a call, in this order; the system's if none are set."
    )
    call_back: bool = strawberry.field(
        description="Whether abandoned calls are called back, by this campaign."
    )
    call_back_delay_seconds: int = strawberry.field(description="Until a call-back is due.")
    call_back_priority: int = strawberry.field(description="Of call-backs, 1 to 10.")
    starts_at: datetime | None = strawberry.field(
        description="When it starts by itself; null: somebody starts it."
    )
    stops_at: datetime | None = strawberry.field(
        description="When it stops by itself; null: somebody stops it."
    )
    created_at: datetime = strawberry.field(description="When it was made.")
    started_at: datetime | None = strawberry.field(description="The last start; null: never.")
    stopped_at: datetime | None = strawberry.field(description="The last stop; null: never.")
    closed_at: datetime | None = strawberry.field(description="Null: not closed.")
    archived_at: datetime | None = strawberry.field(description="Null: shown in lists.")
    targets: TargetCounts = related(
        target_counts_by_campaign_id,
        by="id",
        of=TargetCounts.of,
        text="How many targets there are.",
    )
    results: CampaignResults = related(
        results_by_campaign_id,
        by="id",
        of=CampaignResults.of,
        text="What came of it, in all. Looks at every attempt: meant for finished ones.",
    )
    newest_target: NewestTarget | None = related(
        newest_targets_by_campaign_id,
        by="id",
        of=NewestTarget.of,
        text="The target that was added last; null: none yet.",
    )

    @strawberry.field(description="The teams that work on it, by level; at most 100.")
    async def teams(self, info: Info) -> list[CampaignTeam]:
        rows = await info.context.loader(teams_by_campaign_id).load(self.id)
        return [
            CampaignTeam(team=Team.of(row.team), level=row.level, rank=row.rank) for row in rows
        ]

    @classmethod
    def of(cls, row: models.Campaign) -> "Campaign":
        return cls(
            id=row.id,
            serial=row.serial,
            name=row.name,
            api_code=row.api_code,
            mode=row.mode,
            state=row.state,
            priority=row.priority,
            caller_id=phone_number(row.caller_id) if row.caller_id else None,
            caller_id_strategy=row.caller_id_strategy,
            caller_id_pool=[phone_number(number) for number in row.caller_id_pool],
            caller_name=row.caller_name,
            lines_per_agent=row.lines_per_agent,
            max_lines_per_agent=row.max_lines_per_agent,
            abandon_target=row.abandon_target,
            correction_pace=row.correction_pace,
            gain=row.gain,
            minimum_agents=row.minimum_agents,
            ring_limit_seconds=row.ring_limit_s,
            patience_seconds=row.patience_s,
            abandon_action=row.abandon_action,
            abandon_message=Announcement.of_setting(row.abandon_message),
            ivr_ports=row.ivr_ports or DEFAULT_PORTS,
            announcement=Announcement.of_setting(row.announcement),
            analysis=row.analysis,
            analysis_settings=AnalysisSettings.of_setting(row.analysis_settings),
            machine_action=row.machine_action,
            machine_message=row.machine_message,
            agent_announcement=row.agent_announcement,
            record=row.record,
            max_attempts=row.max_attempts,
            wrap_up_seconds=row.wrap_up_s,
            preview_seconds=row.preview_s,
            retry_delays=[
                RetryDelay(disposition=Disposition(name), seconds=seconds)
                for name, seconds in row.retry_delays_s.items()
            ],
            variables=list(row.variables),
            ring_variables=list(row.ring_variables),
            sensitive_variables=list(row.sensitive_variables),
            call_guide=[GuideQuestion.of(question) for question in row.call_guide],
            crm_url=row.crm_url,
            calling_windows=[CallingWindow.of(window) for window in row.calling_windows],
            skip_holidays=row.skip_holidays,
            regulation_packs=row.regulation_packs,
            number_caps=[NumberCap.of(cap) for cap in row.number_caps],
            wrap_up_codes=[WrapUpCode.of(code) for code in codes_of(row.wrap_up_codes)],
            call_back=row.call_back,
            call_back_delay_seconds=row.call_back_delay_s,
            call_back_priority=row.call_back_priority,
            starts_at=row.starts_at,
            stops_at=row.stops_at,
            created_at=row.created_at,
            started_at=row.started_at,
            stopped_at=row.stopped_at,
            closed_at=row.closed_at,
            archived_at=row.archived_at,
            chain_id=row.chain_id,
            after_id=row.after_id,
            waits_for_id=row.waits_for_id,
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
    dialed: int = strawberry.field(description="Attempts.")
    answered: int = strawberry.field(description="Live answers.")
    connected: int = strawberry.field(description="Customers who met an agent.")
    abandoned: int = strawberry.field(description="Live answers that met none in time.")
    machines: int = strawberry.field(description="Answering machines.")
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


@strawberry.type(description="A campaign was made or changed.")
class CampaignsChanged:
    campaign: Campaign | None = strawberry.field(
        description="As it is now; null: several may have changed, read the list again."
    )
