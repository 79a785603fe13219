"""Execution that resolves plain attributes and related rows without ceremony.

Most of an answer is attributes of rows that were shaped already: for those the stock executor
builds a path, an info and an argument dictionary each, only to call `getattr`. Here a selection
is planned once per operation (schema/plans.py). A list whose rows lead to other rows asks for all
of them at once, where the stock executor awaits each by itself. Whatever is neither goes the stock
way: a resolver, an argument, a field extension, a permission, an error handler, an interface, and
every value that does not fit its type, so that messages and nulls are the same.
tests/schema/test_executor.py runs both over the whole schema.
"""

import asyncio
from collections.abc import Awaitable, Iterable
from inspect import isawaitable
from typing import Any

from graphql import (
    GraphQLNonNull,
    GraphQLObjectType,
)
from graphql.execution.collect_fields import FieldDetailsList, GroupedFieldSet
from graphql.pyutils import Path
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from schema.leaf_writers import Odd
from schema.plans import Leaf, Link, Plan, make_plan


class FastExecutor(StrawberryGraphQLCoreExecutionContext):
    """The executor of this server. One per operation, copied for each event of a subscription."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._plans: dict[tuple[str, int], Plan] = {}

    def build_per_event_executor(self, payload: Any) -> "FastExecutor":
        """A copy for one event. What it remembers goes with it: the copy that graphql-core makes
        shares its memory with all the others, and keeps something new at every event."""
        executor: Any = super().build_per_event_executor(payload)
        executor._relevant_sub_fields = {}
        executor._plans = {}
        return executor  # type: ignore[no-any-return]  # a copy of this one

    def execute_fields(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,
        path: Path | None,
        grouped_field_set: GroupedFieldSet,
        position_context: Any,
    ) -> Any:
        plan = self._plan(parent_type, grouped_field_set)
        if not plan.leaves:
            return super().execute_fields(
                parent_type, source_value, path, grouped_field_set, position_context
            )
        fast: dict[str, Any] = {}
        slow_fields = plan.others
        for leaf in plan.leaves:
            try:
                fast[leaf.name] = _read(leaf, source_value)
            except Exception:  # whatever it was, the stock executor raises it again, located
                slow_fields = {}
        if not slow_fields:
            if len(fast) == len(plan.names):
                return fast
            # In the order of the selection: one that fails may keep the next from being run.
            slow_fields = {n: d for n, d in grouped_field_set.items() if n not in fast}
        slow: Any = super().execute_fields(
            parent_type,
            source_value,
            path,
            slow_fields,
            position_context,
        )
        if self.is_awaitable(slow):
            return _merged_later(plan.names, fast, slow)
        return _merged(plan.names, fast, slow)

    def complete_iterable_value(
        self,
        item_type: Any,
        field_details_list: FieldDetailsList,
        info: Any,
        path: Path,
        items: Iterable[Any],
        position_context: Any,
    ) -> Any:
        kind = item_type.of_type if isinstance(item_type, GraphQLNonNull) else item_type
        if position_context is None and isinstance(items, list | tuple):
            plan = self._plan_of_rows(kind, field_details_list)
            if plan is not None and not plan.links:
                rows = _rows(plan.leaves, items)
                if rows is not None:
                    return rows
            elif plan is not None:
                return self._linked_rows_or_stock(
                    plan, item_type, field_details_list, info, path, items
                )
        return super().complete_iterable_value(
            item_type, field_details_list, info, path, items, position_context
        )

    async def _linked_rows_or_stock(
        self,
        plan: Plan,
        item_type: Any,
        field_details_list: FieldDetailsList,
        info: Any,
        path: Path,
        items: Iterable[Any],
    ) -> Any:
        rows = await self._linked_rows(plan, items, info)
        if rows is not None:
            return rows
        stock: Any = super().complete_iterable_value(
            item_type, field_details_list, info, path, items, None
        )
        return await stock if self.is_awaitable(stock) else stock

    async def _linked_rows(
        self, plan: Plan, items: Iterable[Any], info: Any
    ) -> list[dict[str, Any]] | None:
        """All rows with what they lead to; None as soon as something needs the stock executor."""
        rows = _rows(plan.leaves, items)
        if rows is None or not plan.links:
            return rows
        found = await asyncio.gather(
            *(self._linked(link, items, info) for link in plan.links), return_exceptions=True
        )
        for link, values in zip(plan.links, found, strict=True):
            if values is None or isinstance(values, BaseException):
                return None  # the stock executor asks again, and raises it located
            for row, value in zip(rows, values, strict=True):
                row[link.name] = value
        return [{name: row[name] for name in plan.names} for row in rows]

    async def _linked(self, link: Link, items: Iterable[Any], info: Any) -> list[Any] | None:
        """What each item leads to over one link, in their order."""
        relation = link.relation
        plan = self._plan_of_rows(link.kind, link.details)
        if plan is None:
            return None
        keys = [getattr(item, relation.by) for item in items]
        wanted = list(dict.fromkeys(key for key in keys if key is not None))
        loaded = await relation.loader(info.context).load_many(wanted)
        known = {
            key: relation.of(value)
            for key, value in zip(wanted, loaded, strict=True)
            if value is not None
        }
        if link.required and len(known) < len(set(keys)):
            return None
        shown = await self._linked_rows(plan, list(known.values()), info)
        if shown is None:
            return None
        rows = dict(zip(known, shown, strict=True))
        return [rows.get(key) for key in keys]

    def _plan_of_rows(self, kind: Any, details: FieldDetailsList) -> Plan | None:
        """The plan for a list of such objects; None: it has more than leaves and links."""
        if not isinstance(kind, GraphQLObjectType) or kind.is_type_of is not None:
            return None
        collected = self.collect_subfields(kind, details)
        plan = self._plan(kind, collected.grouped_field_set)
        whole = len(plan.leaves) + len(plan.links) == len(plan.names)
        return plan if whole and not collected.new_defer_usages else None

    def _plan(self, parent_type: GraphQLObjectType, grouped: GroupedFieldSet) -> Plan:
        key = (parent_type.name, id(grouped))
        plan = self._plans.get(key)
        if plan is None:
            plan = self._plans[key] = make_plan(
                self.schema, parent_type, grouped, fast=self.middleware_is_empty
            )
        return plan

    @property
    def middleware_is_empty(self) -> bool:
        manager = self.middleware_manager
        return manager is None or not manager.middlewares


def _read(leaf: Leaf, source: Any) -> Any:
    value = leaf.get(source)
    if value is None:
        if leaf.required:
            raise Odd
        return None
    return leaf.write(value)


def _rows(leaves: list[Leaf], items: Iterable[Any]) -> list[dict[str, Any]] | None:
    """All rows, or None as soon as one of them needs the stock executor."""
    rows: list[dict[str, Any]] = []
    try:
        for item in items:
            if item is None or isawaitable(item) or isinstance(item, Exception):
                return None
            row: dict[str, Any] = {}
            for name, get, write, required in leaves:
                value = get(item)
                if value is not None:
                    row[name] = write(value)
                elif required:
                    return None
                else:
                    row[name] = None
            rows.append(row)
    except Exception:  # the stock executor raises it again, located
        return None
    return rows


def _merged(names: list[str], fast: dict[str, Any], slow: dict[str, Any]) -> dict[str, Any]:
    """Both in the order of the selection, which the specification asks for."""
    fast.update(slow)
    return {name: fast[name] for name in names if name in fast}


async def _merged_later(
    names: list[str], fast: dict[str, Any], slow: Awaitable[dict[str, Any]]
) -> dict[str, Any]:
    return _merged(names, fast, await slow)
