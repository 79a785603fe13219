"""What can be refused about numbers.

DomainError
└── NumberTaken      the number is in use already
"""

from domain.core.errors import DomainError


class NumberTaken(DomainError):
    """The number belongs to somebody already."""

    code = "NUMBER_TAKEN"

    def __init__(self) -> None:
        super().__init__(
            "Nothing was changed: this number is in use already. Remove it there first, or ask "
            "the operator."
        )
