"""Who makes a request over HTTP."""

from dataclasses import dataclass

from starlette.requests import HTTPConnection

from api.answers import BadRequest
from api.door import Door
from api.origins import facts_of, token_of
from domain.access.principal import Principal
from domain.access.tokens import Credential
from schema.context import RequestFacts


@dataclass(frozen=True, slots=True)
class Caller:
    """The one who asks. Without a credential: somebody who has not signed in."""

    credential: Credential | None
    facts: RequestFacts

    @property
    def principal(self) -> Principal | None:
        return self.credential.principal if self.credential else None


async def caller_of(http: HTTPConnection, door: Door) -> Caller:
    """Who sends this request; it is counted.

    Raises BadRequest 401 for a token that is not in force: it must never pass for nobody's.
    Raises RateLimited, and Unavailable when the database does not answer.
    """
    facts = facts_of(http)
    authorization = http.headers.get("authorization")
    credential = None
    if authorization is not None:
        token = token_of(authorization)
        credential = await door.credentials.of(token) if token is not None else None
    await door.rates.count(credential, facts.address)
    if authorization is not None and credential is None:
        raise BadRequest(
            401,
            "The token is unknown, ended or expired. Sign in again, or use another API key.",
            code="UNAUTHENTICATED",
            www_authenticate='Bearer error="invalid_token"',
        )
    return Caller(credential, facts)
