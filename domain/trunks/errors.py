"""What can be refused about trunks.

DomainError
└── TrunkNameTaken      another trunk of the account has this name
"""

from domain.core.errors import DomainError


class TrunkNameTaken(DomainError):
    """Another trunk of the account has this name."""

    code = "TRUNK_NAME_TAKEN"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"Nothing was changed: a trunk named {name!r} exists already. Change that one, or "
            "choose the name of another trunk of the switch."
        )
