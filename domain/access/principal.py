"""Who is asking."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from domain.access.permissions import Permission
from domain.core.errors import NotAllowed


class PrincipalKind(StrEnum):
    """What a principal is."""

    USER = "user"
    AGENT = "agent"
    API_KEY = "api_key"
    SYSTEM = "system"  # our own jobs, and the operator's commands; never signs in


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody signed in: a user, an agent at a desk, or an API key.

    `teams` limits a supervisor to some teams; None means the whole account.
    """

    kind: PrincipalKind
    id: UUID
    account_id: UUID
    name: str
    permissions: frozenset[Permission]
    agent_id: UUID | None = None  # of an agent, or of a user who is one
    session_id: UUID | None = None
    teams: frozenset[UUID] | None = None

    def may(self, permission: Permission) -> bool:
        """Whether the principal holds the permission."""
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        """Raise NotAllowed unless the principal holds the permission."""
        if permission not in self.permissions:
            raise NotAllowed(permission)
