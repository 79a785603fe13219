"""Rows of chained campaigns for many parents at once. Each is one query."""

from collections import defaultdict
from uuid import UUID

from domain.campaigns.models import Campaign
from domain.chains.listing import drawn_from, drawn_into
from domain.chains.models import CampaignSource, Chain
from domain.chains.rules import in_order
from domain.chains.shared import member_of
from domain.targets.models import Target


async def chains_by_id(chain_ids: list[UUID]) -> list[Chain]:
    """The chains, in the order of the ids."""
    rows = {row.id: row for row in await Chain.filter(id__in=chain_ids)}
    return [rows[chain_id] for chain_id in chain_ids]


async def campaigns_by_chain_id(chain_ids: list[UUID]) -> list[list[Campaign]]:
    """The campaigns of each chain in the order in which they dial, in the order of the ids."""
    rows: dict[UUID, dict[UUID, Campaign]] = defaultdict(dict)
    for row in await Campaign.filter(chain_id__in=chain_ids):
        assert row.chain_id is not None
        rows[row.chain_id][row.id] = row
    return [
        [rows[chain_id][member.id] for member in in_order(map(member_of, rows[chain_id].values()))]
        for chain_id in chain_ids
    ]


async def sources_by_campaign_id(campaign_ids: list[UUID]) -> list[list[CampaignSource]]:
    """From whom each campaign draws, the oldest first, in the order of the ids."""
    rows = await CampaignSource.filter(campaign_id__in=campaign_ids, removed_at=None).order_by("id")
    found: dict[UUID, list[CampaignSource]] = defaultdict(list)
    for row in rows:
        found[row.campaign_id].append(row)
    return [found[campaign_id] for campaign_id in campaign_ids]


async def takers_by_campaign_id(campaign_ids: list[UUID]) -> list[list[UUID]]:
    """Who draws from each campaign, in the order of the ids."""
    rows = await CampaignSource.filter(source_id__in=campaign_ids, removed_at=None).order_by("id")
    found: dict[UUID, list[UUID]] = defaultdict(list)
    for row in rows:
        found[row.source_id].append(row.campaign_id)
    return [found[campaign_id] for campaign_id in campaign_ids]


async def origins_by_target_id(target_ids: list[UUID]) -> list[Target | None]:
    """From which target each was drawn, in the order of the ids; None: it came otherwise."""
    found = await drawn_from(target_ids)
    return [found.get(target_id) for target_id in target_ids]


async def drawn_by_target_id(target_ids: list[UUID]) -> list[list[Target]]:
    """The targets that were drawn from each, in the order of the ids."""
    found = await drawn_into(target_ids)
    return [found.get(target_id, []) for target_id in target_ids]


async def targets_by_id(target_ids: list[UUID]) -> list[Target | None]:
    """The targets, in the order of the ids; None for one that was purged."""
    rows = {row.id: row for row in await Target.filter(id__in=target_ids)}
    return [rows.get(target_id) for target_id in target_ids]
