"""What the floor is told about targets. The rows are committed before."""

from uuid import UUID

from domain.core.floors import FloorCommand


class TargetsChanged(FloorCommand, frozen=True, kw_only=True):
    """Targets of a campaign were added, removed or re-ordered: look again."""

    campaign: UUID
