"""From a bearer token to the one who holds it, and how a token comes to be and ends."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from tortoise.exceptions import IntegrityError
from tortoise.expressions import Q

from domain.access.errors import SignInFailed
from domain.access.models import ApiKey, Session
from domain.access.permissions import PERMISSIONS_OF_ROLE, Permission, Role
from domain.access.principal import Principal, PrincipalKind
from domain.access.secrets import API_KEY_PREFIX, SESSION_PREFIX, digest_of, new_token
from domain.core.clock import Clock

SESSION_LIFETIME = timedelta(hours=12)
LAST_USED_EXACT_TO = timedelta(minutes=1)  # a key in use costs one write a minute


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session. `token` is shown this once; we keep its digest."""

    token: str
    expires_at: datetime
    principal: Principal


@dataclass(frozen=True, slots=True)
class Credential:
    """What a token stands for. Rights are read anew each time, never kept in the token."""

    principal: Principal
    expires_at: datetime | None  # None: an API key without an end
    requests_per_minute: int | None  # None: a person


def admitted(*, demo: bool) -> dict[str, bool]:
    """The filter of rows whose account is let in: the demo's only by a process of a demo.

    Its passwords are known to everybody, and a demo that ended leaves the account to be removed
    by the next worker, whenever one comes.
    """
    return {} if demo else {"account__is_demo": False}


async def open_session(
    account_id: UUID, *, clock: Clock, user_id: UUID | None = None, agent_id: UUID | None = None
) -> SignedIn:
    """A session of a user or an agent who was admitted and whose secret was just verified.

    Raises SignInFailed for one whose account was removed meanwhile.
    """
    token, now = new_token(SESSION_PREFIX), clock.now()
    try:
        await Session.create(
            account_id=account_id,
            digest=digest_of(token),
            user_id=user_id,
            agent_id=agent_id,
            created_at=now,
            expires_at=now + SESSION_LIFETIME,
        )
    except IntegrityError:  # the only foreign keys are to who signs in
        raise SignInFailed() from None
    credential = await credential_of(token, clock=clock, demo=True)
    if credential is None:  # the row ended between the two statements
        raise SignInFailed()
    return SignedIn(token, now + SESSION_LIFETIME, credential.principal)


async def credential_of(token: str, *, clock: Clock, demo: bool = False) -> Credential | None:
    """Who holds the token and until when; None for one that is unknown or not in force.

    `demo`: this process is one of a demo, so the demo account's are in force, too.
    """
    if token.startswith(SESSION_PREFIX):
        return await _of_session(digest_of(token), clock.now(), admitted(demo=demo))
    if token.startswith(API_KEY_PREFIX):
        return await _of_api_key(digest_of(token), clock.now(), admitted(demo=demo))
    return None


async def principal_of_token(token: str, *, clock: Clock) -> Principal | None:
    """Who holds the token; None for one that is unknown or not in force."""
    credential = await credential_of(token, clock=clock)
    return credential.principal if credential else None


async def _of_session(digest: str, now: datetime, let_in: dict[str, bool]) -> Credential | None:
    session = (
        await Session.filter(digest=digest, expires_at__gt=now, revoked_at=None, **let_in)
        .select_related("user", "agent")
        .first()
    )
    if session is None:
        return None
    if session.user_id is not None:
        principal = await _of_user(session)
    else:
        principal = _of_agent(session)
    return Credential(principal, session.expires_at, None) if principal else None


async def _of_user(session: Session) -> Principal | None:
    user = session.user
    assert user is not None  # the row's user_id is set, and users are never deleted alone
    if user.deactivated_at is not None:
        return None
    permissions = PERMISSIONS_OF_ROLE[user.role]
    teams: frozenset[UUID] | None = None
    if user.role is Role.SUPERVISOR:
        teams = frozenset([row.team_id for row in await user.supervised_teams.all()]) or None
    desk = await user.agents.filter(archived_at=None).order_by("id").first()
    if desk is None:
        permissions -= {Permission.DESK}  # an agent's role without an agent's row
    else:
        permissions |= {Permission.DESK}
    return Principal(
        kind=PrincipalKind.USER,
        id=user.id,
        account_id=session.account_id,
        name=user.name,
        permissions=permissions,
        agent_id=desk.id if desk else None,
        session_id=session.id,
        teams=teams,
    )


def _of_agent(session: Session) -> Principal | None:
    agent = session.agent
    assert agent is not None  # a session is a user's or an agent's
    if agent.archived_at is not None:
        return None
    return Principal(
        kind=PrincipalKind.AGENT,
        id=agent.id,
        account_id=session.account_id,
        name=agent.name,
        permissions=PERMISSIONS_OF_ROLE[Role.AGENT],
        agent_id=agent.id,
        session_id=session.id,
    )


async def _of_api_key(digest: str, now: datetime, let_in: dict[str, bool]) -> Credential | None:
    key = await ApiKey.filter(
        Q(expires_at=None) | Q(expires_at__gt=now), digest=digest, revoked_at=None, **let_in
    ).first()
    if key is None:
        return None
    if key.last_used_at is None or now - key.last_used_at >= LAST_USED_EXACT_TO:
        await ApiKey.filter(id=key.id).update(last_used_at=now)
    # A permission that was renamed or taken away since is no longer held.
    known = {permission.value: permission for permission in Permission}
    principal = Principal(
        kind=PrincipalKind.API_KEY,
        id=key.id,
        account_id=key.account_id,
        name=key.name,
        permissions=frozenset(known[scope] for scope in key.scopes if scope in known),
    )
    return Credential(principal, key.expires_at, key.requests_per_minute)
