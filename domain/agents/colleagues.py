"""Whom an agent may give a customer to."""

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from domain.access.permissions import Permission
from domain.access.principal import Principal
from domain.agents.errors import NO_DESK
from domain.agents.models import Agent, AgentStateEntry
from domain.agents.rules import AgentState
from domain.core.errors import NotFound
from domain.core.problems import Problems

IN_ORDER = ("name", "id")


def colleagues(
    principal: Principal, *, search: str | None = None, available: bool = False
) -> QuerySet[Agent]:
    """The other agents of the account, whatever their team, as transfers go. Page them IN_ORDER.

    `search` is a part of the name or the beginning of the code. Raises NotFound without a
    desk, InvalidInput.
    """
    principal.require(Permission.DESK)
    if principal.agent_id is None:
        raise NotFound("agent", "of your own", way=NO_DESK)
    query = Agent.filter(account_id=principal.account_id, archived_at=None).exclude(
        id=principal.agent_id
    )
    problems = Problems()
    wanted = problems.text("search", search or "", longest=100, empty=True)
    problems.refuse_any()
    if wanted:
        query = query.filter(Q(name__icontains=wanted) | Q(code__startswith=wanted))
    if available:
        ready = AgentStateEntry.filter(
            account_id=principal.account_id, ended_at=None, state=AgentState.AVAILABLE
        )
        query = query.filter(id__in=Subquery(ready.values("agent_id")))
    return query
