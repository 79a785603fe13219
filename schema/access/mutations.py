"""Signing in and out, and managing who may."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from domain.access import api_keys, service, sign_in
from domain.access.permissions import Permission, Role
from schema.access.refusals import EmailTaken, LastAdmin, SignInFailed, TooManySignIns
from schema.access.types import Account, ApiKey, Session, User, Viewer
from schema.context import Info
from schema.guards import public, requires, signed_in
from schema.refusals import InvalidInput, NotAllowed, NotFound

UserId = Annotated[UUID, strawberry.argument(description="The user.")]
Password = Annotated[str, strawberry.argument(description="10 to 200 characters.")]


@strawberry.type(description="Somebody is signed in.")
class SignedIn:
    token: str = strawberry.field(
        description="Send it as `Authorization: Bearer <token>`. Shown this once."
    )
    expires_at: datetime = strawberry.field(description="When it ends by itself.")
    viewer: Viewer = strawberry.field(description="Who is signed in.")


@strawberry.type(description="The viewer's token is void from now on.")
class SignedOut:
    at: datetime = strawberry.field(description="When.")


@strawberry.type(description="A session of the viewer is void from now on.")
class SessionRevoked:
    session: Session = strawberry.field(description="The session that ended.")


@strawberry.type(description="The viewer has a new password; all the viewer's sessions ended.")
class PasswordChanged:
    user: User = strawberry.field(description="The viewer.")


@strawberry.type(description="There is a new user.")
class UserCreated:
    user: User = strawberry.field(description="The user.")


@strawberry.type(description="A user was changed.")
class UserChanged:
    user: User = strawberry.field(description="The user as it is now.")


@strawberry.type(description="A user may not sign in any more; the user's sessions ended.")
class UserDeactivated:
    user: User = strawberry.field(description="The user as it is now.")


@strawberry.type(description="The account was changed.")
class AccountChanged:
    account: Account = strawberry.field(description="The account as it is now.")


@strawberry.type(description="There is a new API key.")
class ApiKeyCreated:
    key: str = strawberry.field(
        description="Send it as `Authorization: Bearer <key>`. Shown this once."
    )
    api_key: ApiKey = strawberry.field(description="What is known about it afterwards.")


@strawberry.type(description="An API key is void from now on.")
class ApiKeyRevoked:
    api_key: ApiKey = strawberry.field(description="The key as it is now.")


SignInResult = Annotated[
    SignedIn | SignInFailed | TooManySignIns,
    strawberry.union("SignInResult", description="A session, or why not."),
]
SessionRevokeResult = Annotated[
    SessionRevoked | NotFound,
    strawberry.union("SessionRevokeResult", description="The session that ended, or why not."),
]
PasswordChangeResult = Annotated[
    PasswordChanged | SignInFailed | TooManySignIns | InvalidInput | NotAllowed,
    strawberry.union("PasswordChangeResult", description="The viewer, or why nothing changed."),
]
UserCreateResult = Annotated[
    UserCreated | InvalidInput | EmailTaken,
    strawberry.union("UserCreateResult", description="The new user, or why there is none."),
]
UserChangeResult = Annotated[
    UserChanged | NotFound | InvalidInput | LastAdmin,
    strawberry.union("UserChangeResult", description="The user, or why nothing changed."),
]
UserDeactivateResult = Annotated[
    UserDeactivated | NotFound | LastAdmin,
    strawberry.union("UserDeactivateResult", description="The user, or why nothing changed."),
]
UserSetPasswordResult = Annotated[
    UserChanged | NotFound | InvalidInput,
    strawberry.union("UserSetPasswordResult", description="The user, or why nothing changed."),
]
AccountChangeResult = Annotated[
    AccountChanged | InvalidInput,
    strawberry.union("AccountChangeResult", description="The account, or why nothing changed."),
]
ApiKeyCreateResult = Annotated[
    ApiKeyCreated | InvalidInput,
    strawberry.union("ApiKeyCreateResult", description="The new key, or why there is none."),
]
ApiKeyRevokeResult = Annotated[
    ApiKeyRevoked | NotFound,
    strawberry.union("ApiKeyRevokeResult", description="The key, or why nothing changed."),
]


@strawberry.type
class AccessMutations:
    @strawberry.mutation(
        description="Sign in as a user. Tries are counted by name and by address.",
        extensions=[public()],
    )
    async def sign_in(
        self,
        info: Info,
        account: Annotated[str, strawberry.argument(description="The account's slug.")],
        email: Annotated[str, strawberry.argument(description="The user's e-mail address.")],
        password: Annotated[str, strawberry.argument(description="The user's password.")],
    ) -> SignInResult:
        ctx = info.context
        made = await sign_in.sign_in_user(
            account,
            email,
            password,
            address=ctx.request.address,
            clock=ctx.ports.clock,
            throttle=ctx.throttle,
            demo=ctx.ports.demo,
        )
        return SignedIn(
            token=made.token, expires_at=made.expires_at, viewer=Viewer.of(made.principal)
        )

    @strawberry.mutation(
        description="End the viewer's own session. An API key stays as it is.",
        extensions=[signed_in()],
    )
    async def sign_out(self, info: Info) -> SignedOut:
        clock = info.context.ports.clock
        await sign_in.sign_out(info.context.principal, clock=clock)
        return SignedOut(at=clock.now())

    @strawberry.mutation(
        description="End one of the viewer's sessions, as after losing a telephone.",
        extensions=[signed_in()],
    )
    async def session_revoke(
        self, info: Info, id: Annotated[UUID, strawberry.argument(description="The session.")]
    ) -> SessionRevokeResult:
        ctx = info.context
        row = await sign_in.revoke_own_session(ctx.principal, id, clock=ctx.ports.clock)
        return SessionRevoked(session=Session.of(row, ctx.principal))

    @strawberry.mutation(
        description="Change the viewer's own password; all the viewer's sessions end.",
        extensions=[signed_in()],
    )
    async def password_change(
        self,
        info: Info,
        current: Annotated[str, strawberry.argument(description="The password until now.")],
        new: Password,
    ) -> PasswordChangeResult:
        ctx = info.context
        row = await service.change_own_password(
            ctx.principal, current=current, new=new, ports=ctx.ports, throttle=ctx.throttle
        )
        return PasswordChanged(user=User.of(row))

    @strawberry.mutation(
        description="Make a user who may sign in at once.",
        extensions=[requires(Permission.USER_MANAGE)],
    )
    async def user_create(
        self,
        info: Info,
        email: Annotated[str, strawberry.argument(description="Unique in the account.")],
        name: Annotated[str, strawberry.argument(description="At most 100 characters.")],
        role: Annotated[Role, strawberry.argument(description="What the user may do.")],
        password: Password,
    ) -> UserCreateResult:
        ctx = info.context
        row = await service.create_user(
            ctx.principal, email=email, name=name, role=role, password=password, ports=ctx.ports
        )
        return UserCreated(user=User.of(row))

    @strawberry.mutation(
        description="Change a user; what is left out stays. Holds from the next request on.",
        extensions=[requires(Permission.USER_MANAGE)],
    )
    async def user_change(
        self,
        info: Info,
        id: UserId,
        name: Annotated[
            str | None, strawberry.argument(description="At most 100 characters.")
        ] = None,
        role: Annotated[
            Role | None, strawberry.argument(description="What the user may do.")
        ] = None,
        supervised_team_ids: Annotated[
            list[UUID] | None,
            strawberry.argument(
                description="The teams that a supervisor is limited to, at most 100; "
                "an empty list takes the limit away."
            ),
        ] = None,
    ) -> UserChangeResult:
        ctx = info.context
        row = await service.change_user(
            ctx.principal, id, name=name, role=role, teams=supervised_team_ids, ports=ctx.ports
        )
        return UserChanged(user=User.of(row))

    @strawberry.mutation(
        description="Let a user sign in no more, and end the user's sessions.",
        extensions=[requires(Permission.USER_MANAGE)],
    )
    async def user_deactivate(self, info: Info, id: UserId) -> UserDeactivateResult:
        ctx = info.context
        row = await service.deactivate_user(ctx.principal, id, ports=ctx.ports)
        return UserDeactivated(user=User.of(row))

    @strawberry.mutation(
        description="Give a user a new password; the user's sessions end.",
        extensions=[requires(Permission.USER_MANAGE)],
    )
    async def user_set_password(
        self, info: Info, id: UserId, password: Password
    ) -> UserSetPasswordResult:
        ctx = info.context
        row = await service.set_user_password(ctx.principal, id, password, ports=ctx.ports)
        return UserChanged(user=User.of(row))

    @strawberry.mutation(
        description="Change the account; what is left out stays.",
        extensions=[requires(Permission.USER_MANAGE)],
    )
    async def account_change(
        self,
        info: Info,
        name: Annotated[
            str | None, strawberry.argument(description="At most 100 characters.")
        ] = None,
        country: Annotated[
            str | None, strawberry.argument(description="ISO 3166-1 alpha-2, for new numbers.")
        ] = None,
        timezone: Annotated[str | None, strawberry.argument(description="IANA name.")] = None,
    ) -> AccountChangeResult:
        ctx = info.context
        row = await service.change_account(
            ctx.principal, name=name, country=country, timezone=timezone, ports=ctx.ports
        )
        return AccountChanged(account=Account.of(row))

    @strawberry.mutation(
        description="Make an API key. Nobody gives away a permission that they don't hold.",
        extensions=[requires(Permission.API_KEY_MANAGE)],
    )
    async def api_key_create(
        self,
        info: Info,
        name: Annotated[str, strawberry.argument(description="At most 100 characters.")],
        scopes: Annotated[
            list[Permission], strawberry.argument(description="What the key may do; at least one.")
        ],
        expires_at: Annotated[
            datetime | None, strawberry.argument(description="When it ends; null: never.")
        ] = None,
        requests_per_minute: Annotated[
            int, strawberry.argument(description="How often it may ask, 1 to 60,000.")
        ] = 600,
    ) -> ApiKeyCreateResult:
        ctx = info.context
        made = await api_keys.create_api_key(
            ctx.principal,
            name=name,
            scopes=scopes,
            expires_at=expires_at,
            requests_per_minute=requests_per_minute,
            ports=ctx.ports,
        )
        return ApiKeyCreated(key=made.key, api_key=ApiKey.of(made.row))

    @strawberry.mutation(
        description="Make an API key void at once.",
        extensions=[requires(Permission.API_KEY_MANAGE)],
    )
    async def api_key_revoke(
        self, info: Info, id: Annotated[UUID, strawberry.argument(description="The key.")]
    ) -> ApiKeyRevokeResult:
        ctx = info.context
        row = await api_keys.revoke_api_key(ctx.principal, id, ports=ctx.ports)
        return ApiKeyRevoked(api_key=ApiKey.of(row))
