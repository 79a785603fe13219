"""What can be asked about attempts and calls."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from domain.access.permissions import Permission
from domain.calls import service
from domain.calls.rules import CallDirection, Disposition
from domain.core.pages import PageRequest, page_of
from schema.calls.types import Attempt, Call, CallEvent
from schema.connections import After, Connection, First, connection_of
from schema.context import Info
from schema.guards import requires

OfCampaign = Annotated[UUID | None, strawberry.argument(description="Only those of this campaign.")]
OfAgent = Annotated[UUID | None, strawberry.argument(description="Only those of this agent.")]
Since = Annotated[
    datetime | None, strawberry.argument(description="Only those that began then or later.")
]
Until = Annotated[datetime | None, strawberry.argument(description="Only those that began before.")]


@strawberry.type
class CallQueries:
    @strawberry.field(
        description="Tries to reach numbers, newest first.",
        extensions=[requires(Permission.CALL_VIEW)],
    )
    async def attempts(
        self,
        info: Info,
        campaign_id: OfCampaign = None,
        target_id: Annotated[
            UUID | None, strawberry.argument(description="Only those of this target.")
        ] = None,
        agent_id: OfAgent = None,
        dispositions: Annotated[
            list[Disposition] | None,
            strawberry.argument(description="Only those that ended in one of these ways."),
        ] = None,
        since: Since = None,
        until: Until = None,
        first: First = 50,
        after: After = None,
    ) -> Connection[Attempt]:
        query = service.visible_attempts(
            info.context.principal,
            campaign_id=campaign_id,
            target_id=target_id,
            agent_id=agent_id,
            dispositions=dispositions or (),
            since=since,
            until=until,
        )
        page = await page_of(query, service.ATTEMPTS_NEWEST_FIRST, PageRequest(first, after))
        return connection_of(page, Attempt.of, count=query.count)

    @strawberry.field(description="One attempt.", extensions=[requires(Permission.CALL_VIEW)])
    async def attempt(
        self, info: Info, id: Annotated[UUID, strawberry.argument(description="The attempt.")]
    ) -> Attempt:
        return Attempt.of(await service.access_attempt(info.context.principal, id))

    @strawberry.field(
        description="Conversations, newest first.", extensions=[requires(Permission.CALL_VIEW)]
    )
    async def calls(
        self,
        info: Info,
        campaign_id: OfCampaign = None,
        agent_id: OfAgent = None,
        direction: Annotated[
            CallDirection | None, strawberry.argument(description="Only those that way.")
        ] = None,
        up: Annotated[
            bool | None, strawberry.argument(description="Only those that are up, or over.")
        ] = None,
        since: Since = None,
        until: Until = None,
        first: First = 50,
        after: After = None,
    ) -> Connection[Call]:
        query = service.visible_calls(
            info.context.principal,
            campaign_id=campaign_id,
            agent_id=agent_id,
            direction=direction,
            up=up,
            since=since,
            until=until,
        )
        page = await page_of(query, service.CALLS_NEWEST_FIRST, PageRequest(first, after))
        return connection_of(page, Call.of, count=query.count)

    @strawberry.field(description="One call.", extensions=[requires(Permission.CALL_VIEW)])
    async def call(
        self, info: Info, id: Annotated[UUID, strawberry.argument(description="The call.")]
    ) -> Call:
        return Call.of(await service.access_call(info.context.principal, id))

    @strawberry.field(
        description="What happened in an attempt or call, in order; at most 500.",
        extensions=[requires(Permission.CALL_VIEW)],
    )
    async def call_timeline(
        self,
        info: Info,
        id: Annotated[UUID, strawberry.argument(description="The attempt or call.")],
    ) -> list[CallEvent]:
        rows = await service.timeline(info.context.principal, id)
        return [CallEvent.of(row) for row in rows]
