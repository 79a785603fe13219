"""Campaigns, and numbers that people call, as the floor uses them."""

from dataclasses import dataclass, field
from uuid import UUID

import msgspec

from domain.callerids.rules import CallerIdStrategy
from domain.calls.rules import Disposition
from domain.campaigns.announcements import Announcement, announcement_of
from domain.campaigns.models import Campaign
from domain.campaigns.rules import (
    MINIMUM_RING_S,
    ON_PORTS,
    SPEAKING,
    AbandonAction,
    AgentLogin,
    CampaignState,
    DialMode,
    MachineAction,
    UnsureAction,
)
from domain.numbers.models import NumberPurpose
from domain.pacing import DEFAULT_PORTS
from domain.targets.call_backs import CallBackRule
from domain.targets.rules import DEFAULT_NEXT_NUMBER_AFTER
from domain.telephony.port import Analysis
from domain.wrapups.rules import WrapUpCode, codes_of


@dataclass(slots=True)
class Settings:
    """A campaign's row as the floor uses it."""

    name: str
    mode: DialMode
    state: CampaignState
    priority: int
    caller_id: str | None
    caller_name: str
    lines_per_agent: float
    ring_limit_s: float
    patience_s: float
    analysis: Analysis | None
    machine_action: MachineAction
    machine_message: str
    agent_announcement: str
    record: bool
    trunks: tuple[UUID, ...]  # in failover order; empty: the account's
    retry_delays_s: dict[Disposition, int]
    next_number_after: frozenset[Disposition]
    wrap_up_s: float | None
    preview_s: float
    variables: tuple[str, ...]
    crm_url: str
    call_guide: tuple[dict[str, object], ...]
    caller_id_strategy: CallerIdStrategy = CallerIdStrategy.CAMPAIGN
    caller_id_pool: tuple[str, ...] = ()
    wrap_up_codes: dict[str, WrapUpCode] = field(default_factory=dict)
    ring_variables: tuple[str, ...] = ()
    sensitive_variables: frozenset[str] = frozenset()
    ports: int = 0  # of an IVR campaign
    announcement: Announcement | None = None  # what its customers hear
    abandon_message: Announcement | None = None  # for whom no agent came; None: hung up at once
    call_back: CallBackRule | None = None  # for calls that nobody took
    agent_login: AgentLogin = AgentLogin.PERMANENT
    unsure_action: UnsureAction = UnsureAction.CONNECT

    @property
    def on_ports(self) -> bool:
        """Whether ports of ours, and no agents, take whoever answers."""
        return self.mode in ON_PORTS

    @property
    def minimum_ring_s(self) -> float:
        """No ringing call is given up sooner."""
        return min(MINIMUM_RING_S, self.ring_limit_s)

    @property
    def speaks_to_machines(self) -> bool:
        """Whether an answering machine gets a message, at once or after its beep."""
        return self.machine_action in SPEAKING

    @property
    def heard_by_analysis(self) -> Analysis | None:
        """How calls are analysed; None: not at all. An agent who is there hears it in person."""
        return None if self.mode in (DialMode.AGENT_FIRST, DialMode.PREVIEW) else self.analysis

    @property
    def reserves(self) -> bool:
        """Whether each call is dialed for one agent, who sees the contact before the answer."""
        if self.mode is DialMode.PROGRESSIVE:
            return self.lines_per_agent < 2
        return self.mode is DialMode.AGENT_FIRST


@dataclass(frozen=True, slots=True)
class InboundRoute:
    """What happens to calls to one of the account's numbers."""

    id: UUID
    number: str
    name: str
    purpose: NumberPurpose
    team_id: UUID | None
    greeting: str
    call_back: CallBackRule | None = None


def settings_of(campaign: Campaign, trunks: tuple[UUID, ...] = ()) -> Settings:
    """A campaign's row as the floor uses it."""
    delays = {Disposition(key): value for key, value in campaign.retry_delays_s.items()}
    return Settings(
        name=campaign.name,
        mode=campaign.mode,
        state=campaign.state,
        priority=campaign.priority,
        caller_id=campaign.caller_id,
        caller_name=campaign.caller_name,
        lines_per_agent=campaign.lines_per_agent,
        ring_limit_s=campaign.ring_limit_s,
        patience_s=campaign.patience_s,
        analysis=_analysis(campaign),
        machine_action=campaign.machine_action,
        machine_message=campaign.machine_message,
        unsure_action=campaign.unsure_action,
        agent_announcement=campaign.agent_announcement,
        record=campaign.record,
        trunks=trunks,
        retry_delays_s=delays,
        next_number_after=frozenset(
            DEFAULT_NEXT_NUMBER_AFTER
            if campaign.next_number_after is None
            else map(Disposition, campaign.next_number_after)
        ),
        wrap_up_s=campaign.wrap_up_s,
        preview_s=campaign.preview_s,
        variables=tuple(campaign.variables),
        crm_url=campaign.crm_url,
        call_guide=tuple(campaign.call_guide),
        caller_id_strategy=campaign.caller_id_strategy,
        caller_id_pool=tuple(campaign.caller_id_pool),
        wrap_up_codes={code.code: code for code in codes_of(campaign.wrap_up_codes)},
        ring_variables=tuple(campaign.ring_variables),
        sensitive_variables=frozenset(campaign.sensitive_variables),
        ports=campaign.ivr_ports or DEFAULT_PORTS,
        announcement=announcement_of(campaign.announcement),
        abandon_message=announcement_of(campaign.abandon_message)
        if campaign.abandon_action is AbandonAction.MESSAGE
        else None,
        call_back=CallBackRule(campaign.id, campaign.call_back_delay_s, campaign.call_back_priority)
        if campaign.call_back
        else None,
        agent_login=campaign.agent_login,
    )


def _analysis(campaign: Campaign) -> Analysis | None:
    if not campaign.analysis:
        return None
    told = msgspec.convert(campaign.analysis_settings, Analysis)
    as_machine = campaign.unsure_action is UnsureAction.AS_MACHINE
    return msgspec.structs.replace(told, beep_if_unsure=as_machine)
