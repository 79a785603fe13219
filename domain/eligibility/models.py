"""What an account's calls are bound by, whatever the campaign."""

from typing import TYPE_CHECKING
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

if TYPE_CHECKING:
    from domain.access.models import Account


class DialingPolicy(Model):
    """Regulation packs and caps of one account. An account without a row has neither."""

    account_id: UUID
    account: fields.OneToOneRelation["Account"] = fields.OneToOneField(
        "domain.Account", related_name="dialing_policy", on_delete=fields.CASCADE, primary_key=True
    )
    packs: list[str] = fields.JSONField(default=list)  # ids; "*": all of the number's country
    number_caps: list[dict[str, int]] = fields.JSONField(default=list)
    changed_at = fields.DatetimeField()

    class Meta:
        table = "dialing_policy"
