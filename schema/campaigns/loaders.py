"""Rows of the campaigns slice for many parents at once. Each is one query."""

from collections import defaultdict
from uuid import UUID

from domain.campaigns.models import Campaign, CampaignTeam
from domain.campaigns.results import CampaignResults, campaign_results
from domain.targets.figures import NewestTarget, TargetCounts, newest_targets, target_counts


async def campaigns_by_id(campaign_ids: list[UUID]) -> list[Campaign]:
    """The campaigns, in the order of the ids."""
    rows = {row.id: row for row in await Campaign.filter(id__in=campaign_ids)}
    return [rows[campaign_id] for campaign_id in campaign_ids]


async def target_counts_by_campaign_id(campaign_ids: list[UUID]) -> list[TargetCounts]:
    """How many targets each campaign has, in the order of the ids."""
    found = await target_counts(campaign_ids)
    return [found.get(campaign_id, TargetCounts()) for campaign_id in campaign_ids]


async def newest_targets_by_campaign_id(campaign_ids: list[UUID]) -> list[NewestTarget | None]:
    """The newest target of each campaign, in the order of the ids; None without any."""
    found = await newest_targets(campaign_ids)
    return [found.get(campaign_id) for campaign_id in campaign_ids]


async def teams_by_campaign_id(campaign_ids: list[UUID]) -> list[list[CampaignTeam]]:
    """The teams of each campaign by level, in the order of the ids."""
    rows = await (
        CampaignTeam.filter(campaign_id__in=campaign_ids)
        .select_related("team")
        .order_by("level", "team__name")
    )
    teams: dict[UUID, list[CampaignTeam]] = defaultdict(list)
    for row in rows:
        teams[row.campaign_id].append(row)
    return [teams[campaign_id] for campaign_id in campaign_ids]


async def results_by_campaign_id(campaign_ids: list[UUID]) -> list[CampaignResults]:
    """What came of each campaign, in the order of the ids."""
    found = await campaign_results(campaign_ids)
    return [found.get(campaign_id, CampaignResults()) for campaign_id in campaign_ids]
