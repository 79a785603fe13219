"""What can be followed about imports."""

from collections.abc import AsyncGenerator
from typing import Annotated
from uuid import UUID

import msgspec
import strawberry

from domain.access.permissions import Permission
from domain.core.bus import Signal
from domain.targets.events import ImportProgressed, import_topic
from domain.targets.imports import ENDED, access_import
from domain.targets.progress import progress_of
from schema.context import Info
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
        # Listen first, then read: what is said between the two must not be lost.
        async with ctx.ports.bus.listen(import_topic(id)) as heard:
            said = progress_of(await access_import(ctx.principal, id))
            yield ImportProgress.of(said)
            if said.state in ENDED:
                return
            async for delivery in heard:
                if delivery.signal is Signal.MESSAGE:
                    said = msgspec.json.decode(delivery.payload, type=ImportProgressed)
                else:
                    said = progress_of(await access_import(ctx.principal, id))
                yield ImportProgress.of(said)
                if said.state in ENDED:
                    return
