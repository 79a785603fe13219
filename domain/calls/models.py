"""Attempts to reach a number, the calls they become, and what happened in them."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from domain.calls.rules import (
    AttemptState,
    CallDirection,
    Disposition,
    SupervisionEnd,
    SupervisionStatus,
)
from domain.core.ids import new_id
from domain.core.indexes import FilledIndex
from domain.telephony.events import EndedBy
from domain.telephony.port import Role

if TYPE_CHECKING:
    from domain.access.models import Account
    from domain.campaigns.models import Campaign
    from domain.targets.models import Target


class Attempt(Model):
    """One try to reach one number; committed before the switch is asked to dial."""

    id = fields.UUIDField(primary_key=True, default=new_id)  # also the leg's id at the switch
    account_id: UUID
    account: fields.ForeignKeyRelation["Account"] = fields.ForeignKeyField(
        "domain.Account", related_name="attempts", on_delete=fields.CASCADE
    )
    campaign_id: UUID
    campaign: fields.ForeignKeyRelation["Campaign"] = fields.ForeignKeyField(
        "domain.Campaign", related_name="attempts", on_delete=fields.CASCADE
    )
    target_id: UUID
    target: fields.ForeignKeyRelation["Target"] = fields.ForeignKeyField(
        "domain.Target", related_name="attempt_rows", on_delete=fields.CASCADE
    )
    ordinal = fields.SmallIntField()  # 1 is the target's first
    number = fields.CharField(max_length=16)  # E.164
    caller_id = fields.CharField(max_length=16, null=True)  # E.164; NULL: withheld
    node = fields.CharField(max_length=64)  # the gateway that was asked
    trunk_id = fields.UUIDField(null=True)  # NULL: the switch's default
    # What rules and the pre-dial hook said of the call; NULL: nothing.
    decided_by: dict[str, Any] | None = fields.JSONField(null=True)
    # An agent typed the number. While that agent is on the line, it is no answer for a pacer.
    by_hand = fields.BooleanField(default=False, db_default=False)
    epoch = fields.IntField()  # of the floor that wrote it
    state = fields.CharEnumField(AttemptState, max_length=32, default=AttemptState.COMMITTED)
    disposition = fields.CharEnumField(Disposition, max_length=32, null=True)  # NULL: under way
    # The carrier failed it, and the contact went on to the next trunk: it counts for nothing.
    failed_over = fields.BooleanField(default=False, db_default=False)
    agent_id = fields.UUIDField(null=True)  # NULL: none reached, or none chosen
    created_at = fields.DatetimeField()
    ringing_at = fields.DatetimeField(null=True)  # NULL: the far end never rang
    answered_at = fields.DatetimeField(null=True)
    connected_at = fields.DatetimeField(null=True)  # NULL: met no agent, and no IVR port
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "attempt"
        unique_together = (("target", "ordinal"),)
        indexes = (
            ("account_id", "created_at"),
            ("campaign_id", "created_at"),
            ("account_id", "number", "created_at"),  # rolling caps
            FilledIndex(name="attempt_agent", fields=("agent_id", "created_at"), filled="agent_id"),
        )


class Call(Model):
    """A conversation, or the wait for one: what an attempt becomes once a person is on the line."""

    id = fields.UUIDField(primary_key=True, default=new_id)  # the attempt's id if there is one
    account_id: UUID
    account: fields.ForeignKeyRelation["Account"] = fields.ForeignKeyField(
        "domain.Account", related_name="calls", on_delete=fields.CASCADE
    )
    direction = fields.CharEnumField(CallDirection, max_length=32)
    campaign_id = fields.UUIDField(null=True)  # NULL: inbound
    target_id = fields.UUIDField(null=True)
    agent_id = fields.UUIDField(null=True)  # NULL: met none
    number = fields.CharField(max_length=16)  # the other party's, E.164
    answered_at = fields.DatetimeField()
    connected_at = fields.DatetimeField(null=True)  # NULL: met no agent, and no IVR port
    ended_at = fields.DatetimeField(null=True)  # NULL: up
    ended_by = fields.CharEnumField(EndedBy, max_length=32, null=True)
    wrap_up_ended_at = fields.DatetimeField(null=True)
    wrap_up_code = fields.CharField(max_length=64, null=True)
    note = fields.CharField(max_length=2000, default="")
    guide_answers: list[dict[str, str]] | None = fields.JSONField(null=True)  # NULL: none given
    node = fields.CharField(max_length=64, default="", db_default="")  # the gateway that has it
    inbound_number_id = fields.UUIDField(null=True)  # what was called; NULL: we called

    class Meta:
        table = "call"
        indexes = (("account_id", "answered_at"), ("agent_id", "answered_at"))


class SupervisionEntry(Model):
    """One time that a supervisor listened, whispered or barged in, or was called for it."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    account_id: UUID
    account: fields.ForeignKeyRelation["Account"] = fields.ForeignKeyField(
        "domain.Account", related_name="supervisions", on_delete=fields.CASCADE
    )
    supervisor_id = fields.UUIDField()  # the user's, or the API key's
    agent_id = fields.UUIDField()
    role = fields.CharEnumField(Role, max_length=32)  # the last one
    status = fields.CharEnumField(SupervisionStatus, max_length=32)
    end = fields.CharEnumField(SupervisionEnd, max_length=32, null=True)  # NULL: goes on
    leg_id = fields.UUIDField()  # of the supervisor's phone; another one by each trunk
    node = fields.CharField(max_length=64)  # the gateway that has it
    endpoint = fields.CharField(max_length=64, default="")  # at the switch; empty: a number
    number = fields.CharField(max_length=16, null=True)  # E.164
    trunk_id = fields.UUIDField(null=True)  # NULL: none, or the switch's default
    started_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)  # NULL: goes on

    class Meta:
        table = "supervision"
        indexes = (("account_id", "ended_at"), ("supervisor_id", "started_at"))


class CallEvent(Model):
    """One thing that happened in an attempt or call."""

    id = fields.BigIntField(primary_key=True, generated=True)
    call_id = fields.UUIDField()  # an attempt's or a call's
    account_id = fields.UUIDField()
    at = fields.DatetimeField()
    kind = fields.CharField(max_length=32)
    detail: dict[str, Any] = fields.JSONField(default=dict)

    class Meta:
        table = "call_event"
        indexes = (("call_id", "at"),)
