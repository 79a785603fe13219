"""Who is signed in, and to which account."""

from datetime import datetime
from uuid import UUID

import strawberry

from domain.access import models
from domain.access.permissions import Permission, Role
from domain.access.principal import Principal, PrincipalKind
from domain.targets.limit import targets_held
from schema.access.loaders import accounts_by_id, supervised_team_ids_by_user_id
from schema.context import Info
from schema.scalars import Json, json_value

strawberry.enum(Permission, description="One thing a principal may be allowed to do.")
strawberry.enum(PrincipalKind, description="What a principal is.")
strawberry.enum(Role, description="What kind of user somebody is; a role is a set of permissions.")


@strawberry.type(description="One customer of the platform. Everything else belongs to one.")
class Account:
    id: UUID = strawberry.field(description="Never changes.")
    name: str = strawberry.field(description="At most 100 characters.")
    slug: str = strawberry.field(description="Typed at sign-in; unique on this server.")
    country: str = strawberry.field(description="ISO 3166-1 alpha-2, for national numbers.")
    timezone: str = strawberry.field(description="IANA name.")
    created_at: datetime = strawberry.field(description="When it was opened.")
    limit: strawberry.Private[int | None]

    @strawberry.field(
        description="How many targets the account may hold, as the operator says. Null: any "
        "number, or the viewer lacks `account:view`."
    )
    async def target_limit(self, info: Info) -> int | None:
        return self.limit if _may_see_figures(info) else None

    @strawberry.field(
        description="How many targets the account holds, closed ones too; all are counted. Null: "
        "the viewer lacks `account:view`."
    )
    async def targets_held(self, info: Info) -> int | None:
        if not _may_see_figures(info):
            return None
        return await info.context.loader(targets_held).load(self.id)

    @classmethod
    def of(cls, row: models.Account) -> "Account":
        return cls(
            limit=row.target_limit,
            id=row.id,
            name=row.name,
            slug=row.slug,
            country=row.country,
            timezone=row.timezone,
            created_at=row.created_at,
        )


def _may_see_figures(info: Info) -> bool:
    """Everybody reaches the account through `viewer`; an agent need not know how full it is."""
    return info.context.principal.may(Permission.ACCOUNT_VIEW)


@strawberry.type(description="Who is asking.")
class Viewer:
    id: UUID = strawberry.field(description="Of the user, the agent or the API key.")
    kind: PrincipalKind = strawberry.field(description="What the one who asks is.")
    name: str = strawberry.field(description="Of the person or the key.")
    permissions: list[Permission] = strawberry.field(description="What may be done, sorted.")
    agent_id: UUID | None = strawberry.field(
        description="The agent whose desk this is; null for everybody without one."
    )
    account_id: strawberry.Private[UUID]

    @strawberry.field(description="The account that the viewer belongs to.")
    async def account(self, info: Info) -> Account:
        return Account.of(await info.context.loader(accounts_by_id).load(self.account_id))

    @classmethod
    def of(cls, principal: Principal) -> "Viewer":
        return cls(
            id=principal.id,
            kind=principal.kind,
            name=principal.name,
            permissions=sorted(principal.permissions),
            agent_id=principal.agent_id,
            account_id=principal.account_id,
        )


@strawberry.type(description="A person who signs in with e-mail and password.")
class User:
    id: UUID = strawberry.field(description="Never changes.")
    email: str = strawberry.field(description="Unique in the account, in small letters.")
    name: str = strawberry.field(description="At most 100 characters.")
    role: Role = strawberry.field(description="Decides what the user may do.")
    created_at: datetime = strawberry.field(description="When the user was made.")
    deactivated_at: datetime | None = strawberry.field(
        description="Since when the user may not sign in; null: may."
    )

    @strawberry.field(description="The teams that a supervisor is limited to; empty: no limit.")
    async def supervised_team_ids(self, info: Info) -> list[UUID]:
        return await info.context.loader(supervised_team_ids_by_user_id).load(self.id)

    @classmethod
    def of(cls, row: models.User) -> "User":
        return cls(
            id=row.id,
            email=row.email,
            name=row.name,
            role=row.role,
            created_at=row.created_at,
            deactivated_at=row.deactivated_at,
        )


@strawberry.type(description="A program's way in.")
class ApiKey:
    id: UUID = strawberry.field(description="Never changes.")
    name: str = strawberry.field(description="At most 100 characters.")
    prefix: str = strawberry.field(description="How the key begins, to tell keys apart.")
    scopes: list[Permission] = strawberry.field(description="What the key may do.")
    requests_per_minute: int = strawberry.field(description="How often the key may ask.")
    created_at: datetime = strawberry.field(description="When it was made.")
    expires_at: datetime | None = strawberry.field(description="Until when; null: no end.")
    revoked_at: datetime | None = strawberry.field(description="Since when it is void; null: good.")
    last_used_at: datetime | None = strawberry.field(
        description="Exact to a minute; null: never used."
    )

    @classmethod
    def of(cls, row: models.ApiKey) -> "ApiKey":
        known = {permission.value: permission for permission in Permission}
        return cls(
            id=row.id,
            name=row.name,
            prefix=row.prefix,
            scopes=[known[scope] for scope in row.scopes if scope in known],
            requests_per_minute=row.requests_per_minute,
            created_at=row.created_at,
            expires_at=row.expires_at,
            revoked_at=row.revoked_at,
            last_used_at=row.last_used_at,
        )


@strawberry.type(description="One place where the viewer is signed in.")
class Session:
    id: UUID = strawberry.field(description="Never changes.")
    created_at: datetime = strawberry.field(description="When it began.")
    expires_at: datetime = strawberry.field(description="When it ends by itself.")
    current: bool = strawberry.field(description="Whether this request came by it.")

    @classmethod
    def of(cls, row: models.Session, principal: Principal) -> "Session":
        return cls(
            id=row.id,
            created_at=row.created_at,
            expires_at=row.expires_at,
            current=row.id == principal.session_id,
        )


@strawberry.type(description="One change that somebody made, or one file that somebody fetched.")
class AuditEntry:
    id: UUID = strawberry.field(description="Never changes.")
    at: datetime = strawberry.field(description="When it was made.")
    principal_kind: PrincipalKind = strawberry.field(description="What made it.")
    principal_id: UUID = strawberry.field(
        description="Who made it; the account's own id where the operator did."
    )
    action: str = strawberry.field(
        description="The mutation's name, as `campaignStart`; of a file what was fetched, as "
        "`targetExportFetch`."
    )
    subject_type: str = strawberry.field(description="What was changed, as `campaign`.")
    subject_id: UUID | None = strawberry.field(
        description="Which one; null when it is the account as a whole."
    )
    difference: Json = strawberry.field(
        description="For each field that changed, [before, after]. Secrets are never shown."
    )

    @classmethod
    def of(cls, row: models.AuditEntry) -> "AuditEntry":
        return cls(
            id=row.id,
            at=row.at,
            principal_kind=row.principal_kind,
            principal_id=row.principal_id,
            action=row.action,
            subject_type=row.subject_type,
            subject_id=row.subject_id,
            difference=json_value(row.difference),
        )
