"""What the floor is told about rules. The rows are committed before."""

from domain.core.floors import FloorCommand


class PolicyChanged(FloorCommand, frozen=True, kw_only=True):
    """What the account's calls are bound by changed: read it again."""
