"""From a GraphQL input to the settings of a use case: what was left out stays out."""

from collections.abc import Collection, Mapping
from typing import Any

from strawberry import UNSET

from domain.core.problems import Problems


def given(source: object, *, nullable: Collection[str] = (), inside: str = "") -> dict[str, Any]:
    """The fields of an input that were given, under their Python names.

    A null says "none" for the fields in `nullable`, and is refused for all others (InvalidInput).
    `inside` is the public path of the input, where it is itself a field.
    """
    problems, values = Problems(), dict[str, Any]()
    definition: Any = source
    for field in definition.__strawberry_definition__.fields:
        value = getattr(source, field.python_name)
        if value is UNSET:
            continue
        if value is None and field.python_name not in nullable:
            path = ".".join(filter(None, (inside, _public(field.python_name))))
            problems.add(path, "must not be null; leave it out instead")
        values[field.python_name] = value
    problems.refuse_any()
    return values


def renamed(values: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """The same values under the names that the use case knows."""
    return {names.get(name, name): value for name, value in values.items()}


def _public(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)
