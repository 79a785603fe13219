"""How use cases reach the floor: the owner of an account's live state.

A command is a msgspec struct of the slice that it concerns (`commands.py`); the floor answers it.
"""

from logging import getLogger
from typing import Any, Protocol
from uuid import UUID

import msgspec

from domain.core.errors import Unavailable

logger = getLogger(__name__)


class FloorUnavailable(Unavailable):
    """No floor answered in time: no worker runs, or it is overloaded."""

    code = "FLOOR_UNAVAILABLE"

    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"The floor of this account did not answer within {seconds:g} s, so it is not known "
            "whether this was done. Look at the state and try again."
        )


class FloorCommand(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Something asked of a floor. Subclasses live in the slices (commands.py)."""


class FloorDoor(Protocol):
    """The way to a floor's inbox."""

    async def ask(
        self, account_id: UUID, command: FloorCommand, *, timeout_s: float = 5.0
    ) -> dict[str, Any]:
        """Send a command and wait for its answer.

        Raises the DomainError that the floor refused with, or FloorUnavailable.
        """

    async def tell(self, account_id: UUID, command: FloorCommand) -> None:
        """Send a command without waiting. Lost if Redis is away: say it again then."""


async def tell_of_rows(door: FloorDoor, account_id: UUID, command: FloorCommand) -> None:
    """Let a floor know of rows that are committed already. A new owner reads them all."""
    try:
        await door.tell(account_id, command)
    except Unavailable as error:
        logger.warning("%s committed, floor not told: %s", type(command).__name__, error.code)
