"""Carriers that calls leave through."""

from typing import TYPE_CHECKING
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from domain.core.ids import new_id

if TYPE_CHECKING:
    from domain.access.models import Account
    from domain.campaigns.models import Campaign


class Trunk(Model):
    """One way out. An account without any uses the switch's own default."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    account_id: UUID
    account: fields.ForeignKeyRelation["Account"] = fields.ForeignKeyField(
        "domain.Account", related_name="trunks", on_delete=fields.CASCADE
    )
    name = fields.CharField(max_length=80)  # the switch's name for it
    channels = fields.IntField(default=30)  # most calls at once
    calls_per_second = fields.FloatField(default=5.0)
    record = fields.BooleanField(default=False)
    position = fields.SmallIntField(default=1)  # of campaigns that name none: lowest first
    created_at = fields.DatetimeField(auto_now_add=True)
    disabled_at = fields.DatetimeField(null=True)  # NULL: in use

    class Meta:
        table = "trunk"
        unique_together = (("account", "name"),)


class CampaignTrunk(Model):
    """A trunk in a campaign's failover order."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    campaign_id: UUID
    campaign: fields.ForeignKeyRelation["Campaign"] = fields.ForeignKeyField(
        "domain.Campaign", related_name="trunks", on_delete=fields.CASCADE
    )
    trunk_id: UUID
    trunk: fields.ForeignKeyRelation[Trunk] = fields.ForeignKeyField(
        "domain.Trunk", related_name="campaigns", on_delete=fields.CASCADE
    )
    position = fields.SmallIntField(default=1)  # lowest is tried first

    class Meta:
        table = "campaign_trunk"
        unique_together = (("campaign", "trunk"),)
