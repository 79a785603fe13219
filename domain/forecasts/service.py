"""Forecasts: asked for, looked at, canceled. run.py plays them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from tortoise.queryset import QuerySet

from domain.access import audit
from domain.access.permissions import Permission
from domain.access.principal import Principal
from domain.access.service import access_account
from domain.campaigns.service import access_campaign
from domain.core.bus import Notice
from domain.core.errors import NotFound
from domain.core.ports import Ports
from domain.core.problems import Problems
from domain.core.unit_of_work import unit_of_work
from domain.forecasts.errors import ForecastFinished, NobodyToForecast, TooManyForecasts
from domain.forecasts.events import ForecastProgressed, forecast_topic
from domain.forecasts.history import team_only
from domain.forecasts.jobs import PlayForecast
from domain.forecasts.models import Forecast, ForecastState
from domain.forecasts.rules import WHOLE, Answer, Team, Variant, check, team_of

UNDER_WAY = (ForecastState.PENDING, ForecastState.RUNNING)
MOST_UNDER_WAY = 2  # of one account; each keeps a core busy
NEWEST_FIRST = ("-id",)


async def begin(
    principal: Principal,
    campaign_id: UUID,
    variants: Sequence[Variant],
    *,
    runs: int,
    seed: int,
    ports: Ports,
) -> Forecast:
    """A new forecast, waiting for a worker.

    Raises NotFound, InvalidInput with every problem, NobodyToForecast, TooManyForecasts.
    """
    campaign = await access_campaign(principal, campaign_id, Permission.CAMPAIGN_MANAGE)
    problems = Problems()
    check(variants, runs, problems)
    for index, variant in enumerate(variants):
        for name, value in variant.given.items():
            whole = name not in WHOLE or value == int(value)
            problems.unless(whole, f"variants.{index}.{name}", "must be a whole number")
    problems.between("seed", seed, 0, 2**31 - 1)
    problems.refuse_any()
    known = await team_only(campaign)
    for variant in variants:
        if team_of(variant, known) < 1:
            where = "assigned" if variant.team is Team.ASSIGNED else "signed in"
            raise NobodyToForecast(variant.name, team=where)
    asked = [msgspec.to_builtins(variant) for variant in variants]
    async with unit_of_work(ports) as work:
        # The account's row is the queue: two that ask at once can't both be the last one allowed.
        await access_account(principal, lock=True)
        under_way = await Forecast.filter(
            account_id=principal.account_id, state__in=UNDER_WAY
        ).count()
        if under_way >= MOST_UNDER_WAY:
            raise TooManyForecasts(MOST_UNDER_WAY)
        row = await Forecast.create(
            account_id=principal.account_id,
            campaign_id=campaign.id,
            asked_by_kind=principal.kind,
            asked_by_id=principal.id,
            asked=asked,
            runs=runs,
            seed=seed,
            created_at=ports.clock.now(),
        )
        await audit.record(
            principal,
            "forecastStart",
            subject_type="forecast",
            subject_id=row.id,
            difference=audit.difference({}, {"campaign": campaign.id, "variants": asked}),
            at=ports.clock.now(),
        )
        work.enqueue(PlayForecast(row.id), job_id=f"PlayForecast:{row.id}")
    return row


async def access_forecast(
    principal: Principal,
    id: UUID,
    need: Permission = Permission.CAMPAIGN_VIEW,
    *,
    lock: bool = False,
) -> Forecast:
    """A forecast that the principal may see. Raises NotAllowed, NotFound."""
    principal.require(need)
    query = Forecast.filter(id=id, account_id=principal.account_id)
    row = await (query.select_for_update() if lock else query).first()
    if row is None:
        raise NotFound("forecast", id)
    return row


async def visible_forecasts(principal: Principal, campaign_id: UUID) -> QuerySet[Forecast]:
    """Forecasts of a campaign. Page them NEWEST_FIRST. Raises NotFound."""
    campaign = await access_campaign(principal, campaign_id)
    return Forecast.filter(campaign_id=campaign.id)


async def cancel(principal: Principal, id: UUID, *, ports: Ports) -> Forecast:
    """Stop a forecast; what it found so far stays. Raises NotFound, ForecastFinished."""
    async with unit_of_work(ports) as work:
        row = await access_forecast(principal, id, Permission.CAMPAIGN_MANAGE, lock=True)
        if row.state not in UNDER_WAY:
            raise ForecastFinished(row.id, row.state.value)
        row.state, row.finished_at = ForecastState.CANCELED, ports.clock.now()
        row.runner = None  # whoever plays it finds that it is nobody's any more
        await row.save(update_fields=["state", "finished_at", "runner"])
        await audit.record(
            principal,
            "forecastCancel",
            subject_type="forecast",
            subject_id=row.id,
            difference={},
            at=ports.clock.now(),
        )
        work.publish(notice_of(row.id))
    return row


def notice_of(id: UUID) -> Notice:
    """That a forecast knows more, to publish."""
    return Notice(forecast_topic(id), msgspec.json.encode(ForecastProgressed(forecast=id)))


def variants_of(row: Forecast) -> list[Variant]:
    """What was asked."""
    return [msgspec.convert(each, Variant) for each in row.asked]


def answers_of(row: Forecast) -> list[Answer]:
    """What is known so far, a variant each; empty before a worker has looked at the campaign."""
    return [msgspec.convert(each, Answer) for each in row.answers]


def plain(answers: Sequence[Answer]) -> list[dict[str, Any]]:
    """Answers as they are stored."""
    stored: list[dict[str, Any]] = msgspec.to_builtins(list(answers))
    return stored
