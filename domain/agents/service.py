"""Agents: who they are and how they are reached. Teams are in teams.py, their day in desk.py."""

import re
from typing import Any, TypedDict
from uuid import UUID

from tortoise.queryset import QuerySet

from domain.access import audit
from domain.access.permissions import Permission
from domain.access.principal import Principal
from domain.access.secrets import hash_secret
from domain.access.service import access_account
from domain.access.sign_in import end_sessions
from domain.agents.commands import AgentChanged
from domain.agents.errors import AgentCodeTaken, AgentSignedIn
from domain.agents.models import Agent, EndpointKind
from domain.agents.rules import ENDPOINT_WANTED, AgentState, names_an_endpoint
from domain.agents.states import current_states
from domain.agents.teams import access_team
from domain.callerids.owned import refuse_foreign
from domain.campaigns.errors import CampaignClosed
from domain.campaigns.models import Campaign
from domain.campaigns.rules import CampaignState
from domain.core.errors import NotFound
from domain.core.floors import tell_of_rows
from domain.core.numbers import is_e164
from domain.core.ports import Ports
from domain.core.problems import Problems
from domain.core.unit_of_work import unit_of_work

# By code: archived agents keep theirs, so it is unique and pages well.
IN_ORDER = ("code", "id")

_CODE = re.compile("[0-9]{2,16}")
_PIN = re.compile("[0-9]{4,8}")


class AgentSettings(TypedDict, total=False):
    """What can be set of an agent; what is left out stays as it is."""

    name: str
    code: str
    pin: str
    team_id: UUID | None
    endpoint_kind: EndpointKind
    endpoint: str
    caller_id: str | None
    record: bool
    user_id: UUID | None
    default_campaign_id: UUID | None


async def access_agent(
    principal: Principal,
    id: UUID,
    need: Permission = Permission.AGENT_VIEW,
    *,
    lock: bool = False,
    archived: bool = True,
) -> Agent:
    """An agent that the principal may see. Raises NotAllowed, NotFound."""
    query = visible_agents(principal, need, archived=None if archived else False).filter(id=id)
    agent = await (query.select_for_update() if lock else query).first()
    if agent is None:
        raise NotFound("agent", id)
    return agent


def visible_agents(
    principal: Principal,
    need: Permission = Permission.AGENT_VIEW,
    *,
    archived: bool | None = False,
    team_id: UUID | None = None,
) -> QuerySet[Agent]:
    """Agents of the account, or of the principal's teams. Page them IN_ORDER."""
    principal.require(need)
    query = Agent.filter(account_id=principal.account_id)
    if principal.teams is not None:
        query = query.filter(team_id__in=list(principal.teams))
    if archived is not None:
        query = query.filter(archived_at__isnull=not archived)
    if team_id is not None:
        query = query.filter(team_id=team_id)
    return query


async def create_agent(principal: Principal, settings: AgentSettings, *, ports: Ports) -> Agent:
    """A new agent, signed out. Name, code, PIN and endpoint must be given.

    Raises InvalidInput, AgentCodeTaken, CampaignClosed, and NotFound for a team, user or campaign
    that is none.
    """
    principal.require(Permission.AGENT_MANAGE)
    problems = Problems()
    for field in ("name", "code", "pin", "endpoint"):
        problems.unless(field in settings, field, "must be given")
    values = _checked(settings, settings.get("endpoint_kind", EndpointKind.SIP), problems)
    values["pin_hash"] = await hash_secret(settings["pin"])
    async with unit_of_work(ports):
        await access_account(principal, lock=True)  # codes are compared one agent at a time
        await _check_relations(principal, values, agent_id=None)
        agent = await Agent.create(
            account_id=principal.account_id, created_at=ports.clock.now(), **values
        )
        await _record(principal, "agentCreate", agent.id, {}, _shown(values), ports)
    await tell_of_rows(ports.floors, principal.account_id, AgentChanged(agent=agent.id))
    return agent


async def change_agent(
    principal: Principal, id: UUID, settings: AgentSettings, *, ports: Ports
) -> Agent:
    """The agent with what was given changed. A new PIN ends the agent's sessions.

    Raises NotFound, InvalidInput, AgentCodeTaken and CampaignClosed.
    """
    agent = await access_agent(principal, id, Permission.AGENT_MANAGE)
    values = _checked(settings, settings.get("endpoint_kind", agent.endpoint_kind), Problems())
    if "endpoint_kind" in values and "endpoint" not in values:
        # The kind alone would leave an endpoint of the other kind.
        _checked(AgentSettings(endpoint=agent.endpoint), values["endpoint_kind"], Problems())
    if "pin" in settings:
        values["pin_hash"] = await hash_secret(settings["pin"])
    async with unit_of_work(ports):
        await access_account(principal, lock=True)
        agent = await access_agent(principal, id, Permission.AGENT_MANAGE, lock=True)
        await _check_relations(principal, values, agent_id=agent.id)
        before = {field: getattr(agent, field) for field in values}
        agent.update_from_dict(values)
        await agent.save()
        if "pin_hash" in values:
            await end_sessions(clock=ports.clock, agent_id=agent.id)
        await _record(principal, "agentChange", agent.id, _shown(before), _shown(values), ports)
    await tell_of_rows(ports.floors, principal.account_id, AgentChanged(agent=agent.id))
    return agent


