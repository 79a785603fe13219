"""Taking one target out of a campaign. What was dialed keeps its history."""

from uuid import UUID

from domain.access import audit
from domain.access.permissions import Permission
from domain.access.principal import Principal
from domain.core.errors import NotFound
from domain.core.ports import Ports
from domain.core.unit_of_work import unit_of_work
from domain.targets.commands import TargetsChanged
from domain.targets.errors import TargetDialed
from domain.targets.models import Target
from domain.targets.rules import TargetState

# A floor takes a target by changing its state, so it takes none that is being removed here. The
# contact goes too, unless it is a target elsewhere.
_DELETE = """
WITH chosen AS (
    SELECT id FROM target
    WHERE id = $1 AND state IN ('new', 'retry') AND last_ordinal = 0 FOR UPDATE
), gone AS (
    DELETE FROM target USING chosen WHERE target.id = chosen.id
    RETURNING target.id, target.contact_id
), contacts AS (
    DELETE FROM contact USING gone
    WHERE contact.id = gone.contact_id AND NOT EXISTS (
        SELECT FROM target WHERE target.contact_id = gone.contact_id
          AND NOT target.id = ANY (SELECT id FROM chosen))
)
SELECT FROM gone
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
        await work.connection.execute_query(_DELETE, [target.id])
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
