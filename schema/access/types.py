"""Who is signed in, and to which account."""

from datetime import datetime
from uuid import UUID

import strawberry

from domain.access import models
from domain.access.permissions import Permission
from domain.access.principal import Principal, PrincipalKind
from schema.access.loaders import accounts_by_id
from schema.context import Info

strawberry.enum(Permission, description="One thing a principal may be allowed to do.")
strawberry.enum(PrincipalKind, description="What a principal is.")


@strawberry.type(description="One customer of the platform. Everything else belongs to one.")
class Account:
    id: UUID = strawberry.field(description="Never changes.")
    name: str = strawberry.field(description="At most 100 characters.")
    slug: str = strawberry.field(description="Typed at sign-in; unique on this server.")
    country: str = strawberry.field(description="ISO 3166-1 alpha-2, for national numbers.")
    timezone: str = strawberry.field(description="IANA name.")
    created_at: datetime = strawberry.field(description="When it was opened.")

    @classmethod
    def of(cls, row: models.Account) -> "Account":
        return cls(
            id=row.id,
            name=row.name,
            slug=row.slug,
            country=row.country,
            timezone=row.timezone,
            created_at=row.created_at,
        )


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
