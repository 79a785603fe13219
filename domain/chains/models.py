"""Chains of campaigns, from whom campaigns draw, and what they drew."""

from typing import TYPE_CHECKING
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from domain.chains.rules import DrawResult, Include
from domain.core.ids import new_id

if TYPE_CHECKING:
    from domain.access.models import Account
    from domain.campaigns.models import Campaign


class Chain(Model):
    """Campaigns that dial one after the other and share settings. Campaigns name their chain."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    account_id: UUID
    account: fields.ForeignKeyRelation["Account"] = fields.ForeignKeyField(
        "domain.Account", related_name="chains", on_delete=fields.CASCADE
    )
    name = fields.CharField(max_length=100)
    created_at = fields.DatetimeField()

    class Meta:
        table = "chain"


class CampaignSource(Model):
    """A campaign draws what another finishes with some statuses."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    account_id: UUID
    account: fields.ForeignKeyRelation["Account"] = fields.ForeignKeyField(
        "domain.Account", related_name="campaign_sources", on_delete=fields.CASCADE
    )
    campaign_id: UUID
    campaign: fields.ForeignKeyRelation["Campaign"] = fields.ForeignKeyField(
        "domain.Campaign", related_name="sources", on_delete=fields.CASCADE
    )
    source_id: UUID
    source: fields.ForeignKeyRelation["Campaign"] = fields.ForeignKeyField(
        "domain.Campaign", related_name="drawn_by", on_delete=fields.CASCADE
    )
    include = fields.CharEnumField(Include, max_length=32, default=Include.MATCHING)
    closed_reasons: list[str] = fields.JSONField(default=list)
    dispositions: list[str] = fields.JSONField(default=list)
    wrap_up_codes: list[str] = fields.JSONField(default=list)
    delay_s = fields.IntField(default=0)  # from the end in the source to the first attempt
    drawn = fields.IntField(default=0)
    duplicates = fields.IntField(default=0)
    suppressed = fields.IntField(default=0)
    lacks_room = fields.BooleanField(default=False)  # the account holds as many targets as it may
    # What was finished before anybody listened is read once, in the order of ids. It begins when
    # no transaction is left that could not yet see this row (domain/chains/drawing.py).
    read_after = fields.UUIDField(null=True)  # NULL: all was read
    read_horizon = fields.BigIntField(null=True)  # a transaction's number; NULL: not taken yet
    created_at = fields.DatetimeField()
    batch_id = fields.UUIDField()  # of the targets that were drawn
    removed_at = fields.DatetimeField(null=True)  # NULL: it draws; kept for the history

    class Meta:
        table = "campaign_source"
        unique_together = (("campaign", "source"),)
        indexes = (Index(fields=("account_id",)), Index(fields=("source_id",)))


class TargetDraw(Model):
    """What became of one finished target for one who draws; so that it is drawn once.

    Without foreign keys to targets: they may be purged, and that it was drawn stays true.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    campaign_source_id: UUID
    campaign_source: fields.ForeignKeyRelation[CampaignSource] = fields.ForeignKeyField(
        "domain.CampaignSource", related_name="draws", on_delete=fields.CASCADE
    )
    from_target_id = fields.UUIDField()
    target_id = fields.UUIDField(null=True)  # the new one; of a duplicate, the one that was there
    result = fields.CharEnumField(DrawResult, max_length=32)
    at = fields.DatetimeField()

    class Meta:
        table = "target_draw"
        unique_together = (("from_target_id", "campaign_source"),)
        indexes = (
            Index(fields=("target_id",)),
            Index(fields=("campaign_source_id", "result", "id")),
        )
