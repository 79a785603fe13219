"""What the campaigns of a chain share, and how it travels from the main campaign to the others."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from tortoise import connections

from domain.campaigns.copies import copy_rows
from domain.campaigns.models import Campaign, CampaignAgent, CampaignTeam
from domain.campaigns.rules import CampaignState
from domain.chains.errors import SettingShared
from domain.chains.models import Chain
from domain.chains.rules import Member, before, main_of

# The kind of work, its hours and who does it: column → public name. People are shared, too.
SHARED = {
    "mode": "mode",
    "announcement": "announcement",
    "ivr_ports": "ivrPorts",
    "calling_windows": "callingWindows",
    "skip_holidays": "skipHolidays",
    "starts_at": "startsAt",
    "stops_at": "stopsAt",
}
PEOPLE = ("teams", "agents")


def member_of(row: Campaign) -> Member:
    """A campaign's place in its chain, without what it has to dial."""
    return Member(row.id, row.after_id, row.serial, row.state, waits_for=row.waits_for_id)


async def hold_links(account_id: UUID) -> None:
    """Let nobody else link campaigns of the account before this transaction is over.

    Without keeping out those who only refer to the account, as every new row does.
    """
    await connections.get("default").execute_query(
        "SELECT FROM account WHERE id = $1 FOR NO KEY UPDATE", [account_id]
    )


async def hold_floor(account_id: UUID) -> None:
    """Let the account's floor write nothing before this transaction is over.

    Take it before anything else, and before several campaigns are locked: a floor locks those
    that it dials for in an order of its own, and the two would wait for each other in a circle.
    """
    await connections.get("default").execute_query(
        "SELECT FROM floor WHERE account_id = $1 FOR NO KEY UPDATE", [account_id]
    )


async def hold_chain_of(campaign_id: UUID) -> None:
    """Lock the chain of a campaign, if it has one, before any campaign's row is locked."""
    found = await Campaign.filter(id=campaign_id).values_list("account_id", "chain_id")
    for account_id, chain_id in found:
        if chain_id is not None:
            await hold_floor(account_id)
            await Chain.filter(id=chain_id).select_for_update()


async def members_of(chain_id: UUID, *, lock: bool = False) -> list[Campaign]:
    """The campaigns of a chain, by id."""
    query = Campaign.filter(chain_id=chain_id).order_by("id")
    return await (query.select_for_update(no_key=True) if lock else query)


async def others_to_share(campaign: Campaign, settings: Collection[str]) -> list[Campaign]:
    """The open campaigns that a change of these on `campaign` goes to, too; locked.

    `settings` are columns, or of PEOPLE. Raises SettingShared when another one holds them. Hold
    the chain before.
    """
    shared = [SHARED.get(name, name) for name in settings if name in SHARED or name in PEOPLE]
    if campaign.chain_id is None or not shared:
        return []
    members = await members_of(campaign.chain_id, lock=True)
    main_id = main_of(member_of(row) for row in members)
    if main_id != campaign.id:
        main = next(row for row in members if row.id == main_id)
        raise SettingShared(sorted(shared), main.id, main.name)
    return [
        row for row in members if row.id != campaign.id and row.state is not CampaignState.CLOSED
    ]


def shared_of(main: Campaign) -> dict[str, Any]:
    """The settings of a campaign that its chain shares."""
    return {column: getattr(main, column) for column in SHARED}


async def share_people(main_id: UUID, others: Sequence[UUID]) -> None:
    """Let exactly those who work on the main campaign work on the others, at the same levels."""
    for model in (CampaignTeam, CampaignAgent):
        await model.filter(campaign_id__in=list(others)).delete()
        await copy_rows(model, main_id, others)


async def begins_after(campaign: Campaign) -> UUID | None:
    """The first open campaign that is to dial before this one; None: it may dial at once."""
    if campaign.chain_id is None or campaign.after_id is None:
        return None
    members = {row.id: member_of(row) for row in await members_of(campaign.chain_id)}
    earlier = before(members[campaign.id], members)
    return next((m.id for m in earlier if m.state is not CampaignState.CLOSED), None)


async def started_with(campaign: Campaign) -> list[Campaign]:
    """The stopped campaigns that begin to wait when this one is started: a main one's chain."""
    if campaign.chain_id is None:
        return []
    members = await members_of(campaign.chain_id, lock=True)
    if main_of(member_of(row) for row in members) != campaign.id:
        return []
    return [row for row in members if row.state is CampaignState.STOPPED and row.id != campaign.id]
