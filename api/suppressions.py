"""Do-not-call lists as files: `GET /suppressions.csv`, and what was wrong with an import.

curl -H "Authorization: Bearer KEY" -o list.xlsx SERVER/suppressions.xlsx?campaign=ID
"""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.door import Door
from api.plain import answered, as_id, file_of_kind
from domain.access.principal import Principal
from domain.suppression.files import entries_file, problems_file
from domain.targets.exporting.exports import ExportFile
from domain.targets.models import ExportKind

Write = Callable[[Principal, ExportKind], Awaitable[ExportFile]]


def suppression_routes(door: Door) -> list[BaseRoute]:
    """The routes of this module."""

    async def respond(http: Request, write: Write) -> Response:
        async def answer(principal: Principal) -> Response:
            return await file_of_kind(http, lambda kind: write(principal, kind))

        return await answered(http, door, answer)

    async def entries(http: Request) -> Response:
        async def write(principal: Principal, kind: ExportKind) -> ExportFile:
            named = http.query_params.get("campaign")
            campaign_id = as_id(named, "campaign") if named else None
            return await entries_file(principal, campaign_id, kind, ports=door.ports)

        return await respond(http, write)

    async def problems(http: Request) -> Response:
        async def write(principal: Principal, kind: ExportKind) -> ExportFile:
            id = as_id(http.path_params["id"], "import")
            return await problems_file(principal, id, kind, ports=door.ports)

        return await respond(http, write)

    return [
        Route("/suppressions.{kind}", entries, methods=["GET"]),
        Route("/suppressions/imports/{id}/problems.{kind}", problems, methods=["GET"]),
    ]
