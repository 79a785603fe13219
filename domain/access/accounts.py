"""Opening an account and limiting it: what the operator does, and nobody who is signed in."""

import re
import secrets
from dataclasses import dataclass

from domain.access import audit
from domain.access.errors import AccountUnknown, SlugTaken
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

MOST_TARGETS = 2_147_483_647  # what the column holds
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


@dataclass(frozen=True, slots=True)
class Limited:
    """An account whose limit of targets was set, and what it was before."""

    account: Account
    before: int | None


async def limit_targets(slug: str, limit: int | None, *, clock: Clock) -> Limited:
    """Let the account hold so many targets at most; None: any number. Holds at once.

    Raises InvalidInput and AccountUnknown.
    """
    problems = Problems()
    if limit is not None:
        problems.between("limit", limit, 0, MOST_TARGETS)
    problems.refuse_any()
    async with in_transaction():
        # The lock that additions take to count, so none of them ends under the old limit.
        account = await Account.filter(slug=slug).select_for_update(no_key=True).first()
        if account is None:
            raise AccountUnknown(slug)
        before, account.target_limit = account.target_limit, limit
        await account.save(update_fields=["target_limit"])
        if before != limit:
            await audit.record(
                _operator_of(account),
                "accountLimit",
                subject_type="account",
                subject_id=account.id,
                difference=audit.difference({"targetLimit": before}, {"targetLimit": limit}),
                at=clock.now(),
            )
    return Limited(account, before)


def _operator_of(account: Account) -> Principal:
    """Who runs the server has no row; the entry stands under the account itself."""
    return Principal(
        kind=PrincipalKind.SYSTEM,
        id=account.id,
        account_id=account.id,
        name="Operator",
        permissions=frozenset(),
    )
