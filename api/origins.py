"""Where a request comes from, and whose token it brings."""

from collections.abc import Set
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from schema.context import RequestFacts

BEARER = "bearer "


def token_of(authorization: str | None) -> str | None:
    """The token of an `Authorization` value, or None for anything but one bearer token."""
    if authorization is None or authorization[: len(BEARER)].lower() != BEARER:
        return None
    token = authorization[len(BEARER) :].strip()
    return token if token and token.isascii() and len(token) <= 512 else None


def facts_of(connection: HTTPConnection) -> RequestFacts:
    """The client's address (uvicorn reads it from trusted proxies) and program."""
    return RequestFacts(
        address=connection.client.host if connection.client else "",
        user_agent=connection.headers.get("user-agent", "")[:200],
    )


def is_foreign(connection: HTTPConnection, origins: Set[str]) -> bool:
    """Whether a page of another origin asks that is not let in. Programs send no origin."""
    origin = connection.headers.get("origin")
    if origin is None or "*" in origins or origin in origins:
        return False
    return urlsplit(origin).netloc != connection.headers.get("host", "")
