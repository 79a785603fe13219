"""Files of contacts without GraphQL: `POST /imports`, and the templates to fill in.

    curl -H "Authorization: Bearer KEY" -F campaign=ID -F country=IL -F file=@list.xlsx /imports
    curl -H "Authorization: Bearer KEY" --data-binary @list.xlsx "/imports?campaign=ID&country=IL"

Answers 202 with the import, or a 4xx with `code` and `message`. The second form is written to the
store as it comes in; the first lies on the disk in between.
"""

from collections.abc import AsyncIterator, Mapping
from typing import Any
from uuid import UUID

import orjson
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.answers import BadRequest
from api.bodies import bounded
from api.callers import caller_of
from api.door import Door
from domain.access.principal import Principal
from domain.campaigns.errors import CampaignClosed
from domain.core import errors
from domain.core.files import FileTooLarge
from domain.targets.imports import ImportOptions, begin_import
from domain.targets.models import TargetImport
from domain.targets.templates import TEMPLATES
from schema.errors import RateLimited

UPLOAD_CHUNK_BYTES = 256 * 1024
FIELDS = ("campaign", "country", "priority", "batchName", "fileName")

_STATUS: dict[type[errors.DomainError], int] = {
    errors.NotFound: 404,
    errors.NotAllowed: 403,
    FileTooLarge: 413,
    CampaignClosed: 409,
}
REFUSED = 422  # every other refusal: the request was understood, its content is wrong


def import_routes(door: Door) -> list[BaseRoute]:
    """The routes of this module."""
    imports = Imports(door)
    return [
        Route("/imports", imports.start, methods=["POST"]),
        Route("/imports/template.{kind}", imports.template, methods=["GET"]),
    ]


class Imports:
    """What stands behind `/imports`."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def start(self, http: Request) -> Response:
        """Store the body and begin to import it."""
        try:
            caller = await caller_of(http, self._door)
            if caller.principal is None:
                raise BadRequest(
                    401,
                    "Sign in first: send the header `Authorization: Bearer <token or API key>`.",
                    code="UNAUTHENTICATED",
                    www_authenticate="Bearer",
                )
            row = await self._begin(http, caller.principal)
        except BadRequest as error:
            return _refused(error.status, error.code, error.message, error.headers)
        except RateLimited as error:
            headers = {"retry-after": str(error.retry_after_s)}
            return _refused(429, "RATE_LIMITED", str(error), headers)
        except errors.DomainError as error:
            return _refused(_status(error), error.code, error.message)
        except errors.Unavailable as error:
            return _refused(503, error.code, str(error), {"retry-after": "2"})
        except ClientDisconnect:
            return Response(status_code=400)  # nobody is there to read it
        return _json(202, _shown(row))

    async def _begin(self, http: Request, principal: Principal) -> TargetImport:
        limit = self._door.settings.upload_limit
        length = http.headers.get("content-length", "")
        if length.isdecimal() and int(length) > limit:
            raise FileTooLarge(limit)
        kind = http.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "multipart/form-data":
            fields = {name: http.query_params.get(name, "") for name in FIELDS}
            return await self._import(principal, fields, fields["fileName"], http.stream())
        parser = MultiPartParser(
            http.headers,
            bounded(http, limit, f"The upload is larger than {limit // 1_000_000} MB."),
            max_files=1,
            max_fields=10,
        )
        try:
            form = await parser.parse()
        except (MultiPartException, KeyError, UnicodeDecodeError) as error:
            raise BadRequest(400, "The body is not well-formed multipart/form-data.") from error
        try:
            file = form.get("file")
            if not isinstance(file, UploadFile):
                raise BadRequest(400, "Send the file as the part `file`.")
            texts = {name: form.get(name) or http.query_params.get(name, "") for name in FIELDS}
            fields = {name: text for name, text in texts.items() if isinstance(text, str)}
            return await self._import(principal, fields, file.filename or "", _chunks(file))
        finally:
            await form.close()

    async def _import(
        self,
        principal: Principal,
        fields: Mapping[str, str],
        file_name: str,
        chunks: AsyncIterator[bytes],
    ) -> TargetImport:
        priority = fields.get("priority") or "5"
        options = ImportOptions(
            country=fields.get("country") or None,
            priority=int(priority) if priority.isdecimal() else 0,
            batch_name=fields.get("batchName", ""),
        )
        return await begin_import(
            principal,
            _id(fields.get("campaign", "")),
            options,
            file_name=file_name,
            chunks=chunks,
            limit=self._door.settings.upload_limit,
            ports=self._door.ports,
        )

    async def template(self, http: Request) -> Response:
        """The file to fill in. It holds nothing of anybody's, so nobody need sign in."""
        template = TEMPLATES.get(http.path_params["kind"])
        if template is None:
            kinds = ", ".join(TEMPLATES)
            return _refused(404, "NOT_FOUND", f"There is no such template. Take one of {kinds}.")
        headers = {"content-disposition": f'attachment; filename="targets.{template.kind}"'}
        return Response(template.content(), headers=headers, media_type=template.media_type)


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise BadRequest(400, "Name the campaign: `campaign` must be its id.") from None


def _status(error: errors.DomainError) -> int:
    return next((code for kind, code in _STATUS.items() if isinstance(error, kind)), REFUSED)


def _shown(row: TargetImport) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "campaignId": str(row.campaign_id),
        "fileName": row.file_name,
        "fileKind": row.kind.name,
        "state": row.state.name,
    }


def _refused(
    status: int, code: str, message: str, headers: Mapping[str, str] | None = None
) -> Response:
    return _json(status, {"code": code, "message": message}, headers)


def _json(
    status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> Response:
    return Response(orjson.dumps(body), status, headers, "application/json")


async def _chunks(file: UploadFile) -> AsyncIterator[bytes]:
    while chunk := await file.read(UPLOAD_CHUNK_BYTES):
        yield chunk
