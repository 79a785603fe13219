"""Who owns the live state of an account."""

from typing import TYPE_CHECKING
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

if TYPE_CHECKING:
    from domain.access.models import Account


class FloorLease(Model):
    """The fence of one account's floor: only the newest epoch dials."""

    account_id: UUID
    account: fields.OneToOneRelation["Account"] = fields.OneToOneField(
        "domain.Account", related_name="floor", on_delete=fields.CASCADE, primary_key=True
    )
    epoch = fields.IntField(default=0)
    inbox_position = fields.CharField(max_length=32, default="0-0")  # all up to it is committed

    class Meta:
        table = "floor"
