"""Tapes of pacers, in pieces."""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from domain.core.ids import new_id


class PacingPiece(Model):
    """A stretch of what one pacer saw and said; domain/pacing/tape.py reads it. Kept for a time."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    account_id = fields.UUIDField()
    campaign_id = fields.UUIDField()
    tape_id = (
        fields.UUIDField()
    )  # a new one for each owner of the floor and each change of settings
    number = fields.IntField()  # on its tape, from 0
    code = fields.CharField(max_length=16)  # of the pacing that wrote it; code.fingerprint
    begins_at = fields.DatetimeField()
    ends_at = fields.DatetimeField()
    decisions = fields.IntField()
    launched = fields.IntField()
    checkpoint = fields.BooleanField()  # can be played without the pieces before it
    final = fields.BooleanField()  # its owner let go in order; without one, the end is lost
    data = fields.BinaryField()

    class Meta:
        table = "pacing_piece"
        unique_together = (("tape_id", "number"),)
        indexes = (
            Index(fields=("campaign_id", "ends_at")),
            Index(fields=("ends_at",)),
        )
