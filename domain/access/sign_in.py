"""Signing in and out. Agents sign in through `domain/agents/desk.py`, on the same throttle."""

import hashlib
from uuid import UUID

from domain.access.errors import SignInFailed, TooManySignIns
from domain.access.models import Session, User
from domain.access.principal import Principal
from domain.access.secrets import verify_secret
from domain.access.tokens import SignedIn, admitted, open_session
from domain.core.clock import Clock
from domain.core.errors import NotFound
from domain.core.throttle import Throttle

WINDOW_S = 15 * 60.0
TRIES_PER_NAME = 10
LONGEST_SLUG = 40
LONGEST_EMAIL = 200
# A call centre has one address: everybody signs in from it when a shift begins.
TRIES_PER_ADDRESS = 300


async def sign_in_user(
    account: str,
    email: str,
    password: str,
    *,
    address: str,
    clock: Clock,
    throttle: Throttle,
    demo: bool = False,
) -> SignedIn:
    """A session of the user. `account` is the slug; the demo account's is one only with `demo`.

    Raises SignInFailed whichever of the three is wrong, after the same work, and TooManySignIns.
    """
    email = email.strip().lower()
    tries = await count_try("user", account, email, address=address, throttle=throttle)
    user = None
    if storable(account, email, longest=LONGEST_EMAIL):
        user = await User.filter(
            account__slug=account, email=email, deactivated_at=None, **admitted(demo=demo)
        ).first()
    if not await verify_secret(user.password_hash if user else None, password) or user is None:
        raise SignInFailed()
    await uncount(tries, throttle=throttle)
    return await open_session(user.account_id, clock=clock, user_id=user.id)


async def count_try(
    kind: str,
    account: str,
    name: str,
    *,
    address: str,
    throttle: Throttle,
    limit: int = TRIES_PER_NAME,
    window_s: float = WINDOW_S,
) -> tuple[str, str]:
    """Count a try to sign in; gives its keys, to uncount it when it succeeds.

    `limit` and `window_s` are of tries for one name; what they share is those for one address.
    It is counted before the secret is looked at, so that tries at the same time count too.
    Raises TooManySignIns.
    """
    by_name = f"sign-in:{kind}:{_digest(f'{account}/{name}')}"
    by_address = f"sign-in:from:{_digest(address)}"
    if wait_s := await throttle.take(by_name, limit=limit, window_s=window_s):
        raise TooManySignIns(wait_s)
    if wait_s := await throttle.take(by_address, limit=TRIES_PER_ADDRESS, window_s=WINDOW_S):
        raise TooManySignIns(wait_s)
    return by_name, by_address


def storable(account: str, name: str, *, longest: int) -> bool:
    """Whether a row could have these; what it could not, the database refuses to look for."""
    return len(account) <= LONGEST_SLUG and len(name) <= longest and "\0" not in f"{account}{name}"


async def uncount(tries: tuple[str, str], *, throttle: Throttle) -> None:
    """Forget a try that succeeded: a shift of five hundred may begin behind one address."""
    for key in tries:
        await throttle.give_back(key)


async def sign_out(principal: Principal, *, clock: Clock) -> None:
    """End the principal's own session. Nothing happens for an API key or a second time."""
    if principal.session_id is not None:
        await Session.filter(id=principal.session_id, revoked_at=None).update(
            revoked_at=clock.now()
        )


async def revoke_own_session(principal: Principal, id: UUID, *, clock: Clock) -> Session:
    """End one of the principal's own sessions, as on a lost phone. Raises NotFound."""
    session = await Session.filter(
        id=id, account_id=principal.account_id, revoked_at=None, **_owner(principal)
    ).first()
    if session is None:
        raise NotFound("session", id)
    session.revoked_at = clock.now()
    await session.save(update_fields=["revoked_at"])
    return session


async def own_sessions(principal: Principal, *, clock: Clock) -> list[Session]:
    """The principal's sessions that are in force, newest first."""
    return (
        await Session.filter(
            account_id=principal.account_id,
            revoked_at=None,
            expires_at__gt=clock.now(),
            **_owner(principal),
        )
        .order_by("-created_at")
        .limit(100)
    )


async def end_sessions(
    *, clock: Clock, user_id: UUID | None = None, agent_id: UUID | None = None
) -> None:
    """End all sessions of a user or an agent, in the caller's transaction."""
    owner = {"user_id": user_id} if user_id is not None else {"agent_id": agent_id}
    await Session.filter(revoked_at=None, **owner).update(revoked_at=clock.now())


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _owner(principal: Principal) -> dict[str, UUID]:
    kind = "user_id" if principal.kind == "user" else "agent_id"
    return {kind: principal.id}
