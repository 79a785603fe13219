"""The account and its users."""

import re
import zoneinfo
from collections.abc import Collection
from typing import Any
from uuid import UUID

from tortoise.queryset import QuerySet

from domain.access import audit
from domain.access.errors import EmailTaken, LastAdmin, SignInFailed, TooManySignIns
from domain.access.models import Account, SupervisedTeam, User
from domain.access.permissions import Permission, Role
from domain.access.principal import Principal, PrincipalKind
from domain.access.secrets import hash_secret, verify_secret
from domain.access.sign_in import TRIES_PER_NAME, WINDOW_S, end_sessions
from domain.core.errors import NotAllowed, NotFound
from domain.core.ports import Ports
from domain.core.problems import Problems
from domain.core.throttle import Throttle
from domain.core.unit_of_work import unit_of_work

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
PASSWORD_SHORTEST = 10  # NIST SP 800-63B asks for 8 at least; length beats rules of composition
PASSWORD_LONGEST = 200


async def access_account(principal: Principal, *, lock: bool = False) -> Account:
    """The principal's own account: there is no other way to one."""
    query = Account.filter(id=principal.account_id)
    if lock:
        query = query.select_for_update()
    account = await query.first()
    if account is None:
        raise NotFound("account", principal.account_id)
    return account


async def change_account(
    principal: Principal,
    *,
    name: str | None = None,
    country: str | None = None,
    timezone: str | None = None,
    ports: Ports,
) -> Account:
    """The account with what was given changed. Raises InvalidInput."""
    principal.require(Permission.USER_MANAGE)
    problems, changes = Problems(), dict[str, str]()
    if name is not None:
        changes["name"] = problems.text("name", name, longest=100)
    if country is not None:
        check_country(problems, country)
        changes["country"] = country
    if timezone is not None:
        check_timezone(problems, timezone)
        changes["timezone"] = timezone
    problems.refuse_any()
    async with unit_of_work(ports):
        account = await access_account(principal, lock=True)
        before = {field: getattr(account, field) for field in changes}
        account.update_from_dict(changes)
        await account.save()
        await _record(principal, "accountChange", "account", account.id, before, changes, ports)
    return account


async def access_user(principal: Principal, id: UUID, *, lock: bool = False) -> User:
    """A user of the account. Raises NotFound."""
    principal.require(Permission.USER_MANAGE)
    query = User.filter(id=id, account_id=principal.account_id)
    user = await (query.select_for_update() if lock else query).first()
    if user is None:
        raise NotFound("user", id)
    return user


def visible_users(principal: Principal, *, active: bool | None = None) -> QuerySet[User]:
    """Users of the account. Page them by `("email", "id")`."""
    principal.require(Permission.USER_MANAGE)
    query = User.filter(account_id=principal.account_id)
    return query if active is None else query.filter(deactivated_at__isnull=active)


async def create_user(
    principal: Principal, *, email: str, name: str, role: Role, password: str, ports: Ports
) -> User:
    """A new user who may sign in at once. Raises InvalidInput, EmailTaken."""
    principal.require(Permission.USER_MANAGE)
    problems = Problems()
    email = checked_email(problems, email)
    name = problems.text("name", name, longest=100)
    _check_password(problems, "password", password)
    problems.refuse_any()
    hashed = await hash_secret(password)
    async with unit_of_work(ports):
        await access_account(principal, lock=True)  # two users with one address: one at a time
        if await User.exists(account_id=principal.account_id, email=email):
            raise EmailTaken()
        user = await User.create(
            account_id=principal.account_id,
            email=email,
            name=name,
            role=role,
            password_hash=hashed,
            created_at=ports.clock.now(),
        )
        after = {"email": email, "name": name, "role": role}
        await _record(principal, "userCreate", "user", user.id, {}, after, ports)
    return user


async def change_user(
    principal: Principal,
    id: UUID,
    *,
    name: str | None = None,
    role: Role | None = None,
    teams: Collection[UUID] | None = None,
    ports: Ports,
) -> User:
    """The user with what was given changed. `teams` limits a supervisor; empty: no limit.

    A change of role or teams holds from the user's next request on. Raises NotFound, also for a
    team that is none, InvalidInput and LastAdmin.
    """
    principal.require(Permission.USER_MANAGE)
    problems, changes = Problems(), dict[str, Any]()
    if name is not None:
        changes["name"] = problems.text("name", name, longest=100)
    if role is not None:
        changes["role"] = role
    problems.unless(teams is None or len(teams) <= 100, "supervisedTeamIds", "must be at most 100")
    problems.refuse_any()
    async with unit_of_work(ports):
        account = await access_account(principal, lock=True)  # admins are counted one at a time
        user = await access_user(principal, id, lock=True)
        if role is not None and role is not Role.ADMIN:
            await _keep_an_admin(user)
        before = {field: getattr(user, field) for field in changes}
        user.update_from_dict(changes)
        await user.save()
        if teams is not None:
            before["teams"], changes["teams"] = await _limit_to_teams(account, user, teams)
        await _record(principal, "userChange", "user", user.id, before, changes, ports)
    return user


