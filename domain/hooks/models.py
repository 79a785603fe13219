"""Where a campaign asks before it dials."""

from typing import TYPE_CHECKING
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from domain.hooks.rules import HookFallback

if TYPE_CHECKING:
    from domain.access.models import Account
    from domain.campaigns.models import Campaign


class PreDialHook(Model):
    """The address that one campaign asks before each call, and what signs the question."""

    campaign_id: UUID
    campaign: fields.OneToOneRelation["Campaign"] = fields.OneToOneField(
        "domain.Campaign", related_name="pre_dial_hook", on_delete=fields.CASCADE, primary_key=True
    )
    account_id: UUID
    account: fields.ForeignKeyRelation["Account"] = fields.ForeignKeyField(
        "domain.Account", related_name="pre_dial_hooks", on_delete=fields.CASCADE
    )
    url = fields.CharField(max_length=500)
    secret = fields.CharField(max_length=100)  # whsec_...; signs, so it can't be kept as a hash
    former_secret = fields.CharField(max_length=100, null=True)  # NULL: was not rotated
    former_until = fields.DatetimeField(null=True)  # signs beside the other one until then
    time_limit_ms = fields.IntField(default=1000)
    fallback = fields.CharEnumField(HookFallback, max_length=32, default=HookFallback.DIAL)
    retry_s = fields.IntField(default=3600)  # of a skip that names no time
    variables: list[str] = fields.JSONField(default=list)  # that the question holds, by name
    created_at = fields.DatetimeField()

    class Meta:
        table = "pre_dial_hook"
