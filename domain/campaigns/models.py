"""Campaigns and who works on them."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from domain.callerids.rules import CallerIdStrategy
from domain.campaigns.rules import (
    AbandonAction,
    AbandonWindow,
    AgentLogin,
    CampaignState,
    DialMode,
    MachineAction,
    UnsureAction,
)
from domain.core.ids import new_id

if TYPE_CHECKING:
    from domain.access.models import Account
    from domain.agents.models import Agent, Team
    from domain.chains.models import Chain


class Campaign(Model):
    """A list being dialed in one mode by some agents. Seconds end in _s, rates are fractions."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    account_id: UUID
    account: fields.ForeignKeyRelation["Account"] = fields.ForeignKeyField(
        "domain.Account", related_name="campaigns", on_delete=fields.CASCADE
    )
    serial = fields.IntField()  # the number that people say; counts up within the account
    name = fields.CharField(max_length=100)
    api_code = fields.CharField(max_length=32)  # what other programs call it
    mode = fields.CharEnumField(DialMode, max_length=32)
    state = fields.CharEnumField(CampaignState, max_length=32, default=CampaignState.STOPPED)
    priority = fields.SmallIntField(default=5)  # 1..10, 10 dials first
    caller_id = fields.CharField(max_length=16, null=True)  # E.164; NULL: withheld
    caller_id_strategy = fields.CharEnumField(
        CallerIdStrategy, max_length=32, default=CallerIdStrategy.CAMPAIGN, db_default="campaign"
    )
    caller_id_pool: list[str] = fields.JSONField(default=list, db_default=[])  # E.164
    caller_name = fields.CharField(max_length=64, default="")
    lines_per_agent = fields.FloatField(default=1.0)  # progressive, 1..10
    max_lines_per_agent = fields.FloatField(default=10.0)  # predictive, 1..10
    abandon_target = fields.FloatField(default=0.03)
    abandon_window = fields.CharEnumField(
        AbandonWindow, max_length=32, default=AbandonWindow.ROLLING_24H, db_default="rolling_24h"
    )
    abandon_pool = fields.CharField(
        max_length=60, default="", db_default=""
    )  # of one name: counted together
    false_positive_rate = fields.FloatField(
        default=0.0, db_default=0.0
    )  # people taken for machines, 0..0.2
    correction_pace = fields.IntField(default=50)  # live answers between corrections, 10..1000
    gain = fields.FloatField(default=1.0)  # 0..2
    minimum_agents = fields.SmallIntField(default=2)  # below: progressive
    ring_limit_s = fields.FloatField(default=28.0)
    patience_s = fields.FloatField(default=2.0)  # a live answer waits so long for an agent
    ivr_ports = fields.SmallIntField(null=True)  # 1..1000, IVR modes; NULL: 1
    # What customers of IVR modes hear, and what they may press (announcements.py).
    announcement: dict[str, Any] | None = fields.JSONField(null=True)  # NULL: none
    abandon_action = fields.CharEnumField(
        AbandonAction, max_length=32, default=AbandonAction.HANG_UP, db_default="hang_up"
    )
    abandon_message: dict[str, Any] | None = fields.JSONField(null=True)  # NULL: none
    analysis = fields.BooleanField(default=True)  # tell machines from people
    analysis_settings: dict[str, float] = fields.JSONField(default=dict)  # of the port's Analysis
    machine_action = fields.CharEnumField(
        MachineAction, max_length=32, default=MachineAction.HANG_UP
    )
    machine_message = fields.CharField(max_length=100, default="")  # a sound's name
    unsure_action = fields.CharEnumField(
        UnsureAction, max_length=32, default=UnsureAction.CONNECT, db_default="connect"
    )
    agent_announcement = fields.CharField(max_length=100, default="")  # heard at the connect
    agent_login = fields.CharEnumField(
        AgentLogin, max_length=32, default=AgentLogin.PERMANENT, db_default="permanent"
    )
    record = fields.BooleanField(default=False)
    max_attempts = fields.SmallIntField(default=3)  # given to targets when they are added
    retry_delays_s: dict[str, int] = fields.JSONField(default=dict)
    # Dispositions after which a contact's next number is dialed at once. NULL: as usual.
    next_number_after: list[str] | None = fields.JSONField(null=True)
    wrap_up_s = fields.FloatField(null=True)  # NULL: until the agent ends it
    preview_s = fields.FloatField(default=60.0)  # the agent's time to decide
    variables: list[str] = fields.JSONField(default=list)
    ring_variables: list[str] = fields.JSONField(
        default=list, db_default=[]
    )  # empty: the first of those
    sensitive_variables: list[str] = fields.JSONField(
        default=list, db_default=[]
    )  # for the panel alone
    crm_url = fields.CharField(max_length=500, default="")  # {variable} is filled in
    call_guide: list[dict[str, Any]] = fields.JSONField(default=list)
    # When and how often it may call; the shapes are checked in domain/eligibility/checking.py.
    calling_windows: list[dict[str, Any]] = fields.JSONField(
        default=list, db_default=[]
    )  # empty: at any time
    skip_holidays = fields.BooleanField(
        default=False, db_default=False
    )  # public ones, where the contact is
    regulation_packs: list[str] | None = fields.JSONField(null=True)  # NULL: the account's
    number_caps: list[dict[str, int]] = fields.JSONField(default=list, db_default=[])
    wrap_up_codes: list[dict[str, Any]] = fields.JSONField(
        default=list, db_default=[]
    )  # empty: the system's
    call_back = fields.BooleanField(
        default=False, db_default=False
    )  # abandoned calls become call-backs
    call_back_delay_s = fields.IntField(default=0, db_default=0)
    call_back_priority = fields.SmallIntField(default=10, db_default=10)
    # Rules, filter and order of targets; checked in domain/conditions/checking.py.
    rules: list[dict[str, Any]] = fields.JSONField(default=list, db_default=[])
    target_filter: dict[str, Any] | None = fields.JSONField(null=True)  # NULL: all are dialed
    target_order: list[dict[str, Any]] = fields.JSONField(default=list, db_default=[])
    order_due = fields.BooleanField(
        default=False, db_default=False
    )  # a job has yet to write the order anew
    starts_at = fields.DatetimeField(null=True)  # NULL: a person starts it
    stops_at = fields.DatetimeField(null=True)  # NULL: a person stops it
    rules_changed_at = fields.DatetimeField(null=True)  # targets held before it are looked at again
    created_at = fields.DatetimeField(auto_now_add=True)
    started_at = fields.DatetimeField(null=True)  # NULL: never started
    stopped_at = fields.DatetimeField(null=True)
    closed_at = fields.DatetimeField(null=True)  # NULL: not closed
    archived_at = fields.DatetimeField(null=True)  # NULL: shown in lists; set of closed ones only
    chain_id: UUID | None
    chain: fields.ForeignKeyNullableRelation["Chain"] = fields.ForeignKeyField(
        "domain.Chain", related_name="campaigns", on_delete=fields.SET_NULL, null=True
    )
    after_id: UUID | None  # NULL: the first of its chain, or in none
    after: fields.ForeignKeyNullableRelation["Campaign"] = fields.ForeignKeyField(
        "domain.Campaign", related_name="followers", on_delete=fields.SET_NULL, null=True
    )
    waits_for_id = fields.UUIDField(null=True)  # WAITING: the campaign that is to dial first

    class Meta:
        table = "campaign"
        unique_together = (("account", "serial"), ("account", "api_code"))
        indexes = (Index(fields=("chain_id",)),)


