"""What can be asked about who is signed in, who may sign in, and who changed what."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from domain.access import api_keys, audit, service, sign_in
from domain.access.permissions import Permission
from domain.core.pages import PageRequest, page_of
from schema.access.types import Account, ApiKey, AuditEntry, Session, User, Viewer
from schema.connections import After, Connection, First, connection_of
from schema.context import Info
from schema.guards import requires, signed_in


@strawberry.type
class AccessQueries:
    @strawberry.field(description="Who is asking.", extensions=[signed_in()])
    async def viewer(self, info: Info) -> Viewer:
        return Viewer.of(info.context.principal)

    @strawberry.field(
        description="The viewer's account.", extensions=[requires(Permission.ACCOUNT_VIEW)]
    )
    async def account(self, info: Info) -> Account:
        return Account.of(await service.access_account(info.context.principal))

    @strawberry.field(
        description="Where the viewer is signed in, newest first, at most 100.",
        extensions=[signed_in()],
    )
    async def sessions(self, info: Info) -> list[Session]:
        ctx = info.context
        rows = await sign_in.own_sessions(ctx.principal, clock=ctx.ports.clock)
        return [Session.of(row, ctx.principal) for row in rows]

    @strawberry.field(
        description="Users of the account by e-mail.",
        extensions=[requires(Permission.USER_MANAGE)],
    )
    async def users(
        self,
        info: Info,
        active: Annotated[
            bool | None,
            strawberry.argument(description="Only those who may sign in, or who may not."),
        ] = None,
        first: First = 50,
        after: After = None,
    ) -> Connection[User]:
        query = service.visible_users(info.context.principal, active=active)
        page = await page_of(query, ("email", "id"), PageRequest(first, after))
        return connection_of(page, User.of, count=query.count)

    @strawberry.field(
        description="One user of the account.", extensions=[requires(Permission.USER_MANAGE)]
    )
    async def user(
        self, info: Info, id: Annotated[UUID, strawberry.argument(description="The user.")]
    ) -> User:
        return User.of(await service.access_user(info.context.principal, id))

    @strawberry.field(
        description="API keys of the account, newest first; void ones too.",
        extensions=[requires(Permission.API_KEY_MANAGE)],
    )
    async def api_keys(
        self, info: Info, first: First = 50, after: After = None
    ) -> Connection[ApiKey]:
        query = api_keys.visible_api_keys(info.context.principal)
        page = await page_of(query, ("-created_at", "-id"), PageRequest(first, after))
        return connection_of(page, ApiKey.of, count=query.count)

    @strawberry.field(
        description="Who changed what in the account, newest first.",
        extensions=[requires(Permission.AUDIT_VIEW)],
    )
    async def audit_entries(
        self,
        info: Info,
        subject_type: Annotated[
            str | None, strawberry.argument(description="Only changes of these, as `campaign`.")
        ] = None,
        subject_id: Annotated[
            UUID | None, strawberry.argument(description="Only changes of this one.")
        ] = None,
        principal_id: Annotated[
            UUID | None, strawberry.argument(description="Only changes made by this one.")
        ] = None,
        since: Annotated[
            datetime | None, strawberry.argument(description="Only from this instant on.")
        ] = None,
        until: Annotated[
            datetime | None, strawberry.argument(description="Only before this instant.")
        ] = None,
        first: First = 50,
        after: After = None,
    ) -> Connection[AuditEntry]:
        query = audit.visible_entries(
            info.context.principal,
            subject_type=subject_type,
            subject_id=subject_id,
            principal_id=principal_id,
            since=since,
            until=until,
        )
        page = await page_of(query, audit.NEWEST_FIRST, PageRequest(first, after))
        return connection_of(page, AuditEntry.of, count=query.count)
