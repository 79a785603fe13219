"""A rule said no, as data.

A mutation answers with a union of its result and the refusals it may meet. A domain error becomes
the refusal of its class when that refusal is in the union; otherwise it stands in `errors`.
"""

import inspect
from collections.abc import Callable
from typing import Any, TypeVar, dataclass_transform

import strawberry
from strawberry.schema.exception_handlers import ExceptionHandler

from domain.core import errors, floors

Shape = TypeVar("Shape", bound="Refusal")
_SHAPES: dict[type[errors.OutdialError], type["Refusal"]] = {}


@strawberry.interface(description="A rule said no. Nothing was changed unless the message says so.")
class Refusal:
    code: str = strawberry.field(description="Stable, for programs: `CAMPAIGN_CLOSED`.")
    message: str = strawberry.field(
        description="What was not done, why, and what to do. English, for people."
    )


@dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field,))
def refusal(
    error: type[errors.OutdialError],
) -> Callable[[type[Shape]], type[Shape]]:
    """Make a class the refusal of a domain error.

    `code` and `message` are taken from the error, every further field from its attribute of the
    same name. The docstring becomes the description.
    """

    def shape(cls: type[Shape]) -> type[Shape]:
        made = strawberry.type(cls, description=inspect.getdoc(cls))
        _SHAPES[error] = made
        return made

    return shape


@refusal(errors.NotFound)
class NotFound(Refusal):
    """No such thing in this account. A foreign id looks the same as a missing one."""

    kind: str = strawberry.field(description="What was looked for, as `campaign`.")
    id: str = strawberry.field(description="The id that was given.")


@refusal(errors.NotAllowed)
class NotAllowed(Refusal):
    """The one who asks lacks a permission."""

    permission: str = strawberry.field(description="The permission that is missing.")


@strawberry.type(description="One thing wrong with one input field.")
class FieldProblem:
    path: str = strawberry.field(description="Dotted path of the field, as `retryDelays.busy`.")
    message: str = strawberry.field(description="What is wrong with it.")


@refusal(errors.InvalidInput)
class InvalidInput(Refusal):
    """One or more input fields are wrong."""

    problems: list[FieldProblem] = strawberry.field(description="Each of them.")


@refusal(floors.FloorUnavailable)
class FloorUnavailable(Refusal):
    """The account's floor did not answer in time. It is not known whether this was done."""


class _Handler:
    """Turns errors of one class into their refusal."""

    def __init__(self, error: type[errors.OutdialError], shape: type[Refusal]) -> None:
        self.exception_type = error
        self.error_type = shape
        definition: Any = shape
        self._names = [field.python_name for field in definition.__strawberry_definition__.fields]

    def handle(self, exception: errors.OutdialError, *, field: Any, info: Any) -> Refusal:
        values = {name: getattr(exception, name) for name in self._names if name != "message"}
        return self.error_type(**values, message=str(exception))


def handlers() -> list[ExceptionHandler[Any]]:
    """One for every refusal that was imported, the most special error first."""
    return [
        _Handler(error, shape)
        for error, shape in sorted(_SHAPES.items(), key=lambda pair: -len(pair[0].__mro__))
    ]
