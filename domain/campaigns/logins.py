"""Agents who log into campaigns and out of them, and who was logged in when. The floor decides."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from domain.access.permissions import Permission
from domain.access.principal import Principal
from domain.agents.commands import CampaignLogIn, CampaignLogOut
from domain.agents.desk import access_desk, ask_floor
from domain.agents.models import Agent
from domain.campaigns.models import Campaign, CampaignAgent, CampaignLogin, CampaignTeam
from domain.campaigns.rules import CampaignState
from domain.core.errors import NotFound
from domain.core.ports import Ports

NEWEST_FIRST = ("-started_at", "-id")
IN_ORDER = ("name", "id")


async def log_in(
    principal: Principal, agent_id: UUID | None, campaign_id: UUID, *, ports: Ports
) -> Agent:
    """Let the agent take the campaign's calls; twice, or where it is permanent, changes nothing.

    Raises NotFound for a campaign that the agent does not work on, and AgentSignedOut.
    """
    agent = await access_desk(principal, agent_id)
    await _refuse_unassigned(agent, campaign_id)
    command = CampaignLogIn(agent=agent.id, campaign=campaign_id)
    return await ask_floor(principal, agent, "campaignLogIn", command, ports)


async def log_out(
    principal: Principal, agent_id: UUID | None, campaign_id: UUID, *, ports: Ports
) -> Agent:
    """Let the agent take the campaign's calls no more; a call that is on goes on.

    Raises NotFound for a campaign that the agent does not work on, and LoginIsPermanent.
    """
    agent = await access_desk(principal, agent_id)
    await _refuse_unassigned(agent, campaign_id)
    command = CampaignLogOut(agent=agent.id, campaign=campaign_id)
    return await ask_floor(principal, agent, "campaignLogOut", command, ports)


def campaigns_of(agent: Agent) -> QuerySet[Campaign]:
    """The open campaigns that an agent works on, alone or with a team. Page them IN_ORDER.

    An agent that the caller reached through an access function, or the answer leaks.
    """
    by_team = CampaignTeam.filter(team_id=agent.team_id).values("campaign_id")
    alone = CampaignAgent.filter(agent_id=agent.id).values("campaign_id")
    works_on = Q(id__in=Subquery(alone))
    if agent.team_id is not None:
        works_on |= Q(id__in=Subquery(by_team))
    query = Campaign.filter(works_on, account_id=agent.account_id)
    return query.exclude(state=CampaignState.CLOSED)


def visible_logins(
    principal: Principal,
    *,
    campaign_id: UUID | None = None,
    agent_id: UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> QuerySet[CampaignLogin]:
    """Stretches of time that touch the interval. Page them by NEWEST_FIRST."""
    principal.require(Permission.AGENT_VIEW)
    query = CampaignLogin.filter(account_id=principal.account_id)
    if principal.teams is not None:
        query = query.filter(agent__team_id__in=list(principal.teams))
    if campaign_id is not None:
        query = query.filter(campaign_id=campaign_id)
    if agent_id is not None:
        query = query.filter(agent_id=agent_id)
    if since is not None:
        query = query.filter(Q(ended_at=None) | Q(ended_at__gt=since))
    if until is not None:
        query = query.filter(started_at__lt=until)
    return query


async def logged_in_since(
    wanted: Sequence[tuple[UUID, UUID]],
) -> list[datetime | None]:
    """Since when each agent is logged into each campaign, given as pairs; None: is not.

    One statement. The result has the length and order of `wanted`.
    """
    found = {
        (row.agent_id, row.campaign_id): row.started_at
        for row in await CampaignLogin.filter(
            agent_id__in=list({agent_id for agent_id, _ in wanted}),
            campaign_id__in=list({campaign_id for _, campaign_id in wanted}),
            ended_at=None,
        )
    }
    return [found.get(pair) for pair in wanted]


async def _refuse_unassigned(agent: Agent, campaign_id: UUID) -> None:
    if not await campaigns_of(agent).filter(id=campaign_id).exists():
        raise NotFound("campaign", campaign_id)
