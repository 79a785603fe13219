"""Attempts and calls: find them, see what happened in them, end them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from domain.access import audit
from domain.access.permissions import Permission
from domain.access.principal import Principal
from domain.agents.service import visible_agents
from domain.calls.commands import CallHangUp
from domain.calls.errors import CallOver
from domain.calls.models import Attempt, Call, CallEvent
from domain.calls.rules import AttemptState, CallDirection, Disposition
from domain.core.errors import NotFound
from domain.core.ports import Ports
from domain.core.unit_of_work import unit_of_work

ATTEMPTS_NEWEST_FIRST = ("-created_at", "-id")
CALLS_NEWEST_FIRST = ("-answered_at", "-id")
MOST_EVENTS = 500  # of one call; a call has a dozen


async def access_attempt(
    principal: Principal, id: UUID, need: Permission = Permission.CALL_VIEW
) -> Attempt:
    """An attempt that the principal may see. Raises NotAllowed, NotFound."""
    attempt = await visible_attempts(principal, need).filter(id=id).first()
    if attempt is None:
        raise NotFound("attempt", id)
    return attempt


async def access_call(
    principal: Principal, id: UUID, need: Permission = Permission.CALL_VIEW
) -> Call:
    """A call that the principal may see. Raises NotAllowed, NotFound."""
    call = await visible_calls(principal, need).filter(id=id).first()
    if call is None:
        raise NotFound("call", id)
    return call


def visible_attempts(
    principal: Principal,
    need: Permission = Permission.CALL_VIEW,
    *,
    campaign_id: UUID | None = None,
    target_id: UUID | None = None,
    agent_id: UUID | None = None,
    dispositions: Sequence[Disposition] = (),
    since: datetime | None = None,
    until: datetime | None = None,
) -> QuerySet[Attempt]:
    """Attempts of the account; of a limited supervisor's agents, and those that met none."""
    principal.require(need)
    query = Attempt.filter(_seen_by(principal, need), account_id=principal.account_id)
    if campaign_id is not None:
        query = query.filter(campaign_id=campaign_id)
    if target_id is not None:
        query = query.filter(target_id=target_id)
    if agent_id is not None:
        query = query.filter(agent_id=agent_id)
    if dispositions:
        query = query.filter(disposition__in=list(dispositions))
    if since is not None:
        query = query.filter(created_at__gte=since)
    if until is not None:
        query = query.filter(created_at__lt=until)
    return query


def visible_calls(
    principal: Principal,
    need: Permission = Permission.CALL_VIEW,
    *,
    campaign_id: UUID | None = None,
    agent_id: UUID | None = None,
    direction: CallDirection | None = None,
    up: bool | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> QuerySet[Call]:
    """Calls of the account; of a limited supervisor's agents, and those that met none."""
    principal.require(need)
    query = Call.filter(_seen_by(principal, need), account_id=principal.account_id)
    if campaign_id is not None:
        query = query.filter(campaign_id=campaign_id)
    if agent_id is not None:
        query = query.filter(agent_id=agent_id)
    if direction is not None:
        query = query.filter(direction=direction)
    if up is not None:
        query = query.filter(ended_at__isnull=up)
    if since is not None:
        query = query.filter(answered_at__gte=since)
    if until is not None:
        query = query.filter(answered_at__lt=until)
    return query


async def timeline(principal: Principal, id: UUID) -> list[CallEvent]:
    """What happened in an attempt or call, in order. Raises NotFound."""
    if not await visible_attempts(principal).filter(id=id).exists():
        await access_call(principal, id)
    return (
        await CallEvent.filter(call_id=id, account_id=principal.account_id)
        .order_by("at", "id")
        .limit(MOST_EVENTS)
    )


async def hang_up(principal: Principal, id: UUID, *, ports: Ports) -> UUID:
    """Ask the floor to end an attempt or call; gives its id. The end arrives as an event.

    Raises NotFound, CallOver, FloorUnavailable.
    """
    attempt = await visible_attempts(principal, Permission.CALL_CONTROL).filter(id=id).first()
    if attempt is not None:
        over = attempt.state is AttemptState.ENDED
    else:
        over = (await access_call(principal, id, Permission.CALL_CONTROL)).ended_at is not None
    if over:
        raise CallOver(id)
    await ports.floors.ask(principal.account_id, CallHangUp(call=id))
    async with unit_of_work(ports):
        await audit.record(
            principal,
            "callHangUp",
            subject_type="call",
            subject_id=id,
            difference={},
            at=ports.clock.now(),
        )
    return id


def _seen_by(principal: Principal, need: Permission) -> Q:
    if principal.teams is None:
        return Q()
    agents = visible_agents(principal, need, archived=None).values("id")
    return Q(agent_id=None) | Q(agent_id__in=Subquery(agents))
