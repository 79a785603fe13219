"""Refusals of signing in and of managing who may."""

import strawberry

from domain.access import errors
from schema.refusals import Refusal, refusal


@refusal(errors.SignInFailed)
class SignInFailed(Refusal):
    """The account, the name or the secret is wrong; which one is never said."""


@refusal(errors.TooManySignIns)
class TooManySignIns(Refusal):
    """Too many tries failed for this name or from this address."""

    retry_after_s: int = strawberry.field(
        name="retryAfterSeconds", description="Whole seconds until the next try is let in."
    )


@refusal(errors.EmailTaken)
class EmailTaken(Refusal):
    """Another user of the account has this e-mail address."""


@refusal(errors.LastAdmin)
class LastAdmin(Refusal):
    """The change would leave the account without an administrator."""

    user_id: str = strawberry.field(description="The last administrator.")
