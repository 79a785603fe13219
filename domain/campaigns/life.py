"""What happens to campaigns beside dialing: copied, and put out of sight when they are over."""

from typing import Any
from uuid import UUID

from tortoise.models import Model

from domain.access.permissions import Permission
from domain.access.principal import Principal
from domain.campaigns.errors import CampaignNotClosed
from domain.campaigns.models import Campaign, CampaignAgent, CampaignTeam
from domain.campaigns.rules import CampaignState
from domain.campaigns.service import access_campaign, add, announce, record
from domain.core.ids import new_id
from domain.core.ports import Ports
from domain.core.problems import Problems
from domain.core.unit_of_work import unit_of_work
from domain.trunks.models import CampaignTrunk

LATEST_CLOSED_FIRST = ("-closed_at", "-id")

# What makes a campaign itself and not its copy. Dates are left out too: a copy with a start date
# that has come would dial at once.
OWN_COLUMNS = frozenset(
    {
        *("id", "account_id", "serial", "api_code", "name"),
        *("state", "created_at", "started_at", "stopped_at", "closed_at", "archived_at"),
        *("starts_at", "stops_at", "rules_changed_at"),
        *("chain_id", "after_id", "waits_for_id"),
    }
)
# Rows that belong to a campaign and are settings of it. A test names the others.
COPIED: tuple[type[Model], ...] = (CampaignTeam, CampaignAgent, CampaignTrunk)


async def copy(
    principal: Principal, id: UUID, *, name: str | None = None, ports: Ports
) -> Campaign:
    """A new campaign, stopped, with the settings of one, who works on it and its trunks.

    It has no targets, no dates, no chain, draws from nobody, and has a serial and an API code of
    its own; also of a closed campaign. Raises NotFound, InvalidInput.
    """
    principal.require(Permission.CAMPAIGN_MANAGE)
    problems = Problems()
    if name is not None:
        name = problems.text("name", name, longest=100)
    problems.refuse_any()
    async with unit_of_work(ports) as work:
        original = await access_campaign(principal, id, Permission.CAMPAIGN_MANAGE)
        values = {
            column: getattr(original, column)
            for column in Campaign._meta.fields_db_projection
            if column not in OWN_COLUMNS
        }
        values["name"] = name or f"Copy of {original.name}"[:100]
        campaign = await add(principal, work, values, ports=ports)
        for model in COPIED:
            await _copy_rows(model, id, campaign.id)
        await record(
            principal, "campaignCopy", campaign, {}, {"copyOf": id, "name": campaign.name}, ports
        )
    return campaign


async def archive(principal: Principal, id: UUID, *, ports: Ports) -> Campaign:
    """Leave a closed campaign out of lists; its rows stay, for reports and by id.

    Archiving an archived one changes nothing. Raises NotFound, CampaignNotClosed.
    """
    return await _archive(principal, id, archived=True, ports=ports)


async def unarchive(principal: Principal, id: UUID, *, ports: Ports) -> Campaign:
    """Show an archived campaign in the list of finished ones again. Raises NotFound."""
    return await _archive(principal, id, archived=False, ports=ports)


async def _archive(principal: Principal, id: UUID, *, archived: bool, ports: Ports) -> Campaign:
    principal.require(Permission.CAMPAIGN_MANAGE)
    async with unit_of_work(ports) as work:
        campaign = await access_campaign(principal, id, Permission.CAMPAIGN_MANAGE, lock=True)
        if (campaign.archived_at is not None) is archived:
            return campaign
        if campaign.state is not CampaignState.CLOSED:
            raise CampaignNotClosed(campaign.id)
        before = {"archivedAt": campaign.archived_at}
        campaign.archived_at = ports.clock.now() if archived else None
        await campaign.save(update_fields=["archived_at"])
        action = "campaignArchive" if archived else "campaignUnarchive"
        after = {"archivedAt": campaign.archived_at}
        await record(principal, action, campaign, before, after, ports)
        announce(work, campaign)
    return campaign


async def _copy_rows(model: type[Model], from_id: UUID, to_id: UUID) -> None:
    rows = await model.filter(campaign_id=from_id)
    clones = []
    for row in rows:
        values: dict[str, Any] = {
            column: getattr(row, column) for column in model._meta.fields_db_projection
        }
        clones.append(model(**{**values, "id": new_id(), "campaign_id": to_id}))
    await model.bulk_create(clones)
