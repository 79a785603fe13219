"""Opening an account: the one thing that nobody who is signed in can do; the operator does it."""

import re
import secrets
from dataclasses import dataclass

from domain.access import audit
from domain.access.errors import SlugTaken
from domain.access.models import Account, User
from domain.access.permissions import Role
from domain.access.principal import Principal, PrincipalKind
from domain.access.secrets import hash_secret
from domain.access.service import (
    check_country,
    check_timezone,
    checked_email,
)
from domain.core.clock import Clock
from domain.core.problems import Problems
from domain.core.transactions import in_transaction

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Opened:
    """A new account and its first administrator. The password is kept nowhere else."""

    account: Account
    admin: User
    password: str


async def open_account(
    *,
    name: str,
    slug: str,
    email: str,
    clock: Clock,
    country: str = "US",
    timezone: str = "UTC",
) -> Opened:
    """A new account with one administrator, who may sign in at once.

    Raises InvalidInput and SlugTaken.
    """
    problems = Problems()
    name = problems.text("name", name, longest=100)
    problems.unless(
        _SLUG.fullmatch(slug) is not None, "slug", "must be 1 to 40 of a to z, 0 to 9 and hyphens"
    )
    email = checked_email(problems, email)
    check_country(problems, country)
    check_timezone(problems, timezone)
    problems.refuse_any()
    password = secrets.token_urlsafe(15)
    hashed = await hash_secret(password)
    async with in_transaction():
        if await Account.exists(slug=slug):
            raise SlugTaken(slug)
        account = await Account.create(
            name=name, slug=slug, country=country, timezone=timezone, created_at=clock.now()
        )
        admin = await User.create(
            account=account,
            email=email,
            name=name,
            role=Role.ADMIN,
            password_hash=hashed,
            created_at=clock.now(),
        )
        after = {"name": name, "slug": slug, "country": country, "timezone": timezone}
        await audit.record(
            Principal(
                kind=PrincipalKind.USER,
                id=admin.id,
                account_id=account.id,
                name=admin.name,
                permissions=frozenset(),
            ),
            "accountCreate",
            subject_type="account",
            subject_id=account.id,
            difference=audit.difference({}, after),
            at=clock.now(),
        )
    return Opened(account, admin, password)
