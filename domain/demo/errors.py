"""Refusals of the demo."""

from domain.core.errors import DomainError


class DemoNotAllowed(DomainError):
    """This server is no demo, and everybody knows the demo's passwords."""

    code = "DEMO_NOT_ALLOWED"

    def __init__(self) -> None:
        super().__init__(
            "No demo account was made: this server is not a demo, and the demo's passwords are "
            "known to everybody. Run `outdial demo` for one."
        )