async def deactivate_user(principal: Principal, id: UUID, *, ports: Ports) -> User:
    """End a user's sessions and let nobody sign in as them. Twice changes nothing.

    Raises NotFound and LastAdmin.
    """
    principal.require(Permission.USER_MANAGE)
    async with unit_of_work(ports):
        await access_account(principal, lock=True)
        user = await access_user(principal, id, lock=True)
        if user.deactivated_at is not None:
            return user
        await _keep_an_admin(user)
        user.deactivated_at = ports.clock.now()
        await user.save(update_fields=["deactivated_at"])
        await end_sessions(clock=ports.clock, user_id=user.id)
        after = {"deactivatedAt": user.deactivated_at}
        await _record(principal, "userDeactivate", "user", user.id, {}, after, ports)
    return user


async def set_user_password(principal: Principal, id: UUID, password: str, *, ports: Ports) -> User:
    """Give a user a new password; the user's sessions end. Raises NotFound, InvalidInput."""
    principal.require(Permission.USER_MANAGE)
    problems = Problems()
    _check_password(problems, "password", password)
    problems.refuse_any()
    await access_user(principal, id)
    hashed = await hash_secret(password)
    async with unit_of_work(ports):
        user = await access_user(principal, id, lock=True)
        await _store_password(principal, user, hashed, "userSetPassword", ports)
    return user


async def change_own_password(
    principal: Principal, *, current: str, new: str, ports: Ports, throttle: Throttle
) -> User:
    """Change the signed-in user's password; all the user's sessions end.

    Raises SignInFailed when `current` is wrong, TooManySignIns, InvalidInput, and NotAllowed for
    agents and keys. Tries are counted: a stolen session is no way to guess the password.
    """
    if principal.kind is not PrincipalKind.USER:
        raise NotAllowed("to be a user")
    problems = Problems()
    _check_password(problems, "new", new)
    problems.refuse_any()
    key = f"password-change:{principal.id}"
    if wait_s := await throttle.take(key, limit=TRIES_PER_NAME, window_s=WINDOW_S):
        raise TooManySignIns(wait_s)
    user = await User.filter(id=principal.id, account_id=principal.account_id).first()
    if not await verify_secret(user.password_hash if user else None, current) or user is None:
        raise SignInFailed()
    hashed = await hash_secret(new)
    async with unit_of_work(ports):
        await _store_password(principal, user, hashed, "passwordChange", ports)
    return user


async def _store_password(
    principal: Principal, user: User, hashed: str, action: str, ports: Ports
) -> None:
    user.password_hash = hashed
    await user.save(update_fields=["password_hash"])
    await end_sessions(clock=ports.clock, user_id=user.id)
    # That it changed is a fact; what it was or is never leaves the hash.
    await _record(principal, action, "user", user.id, {}, {"password": "changed"}, ports)


async def _keep_an_admin(user: User) -> None:
    """Raise LastAdmin if this user is the only one. The account's row is locked."""
    if user.role is Role.ADMIN and user.deactivated_at is None:
        others = User.filter(
            account_id=user.account_id, role=Role.ADMIN, deactivated_at=None
        ).exclude(id=user.id)
        if not await others.exists():
            raise LastAdmin(user.id)


async def _limit_to_teams(
    account: Account, user: User, teams: Collection[UUID]
) -> tuple[list[str], list[str]]:
    rows = await account.teams.filter(id__in=list(teams))
    if missing := set(teams) - {team.id for team in rows}:
        raise NotFound("team", min(missing))
    before = await SupervisedTeam.filter(user_id=user.id).values_list("team_id", flat=True)
    await SupervisedTeam.filter(user_id=user.id).delete()
    await SupervisedTeam.bulk_create(
        [SupervisedTeam(user_id=user.id, team_id=team.id) for team in rows]
    )
    return sorted(map(str, before)), sorted(map(str, teams))


async def _record(
    principal: Principal,
    action: str,
    subject_type: str,
    subject_id: UUID,
    before: dict[str, Any],
    after: dict[str, Any],
    ports: Ports,
) -> None:
    await audit.record(
        principal,
        action,
        subject_type=subject_type,
        subject_id=subject_id,
        difference=audit.difference(before, after),
        at=ports.clock.now(),
    )


def check_country(problems: Problems, country: str) -> None:
    """Note a problem unless it looks like an ISO 3166-1 alpha-2 code."""
    problems.unless(
        re.fullmatch("[A-Z]{2}", country) is not None, "country", "must be two capital letters"
    )


def check_timezone(problems: Problems, timezone: str) -> None:
    """Note a problem unless it is a time zone of the IANA database."""
    problems.unless(timezone in zoneinfo.available_timezones(), "timezone", "must be an IANA name")


def checked_email(problems: Problems, email: str) -> str:
    """The address in small letters; notes a problem unless it could be one."""
    email = problems.text("email", email, longest=200).lower()
    problems.unless(_EMAIL.fullmatch(email) is not None, "email", "must be an e-mail address")
    return email


def _check_password(problems: Problems, path: str, password: str) -> None:
    problems.unless(
        PASSWORD_SHORTEST <= len(password) <= PASSWORD_LONGEST,
        path,
        f"must have {PASSWORD_SHORTEST} to {PASSWORD_LONGEST} characters",
    )
