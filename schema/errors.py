"""What may stand in the `errors` of an answer: a bad query, not allowed, or our own bug.

Refusals of mutations are data (schema/refusals.py). Where no union can carry them (queries, lists,
subscriptions) they stand here too, with their code. Everything else is hidden behind a reference
that is also in the log; the log never has the text of an exception, for it may hold a number.
"""

import secrets
import traceback
from logging import getLogger
from math import ceil

from graphql import GraphQLError
from strawberry.extensions import MaskErrors

from domain.core.errors import DomainError, NotAllowed, Unavailable
from domain.core.outages import DATABASE_AWAY, DatabaseUnavailable

logger = getLogger(__name__)


class Unauthenticated(GraphQLError):
    """Nobody is signed in, or the token is not in force any more."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(
            message or "Sign in first: send the header `Authorization: Bearer <token or API key>`.",
            extensions={"code": "UNAUTHENTICATED"},
        )


class Forbidden(GraphQLError):
    """Somebody is signed in, but may not ask this."""

    def __init__(self, error: NotAllowed) -> None:
        super().__init__(
            error.message, extensions={"code": error.code, "permission": error.permission}
        )


class RateLimited(GraphQLError):
    """This key or session asks too often."""

    def __init__(self, retry_after_s: float) -> None:
        self.retry_after_s = max(1, ceil(retry_after_s))
        super().__init__(
            f"Nothing was done: too many requests. Ask again in {self.retry_after_s} seconds.",
            extensions={"code": "RATE_LIMITED", "retryAfterSeconds": self.retry_after_s},
        )


class SpokenErrors(MaskErrors):
    """Lets through what we say on purpose, each with a code, and hides the rest."""

    def _process_errors(self, errors: list[GraphQLError]) -> list[GraphQLError]:
        return [spoken(error) for error in errors]


def spoken(error: GraphQLError) -> GraphQLError:
    """The error as a client may see it."""
    cause = error.original_error
    if isinstance(cause, DATABASE_AWAY):
        cause = DatabaseUnavailable()
        error = GraphQLError(str(cause), nodes=error.nodes, path=error.path, original_error=cause)
    if cause is None or isinstance(cause, GraphQLError):
        error.extensions = {"code": "BAD_REQUEST", **(error.extensions or {})}
        return error
    if isinstance(cause, DomainError | Unavailable):
        error.extensions = {"code": cause.code}
        return error
    reference = secrets.token_hex(4)
    logger.error(
        "internal error %s at %s: %s\n%s",
        reference,
        ".".join(str(step) for step in error.path or ()),
        type(cause).__name__,
        "".join(traceback.format_tb(cause.__traceback__)),
    )
    return GraphQLError(
        f"Something went wrong on our side. Quote the reference {reference} when you report it.",
        nodes=error.nodes,
        path=error.path,
        extensions={"code": "INTERNAL", "reference": reference},
    )
