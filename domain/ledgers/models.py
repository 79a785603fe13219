"""Live answers whose attempts were removed with their targets."""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model


class PastAnswer(Model):
    """A live answer whose attempt is gone; kept without the person. The database writes it."""

    id = fields.UUIDField(primary_key=True)  # the attempt's
    account_id = fields.UUIDField()
    campaign_id = fields.UUIDField()
    answered_at = fields.DatetimeField()
    connected_at = fields.DatetimeField(null=True)  # NULL: abandoned
    ended_at = fields.DatetimeField(null=True)
    agent_id = fields.UUIDField(null=True)
    wrap_up_code = fields.CharField(max_length=64, null=True)

    class Meta:
        table = "past_answer"
        indexes = (Index(fields=("campaign_id", "answered_at")),)
