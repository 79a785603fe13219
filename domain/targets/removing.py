"""Taking targets out of a campaign. What was dialed keeps its history."""

from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.access import audit
from domain.access.permissions import Permission
from domain.access.principal import Principal
from domain.campaigns.service import access_campaign
from domain.core.errors import NotFound
from domain.core.ports import Ports
from domain.core.unit_of_work import unit_of_work
from domain.targets.commands import TargetsChanged
from domain.targets.errors import CountChanged, TargetDialed
from domain.targets.figures import target_counts
from domain.targets.models import Target
from domain.targets.rules import TargetState

BLOCK_ROWS = 5_000  # of one transaction, so that nothing waits long for its locks

# A floor takes a target by changing its state, so it takes none that is being removed here. The
# contact goes too, unless it is a target elsewhere.
_DELETE = """
WITH chosen AS (
    SELECT id FROM target
    WHERE campaign_id = $1 AND state IN ('new', 'retry') AND last_ordinal = 0
      AND ($2::uuid IS NULL OR id = $2)
    ORDER BY priority DESC, id LIMIT $3 FOR UPDATE
), gone AS (
    DELETE FROM target USING chosen WHERE target.id = chosen.id
    RETURNING target.id, target.contact_id
), contacts AS (
    DELETE FROM contact USING gone
    WHERE contact.id = gone.contact_id AND NOT EXISTS (
        SELECT FROM target WHERE target.contact_id = gone.contact_id
          AND NOT target.id = ANY (SELECT id FROM chosen))
)
SELECT count(*) AS removed FROM gone
"""
_CLOSE = """
WITH chosen AS (
    SELECT id FROM target WHERE campaign_id = $1 AND state IN ('new', 'retry')
    ORDER BY id LIMIT $2 FOR UPDATE
), closed AS (
    UPDATE target SET state = 'closed', closed_reason = 'removed', next_at = NULL
    FROM chosen WHERE target.id = chosen.id RETURNING target.id
)
SELECT count(*) AS removed FROM closed
"""


async def access_target(
    principal: Principal, id: UUID, need: Permission = Permission.TARGET_VIEW, *, lock: bool = False
) -> Target:
    """A target that the principal may see. Raises NotAllowed, NotFound."""
    principal.require(need)
    query = Target.filter(id=id, account_id=principal.account_id)
    target = await (query.select_for_update() if lock else query).first()
    if target is None:
        raise NotFound("target", id)
    return target


async def remove_target(principal: Principal, id: UUID, *, ports: Ports) -> Target:
    """Take out a target that was never dialed; gives it as it was.

    Raises NotFound, TargetDialed.
    """
    async with unit_of_work(ports) as work:
        target = await access_target(principal, id, Permission.TARGET_MANAGE, lock=True)
        if target.state not in (TargetState.NEW, TargetState.RETRY) or target.last_ordinal:
            raise TargetDialed(target.id)
        await _run(work.connection, _DELETE, [target.campaign_id, target.id, 1])
        await audit.record(
            principal,
            "targetRemove",
            subject_type="target",
            subject_id=target.id,
            difference={"campaignId": [str(target.campaign_id), None]},
            at=ports.clock.now(),
        )
    await ports.floors.tell(principal.account_id, TargetsChanged(campaign=target.campaign_id))
    return target


async def remove_all(
    principal: Principal, campaign_id: UUID, *, confirmed_count: int, ports: Ports
) -> int:
    """Take out all that are still to be dialed; returns how many.

    Those never dialed are deleted; those that wait for another try are closed and keep their
    history; those being dialed end as they do. `confirmed_count` is what a person typed. Stopped
    half-way, what is done stays done. Raises NotFound, CountChanged.
    """
    campaign = await access_campaign(principal, campaign_id, Permission.TARGET_MANAGE)
    present = (await target_counts([campaign.id]))[campaign.id].left
    if present != confirmed_count:
        raise CountChanged(confirmed_count, present)
    removed = 0
    for statement, values in ((_DELETE, [campaign.id, None]), (_CLOSE, [campaign.id])):
        while True:
            async with unit_of_work(ports) as work:
                block = await _run(work.connection, statement, [*values, BLOCK_ROWS])
            if not block:
                break
            removed += block
            await ports.floors.tell(principal.account_id, TargetsChanged(campaign=campaign.id))
    async with unit_of_work(ports):
        await audit.record(
            principal,
            "targetsRemoveAll",
            subject_type="campaign",
            subject_id=campaign.id,
            difference={"targets": [present, present - removed]},
            at=ports.clock.now(),
        )
    return removed


async def _run(connection: BaseDBAsyncClient, statement: str, values: list[object]) -> int:
    [row] = await connection.execute_query_dict(statement, values)
    return int(row["removed"])
