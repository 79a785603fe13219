"""What can be refused, and how a refusal is said.

OutdialError
├── DomainError          a rule said no; reaches GraphQL as a typed `Refusal`
│   ├── NotFound         no such row, or not yours: the two look the same
│   ├── NotAllowed       the principal lacks a permission
│   ├── InvalidInput     one or more fields are wrong; `problems` names each
│   └── ...              one class per rule, in the slice's errors.py
└── Unavailable          a dependency (database, Redis, floor, switch) did not answer in time
"""

from dataclasses import dataclass
from typing import ClassVar


class OutdialError(Exception):
    """Everything this product raises on purpose."""


class DomainError(OutdialError):
    """A rule said no. `code` is stable; the message says what was not done, why and what to do."""

    code: ClassVar[str] = "REFUSED"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotFound(DomainError):
    """No row with this id that the principal may see. Foreign and missing look the same."""

    code = "NOT_FOUND"

    def __init__(self, kind: str, id: object, *, way: str = "Check the id.") -> None:
        super().__init__(f"There is no {kind} {id} in this account. {way}")
        self.kind = kind
        self.id = str(id)


class NotAllowed(DomainError):
    """The principal is known, but lacks the permission."""

    code = "FORBIDDEN"

    def __init__(self, permission: str) -> None:
        # With a desk comes an agent, which nobody can be given as a permission.
        way = "Sign in as an agent" if permission == "desk" else "Ask an administrator for it"
        super().__init__(f"Not done: this needs the permission {permission}. {way}.")
        self.permission = permission


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One thing wrong with one input field. `path` is dotted, as in `retryDelays.busy`."""

    path: str
    message: str


class InvalidInput(DomainError):
    """The input breaks one or more field rules. Nothing was changed."""

    code = "INVALID_INPUT"

    def __init__(self, *problems: FieldProblem) -> None:
        said = "; ".join(f"{p.path}: {p.message}" for p in problems)
        super().__init__(f"Nothing was changed. {said}")
        self.problems = problems


class Unavailable(OutdialError):
    """A dependency did not answer in time. Trying again later may work."""

    code: ClassVar[str] = "UNAVAILABLE"
