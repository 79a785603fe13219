"""Whom an agent may give a customer to."""

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from domain.access.permissions import Permission
from domain.access.principal import Principal
from domain.agents.models import Agent, AgentStateEntry
from domain.agents.rules import AgentState
from domain.core.errors import NotFound

IN_ORDER = ("name", "id")


def colleagues(
    principal: Principal, *, search: str | None = None, available: bool = False
) -> QuerySet[Agent]:
    """The other agents of the account, whatever their team, as transfers go. Page them IN_ORDER.

    `search` is a part of the name or the beginning of the code. Raises NotFound without a desk.
    """
    principal.require(Permission.DESK)
    if principal.agent_id is None:
        raise NotFound("agent", "of your own")
    query = Agent.filter(account_id=principal.account_id, archived_at=None).exclude(
        id=principal.agent_id
    )
    if search is not None and (wanted := search.strip()):
        query = query.filter(Q(name__icontains=wanted) | Q(code__startswith=wanted))
    if available:
        ready = AgentStateEntry.filter(
            account_id=principal.account_id, ended_at=None, state=AgentState.AVAILABLE
        )
        query = query.filter(id__in=Subquery(ready.values("agent_id")))
    return query
