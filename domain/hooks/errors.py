"""What is refused about pre-dial hooks."""

from typing import ClassVar
from uuid import UUID

from domain.core.errors import DomainError


class NoHook(DomainError):
    """The campaign asks nobody before it dials."""

    code: ClassVar[str] = "NO_HOOK"

    def __init__(self, campaign_id: UUID) -> None:
        super().__init__(
            "Nothing was changed: the campaign has no pre-dial hook. Set one with preDialHookSet."
        )
        self.campaign_id = str(campaign_id)
