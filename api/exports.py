"""Files of targets, fetched: `GET /exports/{id}`."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.door import Door
from api.plain import answered, as_id, file_response
from domain.access.principal import Principal
from domain.targets.exporting.exports import export_file


def export_routes(door: Door) -> list[BaseRoute]:
    """The routes of this module."""

    async def fetch(http: Request) -> Response:
        async def found(principal: Principal) -> Response:
            id = as_id(http.path_params["id"], "export")
            return file_response(await export_file(principal, id, ports=door.ports))

        return await answered(http, door, found)

    return [Route("/exports/{id}", fetch, methods=["GET"])]
