"""An agent's desk, live."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

import strawberry

from domain.access.permissions import Permission
from domain.calls import desk
from schema.calls.desk import DeskUpdate
from schema.context import Info
from schema.guards import requires


@strawberry.type
class CallSubscriptions:
    @strawberry.subscription(
        description="What the viewer's own desk must show: the state, the pop and the call of "
        "now first, "
        "then whatever happens. With `after`, what happened since that cursor instead: nothing "
        "is missed and nothing repeated.",
        extensions=[requires(Permission.DESK)],
    )
    async def desk_events(
        self,
        info: Info,
        after: Annotated[
            str | None,
            strawberry.argument(description="The newest cursor that was seen; null: from now."),
        ] = None,
    ) -> AsyncGenerator[DeskUpdate, None]:
        ctx = info.context
        following = desk.follow_desk(ctx.principal, after=after, ports=ctx.ports)
        async with aclosing(following) as news:
            async for heard in news:
                yield DeskUpdate.of(heard)
