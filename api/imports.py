"""Files of contacts without GraphQL: `POST /imports`, and the templates to fill in.

    curl -H "Authorization: Bearer KEY" -F campaign=ID -F country=IL -F file=@list.xlsx /imports
    curl -H "Authorization: Bearer KEY" --data-binary @list.xlsx "/imports?campaign=ID&country=IL"

Answers 202 with the import, or a 4xx as api/plain.py says. The second form is written to the
store as it comes in; the first lies on the disk in between.
"""

import re
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.answers import BadRequest
from api.door import Door
from api.plain import answered, as_id, as_json, file_of_kind, refused
from api.uploads import form_of
from domain.access.principal import Principal
from domain.core.files import FileTooLarge
from domain.core.problems import Problems
from domain.targets.exporting.exports import problems_file
from domain.targets.importing.imports import ImportOptions, begin_import
from domain.targets.importing.templates import TEMPLATES
from domain.targets.models import TargetImport
from domain.targets.reading.encodings import TextEncoding, encoding_named
from domain.targets.rules import DuplicatePolicy, Duplicates
from schema.uploads import chunks_of

DUPLICATES = ("duplicatesInFile", "duplicatesInCampaign", "duplicatesInAccount")
FIELDS = ("campaign", "country", "priority", "batchName", "fileName", "encoding", *DUPLICATES)


def import_routes(door: Door) -> list[BaseRoute]:
    """The routes of this module."""
    imports = Imports(door)
    return [
        Route("/imports", imports.start, methods=["POST"]),
        Route("/imports/template.{kind}", imports.template, methods=["GET"]),
        Route("/imports/{id}/problems.{kind}", imports.problems, methods=["GET"]),
    ]


class Imports:
    """What stands behind `/imports`."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def start(self, http: Request) -> Response:
        """Store the body and begin to import it."""

        async def begin(principal: Principal) -> Response:
            return as_json(202, _shown(await self._begin(http, principal)))

        return await answered(http, self._door, begin)

    async def problems(self, http: Request) -> Response:
        """The rows of an import that became no new target, as XLSX or CSV."""

        async def write(principal: Principal) -> Response:
            id = as_id(http.path_params["id"], "import")
            ports = self._door.ports
            return await file_of_kind(
                http, lambda kind: problems_file(principal, id, kind, ports=ports)
            )

        return await answered(http, self._door, write)

    async def _begin(self, http: Request, principal: Principal) -> TargetImport:
        limit = self._door.settings.upload_limit
        length = http.headers.get("content-length", "")
        if length.isdecimal() and int(length) > limit:
            raise FileTooLarge(limit)
        _known(http.query_params)
        kind = http.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "multipart/form-data":
            fields = {name: http.query_params.get(name, "") for name in FIELDS}
            return await self._import(principal, fields, fields["fileName"], http.stream())
        form = await form_of(http, limit=limit, max_files=1, max_fields=20)
        try:
            file = form.get("file")
            if not isinstance(file, UploadFile):
                raise BadRequest(400, "Send the file as the part `file`.")
            _known(name for name in form if name != "file")
            texts = {name: form.get(name) or http.query_params.get(name, "") for name in FIELDS}
            fields = {name: text for name, text in texts.items() if isinstance(text, str)}
            return await self._import(principal, fields, file.filename or "", chunks_of(file))
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
            priority=int(priority) if re.fullmatch("[0-9]{1,2}", priority) else 0,
            batch_name=fields.get("batchName", ""),
            duplicates=_duplicates([fields.get(name, "") for name in DUPLICATES]),
            encoding=_encoding(fields.get("encoding", "")),
        )
        return await begin_import(
            principal,
            as_id(fields.get("campaign", ""), "campaign"),
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
            return refused(404, "NOT_FOUND", f"There is no such template. Take one of {kinds}.")
        headers = {"content-disposition": f'attachment; filename="targets.{template.kind}"'}
        return Response(template.content(), headers=headers, media_type=template.media_type)


def _known(names: Iterable[str]) -> None:
    """Refuse a field that there is not: a country that is misspelt would be the account's."""
    if strange := sorted(set(names) - set(FIELDS)):
        raise BadRequest(400, f"There is no field {strange[0][:40]!r}. Send {', '.join(FIELDS)}.")


def _encoding(said: str) -> TextEncoding | None:
    """The encoding of text that is called so; empty: it is guessed."""
    found, problems = encoding_named(said), Problems()
    names = ", ".join(each.name for each in TextEncoding)
    problems.unless(found is not None or not said, "encoding", f"must be one of {names}")
    problems.refuse_any()
    return found


def _duplicates(said: list[str]) -> Duplicates:
    """What is done with numbers that are there already: `skip`, `update`, `allow`, or as usual."""
    usual, problems = Duplicates(), Problems()
    policies = []
    for name, text, default in zip(
        DUPLICATES, said, (usual.in_file, usual.in_campaign, usual.in_account), strict=True
    ):
        known = text.lower() in set(DuplicatePolicy)
        problems.unless(known or not text, name, "must be skip, update or allow")
        policies.append(DuplicatePolicy(text.lower()) if known else default)
    problems.refuse_any()
    return Duplicates(*policies)


def _shown(row: TargetImport) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "campaignId": str(row.campaign_id),
        "fileName": row.file_name,
        "fileKind": row.kind.name,
        "state": row.state.name,
    }
