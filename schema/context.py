"""What every resolver is handed: who asks, the ports, and this operation's loaders."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar, cast

import strawberry
from strawberry.dataloader import DataLoader

from domain.access.principal import Principal
from domain.core.ports import Ports
from domain.core.throttle import Throttle
from schema.errors import Unauthenticated

Key = TypeVar("Key")
Value = TypeVar("Value")
LoadFunction: TypeAlias = Callable[[list[Key]], Awaitable[Sequence[Value]]]


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """Where a request came from. `address` is the client's, behind trusted proxies too."""

    address: str = ""
    user_agent: str = ""


@dataclass(slots=True)
class Context:
    """One operation's surroundings. `caller` is None for somebody who has not signed in."""

    caller: Principal | None
    ports: Ports
    throttle: Throttle
    request: RequestFacts = field(default_factory=RequestFacts)
    upload_limit: int = 200_000_000  # of one file, bytes; the operator's
    _loaders: dict[Callable[..., Any], DataLoader[Any, Any]] = field(default_factory=dict)

    @property
    def principal(self) -> Principal:
        """Who asks. Raises Unauthenticated if nobody does: use it behind a guard."""
        if self.caller is None:
            raise Unauthenticated()
        return self.caller

    def loader(self, load: LoadFunction[Key, Value]) -> DataLoader[Key, Value]:
        """The operation's loader of this function, made on first use.

        Use it only for keys of rows that were reached through an access function.
        """
        if load not in self._loaders:
            self._loaders[load] = DataLoader(load_fn=cast(Any, load))
        return self._loaders[load]

    def forget_loaded(self) -> None:
        """Drop what the loaders hold. A subscription does so between two events."""
        self._loaders.clear()


Info: TypeAlias = strawberry.Info[Context, None]
