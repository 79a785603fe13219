"""Ending calls."""

from typing import Annotated
from uuid import UUID

import strawberry

from domain.access.permissions import Permission
from domain.calls import service
from schema.agents.refusals import NothingOnTheLine
from schema.calls.refusals import CallOver
from schema.context import Info
from schema.guards import requires
from schema.refusals import FloorUnavailable, NotFound


@strawberry.type(description="The floor is ending the call; the end comes by subscription.")
class CallHangUpRequested:
    id: UUID = strawberry.field(description="The attempt or call.")


CallHangUpResult = Annotated[
    CallHangUpRequested | NotFound | CallOver | NothingOnTheLine | FloorUnavailable,
    strawberry.union("CallHangUpResult", description="The call's id, or why not."),
]


@strawberry.type
class CallMutations:
    @strawberry.mutation(
        description="End an attempt or call that is under way.",
        extensions=[requires(Permission.CALL_CONTROL)],
    )
    async def call_hang_up(
        self,
        info: Info,
        id: Annotated[UUID, strawberry.argument(description="The attempt or call.")],
    ) -> CallHangUpResult:
        ctx = info.context
        return CallHangUpRequested(id=await service.hang_up(ctx.principal, id, ports=ctx.ports))
