"""GraphQL over HTTP, as https://graphql.github.io/graphql-over-http/draft/ says.

With `application/graphql-response+json` a request that could not be run gets a 4xx; with the old
`application/json` it gets 200, because old clients read `errors` only then.
"""

import time
from collections.abc import Mapping
from typing import Any

from graphql import ExecutionResult, GraphQLError, OperationType
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.accept import GRAPHQL_RESPONSE, HTML, JSON, chosen
from api.answers import BadRequest, asked_of, errors_only, is_request_error, parsed, written
from api.bodies import bounded
from api.callers import Caller, caller_of
from api.door import Door
from api.pages import graphiql
from api.uploads import with_files
from domain.core.errors import Unavailable
from schema.context import Context
from schema.engine import NoSuchOperation, Request
from schema.errors import RateLimited, spoken

ALLOWED = "GET, POST"


class GraphQLOverHttp:
    """The ASGI application behind `/graphql` for GET and POST."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        http = HttpRequest(scope, receive)
        began = time.perf_counter()
        kind, media = "none", JSON
        try:
            media = chosen(http.headers.get("accept"), (GRAPHQL_RESPONSE, JSON), http.method)
            if media == HTML:
                response: Response = graphiql()
            else:
                caller = await caller_of(http, self._door)
                request = await read_request(http, self._door)
                kind, result = await self._run(http, request, caller)
                response = _response(result, media)
                _challenge(response, result, caller)
        except BadRequest as error:
            response = bad(error, media)
        except RateLimited as error:
            headers = {"retry-after": str(error.retry_after_s)}
            response = Response(errors_only(error), 429, headers, media)
        except Unavailable as error:
            said = GraphQLError(str(error), extensions={"code": error.code})
            response = Response(errors_only(said), 503, {"retry-after": "2"}, media)
        except ClientDisconnect:
            return
        except Exception as error:  # a client must hear of our bug in a form that it reads
            said = spoken(GraphQLError(str(error), original_error=error))
            response = Response(errors_only(said), 500, media_type=media)
        outcome = str(response.status_code)
        self._door.metrics.requests.labels(kind, outcome).inc()
        self._door.metrics.seconds.labels(kind).observe(time.perf_counter() - began)
        await response(scope, receive, send)

    async def _run(
        self, http: HttpRequest, request: Request, caller: Caller
    ) -> tuple[str, ExecutionResult]:
        prepared = self._door.engine.prepare(request.query)
        if prepared.document is None:
            return "none", ExecutionResult(None, prepared.errors)
        try:
            operation = prepared.operation(request.operation_name)
        except NoSuchOperation as error:
            return "none", ExecutionResult(None, [*prepared.errors, error])
        kind = operation.operation.value
        if operation.operation is OperationType.SUBSCRIPTION:
            raise BadRequest(
                405 if http.method == "GET" else 400,
                "Subscriptions go over a WebSocket (graphql-transport-ws) here, or as a stream of "
                "events over /graphql/stream.",
                allow=ALLOWED,
            )
        if operation.operation is OperationType.MUTATION and http.method == "GET":
            raise BadRequest(405, "A mutation needs POST.", allow="POST")
        context = Context(
            caller.principal,
            self._door.ports,
            self._door.throttle,
            caller.facts,
            upload_limit=self._door.settings.upload_limit,
        )
        return kind, await self._door.engine.execute(request, context)


async def read_request(http: HttpRequest, door: Door) -> Request:
    """The GraphQL request in a GET or a POST. Raises BadRequest."""
    if http.method == "GET":
        return asked_of(_of_query(http.query_params))
    if http.method != "POST":
        raise BadRequest(405, "Ask with POST, or with GET for queries.", allow=ALLOWED)
    kind, _, parameters = http.headers.get("content-type", "").lower().partition(";")
    kind = kind.strip()
    if kind == "multipart/form-data":
        return await with_files(http, limit=door.settings.upload_limit)
    if kind != JSON:
        raise BadRequest(415, "The body must be application/json, or multipart/form-data.")
    charset = dict(
        (name.strip(), value.strip(' "'))
        for name, _, value in (part.partition("=") for part in parameters.split(";"))
    ).get("charset", "utf-8")
    if charset not in ("utf-8", "utf8"):
        raise BadRequest(415, "The body must be in UTF-8.")
    return asked_of(parsed(await read_body(http, door.settings.body_limit), "The body"))


async def read_body(http: HttpRequest, limit: int) -> bytes:
    """The body. Raises BadRequest 413 as soon as it is known to be too large."""
    body = bytearray()
    async for chunk in bounded(http, limit, f"The body is larger than {limit:,} bytes."):
        body += chunk
    return bytes(body)


def _of_query(parameters: Mapping[str, str]) -> dict[str, Any]:
    body: dict[str, Any] = {
        name: parameters[name] for name in ("query", "operationName") if name in parameters
    }
    for name in ("variables", "extensions"):
        if parameters.get(name):
            body[name] = parsed(parameters[name], f"`{name}`")
    return body


def bad(error: BadRequest, media: str) -> Response:
    """The answer to what was no well-formed request."""
    said = GraphQLError(error.message, extensions={"code": error.code})
    return Response(errors_only(said), error.status, error.headers, media)


def _response(result: ExecutionResult, media: str) -> Response:
    status = 400 if media == GRAPHQL_RESPONSE and is_request_error(result) else 200
    return Response(written(result), status, media_type=f"{media}; charset=utf-8")


def _challenge(response: Response, result: ExecutionResult, caller: Caller) -> None:
    """401 when there was nothing but the want of a token, for those who read the status."""
    if caller.principal is None and result.data is None and result.errors:
        codes = {(error.extensions or {}).get("code") for error in result.errors}
        if codes == {"UNAUTHENTICATED"}:
            response.headers["www-authenticate"] = "Bearer"
            if response.media_type and response.media_type.startswith(GRAPHQL_RESPONSE):
                response.status_code = 401
