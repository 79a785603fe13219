"""Subscriptions that are worked out once for everybody who asks the same with the same rights.

Subscribers with the same document, variables, account, permissions and teams share one run: each
event is resolved once, serialised once, and the same bytes go to every socket. The resolver sees
a principal without id and name, so a shared field cannot depend on who exactly asks.
"""

from enum import StrEnum

from strawberry.extensions.field_extension import FieldExtension


class Share(StrEnum):
    """What somebody gets who joins a run that others started."""

    LATEST = "latest"  # each event is the whole state: the newest one at once, then what follows
    EVENTS = "events"  # events stand for themselves: only what follows


class Shared(FieldExtension):
    """Marks a subscription; it takes no part in resolving."""

    def __init__(self, share: Share) -> None:
        self.share = share


def shared(share: Share) -> Shared:
    """Let this subscription be worked out once for all who may see the same."""
    return Shared(share)
