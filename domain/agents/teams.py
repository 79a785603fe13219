"""Teams: groups of agents that are assigned and supervised together."""

from typing import Any
from uuid import UUID

from tortoise.queryset import QuerySet

from domain.access import audit
from domain.access.permissions import Permission
from domain.access.principal import Principal
from domain.access.service import access_account
from domain.agents.errors import TeamNameTaken, TeamNotEmpty
from domain.agents.models import Team
from domain.core.errors import NotFound
from domain.core.ports import Ports
from domain.core.problems import Problems
from domain.core.unit_of_work import unit_of_work

IN_ORDER = ("name", "id")


async def access_team(
    principal: Principal,
    id: UUID,
    need: Permission = Permission.AGENT_VIEW,
    *,
    lock: bool = False,
) -> Team:
    """A team that the principal may see. Raises NotAllowed, NotFound."""
    query = visible_teams(principal, need).filter(id=id)
    team = await (query.select_for_update() if lock else query).first()
    if team is None:
        raise NotFound("team", id)
    return team


def visible_teams(principal: Principal, need: Permission = Permission.AGENT_VIEW) -> QuerySet[Team]:
    """Teams of the account, or those that the principal is limited to. Page them IN_ORDER."""
    principal.require(need)
    query = Team.filter(account_id=principal.account_id)
    return query if principal.teams is None else query.filter(id__in=list(principal.teams))


async def create_team(principal: Principal, name: str, *, ports: Ports) -> Team:
    """A new team without agents. Raises InvalidInput, TeamNameTaken."""
    principal.require(Permission.AGENT_MANAGE)
    name = _checked_name(name)
    async with unit_of_work(ports):
        await _free_name(principal, name, except_id=None)
        team = await Team.create(
            account_id=principal.account_id, name=name, created_at=ports.clock.now()
        )
        await _record(principal, "teamCreate", team.id, {}, {"name": name}, ports)
    return team


async def rename_team(principal: Principal, id: UUID, name: str, *, ports: Ports) -> Team:
    """The team under its new name. Raises NotFound, InvalidInput, TeamNameTaken."""
    principal.require(Permission.AGENT_MANAGE)
    name = _checked_name(name)
    async with unit_of_work(ports):
        await _free_name(principal, name, except_id=id)
        team = await access_team(principal, id, Permission.AGENT_MANAGE, lock=True)
        before = {"name": team.name}
        team.name = name
        await team.save(update_fields=["name"])
        await _record(principal, "teamRename", team.id, before, {"name": name}, ports)
    return team


async def delete_team(principal: Principal, id: UUID, *, ports: Ports) -> Team:
    """Delete a team without agents; it leaves the campaigns that it was assigned to.

    Raises NotFound, TeamNotEmpty.
    """
    principal.require(Permission.AGENT_MANAGE)
    async with unit_of_work(ports):
        team = await access_team(principal, id, Permission.AGENT_MANAGE, lock=True)
        agents = await team.agents.filter(archived_at=None).count()
        if agents:
            raise TeamNotEmpty(team.id, agents)
        await team.delete()
        await _record(principal, "teamDelete", team.id, {"name": team.name}, {}, ports)
    return team


def _checked_name(name: str) -> str:
    problems = Problems()
    name = problems.text("name", name, longest=100)
    problems.refuse_any()
    return name


async def _free_name(principal: Principal, name: str, *, except_id: UUID | None) -> None:
    await access_account(principal, lock=True)  # names are compared one team at a time
    others = Team.filter(account_id=principal.account_id, name=name)
    if await (others.exclude(id=except_id) if except_id else others).exists():
        raise TeamNameTaken()


async def _record(
    principal: Principal,
    action: str,
    subject_id: UUID,
    before: dict[str, Any],
    after: dict[str, Any],
    ports: Ports,
) -> None:
    await audit.record(
        principal,
        action,
        subject_type="team",
        subject_id=subject_id,
        difference=audit.difference(before, after),
        at=ports.clock.now(),
    )
