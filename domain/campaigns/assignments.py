"""Who works on a campaign, and at which skill level."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from tortoise.queryset import QuerySet

from domain.access import audit
from domain.access.permissions import Permission
from domain.access.principal import Principal
from domain.agents.service import visible_agents
from domain.agents.teams import visible_teams
from domain.campaigns.commands import CampaignChanged
from domain.campaigns.errors import CampaignClosed
from domain.campaigns.events import CampaignRowChanged, campaign_topic
from domain.campaigns.models import Campaign, CampaignAgent, CampaignTeam
from domain.campaigns.rules import HIGHEST_RANK, CampaignState
from domain.campaigns.service import access_campaign
from domain.chains.shared import hold_chain_of, others_to_share, share_people
from domain.core.bus import Notice
from domain.core.errors import NotFound
from domain.core.floors import tell_of_rows
from domain.core.ports import Ports
from domain.core.problems import Problems
from domain.core.unit_of_work import unit_of_work

MOST_AT_ONCE = 100


class Assigned(msgspec.Struct, frozen=True):
    """A team or an agent, and its level: who has a higher one is offered calls later.

    `rank`, of teams: what its agents serve first; None: the campaign's priority.
    """

    id: UUID
    level: int = 1
    rank: int | None = None


async def assign(
    principal: Principal,
    id: UUID,
    *,
    teams: Sequence[Assigned] = (),
    agents: Sequence[Assigned] = (),
    ports: Ports,
) -> Campaign:
    """Let these work on the campaign too; the level of one who does already is changed.

    Raises NotFound for a campaign, team or agent that is none, InvalidInput, CampaignClosed.
    """
    principal.require(Permission.CAMPAIGN_MANAGE)
    problems = Problems()
    for path, items in (("teams", teams), ("agents", agents)):
        problems.unless(len(items) <= MOST_AT_ONCE, path, f"must be at most {MOST_AT_ONCE}")
        problems.unless(len({item.id for item in items}) == len(items), path, "must not repeat")
        for index, item in enumerate(items):
            problems.between(f"{path}.{index}.level", item.level, 1, 100)
            if item.rank is not None:
                problems.between(f"{path}.{index}.rank", item.rank, 1, HIGHEST_RANK)
                problems.unless(path == "teams", f"{path}.{index}.rank", "is for teams alone")
    problems.refuse_any()
    await _see_all(principal, [team.id for team in teams], [agent.id for agent in agents])
    return await _change(principal, id, "campaignAssign", teams, agents, [], [], ports)


async def unassign(
    principal: Principal,
    id: UUID,
    *,
    teams: Sequence[UUID] = (),
    agents: Sequence[UUID] = (),
    ports: Ports,
) -> Campaign:
    """Let these work on the campaign no more; calls they have go on.

    Those who don't work on it are passed over. Raises NotFound, InvalidInput, CampaignClosed.
    """
    principal.require(Permission.CAMPAIGN_MANAGE)
    problems = Problems()
    for path, ids in (("teamIds", teams), ("agentIds", agents)):
        problems.unless(len(ids) <= MOST_AT_ONCE, path, f"must be at most {MOST_AT_ONCE}")
    problems.refuse_any()
    await _see_all(principal, teams, agents)
    return await _change(principal, id, "campaignUnassign", [], [], teams, agents, ports)


async def visible_campaign_agents(principal: Principal, id: UUID) -> QuerySet[CampaignAgent]:
    """Who works on the campaign alone; each with its agent. Page them by `("id",)`.

    Raises NotFound.
    """
    campaign = await access_campaign(principal, id)
    query = CampaignAgent.filter(campaign_id=campaign.id).select_related("agent")
    if principal.teams is not None:
        query = query.filter(agent__team_id__in=list(principal.teams))
    return query


async def _see_all(principal: Principal, teams: Sequence[UUID], agents: Sequence[UUID]) -> None:
    for kind, wanted, visible in (
        ("team", teams, visible_teams(principal)),
        ("agent", agents, visible_agents(principal)),
    ):
        if wanted:
            seen = {row.id for row in await visible.filter(id__in=list(wanted))}
            if missing := set(wanted) - seen:
                raise NotFound(kind, min(missing))


async def _change(
    principal: Principal,
    id: UUID,
    action: str,
    add_teams: Sequence[Assigned],
    add_agents: Sequence[Assigned],
    drop_teams: Sequence[UUID],
    drop_agents: Sequence[UUID],
    ports: Ports,
) -> Campaign:
    others: list[Campaign] = []
    async with unit_of_work(ports) as work:
        await hold_chain_of(id)
        campaign = await access_campaign(principal, id, Permission.CAMPAIGN_MANAGE, lock=True)
        if campaign.state is CampaignState.CLOSED:
            raise CampaignClosed(campaign.id)
        teams, agents = [*add_teams, *drop_teams], [*add_agents, *drop_agents]
        concerned = [name for name, who in (("teams", teams), ("agents", agents)) if who]
        others = await others_to_share(campaign, concerned)
        before = await _levels(id)
        await CampaignTeam.bulk_create(
            [
                CampaignTeam(campaign_id=id, team_id=t.id, level=t.level, rank=t.rank)
                for t in add_teams
            ],
            on_conflict=["campaign_id", "team_id"],
            update_fields=["level", "rank"],
        )
        await CampaignAgent.bulk_create(
            [CampaignAgent(campaign_id=id, agent_id=a.id, level=a.level) for a in add_agents],
            on_conflict=["campaign_id", "agent_id"],
            update_fields=["level"],
        )
        await CampaignTeam.filter(campaign_id=id, team_id__in=list(drop_teams)).delete()
        await CampaignAgent.filter(campaign_id=id, agent_id__in=list(drop_agents)).delete()
        difference = audit.difference(before, await _levels(id))
        if not difference:
            return campaign
        await audit.record(
            principal,
            action,
            subject_type="campaign",
            subject_id=id,
            difference=difference,
            at=ports.clock.now(),
        )
        await share_people(id, [other.id for other in others])
        for each in (campaign, *others):
            changed = CampaignRowChanged(campaign=each.id)
            work.publish(Notice(campaign_topic(each.account_id), msgspec.json.encode(changed)))
    for each in (campaign, *others):
        await tell_of_rows(ports.floors, each.account_id, CampaignChanged(campaign=each.id))
    return campaign


async def _levels(campaign_id: UUID) -> dict[str, Any]:
    teams = await CampaignTeam.filter(campaign_id=campaign_id)
    agents = await CampaignAgent.filter(campaign_id=campaign_id)
    return (
        {f"team {row.team_id}": row.level for row in teams}
        | {f"rank of team {row.team_id}": row.rank for row in teams if row.rank is not None}
        | {f"agent {row.agent_id}": row.level for row in agents}
    )
