"""Campaigns, who works on them, and their figures."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

import strawberry

from domain.callerids.rules import CallerIdStrategy
from domain.campaigns import models, results
from domain.campaigns.rules import (
    AbandonAction,
    AbandonWindow,
    AgentLogin,
    CampaignState,
    DialMode,
    MachineAction,
    UnsureAction,
)
from domain.pacing import DEFAULT_PORTS
from domain.targets import figures
from domain.targets.rules import DEFAULT_NEXT_NUMBER_AFTER
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
from schema.conditions.types import CampaignRule, DialOrder, condition_of
from schema.context import Info
from schema.eligibility.types import CallingWindow, NumberCap
from schema.related import related
from schema.scalars import Json, PhoneNumber, phone_number
from schema.statuses import Disposition
from schema.wrapups.types import WrapUpCode

strawberry.enum(CallerIdStrategy, description="Whose number a campaign shows.")
strawberry.enum(DialMode, description="How a campaign places its calls.")
strawberry.enum(AbandonWindow, description="Over what the abandon target is measured.")
strawberry.enum(AgentLogin, description="How agents come to take a campaign's calls.")
strawberry.enum(
    MachineAction,
    description="What is done with an answering machine: it is hung up; it meets an agent, or a "
    "port; or it hears `machineMessage`, after its beep (MESSAGE) or at once (PLAY).",
)
strawberry.enum(
    UnsureAction,
    description="Whom an answer is taken for of which the analysis is unsure: CONNECT a person, "
    "AS_MACHINE a machine, which gets `machineAction`.",
)
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
    machines: int = strawberry.field(description="Answering machines and faxes.")
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
    abandon_window: AbandonWindow = strawberry.field(
        description="Over what `abandonTarget` is measured."
    )
    abandon_pool: str = strawberry.field(
        description="Campaigns of the same pool are measured together; empty: by itself."
    )
    false_positive_rate: float = strawberry.field(
        description="People whom analysis takes for machines, as a fraction of those who answer; "
        "they count as abandoned, so that much less is left for pacing."
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
        description="The sound that machines hear; empty: none."
    )
    unsure_action: UnsureAction = strawberry.field(
        description="Who is taken to have answered when the analysis could not tell."
    )
    agent_announcement: str = strawberry.field(
        description="The sound that the agent hears when a customer is connected; empty: none."
    )
    agent_login: AgentLogin = strawberry.field(
        description="Whether its agents take its calls whenever they are at work, or must log into "
        "it; while nobody is, nothing is dialed."
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
    next_number_after: list[Disposition] = strawberry.field(
        description="After which ends of a call the next number of a contact with several is "
        "dialed at once; after INVALID it always is."
    )
    variables: list[str] = strawberry.field(
        description="Customer fields to show, in this order; empty: all. At most 30."
    )
    ring_variables: list[str] = strawberry.field(
        description="Customer fields to show before the customer is there, at most 6; empty: the "
        "first ones of `variables`."
    )
    sensitive_variables: list[str] = strawberry.field(
        description="Customer fields that only the agent who talks to the customer sees, and "
        "holders of `target:manage`."
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
    rules: list[CampaignRule] = strawberry.field(
        description="Every one that matches acts; where two say the same, the earlier is heard."
    )
    target_filter: Json | None = strawberry.field(
        description="Which targets are dialed, shaped as `ConditionInput`; null: all."
    )
    target_order: list[DialOrder] = strawberry.field(
        description="What new targets of one priority are ordered by; empty: by their age."
    )
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
            abandon_window=row.abandon_window,
            abandon_pool=row.abandon_pool,
            false_positive_rate=row.false_positive_rate,
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
            unsure_action=row.unsure_action,
            agent_announcement=row.agent_announcement,
            agent_login=row.agent_login,
            record=row.record,
            max_attempts=row.max_attempts,
            wrap_up_seconds=row.wrap_up_s,
            preview_seconds=row.preview_s,
            next_number_after=[
                Disposition(each)
                for each in (
                    DEFAULT_NEXT_NUMBER_AFTER
                    if row.next_number_after is None
                    else row.next_number_after
                )
            ],
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
            rules=[CampaignRule.of(rule) for rule in row.rules],
            target_filter=None if row.target_filter is None else condition_of(row.target_filter),
            target_order=[DialOrder.of(each) for each in row.target_order],
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


@strawberry.type(description="A campaign was made or changed.")
class CampaignsChanged:
    campaign: Campaign | None = strawberry.field(
        description="As it is now; null: several may have changed, read the list again."
    )
