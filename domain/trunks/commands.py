"""What the floor is told about trunks. The rows are committed before."""

from domain.core.floors import FloorCommand


class TrunksChanged(FloorCommand, frozen=True, kw_only=True):
    """The account's trunks, or a campaign's order of them, changed: read them again."""
