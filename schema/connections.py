"""Long lists as cursor connections. docs/schema.md shows how a list uses them."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Generic, TypeAlias, TypeVar

import strawberry

from domain.core.pages import MAX_PAGE, Page

Row = TypeVar("Row")
Node = TypeVar("Node")

First: TypeAlias = Annotated[
    int, strawberry.argument(description=f"How many, from 1 to {MAX_PAGE}.")
]
After: TypeAlias = Annotated[
    str | None,
    strawberry.argument(description="The `endCursor` of the page before; null for the first one."),
]


@strawberry.type(description="Where a page ends.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether there are more after this page.")
    end_cursor: str | None = strawberry.field(
        description="Give it as `after` to read on. Null when the page is empty."
    )


@strawberry.type(description="One thing in a list, and where it stands.")
class Edge(Generic[Node]):
    node: Node = strawberry.field(description="The thing itself.")
    cursor: str = strawberry.field(description="Its place in the list; opaque.")


@strawberry.type(description="One page of a list.")
class Connection(Generic[Node]):
    edges: list[Edge[Node]] = strawberry.field(description="The things with their cursors.")
    nodes: list[Node] = strawberry.field(description="The things alone.")
    page_info: PageInfo = strawberry.field(description="Whether and where to read on.")
    count: strawberry.Private[Callable[[], Awaitable[int]]]

    @strawberry.field(description="How many there are on all pages. Counted only when asked.")
    async def total_count(self) -> int:
        return await self.count()


def connection_of(
    page: Page[Row], shape: Callable[[Row], Node], *, count: Callable[[], Awaitable[int]]
) -> Connection[Node]:
    """The page, each row shaped once.

    `count` runs only for those who ask for `totalCount`, and not if the page is all there is.
    """

    async def count_shown() -> int:
        return len(page.edges)

    edges = [Edge(node=shape(edge.node), cursor=edge.cursor) for edge in page.edges]
    return Connection(
        edges=edges,
        nodes=[edge.node for edge in edges],
        page_info=PageInfo(
            has_next_page=page.has_next, end_cursor=edges[-1].cursor if edges else None
        ),
        count=count_shown if page.is_all else count,
    )
