"""Which media type to answer with (RFC 9110 §12.5.1)."""

from collections.abc import Sequence

from api.answers import BadRequest

GRAPHQL_RESPONSE = "application/graphql-response+json"
JSON = "application/json"
EVENT_STREAM = "text/event-stream"
HTML = "text/html"


def chosen(accept: str | None, offered: Sequence[str], method: str) -> str:
    """One of `offered`, or HTML for a browser that opens the address. Raises BadRequest 406.

    Whoever takes anything gets application/json, as the specification asks for.
    """
    wanted = _wanted(accept or "*/*")
    if method == "GET" and wanted.get(HTML, 0.0) > 0:
        return HTML
    best = max(offered, key=lambda media: wanted.get(media, 0.0))
    if wanted.get(best, 0.0) > 0:
        return best
    if max(wanted.get("*/*", 0.0), wanted.get("application/*", 0.0)) > 0 and JSON in offered:
        return JSON
    raise BadRequest(406, f"We answer with {' or '.join(offered)}.")


def _wanted(accept: str) -> dict[str, float]:
    """The media ranges of an Accept header with their weights; what is malformed has none."""
    found: dict[str, float] = {}
    for part in accept.lower().split(","):
        media, *parameters = (piece.strip() for piece in part.split(";"))
        weight = 1.0
        for parameter in parameters:
            name, _, value = parameter.partition("=")
            if name.strip() == "q":
                try:
                    weight = float(value)
                except ValueError:
                    weight = 0.0
            if name.strip() == "charset" and value.strip(' "') not in ("utf-8", "utf8"):
                weight = 0.0
        found[media] = max(found.get(media, 0.0), weight)
    return found
