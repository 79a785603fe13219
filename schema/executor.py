"""Execution that resolves plain attributes without ceremony.

Most of an answer is attributes of rows that were shaped already: for those the stock executor
builds a path, an info and an argument dictionary each, only to call `getattr`. Here a selection
is planned once per operation. Whatever is not a plain attribute goes the stock way: a resolver, an
argument, a field extension, a permission, an error handler, an interface, and every value that
does not fit its type, so that messages and nulls are the same. tests/schema/test_executor.py runs
both over the whole schema.
"""

from collections.abc import Awaitable, Callable, Iterable
from inspect import isawaitable
from operator import attrgetter
from typing import Any, NamedTuple

from graphql import (
    GraphQLField,
    GraphQLNonNull,
    GraphQLObjectType,
    is_leaf_type,
)
from graphql.execution.collect_fields import FieldDetailsList, GroupedFieldSet
from graphql.pyutils import Path
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.types.field import StrawberryField

from schema.leaf_writers import Odd, writer


class _Leaf(NamedTuple):
    """A plain attribute: how to get it, and how it is written."""

    name: str
    get: Callable[[Any], Any]
    write: Callable[[Any], Any]
    required: bool


class Plan(NamedTuple):
    """A selection on one type. `leaves` are all there is when `others` is empty."""

    leaves: list[_Leaf]
    others: GroupedFieldSet
    names: list[str]  # in the order that the answer must have
    grouped: GroupedFieldSet  # kept, so that its id is not given to another


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
        if (
            position_context is None
            and isinstance(kind, GraphQLObjectType)
            and kind.is_type_of is None
            and isinstance(items, list | tuple)
        ):
            collected = self.collect_subfields(kind, field_details_list)
            plan = self._plan(kind, collected.grouped_field_set)
            if plan.leaves and not plan.others and not collected.new_defer_usages:
                rows = _rows(plan.leaves, items)
                if rows is not None:
                    return rows
        return super().complete_iterable_value(
            item_type, field_details_list, info, path, items, position_context
        )

    def _plan(self, parent_type: GraphQLObjectType, grouped: GroupedFieldSet) -> Plan:
        key = (parent_type.name, id(grouped))
        plan = self._plans.get(key)
        if plan is None:
            plan = self._plans[key] = self._make_plan(parent_type, grouped)
        return plan

    def _make_plan(self, parent_type: GraphQLObjectType, grouped: GroupedFieldSet) -> Plan:
        leaves: list[_Leaf] = []
        others: GroupedFieldSet = {}
        for name, details in grouped.items():
            node = details[0].node
            field = self.schema.get_field(parent_type, node.name.value)
            plain = None
            if field is not None and not node.arguments and self.middleware_is_empty:
                plain = plain_attribute(field)
            if field is None or plain is None:
                others[name] = details
                continue
            required = isinstance(field.type, GraphQLNonNull)
            kind: Any = field.type.of_type if isinstance(field.type, GraphQLNonNull) else field.type
            leaves.append(_Leaf(name, attrgetter(plain), writer(kind), required))
        return Plan(leaves, others, list(grouped), grouped)

    @property
    def middleware_is_empty(self) -> bool:
        manager = self.middleware_manager
        return manager is None or not manager.middlewares


def plain_attribute(field: GraphQLField) -> str | None:
    """The attribute that a leaf field reads, or None if there is more to it than reading.

    Asking graphql's `_is_default` alone would pass over permission classes.
    """
    kind = field.type.of_type if isinstance(field.type, GraphQLNonNull) else field.type
    ours = field.extensions.get("strawberry-definition")
    if (
        not is_leaf_type(kind)
        or not isinstance(ours, StrawberryField)
        or not ours.is_basic_field
        or ours.extensions
        or ours.permission_classes
        or ours.directives
        or ours.default_resolver is not getattr
        or type(ours).get_result is not StrawberryField.get_result
        or field.args
        or field.subscribe is not None
        or not getattr(field.resolve, "_is_default", False)
        or getattr(field.resolve, "__name__", "") != "_get_basic_result"
    ):
        return None
    return ours.python_name


def _read(leaf: _Leaf, source: Any) -> Any:
    value = leaf.get(source)
    if value is None:
        if leaf.required:
            raise Odd
        return None
    return leaf.write(value)


def _rows(leaves: list[_Leaf], items: Iterable[Any]) -> list[dict[str, Any]] | None:
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
