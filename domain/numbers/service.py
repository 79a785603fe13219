"""Numbers that people call, and what happens to those calls."""

import re
from typing import Any, TypedDict
from uuid import UUID

from tortoise.exceptions import IntegrityError
from tortoise.queryset import QuerySet

from domain.access import audit
from domain.access.permissions import Permission
from domain.access.principal import Principal
from domain.agents.teams import access_team
from domain.campaigns.errors import CampaignClosed
from domain.campaigns.rules import CampaignState
from domain.campaigns.service import access_campaign
from domain.core.errors import NotFound
from domain.core.floors import tell_of_rows
from domain.core.numbers import is_e164
from domain.core.ports import Ports
from domain.core.problems import Problems
from domain.core.unit_of_work import unit_of_work
from domain.numbers.commands import NumbersChanged
from domain.numbers.errors import NumberTaken
from domain.numbers.models import InboundNumber, NumberPurpose
from domain.targets.call_backs import HIGHEST_PRIORITY, LONGEST_DELAY_S

IN_ORDER = ("number", "id")

_SOUND = re.compile(r"[A-Za-z0-9][A-Za-z0-9_/-]{0,99}")


class NumberSettings(TypedDict, total=False):
    """What can be set of a number; what is left out stays as it is."""

    number: str
    name: str
    purpose: NumberPurpose
    team_id: UUID | None
    greeting: str
    call_back_campaign_id: UUID | None
    call_back_delay_s: int
    call_back_priority: int


def visible_numbers(
    principal: Principal, need: Permission = Permission.CAMPAIGN_VIEW
) -> QuerySet[InboundNumber]:
    """Numbers of the account. Page them IN_ORDER."""
    principal.require(need)
    return InboundNumber.filter(account_id=principal.account_id)


async def access_number(
    principal: Principal, id: UUID, need: Permission = Permission.CAMPAIGN_VIEW
) -> InboundNumber:
    """A number of the account. Raises NotAllowed, NotFound."""
    number = await visible_numbers(principal, need).filter(id=id).first()
    if number is None:
        raise NotFound("number", id)
    return number


async def create_number(
    principal: Principal, settings: NumberSettings, *, ports: Ports
) -> InboundNumber:
    """A new number, answered from now on.

    Raises InvalidInput, NotFound, CampaignClosed, NumberTaken.
    """
    principal.require(Permission.TRUNK_MANAGE)
    values = await _checked(principal, settings, purpose=settings["purpose"])
    try:
        async with unit_of_work(ports):
            number = await InboundNumber.create(account_id=principal.account_id, **values)
            await _record(principal, "numberCreate", number.id, {}, values, ports)
    except IntegrityError:
        raise NumberTaken() from None
    await tell_of_rows(ports.floors, principal.account_id, NumbersChanged())
    return number


async def change_number(
    principal: Principal, id: UUID, settings: NumberSettings, *, ports: Ports
) -> InboundNumber:
    """The number with new settings. Raises as `create_number`."""
    number = await access_number(principal, id, Permission.TRUNK_MANAGE)
    team_id = settings.get("team_id", number.team_id)
    values = await _checked(
        principal,
        {**settings, "team_id": team_id},
        purpose=settings.get("purpose", number.purpose),
    )
    before = {name: getattr(number, name) for name in values}
    try:
        async with unit_of_work(ports):
            await number.update_from_dict(values).save()
            await _record(principal, "numberChange", id, before, values, ports)
    except IntegrityError:
        raise NumberTaken() from None
    await tell_of_rows(ports.floors, principal.account_id, NumbersChanged())
    return number


async def delete_number(principal: Principal, id: UUID, *, ports: Ports) -> UUID:
    """Answer the number no more. Calls that are up go on. Raises NotFound."""
    number = await access_number(principal, id, Permission.TRUNK_MANAGE)
    async with unit_of_work(ports):
        await number.delete()
        await _record(principal, "numberDelete", id, {"purpose": number.purpose}, {}, ports)
    await tell_of_rows(ports.floors, principal.account_id, NumbersChanged())
    return id


async def _checked(
    principal: Principal, settings: NumberSettings, *, purpose: NumberPurpose
) -> dict[str, Any]:
    problems, values = Problems(), dict[str, Any](settings)
    if "number" in settings:
        problems.unless(
            is_e164(settings["number"]), "number", "must be in E.164, as in +12025550103"
        )
    if "name" in settings:
        values["name"] = problems.text("name", settings["name"], longest=100, empty=True)
    if settings.get("greeting"):
        problems.unless(
            _SOUND.fullmatch(settings["greeting"]) is not None,
            "greeting",
            "must be the name of a sound: letters, digits, dashes, slashes; at most 100",
        )
    problems.unless(
        purpose is not NumberPurpose.TEAM or settings.get("team_id") is not None,
        "teamId",
        "must be given for callers who wait for a team",
    )
    delay_s, priority = settings.get("call_back_delay_s"), settings.get("call_back_priority")
    if delay_s is not None:
        problems.between("callBackDelaySeconds", delay_s, 0, LONGEST_DELAY_S)
    if priority is not None:
        problems.between("callBackPriority", priority, 1, HIGHEST_PRIORITY)
    problems.refuse_any()
    if (campaign_id := settings.get("call_back_campaign_id")) is not None:
        campaign = await access_campaign(principal, campaign_id, Permission.CAMPAIGN_VIEW)
        if campaign.state is CampaignState.CLOSED:
            raise CampaignClosed(campaign.id)
    if (team_id := settings.get("team_id")) is not None:
        await access_team(principal, team_id)
    return values


async def _record(
    principal: Principal,
    action: str,
    id: UUID,
    before: dict[str, Any],
    after: dict[str, Any],
    ports: Ports,
) -> None:
    await audit.record(
        principal,
        action,
        subject_type="number",
        subject_id=id,
        difference=audit.difference(before, after),
        at=ports.clock.now(),
    )
