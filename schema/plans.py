"""What of a selection is plain attributes, what leads to related rows, and what is neither."""

from collections.abc import Callable
from operator import attrgetter
from typing import Any, NamedTuple

from graphql import (
    GraphQLField,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    is_leaf_type,
)
from graphql.execution.collect_fields import FieldDetailsList, GroupedFieldSet
from strawberry.types.field import StrawberryField

from schema.leaf_writers import writer
from schema.related import Relation, relation_of


class Leaf(NamedTuple):
    """A plain attribute: how to get it, and how it is written."""

    name: str
    get: Callable[[Any], Any]
    write: Callable[[Any], Any]
    required: bool


class Link(NamedTuple):
    """A field that leads to another row, of an object type."""

    name: str
    relation: Relation
    kind: GraphQLObjectType
    details: FieldDetailsList
    required: bool


class Plan(NamedTuple):
    """A selection on one type. `leaves` are all there is when `others` is empty."""

    leaves: list[Leaf]
    others: GroupedFieldSet  # links, too
    links: list[Link]
    names: list[str]  # in the order that the answer must have
    grouped: GroupedFieldSet  # kept, so that its id is not given to another


def make_plan(
    schema: GraphQLSchema, parent_type: GraphQLObjectType, grouped: GroupedFieldSet, *, fast: bool
) -> Plan:
    """The plan of a selection. Not `fast`: everything goes the stock way."""
    leaves: list[Leaf] = []
    links: list[Link] = []
    others: GroupedFieldSet = {}
    for name, details in grouped.items():
        node = details[0].node
        if node.name.value == "__typename" and fast:
            # Many clients ask every object for it.
            leaves.append(Leaf(name, lambda _: parent_type.name, str, required=True))
            continue
        field = schema.get_field(parent_type, node.name.value)
        plain = None
        if field is not None and not node.arguments and fast:
            plain = plain_attribute(field)
        required = field is not None and isinstance(field.type, GraphQLNonNull)
        kind: Any = _nullable(field.type) if field is not None else None
        if plain is not None:
            leaves.append(Leaf(name, attrgetter(plain), writer(kind), required))
            continue
        others[name] = details
        relation = fast and field is not None and _relation(field)
        if relation:
            links.append(Link(name, relation, kind, details, required))
    return Plan(leaves, others, links, list(grouped), grouped)


def plain_attribute(field: GraphQLField) -> str | None:
    """The attribute that a leaf field reads, or None if there is more to it than reading.

    Asking graphql's `_is_default` alone would pass over permission classes.
    """
    kind = _nullable(field.type)
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


def _relation(field: GraphQLField) -> Relation | None:
    """What a field made by `related` leads to, if nothing else is asked of it."""
    ours = field.extensions.get("strawberry-definition")
    if (
        not isinstance(ours, StrawberryField)
        or not isinstance(_nullable(field.type), GraphQLObjectType)
        or ours.extensions
        or ours.permission_classes
        or ours.directives
    ):
        return None
    return relation_of(ours)


def _nullable(kind: Any) -> Any:
    return kind.of_type if isinstance(kind, GraphQLNonNull) else kind