async def archive_agent(principal: Principal, id: UUID, *, ports: Ports) -> Agent:
    """Let the agent work no more; what the agent did is kept. Twice changes nothing.

    Raises NotFound, and AgentSignedIn while the agent is at work.
    """
    principal.require(Permission.AGENT_MANAGE)
    async with unit_of_work(ports):
        agent = await access_agent(principal, id, Permission.AGENT_MANAGE, lock=True)
        if agent.archived_at is not None:
            return agent
        current = (await current_states([agent.id]))[agent.id]
        if current.state is not AgentState.OFFLINE:
            raise AgentSignedIn(agent.id, current.state)
        agent.archived_at = ports.clock.now()
        await agent.save(update_fields=["archived_at"])
        await end_sessions(clock=ports.clock, agent_id=agent.id)
        after = {"archivedAt": agent.archived_at}
        await _record(principal, "agentArchive", agent.id, {}, after, ports)
    await tell_of_rows(ports.floors, principal.account_id, AgentChanged(agent=agent.id))
    return agent


def _checked(settings: AgentSettings, kind: EndpointKind, problems: Problems) -> dict[str, Any]:
    """The columns to write. Raises InvalidInput with every problem."""
    values: dict[str, Any] = {key: value for key, value in settings.items() if key != "pin"}
    if (name := settings.get("name")) is not None:
        values["name"] = problems.text("name", name, longest=100)
    if (code := settings.get("code")) is not None:
        problems.unless(_CODE.fullmatch(code) is not None, "code", "must be 2 to 16 digits")
    if (pin := settings.get("pin")) is not None:
        problems.unless(_PIN.fullmatch(pin) is not None, "pin", "must be 4 to 8 digits")
    if (endpoint := settings.get("endpoint")) is not None:
        if kind is EndpointKind.NUMBER:
            wanted = "must be a number in E.164, as in +12025550103, for this kind of endpoint"
            problems.unless(is_e164(endpoint), "endpoint", wanted)
        else:
            problems.unless(names_an_endpoint(endpoint), "endpoint", ENDPOINT_WANTED)
    if (caller_id := settings.get("caller_id")) is not None:
        problems.unless(is_e164(caller_id), "callerId", "must be in E.164, as in +12025550103")
    problems.refuse_any()
    return values


async def _check_relations(
    principal: Principal, values: dict[str, Any], *, agent_id: UUID | None
) -> None:
    """Raise unless code, team, user and campaign can be had. The account's row is locked."""
    problems, others = Problems(), Agent.filter(account_id=principal.account_id)
    if agent_id is not None:
        others = others.exclude(id=agent_id)
    if "code" in values and await others.filter(code=values["code"]).exists():
        raise AgentCodeTaken()
    if values.get("team_id") is not None:
        await access_team(principal, values["team_id"])
    if (user_id := values.get("user_id")) is not None:
        account = await access_account(principal)
        if not await account.users.filter(id=user_id).exists():
            raise NotFound("user", user_id)
        taken = await others.filter(user_id=user_id, archived_at=None).exists()
        problems.unless(not taken, "userId", "is another agent's user already")
    if (campaign_id := values.get("default_campaign_id")) is not None:
        campaign = await Campaign.filter(id=campaign_id, account_id=principal.account_id).first()
        if campaign is None:
            raise NotFound("campaign", campaign_id)
        if campaign.state is CampaignState.CLOSED:
            raise CampaignClosed(campaign.id)
    problems.refuse_any()
    await refuse_foreign(principal.account_id, [("callerId", values.get("caller_id"))])


_PUBLIC = {
    "team_id": "teamId",
    "endpoint_kind": "endpointKind",
    "caller_id": "callerId",
    "user_id": "userId",
    "default_campaign_id": "defaultCampaignId",
}


def _shown(values: dict[str, Any]) -> dict[str, Any]:
    """The values as an audit entry may hold them: no PIN, not even its hash."""
    shown = {_PUBLIC.get(key, key): value for key, value in values.items() if key != "pin_hash"}
    return shown | ({"pin": values["pin_hash"][-4:]} if "pin_hash" in values else {})


async def _record(
    principal: Principal,
    action: str,
    subject_id: UUID,
    before: dict[str, Any],
    after: dict[str, Any],
    ports: Ports,
) -> None:
    difference = audit.difference(before, after)
    if "pin" in difference:
        difference["pin"] = [None, "changed"]
    await audit.record(
        principal,
        action,
        subject_type="agent",
        subject_id=subject_id,
        difference=difference,
        at=ports.clock.now(),
    )
