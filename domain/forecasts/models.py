"""Forecasts that were asked for, and their answers."""

from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID

from tortoise import fields

from domain.access.principal import PrincipalKind
from domain.core.claims import Claimed
from domain.core.ids import new_id

if TYPE_CHECKING:
    from domain.access.models import Account
    from domain.campaigns.models import Campaign


class ForecastState(StrEnum):
    """How far a forecast is."""

    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"
    CANCELED = "canceled"
    FAILED = "failed"


class Forecast(Claimed):
    """What a campaign would do, played many times. The row is the truth; a dead job begins anew."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    account_id: UUID
    account: fields.ForeignKeyRelation["Account"] = fields.ForeignKeyField(
        "domain.Account", related_name="forecasts", on_delete=fields.CASCADE
    )
    campaign_id: UUID
    campaign: fields.ForeignKeyRelation["Campaign"] = fields.ForeignKeyField(
        "domain.Campaign", related_name="forecasts", on_delete=fields.CASCADE
    )
    asked_by_kind = fields.CharEnumField(PrincipalKind, max_length=32)
    asked_by_id = fields.UUIDField()
    asked: list[dict[str, Any]] = fields.JSONField(default=list)  # variants; rules.Variant
    answers: list[dict[str, Any]] = fields.JSONField(
        default=list
    )  # in the same order; rules.Answer
    runs = fields.SmallIntField()  # of each variant
    runs_done = fields.IntField(default=0)  # of all variants together
    seed = fields.IntField()
    state = fields.CharEnumField(ForecastState, max_length=32, default=ForecastState.PENDING)
    failure = fields.CharField(max_length=500, null=True)  # what a person can do about it
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "forecast"
        indexes = (("campaign_id", "id"), ("account_id", "state"))
