"""Keys for programs. The key is shown once; scopes are checked when it is made."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tortoise.queryset import QuerySet

from domain.access import audit
from domain.access.models import ApiKey
from domain.access.permissions import NEVER_A_SCOPE, Permission
from domain.access.principal import Principal
from domain.access.secrets import API_KEY_PREFIX, digest_of, new_token
from domain.core.errors import NotFound
from domain.core.ports import Ports
from domain.core.problems import Problems
from domain.core.unit_of_work import unit_of_work

SHOWN = len(API_KEY_PREFIX) + 6  # characters of a key that people see afterwards


@dataclass(frozen=True, slots=True)
class NewApiKey:
    """A key that was just made. `key` is shown this once."""

    row: ApiKey
    key: str


async def create_api_key(
    principal: Principal,
    *,
    name: str,
    scopes: Collection[Permission],
    expires_at: datetime | None,
    requests_per_minute: int,
    ports: Ports,
) -> NewApiKey:
    """A new key. Nobody gives away what they don't hold. Raises InvalidInput."""
    principal.require(Permission.API_KEY_MANAGE)
    problems, now = Problems(), ports.clock.now()
    name = problems.text("name", name, longest=100)
    problems.unless(bool(scopes), "scopes", "must have at least one")
    for scope in sorted(scopes):
        if scope in NEVER_A_SCOPE:
            problems.add("scopes", f"{scope} is never given to a key")
        elif not principal.may(scope):
            problems.add("scopes", f"{scope} is not yours to give")
    if expires_at is not None:
        problems.unless(expires_at > now, "expiresAt", "must be in the future")
    problems.between("requestsPerMinute", requests_per_minute, 1, 60_000)
    problems.refuse_any()
    key = new_token(API_KEY_PREFIX)
    async with unit_of_work(ports):
        row = await ApiKey.create(
            account_id=principal.account_id,
            name=name,
            prefix=key[:SHOWN],
            digest=digest_of(key),
            scopes=sorted({scope.value for scope in scopes}),
            expires_at=expires_at,
            requests_per_minute=requests_per_minute,
            created_at=now,
        )
        after = {
            "name": row.name,
            "prefix": row.prefix,
            "scopes": row.scopes,
            "expiresAt": row.expires_at,
            "requestsPerMinute": row.requests_per_minute,
        }
        await audit.record(
            principal,
            "apiKeyCreate",
            subject_type="apiKey",
            subject_id=row.id,
            difference=audit.difference({}, after),
            at=now,
        )
    return NewApiKey(row, key)


async def revoke_api_key(principal: Principal, id: UUID, *, ports: Ports) -> ApiKey:
    """End a key at once. Revoking a revoked key changes nothing. Raises NotFound."""
    principal.require(Permission.API_KEY_MANAGE)
    async with unit_of_work(ports):
        row = await (
            ApiKey.filter(id=id, account_id=principal.account_id).select_for_update().first()
        )
        if row is None:
            raise NotFound("API key", id)
        if row.revoked_at is not None:
            return row
        row.revoked_at = ports.clock.now()
        await row.save(update_fields=["revoked_at"])
        await audit.record(
            principal,
            "apiKeyRevoke",
            subject_type="apiKey",
            subject_id=row.id,
            difference={"revokedAt": [None, str(row.revoked_at)]},
            at=row.revoked_at,
        )
    return row


def visible_api_keys(principal: Principal) -> QuerySet[ApiKey]:
    """Keys of the account, revoked ones too. Page them by `("-created_at", "-id")`."""
    principal.require(Permission.API_KEY_MANAGE)
    return ApiKey.filter(account_id=principal.account_id)
