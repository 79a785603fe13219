"""What may be set of a campaign, when it is made and at any time after."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, cast

import strawberry
from strawberry import UNSET

from domain.callerids.rules import CallerIdStrategy
from domain.calls.rules import Disposition
from domain.campaigns.rules import (
    AbandonAction,
    AbandonWindow,
    AgentLogin,
    DialMode,
    MachineAction,
    UnsureAction,
)
from domain.campaigns.settings import CampaignSettings
from domain.core.problems import Problems
from schema.callguides.types import GuideQuestionInput, guide_of
from schema.campaigns import analysis, announcements
from schema.campaigns.analysis import AnalysisSettingsInput
from schema.campaigns.announcements import AnnouncementInput
from schema.conditions.types import (
    CampaignRuleInput,
    ConditionInput,
    DialOrderInput,
    condition_setting,
    conditions_of,
    order_of,
)
from schema.eligibility.types import CallingWindowInput, NumberCapInput, caps_of, windows_of
from schema.inputs import given, renamed
from schema.scalars import PhoneNumber
from schema.wrapups.types import WrapUpCodeInput, codes_of

NULLABLE = (
    *("caller_id", "wrap_up_seconds", "regulation_packs", "target_filter"),
    *("starts_at", "stops_at", "next_number_after"),
    *("ivr_ports", "announcement", "abandon_message"),
)


@strawberry.input(description="How long to wait after an attempt that ended so.")
class RetryDelayInput:
    disposition: Disposition = strawberry.field(description="How the attempt ended.")
    seconds: int = strawberry.field(description="Until the next one; at most 30 days.")


@strawberry.input(description="Settings of a campaign; what is left out stays as it is.")
class CampaignSettingsInput:
    priority: int | None = strawberry.field(description="1 to 10; 10 dials first.", default=UNSET)
    caller_id: PhoneNumber | None = strawberry.field(
        description="What customers see; null: withheld.", default=UNSET
    )
    caller_id_strategy: CallerIdStrategy | None = strawberry.field(
        description="Whose number customers see, where a target has none of its own.",
        default=UNSET,
    )
    caller_id_pool: list[PhoneNumber] | None = strawberry.field(
        description="What `RANDOM` and `BEST_MATCH` choose from; replaces it. At most 200.",
        default=UNSET,
    )
    caller_name: str | None = strawberry.field(
        description="What customers see beside it; at most 64 characters.", default=UNSET
    )
    lines_per_agent: float | None = strawberry.field(
        description="Progressive: lines for each free agent, 1 to 10; IVR progressive: for each "
        "free port.",
        default=UNSET,
    )
    max_lines_per_agent: float | None = strawberry.field(
        description="Predictive: lines for each agent, or port, at most, 1 to 10.", default=UNSET
    )
    abandon_target: float | None = strawberry.field(
        description="Predictive: abandoned of live answers to stay under, 0.001 to 0.5.",
        default=UNSET,
    )
    abandon_window: AbandonWindow | None = strawberry.field(
        description="Over what `abandonTarget` is measured.", default=UNSET
    )
    abandon_pool: str | None = strawberry.field(
        description="Campaigns of the same pool are measured together; empty: by itself. At most "
        "60 characters.",
        default=UNSET,
    )
    false_positive_rate: float | None = strawberry.field(
        description="People whom analysis takes for machines, as a fraction of those who answer, "
        "0 to 0.2; at `abandonTarget` or above, only one line for each free agent is left.",
        default=UNSET,
    )
    correction_pace: int | None = strawberry.field(
        description="Predictive: live answers between corrections, 10 to 1000.", default=UNSET
    )
    gain: float | None = strawberry.field(
        description="Predictive: how hard to correct, 0 to 2.", default=UNSET
    )
    minimum_agents: int | None = strawberry.field(
        description="Predictive: below so many agents it dials progressively, 1 to 500.",
        default=UNSET,
    )
    ring_limit_seconds: float | None = strawberry.field(
        description="Then it is no answer, 5 to 120.", default=UNSET
    )
    patience_seconds: float | None = strawberry.field(
        description="How long a live answer waits for an agent, 0 to 30.", default=UNSET
    )
    abandon_action: AbandonAction | None = strawberry.field(
        description="What a live customer meets for whom no agent came in time; the call counts as "
        "abandoned whatever it is.",
        default=UNSET,
    )
    abandon_message: AnnouncementInput | None = strawberry.field(
        description="What `MESSAGE` says; null: none.", default=UNSET
    )
    ivr_ports: int | None = strawberry.field(
        description="IVR modes: calls that may hear the announcement at once, 1 to 1000; null: 1.",
        default=UNSET,
    )
    announcement: AnnouncementInput | None = strawberry.field(
        description="IVR modes: what whoever answers hears; null: none.", default=UNSET
    )
    analysis: bool | None = strawberry.field(
        description="Whether to tell machines from people.", default=UNSET
    )
    analysis_settings: AnalysisSettingsInput | None = strawberry.field(
        description="How to tell them; replaces all of it.", default=UNSET
    )
    machine_action: MachineAction | None = strawberry.field(
        description="What to do with an answering machine.", default=UNSET
    )
    machine_message: str | None = strawberry.field(
        description="The sound that machines hear, by name; at most 100 characters.",
        default=UNSET,
    )
    unsure_action: UnsureAction | None = strawberry.field(
        description="Who is taken to have answered when the analysis could not tell.",
        default=UNSET,
    )
    agent_announcement: str | None = strawberry.field(
        description="The sound that the agent hears at the connect, by name; empty: none.",
        default=UNSET,
    )
    agent_login: AgentLogin | None = strawberry.field(
        description="Whether its agents take its calls whenever they are at work, or must log into "
        "it. A change to `MANUAL` leaves nobody logged in.",
        default=UNSET,
    )
    record: bool | None = strawberry.field(
        description="Whether to record its calls.", default=UNSET
    )
    max_attempts: int | None = strawberry.field(
        description="1 to 30; holds for targets added afterwards only.", default=UNSET
    )
    retry_delays: list[RetryDelayInput] | None = strawberry.field(
        description="Replaces all of them; a disposition that is missing closes the target.",
        default=UNSET,
    )
    next_number_after: list[Disposition] | None = strawberry.field(
        description="After which ends of a call the contact's next number is dialed at once; "
        "null: as usual.",
        default=UNSET,
    )
    wrap_up_seconds: float | None = strawberry.field(
        description="When wrap-up ends by itself, 0 to 3600; null: the agent ends it.",
        default=UNSET,
    )
    preview_seconds: float | None = strawberry.field(
        description="An agent's time to decide, 5 to 3600.", default=UNSET
    )
    variables: list[str] | None = strawberry.field(
        description="Customer fields to show, in this order; empty: all. At most 30.",
        default=UNSET,
    )
    ring_variables: list[str] | None = strawberry.field(
        description="Customer fields to show before the customer is there, at most 6; empty: the "
        "first ones of `variables`.",
        default=UNSET,
    )
    sensitive_variables: list[str] | None = strawberry.field(
        description="Customer fields that are shown to the agent who talks to the customer and to "
        "holders of `target:manage`, and nowhere else; at most 100.",
        default=UNSET,
    )
    call_guide: list[GuideQuestionInput] | None = strawberry.field(
        description="Questions for agents to ask; the first begins, and every other one must be "
        "reached from it. Replaces all of them; at most 100.",
        default=UNSET,
    )
    crm_url: str | None = strawberry.field(
        description="Address with {variable} in its path or query; empty: none.", default=UNSET
    )
    calling_windows: list[CallingWindowInput] | None = strawberry.field(
        description="Replaces all of them; empty: at any time. At most 50.", default=UNSET
    )
    skip_holidays: bool | None = strawberry.field(
        description="Whether nobody is called on a public holiday of the contact's country.",
        default=UNSET,
    )
    regulation_packs: list[str] | None = strawberry.field(
        description="Ids of `regulationPacks`, or `*` for all of the contact's country and state "
        "that hold for every sales call; null: the account's.",
        default=UNSET,
    )
    number_caps: list[NumberCapInput] | None = strawberry.field(
        description="Replaces all of them. At most 10.", default=UNSET
    )
    wrap_up_codes: list[WrapUpCodeInput] | None = strawberry.field(
        description="Replaces all of them; empty: the system's. At most 100.", default=UNSET
    )
    call_back: bool | None = strawberry.field(
        description="Whether abandoned calls are called back, by this campaign.", default=UNSET
    )
    call_back_delay_seconds: int | None = strawberry.field(
        description="Until a call-back is due; at most 30 days. Where no agent is guaranteed, "
        "nobody is called within 72 hours of an abandoned call all the same.",
        default=UNSET,
    )
    call_back_priority: int | None = strawberry.field(
        description="Of call-backs, 1 to 10.", default=UNSET
    )
    rules: list[CampaignRuleInput] | None = strawberry.field(
        description="Replaces all of them; asked in this order. At most 50.", default=UNSET
    )
    target_filter: ConditionInput | None = strawberry.field(
        description="Which targets are dialed; null: all.", default=UNSET
    )
    target_order: list[DialOrderInput] | None = strawberry.field(
        description="What new targets of one priority are ordered by, instead of by their age; "
        "empty: nothing. At most 3 fields.",
        default=UNSET,
    )
    starts_at: datetime | None = strawberry.field(
        description="When it starts by itself; null: somebody starts it.", default=UNSET
    )
    stops_at: datetime | None = strawberry.field(
        description="When it stops by itself; null: somebody stops it.", default=UNSET
    )


@strawberry.input(description="A new campaign. What is left out has a sound default.")
class CampaignCreateInput(CampaignSettingsInput):
    name: str = strawberry.field(description="At most 100 characters.")
    mode: DialMode = strawberry.field(description="How calls are placed.")


@strawberry.input(description="What to change of a campaign; what is left out stays as it is.")
class CampaignChangeInput(CampaignSettingsInput):
    name: str | None = strawberry.field(description="At most 100 characters.", default=UNSET)
    mode: DialMode | None = strawberry.field(description="How calls are placed.", default=UNSET)


def _delays_of(rows: list[RetryDelayInput]) -> dict[Disposition, int]:
    problems, named = Problems(), [row.disposition for row in rows]
    for disposition in dict.fromkeys(named):
        once = named.count(disposition) == 1
        problems.unless(once, f"retryDelays.{disposition}", "must be given once")
    problems.refuse_any()
    return {row.disposition: row.seconds for row in rows}


# Settings that are kept in another shape than they are given in.
SHAPES: dict[str, Callable[[Any], object]] = {
    "abandon_message": partial(announcements.setting_of, path="abandonMessage"),
    "analysis_settings": partial(analysis.setting_of, path="analysisSettings"),
    "announcement": partial(announcements.setting_of, path="announcement"),
    "call_guide": guide_of,
    "calling_windows": windows_of,
    "number_caps": caps_of,
    "retry_delays": _delays_of,
    "rules": conditions_of,
    "target_filter": condition_setting,
    "target_order": order_of,
    "wrap_up_codes": codes_of,
}


def settings_of(input: CampaignSettingsInput) -> CampaignSettings:
    """What is given, by the names of the columns."""
    values = given(input, nullable=NULLABLE)
    for name, shaped in SHAPES.items():
        if values.get(name) is not None:
            values[name] = shaped(values[name])
    columns: dict[str, Any] = renamed(
        values,
        {
            "ring_limit_seconds": "ring_limit_s",
            "patience_seconds": "patience_s",
            "retry_delays": "retry_delays_s",
            "wrap_up_seconds": "wrap_up_s",
            "preview_seconds": "preview_s",
            "call_back_delay_seconds": "call_back_delay_s",
        },
    )
    return cast(CampaignSettings, columns)
