"""What the floor is told about numbers. The rows are committed before."""

from domain.core.floors import FloorCommand


class NumbersChanged(FloorCommand, frozen=True, kw_only=True):
    """The account's own numbers changed: read them again."""
