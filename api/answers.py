"""How an answer is written, and what a client is told that sent no GraphQL."""

from typing import Any

import orjson
from graphql import ExecutionResult, GraphQLError

from schema.engine import Request


class BadRequest(Exception):
    """Not a well-formed GraphQL request. `status` is HTTP's."""

    def __init__(
        self, status: int, message: str, *, code: str = "BAD_REQUEST", **headers: str
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


def asked_of(body: object) -> Request:
    """The request in a parsed JSON body. Raises BadRequest naming the wrong member."""
    if not isinstance(body, dict):
        if isinstance(body, list):
            raise BadRequest(400, "Batches are switched off: send one operation per request.")
        raise BadRequest(400, "The body must be a JSON object with `query`.")
    query, variables = body.get("query"), body.get("variables")
    name, extensions = body.get("operationName"), body.get("extensions")
    if not isinstance(query, str) or not query.strip():
        raise BadRequest(400, "`query` must be a string with a GraphQL document.")
    if variables is not None and not isinstance(variables, dict):
        raise BadRequest(400, "`variables` must be an object.")
    if name is not None and not isinstance(name, str):
        raise BadRequest(400, "`operationName` must be a string.")
    if extensions is not None and not isinstance(extensions, dict):
        raise BadRequest(400, "`extensions` must be an object.")
    return Request(query, variables, name or None)


def parsed(text: bytes | str, what: str) -> object:
    """JSON, or BadRequest."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise BadRequest(400, f"{what} is not JSON in UTF-8.") from None


def is_request_error(result: ExecutionResult) -> bool:
    """Whether nothing was executed: no error has a path then, and `data` must be left out."""
    return result.data is None and not any(error.path for error in result.errors or ())


def written(result: ExecutionResult) -> bytes:
    """The answer as JSON in UTF-8; errors first, so that nobody overlooks them."""
    body: dict[str, Any] = {}
    if result.errors:
        body["errors"] = [error.formatted for error in result.errors]
    if not is_request_error(result):
        body["data"] = result.data
    return orjson.dumps(body)


def errors_only(*errors: GraphQLError) -> bytes:
    """An answer that is nothing but errors."""
    return orjson.dumps({"errors": [error.formatted for error in errors]})
