"""Pages of our own: GraphiQL and the console. No page loads anything from another host.

Both are built from frontend_contracts/ (npm) and lie there; without a build the rest still serves.
"""

from pathlib import Path

from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

CONTRACTS = Path(__file__).resolve().parent.parent / "frontend_contracts"
GRAPHIQL = CONTRACTS / "graphiql" / "dist"
CONSOLE = CONTRACTS / "console" / "dist"
CONTENT_SECURITY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' "
    "data:; img-src 'self' data:; media-src 'self' blob:; connect-src 'self' ws: wss:; "
    "worker-src 'self' blob:; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
UNBUILT = (
    "<!doctype html><title>Outdial</title><p>This is Outdial's GraphQL endpoint. Its explorer is "
    "not built: run <code>npm ci &amp;&amp; npm run build</code> in "
    "<code>frontend_contracts/graphiql</code>."
)


def graphiql() -> Response:
    """The explorer's page, or how to build it."""
    page = GRAPHIQL / "index.html"
    headers = {"content-security-policy": CONTENT_SECURITY, "vary": "accept"}
    if not page.is_file():
        return HTMLResponse(UNBUILT, headers=headers)
    return FileResponse(page, media_type="text/html", headers=headers)


def routes() -> list[BaseRoute]:
    """Where the files of the pages are, as far as they are built."""
    found: list[BaseRoute] = []
    if GRAPHIQL.is_dir():
        found.append(Mount("/graphiql", _Built(directory=GRAPHIQL)))
    if CONSOLE.is_dir():
        found.append(Mount("/console", _Built(directory=CONSOLE, html=True)))
        found.append(Route("/", lambda _request: RedirectResponse("/console/")))
    return found


class _Built(StaticFiles):
    """Files of a build: names under assets/ have a digest, so browsers may keep those."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["content-security-policy"] = CONTENT_SECURITY
        if path.startswith("assets/"):
            response.headers["cache-control"] = "public, max-age=31536000, immutable"
        else:
            response.headers["cache-control"] = "no-cache"
        return response
