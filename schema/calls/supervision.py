"""A supervisor's telephone in an agent's room, live."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime
from uuid import UUID

import strawberry

from domain.access.permissions import Permission
from domain.calls import live, models
from domain.calls.events import supervision_topic
from domain.calls.rules import SupervisionEnd, SupervisionStatus
from schema.calls.live import SupervisorRole
from schema.context import Info
from schema.following import follow
from schema.guards import requires

strawberry.enum(
    SupervisionStatus,
    description="How far the supervisor's telephone is: CALLING, RINGING, ANSWERED (it hears the "
    "agent), ENDED.",
)
strawberry.enum(
    SupervisionEnd,
    description="Why it ended. ASKED: by `agentSuperviseEnd`, or for another agent. HUNG_UP: by "
    "the supervisor. NOT_REACHED: nobody picked up. AGENT_GONE: the agent's telephone is off the "
    "line. LOST: by the switch.",
)


@strawberry.type(description="One time that a supervisor listened, whispered or barged in.")
class Supervision:
    id: UUID = strawberry.field(description="Never changes.")
    agent_id: UUID = strawberry.field(description="The agent.")
    role: SupervisorRole = strawberry.field(description="What the supervisor does there.")
    status: SupervisionStatus = strawberry.field(description="How far it is.")
    end: SupervisionEnd | None = strawberry.field(description="Why it ended; null: it goes on.")
    started_at: datetime = strawberry.field(description="When it was asked for.")
    ended_at: datetime | None = strawberry.field(description="When it ended; null: it goes on.")

    @classmethod
    def of(cls, row: models.SupervisionEntry) -> "Supervision":
        return cls(
            id=row.id,
            agent_id=row.agent_id,
            role=SupervisorRole(row.role.value),
            status=row.status,
            end=row.end,
            started_at=row.started_at,
            ended_at=row.ended_at,
        )


@strawberry.type
class SupervisionSubscriptions:
    @strawberry.subscription(
        description="What the viewer supervises, or did last: as it is now, then again after "
        "every change. Null: nothing so far.",
        extensions=[requires(Permission.AGENT_SUPERVISE)],
    )
    async def supervision_changed(self, info: Info) -> AsyncGenerator[Supervision | None, None]:
        ctx = info.context
        following = follow(
            ctx.ports.bus,
            supervision_topic(ctx.principal.id),
            read=lambda: live.newest_supervision(ctx.principal),
            is_over=lambda row: False,
        )
        async with aclosing(following) as news:
            async for row in news:
                yield Supervision.of(row) if row is not None else None
