"""What the campaigns of a chain share, and how it travels from the main campaign to the others."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from tortoise import connections

from domain.campaigns.models import Campaign
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

_DROP_PEOPLE = (
    "DELETE FROM campaign_team WHERE campaign_id = ANY($1)",
    "DELETE FROM campaign_agent WHERE campaign_id = ANY($1)",
)
_COPY_PEOPLE = (
    """
    INSERT INTO campaign_team (id, campaign_id, team_id, level, rank)
    SELECT gen_random_uuid(), u.id, team_id, level, rank
    FROM campaign_team CROSS JOIN unnest($1::uuid[]) AS u(id) WHERE campaign_id = $2
    """,
    """
    INSERT INTO campaign_agent (id, campaign_id, agent_id, level)
    SELECT gen_random_uuid(), u.id, agent_id, level
    FROM campaign_agent CROSS JOIN unnest($1::uuid[]) AS u(id) WHERE campaign_id = $2
    """,
)


def member_of(row: Campaign) -> Member:
    """A campaign's place in its chain, without what it has to dial."""
    return Member(row.id, row.after_id, row.serial, row.state, waits_for=row.waits_for_id)


async def hold_chain_of(campaign_id: UUID) -> None:
    """Lock the chain of a campaign, if it has one, before any campaign's row is locked.

    Two changes of one chain follow one another, and never wait for each other in a circle.
    """
    chain = await Campaign.filter(id=campaign_id).values_list("chain_id", flat=True)
    if chain and chain[0] is not None:
        await Chain.filter(id=chain[0]).select_for_update()


async def members_of(chain_id: UUID, *, lock: bool = False) -> list[Campaign]:
    """The campaigns of a chain, by id."""
    query = Campaign.filter(chain_id=chain_id).order_by("id")
    return await (query.select_for_update() if lock else query)


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
    connection = connections.get("default")
    for statement in _DROP_PEOPLE:
        await connection.execute_query(statement, [list(others)])
    for statement in _COPY_PEOPLE:
        await connection.execute_query(statement, [list(others), main_id])


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
