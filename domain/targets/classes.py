"""Targets by how far they came: counted, dialed anew, or deleted for good."""

from enum import StrEnum
from uuid import UUID

from tortoise import connections

from domain.access import audit
from domain.access.permissions import Permission
from domain.access.principal import Principal
from domain.campaigns.errors import CampaignClosed
from domain.campaigns.rules import CampaignState
from domain.campaigns.service import access_campaign
from domain.core.ports import Ports
from domain.core.unit_of_work import unit_of_work
from domain.targets.commands import TargetsChanged
from domain.targets.errors import CountChanged

BLOCK_ROWS = 5_000  # of one transaction, so that nothing waits long for its locks


class TargetClass(StrEnum):
    """How far a target came. A target that reached voicemail may be in another class too."""

    ANSWERED = "answered"  # closed: spoke with an agent
    ATTEMPTS_EXHAUSTED = "attempts_exhausted"  # closed: dialed as often as allowed
    VOICEMAIL = "voicemail"  # the last attempt reached a machine
    IN_PROGRESS = "in_progress"  # not closed, at least one attempt
    UNTOUCHED = "untouched"  # no attempt yet


# Nothing that is being dialed is in a class that something can be done with.
CONDITIONS: dict[TargetClass, str] = {
    TargetClass.ANSWERED: "state = 'closed' AND closed_reason = 'connected'",
    TargetClass.ATTEMPTS_EXHAUSTED: "state = 'closed' AND closed_reason = 'attempts_exhausted'",
    TargetClass.VOICEMAIL: "state <> 'dialing' AND last_disposition = 'machine'",
    TargetClass.IN_PROGRESS: "state IN ('new', 'retry') AND attempts > 0",
    TargetClass.UNTOUCHED: "state IN ('new', 'retry') AND attempts = 0",
}

_COUNTS = "SELECT " + ", ".join(
    f"count(*) FILTER (WHERE {condition}) AS {name}" for name, condition in CONDITIONS.items()
)

# Ordinals go on counting: an attempt's ordinal is never used twice (domain/calls/models.py).
_RESET = """
WITH chosen AS (
    SELECT id FROM target WHERE campaign_id = $1 AND id > $2 AND {condition}
    ORDER BY id LIMIT $3 FOR UPDATE
), done AS (
    UPDATE target SET state = 'new', closed_reason = NULL, attempts = 0, next_at = NULL,
                      last_disposition = NULL
    FROM chosen WHERE target.id = chosen.id RETURNING target.id
)
SELECT count(*) AS done, max(id::text) AS last FROM done
"""
_PURGE = """
WITH chosen AS (
    SELECT id FROM target WHERE campaign_id = $1 AND id > $2 AND {condition}
    ORDER BY id LIMIT $3 FOR UPDATE
), done AS (
    DELETE FROM target USING chosen WHERE target.id = chosen.id
    RETURNING target.id, target.contact_id
), contacts AS (
    DELETE FROM contact USING done
    WHERE contact.id = done.contact_id AND NOT EXISTS (
        SELECT FROM target WHERE target.contact_id = done.contact_id
          AND NOT target.id = ANY (SELECT id FROM chosen))
)
SELECT count(*) AS done, max(id::text) AS last FROM done
"""


async def class_counts(principal: Principal, campaign_id: UUID) -> dict[TargetClass, int]:
    """How many targets of a campaign are in each class. Reads all of them. Raises NotFound."""
    campaign = await access_campaign(principal, campaign_id, Permission.TARGET_VIEW)
    [row] = await connections.get("default").execute_query_dict(
        f"{_COUNTS} FROM target WHERE campaign_id = $1", [campaign.id]
    )
    return {name: row[name.value] for name in TargetClass}


async def reset_class(
    principal: Principal,
    campaign_id: UUID,
    class_: TargetClass,
    *,
    confirmed_count: int,
    ports: Ports,
) -> int:
    """Let all targets of a class be dialed anew, from the first attempt; returns how many.

    Raises NotFound, CampaignClosed, CountChanged.
    """
    return await _on_class(
        principal, campaign_id, class_, "targetsReset", confirmed_count=confirmed_count, ports=ports
    )


async def purge_class(
    principal: Principal,
    campaign_id: UUID,
    class_: TargetClass,
    *,
    confirmed_count: int,
    ports: Ports,
) -> int:
    """Delete all targets of a class for good, with their contacts and attempts; returns how many.

    Raises NotFound, CountChanged.
    """
    return await _on_class(
        principal, campaign_id, class_, "targetsPurge", confirmed_count=confirmed_count, ports=ports
    )


async def _on_class(
    principal: Principal,
    campaign_id: UUID,
    class_: TargetClass,
    action: str,
    *,
    confirmed_count: int,
    ports: Ports,
) -> int:
    campaign = await access_campaign(principal, campaign_id, Permission.TARGET_MANAGE)
    resets = action == "targetsReset"
    if resets and campaign.state is CampaignState.CLOSED:
        raise CampaignClosed(campaign.id)
    present = (await class_counts(principal, campaign.id))[class_]
    if present != confirmed_count:
        raise CountChanged(confirmed_count, present)
    statement = (_RESET if resets else _PURGE).format(condition=CONDITIONS[class_])
    done, last = 0, UUID(int=0)
    while True:
        async with unit_of_work(ports) as work:
            [row] = await work.connection.execute_query_dict(
                statement, [campaign.id, last, BLOCK_ROWS]
            )
        if not row["done"]:
            break
        done, last = done + row["done"], UUID(row["last"])
        await ports.floors.tell(principal.account_id, TargetsChanged(campaign=campaign.id))
    async with unit_of_work(ports):
        await audit.record(
            principal,
            action,
            subject_type="campaign",
            subject_id=campaign.id,
            difference={class_.value: [present, present - done]},
            at=ports.clock.now(),
        )
    return done
