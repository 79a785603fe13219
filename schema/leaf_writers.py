"""How values of leaf types are written, for those that certainly fit."""

from collections.abc import Callable, Iterable
from inspect import isawaitable
from math import isfinite
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLString,
    Undefined,
)


class Odd(Exception):
    """A value that the stock executor must judge."""


_WRITERS: dict[GraphQLLeafType, Callable[[Any], Any]] = {}


def writer(kind: GraphQLLeafType) -> Callable[[Any], Any]:
    """How a value of this leaf type is written. Raises for one that the stock way must judge."""
    if kind not in _WRITERS:
        _WRITERS[kind] = _make_writer(kind)
    return _WRITERS[kind]


def _make_writer(kind: GraphQLLeafType) -> Callable[[Any], Any]:
    if isinstance(kind, GraphQLEnumType):
        return _enum_writer(kind)
    if kind in (GraphQLString, GraphQLID):
        return _text
    if kind is GraphQLInt:
        return _integer
    if kind is GraphQLBoolean:
        return _truth
    if kind is GraphQLFloat:
        return _fraction
    write = kind.coerce_output_value
    plain: set[type] = set()  # classes whose values are neither errors nor to be awaited

    def scalar(value: Any) -> Any:
        if value.__class__ not in plain:
            if isawaitable(value) or isinstance(value, Exception):
                raise Odd
            plain.add(value.__class__)
        written = write(value)
        if written is None or written is Undefined:
            raise Odd
        return written

    return scalar


def _text(value: Any) -> str:
    if value.__class__ is not str:
        raise Odd
    return value


def _integer(value: Any) -> int:
    if value.__class__ is not int or not -(2**31) <= value < 2**31:
        raise Odd
    return value


def _truth(value: Any) -> bool:
    if value is not True and value is not False:
        raise Odd
    return value


def _fraction(value: Any) -> float:
    if value.__class__ is not float or not isfinite(value):
        raise Odd
    return value


def _enum_writer(kind: GraphQLEnumType) -> Callable[[Any], Any]:
    members: Iterable[Any] = getattr(kind, "wrapped_cls", ())
    # By identity of the member: another enum's member may be equal as a string.
    names = {id(member): kind.coerce_output_value(member) for member in members}

    def enum(value: Any) -> Any:
        try:
            return names[id(value)]
        except KeyError:
            raise Odd from None

    return enum
