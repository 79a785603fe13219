"""What can be followed about imports."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated
from uuid import UUID

import strawberry

from domain.access.permissions import Permission
from domain.targets.events import ImportProgressed, import_topic
from domain.targets.importing.imports import ENDED, access_import
from domain.targets.progress import progress_of
from schema.context import Info
from schema.following import follow
from schema.guards import requires
from schema.sharing import Share, shared
from schema.targets.types import ImportProgress


@strawberry.type
class TargetSubscriptions:
    @strawberry.subscription(
        description="How far an import is: now, then at most twice a second, until it is over.",
        extensions=[requires(Permission.TARGET_VIEW), shared(Share.LATEST)],
    )
    async def target_import_progress(
        self, info: Info, id: Annotated[UUID, strawberry.argument(description="The import.")]
    ) -> AsyncGenerator[ImportProgress, None]:
        ctx = info.context

        async def read() -> ImportProgressed:
            return progress_of(await access_import(ctx.principal, id))

        following = follow(
            ctx.ports.bus,
            import_topic(id),
            read=read,
            is_over=lambda said: said.state in ENDED,
            heard=ImportProgressed,
        )
        async with aclosing(following) as news:
            async for said in news:
                yield ImportProgress.of(said)
