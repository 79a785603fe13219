"""Files in GraphQL requests: https://github.com/jaydenseric/graphql-multipart-request-spec."""

from typing import Any

from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request as HttpRequest

from api.answers import BadRequest, asked_of, parsed
from api.bodies import bounded
from domain.core.files import DISK_GONE, FilesUnavailable
from schema.engine import Request

MAX_FILES = 5


async def form_of(
    http: HttpRequest, *, limit: int, max_files: int, max_fields: int, max_part_size: int = 1 << 20
) -> FormData:
    """A form with files, which lie on the disk where they are large.

    Raises BadRequest, and FilesUnavailable where that disk is full.
    """
    parser = MultiPartParser(
        http.headers,
        bounded(http, limit, f"The upload is larger than {limit // 1_000_000} MB."),
        max_files=max_files,
        max_fields=max_fields,
        max_part_size=max_part_size,
    )
    try:
        return await parser.parse()
    except (MultiPartException, KeyError, UnicodeDecodeError) as error:
        raise BadRequest(400, "The body is not well-formed multipart/form-data.") from error
    except OSError as error:
        if error.errno in DISK_GONE:
            raise FilesUnavailable from error
        raise


async def with_files(http: HttpRequest, *, limit: int) -> Request:
    """The request with its files in the variables, as Starlette's UploadFile. Raises BadRequest.

    Large files lie on the disk, not in memory, and go when the request has ended.
    """
    form = await form_of(
        http,
        limit=limit,
        max_files=MAX_FILES,
        max_fields=2 + MAX_FILES,
        max_part_size=1_000_000,
    )
    operations, places = form.get("operations"), form.get("map")
    if not isinstance(operations, str) or not isinstance(places, str):
        raise BadRequest(400, "`operations` and `map` must come before the files.")
    body, map_ = parsed(operations, "`operations`"), parsed(places, "`map`")
    request = asked_of(body)
    if not isinstance(map_, dict):
        raise BadRequest(400, "`map` must be an object.")
    for name, paths in map_.items():
        file = form.get(name)
        if not isinstance(file, UploadFile):
            raise BadRequest(400, "`map` names a file that was not sent.")
        if not isinstance(paths, list) or not paths:
            raise BadRequest(400, "`map` must give each file a list of places.")
        for path in paths:
            _put(body, path, file)
    return request


def _put(body: Any, path: object, file: UploadFile) -> None:
    """Put a file where the null stands that `path` names."""
    keys = path.split(".") if isinstance(path, str) else []
    place = body
    try:
        if len(keys) < 2 or keys[0] != "variables":
            raise KeyError
        for key in keys[:-1]:
            place = place[int(key)] if isinstance(place, list) else place[key]
        last: Any = int(keys[-1]) if isinstance(place, list) else keys[-1]
        if place[last] is not None:
            raise KeyError
        place[last] = file
    except (KeyError, IndexError, ValueError, TypeError):
        raise BadRequest(
            400, "`map` must name places in `variables` that are null in `operations`."
        ) from None
