"""Long lists a page at a time, by key and never by offset: page 10,000 costs what page 1 does."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

import msgspec
from tortoise.expressions import Q
from tortoise.models import Model
from tortoise.queryset import QuerySet

from domain.core.errors import FieldProblem, InvalidInput

T = TypeVar("T")
M = TypeVar("M", bound=Model)

MAX_PAGE = 100


@dataclass(frozen=True, slots=True)
class PageRequest:
    """The first `first` rows after the cursor; from the beginning without one."""

    first: int = 50
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Edge(Generic[T]):
    """One row and the cursor to go on after it."""

    cursor: str
    node: T


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows in order, and whether more follow."""

    edges: list[Edge[T]]
    has_next: bool
    is_all: bool = False  # nothing before it, nothing after it

    @property
    def nodes(self) -> list[T]:
        return [edge.node for edge in self.edges]


async def page_of(
    query: QuerySet[M], order: Sequence[str], request: PageRequest, *, within: str = ""
) -> Page[M]:
    """The page of `query` in `order`, as in `("-created_at", "-id")`. One statement.

    All keys go the same way, none is ever NULL, and the last one is unique. `within` is a column
    that has one value in all rows of the query, but not to the planner (see `one_of`): then only
    indexes that begin with it have this order. Raises InvalidInput for a page size outside 1..100
    and for a cursor that is none of ours.
    """
    if not 1 <= request.first <= MAX_PAGE:
        raise InvalidInput(FieldProblem("first", f"must be 1 to {MAX_PAGE}"))
    keys = [name.removeprefix("-") for name in order]
    if request.after is not None:
        query = query.filter(_beyond(query.model, order, keys, request.after))
    way = "-" if order[0].startswith("-") else ""
    first = [f"{way}{within}"] if within else []
    rows = await query.order_by(*first, *order).limit(request.first + 1)
    shown = rows[: request.first]
    edges = [Edge(_cursor([getattr(row, key) for key in keys]), row) for row in shown]
    has_next = len(rows) > request.first
    return Page(edges, has_next, is_all=request.after is None and not has_next)


_NOBODY = UUID(int=0)


def one_of(id: UUID) -> list[UUID]:
    """An id for `column__in`, in words that PostgreSQL does not read as `column = id`.

    A column that equals a constant is nothing to order by, so that `ORDER BY column, id` could
    follow the primary key, through all rows of others that lie before.
    """
    return [_NOBODY, id]


def _cursor(values: list[Any]) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(values)).decode().rstrip("=")


def _integer(bits: int) -> Any:
    return Annotated[int, msgspec.Meta(ge=-(1 << bits - 1), le=(1 << bits - 1) - 1)]


# No wider than the columns: whoever writes a cursor himself is told so, and no error of ours.
_KINDS: dict[str, Any] = {
    "UUIDField": UUID,
    "DatetimeField": Annotated[datetime, msgspec.Meta(tz=True)],
    "IntField": _integer(32),
    "BigIntField": _integer(64),
    "SmallIntField": _integer(16),
    "CharField": Annotated[str, msgspec.Meta(pattern=r"^[^\x00]*$")],
}


def _in_utc(value: Any) -> Any:
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def _beyond(model: type[Model], order: Sequence[str], keys: list[str], after: str) -> Q:
    kinds = tuple(_KINDS[type(model._meta.fields_map[key]).__name__] for key in keys)
    try:
        raw = base64.urlsafe_b64decode(after + "=" * (-len(after) % 4))
        decoded = msgspec.json.decode(raw, type=tuple[kinds])  # type: ignore[valid-type]  # made at run time
        values = [_in_utc(each) for each in decoded]
    except (binascii.Error, msgspec.DecodeError, UnicodeError, ValueError, OverflowError):
        raise InvalidInput(FieldProblem("after", "is not a cursor of this list")) from None
    way = "lt" if order[0].startswith("-") else "gt"
    # The first key alone bounds the index range; the rest settles ties.
    beyond = Q(**{f"{keys[0]}__{way}e": values[0]}) if len(keys) > 1 else Q()
    ties: dict[str, Any] = {}
    either: list[Q] = []
    for key, value in zip(keys, values, strict=True):
        either.append(Q(**ties, **{f"{key}__{way}": value}))
        ties[key] = value
    return beyond & Q(*either, join_type="OR")