class CampaignTeam(Model):
    """A team that works on a campaign."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    campaign_id: UUID
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "domain.Campaign", related_name="teams", on_delete=fields.CASCADE
    )
    team_id: UUID
    team: fields.ForeignKeyRelation["Team"] = fields.ForeignKeyField(
        "domain.Team", related_name="campaigns", on_delete=fields.CASCADE
    )
    level = fields.SmallIntField(default=1)  # skill level; a higher one is offered calls later
    rank = fields.SmallIntField(null=True)  # 1..20, 20 first; NULL: the campaign's priority

    class Meta:
        table = "campaign_team"
        unique_together = (("campaign", "team"),)


class CampaignAgent(Model):
    """An agent who works on a campaign. Overrides the level of the agent's team."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    campaign_id: UUID
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "domain.Campaign", related_name="agents", on_delete=fields.CASCADE
    )
    agent_id: UUID
    agent: fields.ForeignKeyRelation["Agent"] = fields.ForeignKeyField(
        "domain.Agent", related_name="campaigns", on_delete=fields.CASCADE
    )
    level = fields.SmallIntField(default=1)

    class Meta:
        table = "campaign_agent"
        unique_together = (("campaign", "agent"),)


class CampaignLogin(Model):
    """One stretch of time in which an agent was logged into a campaign. Written by the floor."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    account_id: UUID
    account: fields.ForeignKeyRelation["Account"] = fields.ForeignKeyField(
        "domain.Account", related_name="campaign_logins", on_delete=fields.CASCADE
    )
    agent_id: UUID
    agent: fields.ForeignKeyRelation["Agent"] = fields.ForeignKeyField(
        "domain.Agent", related_name="campaign_logins", on_delete=fields.CASCADE
    )
    campaign_id: UUID
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "domain.Campaign", related_name="logins", on_delete=fields.CASCADE
    )
    started_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)  # NULL: still logged in

    class Meta:
        table = "campaign_login"
        indexes = (("agent_id", "started_at"), ("account_id", "started_at"))
