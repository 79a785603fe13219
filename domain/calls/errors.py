"""What can be refused about calls.

DomainError
└── CallOver      the attempt or call has ended
"""

from uuid import UUID

from domain.core.errors import DomainError


class CallOver(DomainError):
    """The attempt or call has ended already."""

    code = "CALL_OVER"

    def __init__(self, call_id: UUID) -> None:
        super().__init__(f"Nothing was hung up: call {call_id} is over.")
        self.call_id = str(call_id)
