"""Paths that are no GraphQL: who asks, and refusals as JSON with `code` and `message`."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

import orjson
from starlette.background import BackgroundTask
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, Response

from api.answers import BadRequest
from api.callers import caller_of
from api.door import Door
from domain.access.principal import Principal
from domain.campaigns.errors import CampaignClosed
from domain.core import errors
from domain.core.files import FileTooLarge
from domain.targets.errors import ExportNotReady
from domain.targets.exporting.exports import MEDIA_TYPES, ExportFile
from domain.targets.models import ExportKind
from schema.errors import RateLimited

_STATUS: dict[type[errors.DomainError], int] = {
    errors.NotFound: 404,
    errors.NotAllowed: 403,
    FileTooLarge: 413,
    CampaignClosed: 409,
    ExportNotReady: 409,
}
REFUSED = 422  # every other refusal: the request was understood, its content is wrong


async def answered(
    http: Request, door: Door, act: Callable[[Principal], Awaitable[Response]]
) -> Response:
    """What `act` answers to who asks, or the refusal that it or signing in raised."""
    try:
        caller = await caller_of(http, door)
        if caller.principal is None:
            raise BadRequest(
                401,
                "Sign in first: send the header `Authorization: Bearer <token or API key>`.",
                code="UNAUTHENTICATED",
                www_authenticate="Bearer",
            )
        return await act(caller.principal)
    except BadRequest as error:
        return refused(error.status, error.code, error.message, error.headers)
    except RateLimited as error:
        return refused(429, "RATE_LIMITED", str(error), {"retry-after": str(error.retry_after_s)})
    except errors.DomainError as error:
        return refused(_status(error), error.code, error.message)
    except errors.Unavailable as error:
        return refused(503, error.code, str(error), {"retry-after": "2"})
    except ClientDisconnect:
        return Response(status_code=400)  # nobody is there to read it


def as_id(text: str, what: str) -> UUID:
    """The id in a path or a field. Raises BadRequest."""
    try:
        return UUID(text)
    except ValueError:
        raise BadRequest(400, f"Name the {what}: `{what}` must be its id.") from None


def as_json(
    status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> Response:
    return Response(orjson.dumps(body), status, headers, "application/json")


def refused(
    status: int, code: str, message: str, headers: Mapping[str, str] | None = None
) -> Response:
    return as_json(status, {"code": code, "message": message}, headers)


def file_response(file: ExportFile, after: BackgroundTask | None = None) -> Response:
    """A file to save, sent in pieces."""
    return FileResponse(file.path, filename=file.name, media_type=file.media_type, background=after)


async def file_of_kind(
    http: Request, write: Callable[[ExportKind], Awaitable[ExportFile]]
) -> Response:
    """A file of the kind that the path names, written for this answer and removed after it.

    Raises NotFound for a kind that is never written.
    """
    kind = http.path_params["kind"]
    if kind not in MEDIA_TYPES:
        raise errors.NotFound("file of kind", kind)
    file = await write(ExportKind(kind))
    return file_response(file, BackgroundTask(file.path.unlink, missing_ok=True))


def _status(error: errors.DomainError) -> int:
    return next((code for kind, code in _STATUS.items() if isinstance(error, kind)), REFUSED)
