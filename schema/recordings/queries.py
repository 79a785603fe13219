"""What can be asked about recordings."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from domain.access.permissions import Permission
from domain.core.pages import PageRequest, page_of
from domain.recordings import service
from domain.recordings.rules import RecordingKind
from schema.connections import After, Connection, First, connection_of
from schema.context import Info
from schema.guards import requires
from schema.recordings.types import Recording


@strawberry.type
class RecordingQueries:
    @strawberry.field(
        description="Recordings, newest first.",
        extensions=[requires(Permission.RECORDING_VIEW)],
    )
    async def recordings(
        self,
        info: Info,
        call_id: Annotated[
            UUID | None, strawberry.argument(description="Only of this call.")
        ] = None,
        campaign_id: Annotated[
            UUID | None, strawberry.argument(description="Only of this campaign.")
        ] = None,
        agent_id: Annotated[
            UUID | None, strawberry.argument(description="Only of this agent.")
        ] = None,
        kind: Annotated[
            RecordingKind | None, strawberry.argument(description="Only of this part of calls.")
        ] = None,
        since: Annotated[
            datetime | None, strawberry.argument(description="Begun then or later.")
        ] = None,
        until: Annotated[datetime | None, strawberry.argument(description="Begun before.")] = None,
        first: First = 50,
        after: After = None,
    ) -> Connection[Recording]:
        query = service.visible_recordings(
            info.context.principal,
            call_id=call_id,
            campaign_id=campaign_id,
            agent_id=agent_id,
            kind=kind,
            since=since,
            until=until,
        )
        page = await page_of(query, service.NEWEST_FIRST, PageRequest(first, after))
        return connection_of(page, Recording.of, count=query.count)

    @strawberry.field(
        description="One recording.", extensions=[requires(Permission.RECORDING_VIEW)]
    )
    async def recording(
        self, info: Info, id: Annotated[UUID, strawberry.argument(description="The recording.")]
    ) -> Recording:
        return Recording.of(await service.access_recording(info.context.principal, id))
