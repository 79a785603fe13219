"""GraphiQL from our own files: no page of ours loads anything from another host."""

from pathlib import Path

from starlette.responses import FileResponse, HTMLResponse, Response

FOLDER = Path(__file__).parent / "graphiql_files"
CONTENT_SECURITY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' "
    "data:; img-src 'self' data:; connect-src 'self' ws: wss:; worker-src 'self' blob:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
TO_BUILD = (
    "<!doctype html><title>Outdial</title><p>This is a GraphQL endpoint. Its explorer is not built "
    "yet: run <code>make graphiql</code>."
)


def graphiql() -> Response:
    """The page, or how to build it."""
    page = FOLDER / "index.html"
    headers = {"content-security-policy": CONTENT_SECURITY, "vary": "accept"}
    if not page.is_file():
        return HTMLResponse(TO_BUILD, headers=headers)
    return FileResponse(page, media_type="text/html", headers=headers)
