"""What can be asked about who is signed in."""

import strawberry

from schema.access.types import Viewer
from schema.context import Info
from schema.guards import signed_in


@strawberry.type
class AccessQueries:
    @strawberry.field(description="Who is asking.", extensions=[signed_in()])
    async def viewer(self, info: Info) -> Viewer:
        return Viewer.of(info.context.principal)
