"""Recordings of calls."""

from typing import TYPE_CHECKING
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from domain.core.ids import new_id
from domain.recordings.rules import RecordingKind

if TYPE_CHECKING:
    from domain.access.models import Account


class Recording(Model):
    """One file of one call. Where recording was paused, the file holds silence."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    account_id: UUID
    account: fields.ForeignKeyRelation["Account"] = fields.ForeignKeyField(
        "domain.Account", related_name="recordings", on_delete=fields.CASCADE
    )
    call_id = fields.UUIDField(db_index=True)
    campaign_id = fields.UUIDField(null=True)
    agent_id = fields.UUIDField(null=True)  # NULL: nobody yet, or the analysis
    kind = fields.CharEnumField(
        RecordingKind, max_length=32, default=RecordingKind.CALL, db_default="call"
    )
    node = fields.CharField(max_length=64)  # the gateway whose switch records
    started_at = fields.DatetimeField()
    finished_at = fields.DatetimeField(null=True)  # NULL: being recorded
    path = fields.CharField(max_length=300, null=True)  # as the gateway names it; NULL: not ready
    size = fields.BigIntField(null=True)  # bytes
    seconds = fields.FloatField(null=True)

    class Meta:
        table = "recording"
        indexes = (("account_id", "started_at"),)
