"""Who may ask a root field. Every one of them has a guard, or the schema is not built."""

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator
from typing import Any

from strawberry.extensions.field_extension import (
    AsyncExtensionResolver,
    FieldExtension,
    SyncExtensionResolver,
)
from strawberry.types.field import StrawberryField

from domain.access.permissions import Permission
from domain.core.errors import NotAllowed
from schema.context import Context, Info
from schema.errors import Forbidden, Unauthenticated


class Guard(FieldExtension, ABC):
    """Checked before the resolver runs; its refusal stands in `errors`, never in a union."""

    words: str

    @abstractmethod
    def check(self, context: Context) -> None:
        """Raise Unauthenticated or Forbidden, or return."""

    def apply(self, field: StrawberryField) -> None:
        field.description = f"{field.description or ''} {self.words}".strip()

    def resolve(self, next_: SyncExtensionResolver, source: Any, info: Info, **given: Any) -> Any:
        self.check(info.context)
        return next_(source, info, **given)

    async def resolve_async(
        self, next_: AsyncExtensionResolver, source: Any, info: Info, **given: Any
    ) -> Any:
        self.check(info.context)
        result: Any = next_(source, info, **given)
        if isinstance(result, AsyncGenerator):
            return _with_fresh_loaders(result, info.context)
        return await result


class _Requires(Guard):
    def __init__(self, permissions: tuple[Permission, ...]) -> None:
        self.permissions = permissions
        self.words = "Needs " + " or ".join(f"`{p}`" for p in permissions) + "."

    def check(self, context: Context) -> None:
        if context.caller is None:
            raise Unauthenticated()
        if not any(permission in context.caller.permissions for permission in self.permissions):
            raise Forbidden(NotAllowed(" or ".join(self.permissions)))


class _SignedIn(Guard):
    words = "Needs somebody who is signed in."

    def check(self, context: Context) -> None:
        if context.caller is None:
            raise Unauthenticated()


class _Public(Guard):
    words = "Open to everybody."

    def check(self, context: Context) -> None:
        return None


def requires(*permissions: Permission) -> Guard:
    """Let in who holds one of these permissions."""
    if not permissions:
        raise ValueError("requires() without a permission: say signed_in() or public()")
    return _Requires(permissions)


def signed_in() -> Guard:
    """Let in everybody who is signed in, whatever the permissions."""
    return _SignedIn()


def public() -> Guard:
    """Let in everybody."""
    return _Public()


async def _with_fresh_loaders(
    events: AsyncGenerator[Any, Any], context: Context
) -> AsyncGenerator[Any, None]:
    """The same events. What a loader read for one must not be shown again for the next."""
    try:
        async for event in events:
            context.forget_loaded()
            yield event
    finally:
        await events.aclose()
