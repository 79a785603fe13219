"""Refusals of signing in and of managing who may.

DomainError
├── SignInFailed          account, name or secret is wrong; which one is never said
├── TooManySignIns        too many tries failed; `retry_after_s`
├── SlugTaken             another account has it
├── AccountUnknown        no account of this server has the slug
├── EmailTaken            another user of the account has it
└── LastAdmin             the account would be left without an administrator
"""

from math import ceil

from domain.core.errors import DomainError


class SignInFailed(DomainError):
    """The account, the name or the secret is wrong. All three look and take the same."""

    code = "SIGN_IN_FAILED"

    def __init__(self) -> None:
        super().__init__(
            "Not signed in: the account, the e-mail address or code, or the password or PIN is "
            "wrong. Check them, or ask an administrator for a new password or PIN."
        )


class TooManySignIns(DomainError):
    """Too many tries failed for this name or from this address."""

    code = "TOO_MANY_SIGN_INS"

    def __init__(self, retry_after_s: float) -> None:
        self.retry_after_s = max(1, ceil(retry_after_s))
        super().__init__(
            f"Not signed in: too many tries failed. Try again in {self.retry_after_s} seconds."
        )


class SlugTaken(DomainError):
    """Another account of this server is signed in to with this slug."""

    code = "SLUG_TAKEN"

    def __init__(self, slug: str) -> None:
        super().__init__(
            f"No account was opened: another one of this server has the slug {slug}. "
            "Choose another slug."
        )
        self.slug = slug


class AccountUnknown(DomainError):
    """No account of this server is signed in to with this slug. Said to the operator alone."""

    code = "ACCOUNT_UNKNOWN"

    def __init__(self, slug: str) -> None:
        super().__init__(
            f"Nothing was changed: no account of this server has the slug {slug}. Check the slug."
        )
        self.slug = slug


class EmailTaken(DomainError):
    """Another user of the account has this e-mail address."""

    code = "EMAIL_TAKEN"

    def __init__(self) -> None:
        super().__init__(
            "Nothing was changed: another user of this account has this e-mail address. "
            "Use another one, or change that user."
        )


class LastAdmin(DomainError):
    """The change would leave the account without an administrator."""

    code = "LAST_ADMIN"

    def __init__(self, user_id: object) -> None:
        super().__init__(
            f"Nothing was changed: user {user_id} is the last administrator of this account. "
            "Make somebody else an administrator first."
        )
        self.user_id = str(user_id)
