"""Numbers that are not called."""

from typing import TYPE_CHECKING
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from domain.core.ids import new_id
from domain.suppression.rules import SuppressionSource

if TYPE_CHECKING:
    from domain.access.models import Account


class Suppression(Model):
    """A number, or all that begin so, which is not called."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    account_id: UUID
    account: fields.ForeignKeyRelation["Account"] = fields.ForeignKeyField(
        "domain.Account", related_name="suppressions", on_delete=fields.CASCADE
    )
    scope_id = fields.UUIDField()  # the account for all of its campaigns, or one campaign
    pattern = fields.CharField(max_length=16)  # E.164, or its beginning as in +1900
    is_prefix = fields.BooleanField(default=False)
    source = fields.CharEnumField(SuppressionSource, max_length=32)
    reason = fields.CharField(max_length=200, default="")
    expires_at = fields.DatetimeField(null=True)  # NULL: never
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "suppression"
        unique_together = (("scope_id", "pattern", "is_prefix"),)
        indexes = (("account_id", "id"), ("scope_id", "is_prefix"))
