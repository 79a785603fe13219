"""Targets by how far they came. operations.py dials a class anew, or deletes it for good."""

from uuid import UUID

from tortoise import connections

from domain.access.permissions import Permission
from domain.access.principal import Principal
from domain.campaigns.service import require_campaign
from domain.targets.rules import TargetClass

# Nothing that is being dialed is in a class that something can be done with, and nothing that a
# person took out: a reset would dial it after all.
CONDITIONS: dict[TargetClass, str] = {
    TargetClass.ANSWERED: "state = 'closed' AND closed_reason = 'connected'",
    TargetClass.ATTEMPTS_EXHAUSTED: "state = 'closed' AND closed_reason = 'attempts_exhausted'",
    TargetClass.VOICEMAIL: "state <> 'dialing' AND last_disposition = 'machine' "
    "AND closed_reason IS DISTINCT FROM 'removed'",
    TargetClass.IN_PROGRESS: "state IN ('new', 'retry') AND attempts > 0",
    TargetClass.UNTOUCHED: "state IN ('new', 'retry') AND attempts = 0",
}

_COUNTS = "SELECT " + ", ".join(
    f"count(*) FILTER (WHERE {condition}) AS {name}" for name, condition in CONDITIONS.items()
)


async def class_counts(principal: Principal, campaign_id: UUID) -> dict[TargetClass, int]:
    """How many targets of a campaign are in each class. Reads all of them. Raises NotFound."""
    await require_campaign(principal, campaign_id, Permission.TARGET_VIEW)
    [row] = await connections.get("default").execute_query_dict(
        f"{_COUNTS} FROM target WHERE campaign_id = $1", [campaign_id]
    )
    return {name: row[name.value] for name in TargetClass}
