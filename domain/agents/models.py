"""Agents, their teams, and when they were in which state."""

from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from domain.agents.rules import AgentState
from domain.core.ids import new_id

if TYPE_CHECKING:
    from domain.access.models import Account, User
    from domain.campaigns.models import Campaign


class EndpointKind(StrEnum):
    """Where an agent's phone is."""

    SIP = "sip"  # registered at the switch
    WEBRTC = "webrtc"
    NUMBER = "number"  # an external number, called through a trunk


class Team(Model):
    """A group of agents that is assigned and supervised together."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    account_id: UUID
    account: fields.ForeignKeyRelation["Account"] = fields.ForeignKeyField(
        "domain.Account", related_name="teams", on_delete=fields.CASCADE
    )
    name = fields.CharField(max_length=100)
    created_at = fields.DatetimeField(auto_now_add=True)
    agents: fields.ReverseRelation["Agent"]

    class Meta:
        table = "team"
        unique_together = (("account", "name"),)


class Agent(Model):
    """A person who takes calls, with a phone and a desk."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    account_id: UUID
    account: fields.ForeignKeyRelation["Account"] = fields.ForeignKeyField(
        "domain.Account", related_name="agents", on_delete=fields.CASCADE
    )
    name = fields.CharField(max_length=100)
    code = fields.CharField(max_length=16)  # digits, typed at sign-in and on the phone
    pin_hash = fields.CharField(max_length=200)  # argon2id
    team_id: UUID | None
    team: fields.ForeignKeyNullableRelation[Team] = fields.ForeignKeyField(
        "domain.Team", related_name="agents", on_delete=fields.SET_NULL, null=True
    )
    endpoint_kind = fields.CharEnumField(EndpointKind, max_length=32, default=EndpointKind.SIP)
    endpoint = fields.CharField(max_length=64)  # SIP account, or E.164 number
    caller_id = fields.CharField(max_length=16, null=True)  # E.164; NULL: the campaign's
    record = fields.BooleanField(default=False)  # every call of this agent
    user_id: UUID | None
    user: fields.ForeignKeyNullableRelation["User"] = fields.ForeignKeyField(
        "domain.User", related_name="agents", on_delete=fields.SET_NULL, null=True
    )
    default_campaign_id: UUID | None  # of calls dialed by hand; NULL: dials none
    default_campaign: fields.ForeignKeyNullableRelation["Campaign"] = fields.ForeignKeyField(
        "domain.Campaign", related_name="hand_dialers", on_delete=fields.SET_NULL, null=True
    )
    created_at = fields.DatetimeField(auto_now_add=True)
    archived_at = fields.DatetimeField(null=True)  # NULL: works here

    class Meta:
        table = "agent"
        unique_together = (("account", "code"),)


class AgentStateEntry(Model):
    """One stretch of time that an agent spent in one state."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    account_id: UUID
    account: fields.ForeignKeyRelation["Account"] = fields.ForeignKeyField(
        "domain.Account", related_name="agent_states", on_delete=fields.CASCADE
    )
    agent_id: UUID
    agent: fields.ForeignKeyRelation[Agent] = fields.ForeignKeyField(
        "domain.Agent", related_name="states", on_delete=fields.CASCADE
    )
    state = fields.CharEnumField(AgentState, max_length=32)
    reason = fields.CharField(max_length=64, null=True)  # of a break or a log-out; NULL: none
    campaign_id = fields.UUIDField(null=True)  # NULL: none concerned
    call_id = fields.UUIDField(null=True)
    leg_id = fields.UUIDField(null=True)  # the phone call that held the agent; NULL: none
    node = fields.CharField(max_length=64, null=True)  # the gateway of that leg
    trunk_id = fields.UUIDField(null=True)  # through which it left; NULL: none of the account's
    by_phone = fields.BooleanField(
        default=False, db_default=False
    )  # signed in by telephone: hanging up signs out
    then_break = fields.BooleanField(
        default=False, db_default=False
    )  # a break follows the call and its wrap-up
    then_break_reason = fields.CharField(max_length=64, null=True)  # NULL: none given
    started_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)  # NULL: still in it

    class Meta:
        table = "agent_state"
        indexes = (("agent_id", "started_at"), ("account_id", "started_at"))
