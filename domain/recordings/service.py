"""Finding recordings. What a call sounded like is as protected as the call."""

from datetime import datetime
from uuid import UUID

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from domain.access.permissions import Permission
from domain.access.principal import Principal
from domain.agents.service import visible_agents
from domain.core.errors import NotFound
from domain.recordings.models import Recording
from domain.recordings.rules import RecordingKind

NEWEST_FIRST = ("-started_at", "-id")


def visible_recordings(
    principal: Principal,
    *,
    call_id: UUID | None = None,
    campaign_id: UUID | None = None,
    agent_id: UUID | None = None,
    kind: RecordingKind | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> QuerySet[Recording]:
    """Recordings of the account; of a limited supervisor's agents. Page them NEWEST_FIRST."""
    principal.require(Permission.RECORDING_VIEW)
    query = Recording.filter(account_id=principal.account_id)
    if principal.teams is not None:
        agents = visible_agents(principal, archived=None).values("id")
        query = query.filter(Q(agent_id__in=Subquery(agents)))
    given = {
        "call_id": call_id,
        "campaign_id": campaign_id,
        "agent_id": agent_id,
        "kind": kind,
        "started_at__gte": since,
        "started_at__lt": until,
    }
    return query.filter(**{name: value for name, value in given.items() if value is not None})


async def access_recording(principal: Principal, id: UUID) -> Recording:
    """A recording that the principal may hear. Raises NotAllowed, NotFound."""
    recording = await visible_recordings(principal).filter(id=id).first()
    if recording is None:
        raise NotFound("recording", id)
    return recording
