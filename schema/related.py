"""Fields that lead from one row to another, read for all rows of a list at once."""

from collections.abc import Callable
from typing import Any, NamedTuple

import strawberry
from strawberry.dataloader import DataLoader

from domain.access.permissions import Permission
from schema.context import Context, Info, LoadFunction

_RELATION = "relation"


class Narrower(NamedTuple):
    """What is loaded for those who lack a permission."""

    without: Permission
    load: LoadFunction[Any, Any]


class Relation(NamedTuple):
    """How a field's value is found: by a key of its parent, among rows loaded together."""

    load: LoadFunction[Any, Any]
    by: str  # the parent's attribute that is the key; None there: null
    of: Callable[[Any], Any]  # the shape of what was loaded
    narrower: Narrower | None = None  # None: all see the same

    def loader(self, context: Context) -> DataLoader[Any, Any]:
        """The operation's loader, for what this principal may see."""
        narrower = self.narrower
        if narrower is not None and not context.principal.may(narrower.without):
            return context.loader(narrower.load)
        return context.loader(self.load)


def related(
    load: LoadFunction[Any, Any],
    *,
    by: str,
    of: Callable[[Any], Any],
    text: str,
    narrower: Narrower | None = None,
) -> Any:
    """A field that shows, by `of`, what `load` finds for the key in the attribute `by`.

    It is null when the key is null, or nothing was found. The annotation says its type. Lists of
    rows ask for all keys in one go (schema/executor.py), without a task for each row.
    """

    relation = Relation(load, by, of, narrower)

    async def resolve(self: Any, info: Info):  # type: ignore[no-untyped-def]  # the annotation's
        key = getattr(self, by)
        found = None if key is None else await relation.loader(info.context).load(key)
        return None if found is None else of(found)

    return strawberry.field(resolver=resolve, description=text, metadata={_RELATION: relation})


def relation_of(field: Any) -> Relation | None:
    """What a Strawberry field was given by `related`; None: it is no such field."""
    found: Relation | None = field.metadata.get(_RELATION)
    return found
