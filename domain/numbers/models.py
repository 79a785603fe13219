"""Numbers of an account that people call."""

from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from domain.core.ids import new_id

if TYPE_CHECKING:
    from domain.access.models import Account
    from domain.agents.models import Team
    from domain.campaigns.models import Campaign


class NumberPurpose(StrEnum):
    """What happens to a call to the number."""

    PHONE_LOGIN = "phone_login"  # agents sign in with code and PIN
    TEAM = "team"  # callers wait with music for an agent of a team
    CALLER_ID = "caller_id"  # shown to customers; nobody answers it


class InboundNumber(Model):
    """A number that belongs to the account."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    account_id: UUID
    account: fields.ForeignKeyRelation["Account"] = fields.ForeignKeyField(
        "domain.Account", related_name="inbound_numbers", on_delete=fields.CASCADE
    )
    number = fields.CharField(max_length=32, unique=True)  # E.164, or what is dialed inside
    name = fields.CharField(max_length=100, default="")
    purpose = fields.CharEnumField(NumberPurpose, max_length=32)
    team_id: UUID | None
    team: fields.ForeignKeyNullableRelation["Team"] = fields.ForeignKeyField(
        "domain.Team", related_name="inbound_numbers", on_delete=fields.CASCADE, null=True
    )
    greeting = fields.CharField(max_length=100, default="")  # a sound's name; empty: none
    call_back_campaign_id: UUID | None
    # Where callers whom nobody answered become targets; NULL: nowhere.
    call_back_campaign: fields.ForeignKeyNullableRelation["Campaign"] = fields.ForeignKeyField(
        "domain.Campaign", related_name="called_numbers", on_delete=fields.SET_NULL, null=True
    )
    call_back_delay_s = fields.IntField(default=0, db_default=0)
    call_back_priority = fields.SmallIntField(default=10, db_default=10)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "inbound_number"
