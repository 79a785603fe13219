"""Trunks of an account, and the order in which a campaign tries them."""

import re
from typing import Any, TypedDict
from uuid import UUID

from tortoise.queryset import QuerySet

from domain.access import audit
from domain.access.permissions import Permission
from domain.access.principal import Principal
from domain.campaigns.service import access_campaign
from domain.core.errors import NotFound
from domain.core.floors import tell_of_rows
from domain.core.ports import Ports
from domain.core.problems import Problems
from domain.core.unit_of_work import unit_of_work
from domain.trunks.commands import TrunksChanged
from domain.trunks.errors import TrunkNameTaken
from domain.trunks.models import CampaignTrunk, Trunk

IN_ORDER = ("position", "id")
MOST_CHANNELS = 10_000
MOST_CALLS_PER_SECOND = 1_000.0

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}")  # what every switch takes as a name


class TrunkSettings(TypedDict, total=False):
    """What can be set of a trunk; what is left out stays as it is."""

    name: str
    channels: int
    calls_per_second: float
    record: bool
    position: int
    enabled: bool


def visible_trunks(
    principal: Principal, need: Permission = Permission.CAMPAIGN_VIEW
) -> QuerySet[Trunk]:
    """Trunks of the account. Page them IN_ORDER."""
    principal.require(need)
    return Trunk.filter(account_id=principal.account_id)


async def access_trunk(
    principal: Principal, id: UUID, need: Permission = Permission.CAMPAIGN_VIEW
) -> Trunk:
    """A trunk of the account. Raises NotAllowed, NotFound."""
    trunk = await visible_trunks(principal, need).filter(id=id).first()
    if trunk is None:
        raise NotFound("trunk", id)
    return trunk


async def create_trunk(principal: Principal, settings: TrunkSettings, *, ports: Ports) -> Trunk:
    """A new trunk, used from now on. Raises InvalidInput, TrunkNameTaken."""
    principal.require(Permission.TRUNK_MANAGE)
    values = _checked(settings, ports)
    async with unit_of_work(ports):
        await _free_name(principal, values["name"], except_id=None)
        trunk = await Trunk.create(account_id=principal.account_id, **values)
        await _record(principal, "trunkCreate", trunk.id, {}, values, ports)
    await tell_of_rows(ports.floors, principal.account_id, TrunksChanged())
    return trunk


async def change_trunk(
    principal: Principal, id: UUID, settings: TrunkSettings, *, ports: Ports
) -> Trunk:
    """The trunk with new settings, which hold within a second. Raises as `create_trunk`."""
    trunk = await access_trunk(principal, id, Permission.TRUNK_MANAGE)
    values = _checked(settings, ports)
    async with unit_of_work(ports):
        if "name" in values:
            await _free_name(principal, values["name"], except_id=id)
        before = {name: getattr(trunk, name) for name in values}
        await trunk.update_from_dict(values).save()
        await _record(principal, "trunkChange", id, before, values, ports)
    await tell_of_rows(ports.floors, principal.account_id, TrunksChanged())
    return trunk


async def order_trunks(
    principal: Principal, campaign_id: UUID, trunk_ids: list[UUID], *, ports: Ports
) -> list[Trunk]:
    """The trunks of a campaign in their failover order; none: the account's own order.

    Raises NotFound, InvalidInput.
    """
    campaign = await access_campaign(principal, campaign_id, Permission.CAMPAIGN_MANAGE)
    problems = Problems()
    problems.unless(len(set(trunk_ids)) == len(trunk_ids), "trunkIds", "must not repeat a trunk")
    problems.unless(len(trunk_ids) <= 100, "trunkIds", "must be at most 100")
    problems.refuse_any()
    trunks = [await access_trunk(principal, id) for id in trunk_ids]
    async with unit_of_work(ports):
        before = await CampaignTrunk.filter(campaign_id=campaign.id).order_by("position", "id")
        await CampaignTrunk.filter(campaign_id=campaign.id).delete()
        for position, trunk in enumerate(trunks, start=1):
            await CampaignTrunk.create(
                campaign_id=campaign.id, trunk_id=trunk.id, position=position
            )
        await _record(
            principal,
            "campaignTrunks",
            campaign.id,
            {"trunks": [str(row.trunk_id) for row in before]},
            {"trunks": [str(id) for id in trunk_ids]},
            ports,
            subject="campaign",
        )
    await tell_of_rows(ports.floors, principal.account_id, TrunksChanged())
    return trunks


def _checked(settings: TrunkSettings, ports: Ports) -> dict[str, Any]:
    problems, values = Problems(), dict[str, Any](settings)
    if "name" in settings:
        problems.unless(
            _NAME.fullmatch(settings["name"]) is not None,
            "name",
            "must be the switch's name of the trunk: letters, digits, _ . -; at most 80",
        )
    if "channels" in settings:
        problems.between("channels", settings["channels"], 1, MOST_CHANNELS)
    if "calls_per_second" in settings:
        problems.between("callsPerSecond", settings["calls_per_second"], 1, MOST_CALLS_PER_SECOND)
    if "position" in settings:
        problems.between("position", settings["position"], 1, 100)
    problems.refuse_any()
    if "enabled" in values:
        values["disabled_at"] = None if values.pop("enabled") else ports.clock.now()
    return values


async def _free_name(principal: Principal, name: str, *, except_id: UUID | None) -> None:
    taken = Trunk.filter(account_id=principal.account_id, name=name)
    if except_id is not None:
        taken = taken.exclude(id=except_id)
    if await taken.exists():
        raise TrunkNameTaken(name)


async def _record(
    principal: Principal,
    action: str,
    id: UUID,
    before: dict[str, Any],
    after: dict[str, Any],
    ports: Ports,
    *,
    subject: str = "trunk",
) -> None:
    await audit.record(
        principal,
        action,
        subject_type=subject,
        subject_id=id,
        difference=audit.difference(before, after),
        at=ports.clock.now(),
    )
