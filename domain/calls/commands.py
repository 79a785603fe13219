"""What supervisors and programs ask of the floor about calls."""

from uuid import UUID

from domain.core.floors import FloorCommand


class CallHangUp(FloorCommand, frozen=True, kw_only=True):
    """End a call or an attempt that is under way."""

    call: UUID
