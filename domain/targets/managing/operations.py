"""Removing, resetting and purging many targets: confirmed by a count, then done in blocks.

Few are done before the answer. Many are a job with progress, so that neither a request nor a floor
waits for them; operation_run.py does the blocks.
"""

from uuid import UUID

from tortoise import connections
from tortoise.queryset import QuerySet

from domain.access import audit
from domain.access.permissions import Permission
from domain.access.principal import Principal
from domain.campaigns.errors import CampaignClosed
from domain.campaigns.models import Campaign
from domain.campaigns.rules import CampaignState
from domain.campaigns.service import access_campaign
from domain.core.errors import NotFound
from domain.core.ids import new_id
from domain.core.ports import Ports
from domain.core.unit_of_work import unit_of_work
from domain.targets.errors import CountChanged
from domain.targets.figures import target_counts
from domain.targets.jobs import OperateOnTargets
from domain.targets.managing.classes import class_counts
from domain.targets.managing.operation_run import BLOCK_ROWS, run_operation
from domain.targets.models import OperationState, TargetOperation
from domain.targets.rules import OperationAction, TargetClass

NEWEST_FIRST = ("-id",)
OVER = (OperationState.DONE, OperationState.FAILED)

_NEWEST = "SELECT id FROM target WHERE campaign_id = $1 ORDER BY id DESC LIMIT 1"


async def remove_all(
    principal: Principal, campaign_id: UUID, *, confirmed_count: int, ports: Ports
) -> TargetOperation:
    """Take out all that are still to be dialed.

    Those never dialed are deleted; those that wait for another try are closed and keep their
    history; those being dialed end as they do. `confirmed_count` is what a person typed. Raises
    NotFound, CountChanged.
    """
    campaign = await access_campaign(principal, campaign_id, Permission.TARGET_MANAGE)
    present = (await target_counts([campaign.id]))[campaign.id].left
    _refuse_other_count(confirmed_count, present)
    return await _begin(principal, campaign, OperationAction.REMOVE_ALL, None, present, ports)


async def reset_class(
    principal: Principal,
    campaign_id: UUID,
    class_: TargetClass,
    *,
    confirmed_count: int,
    ports: Ports,
) -> TargetOperation:
    """Let all targets of a class be dialed anew, from the first attempt.

    Raises NotFound, CampaignClosed, CountChanged.
    """
    campaign = await access_campaign(principal, campaign_id, Permission.TARGET_MANAGE)
    if campaign.state is CampaignState.CLOSED:
        raise CampaignClosed(campaign.id)
    present = (await class_counts(principal, campaign.id))[class_]
    _refuse_other_count(confirmed_count, present)
    return await _begin(principal, campaign, OperationAction.RESET, class_, present, ports)


async def purge_class(
    principal: Principal,
    campaign_id: UUID,
    class_: TargetClass,
    *,
    confirmed_count: int,
    ports: Ports,
) -> TargetOperation:
    """Delete all targets of a class for good, with their contacts and attempts.

    Raises NotFound, CountChanged.
    """
    campaign = await access_campaign(principal, campaign_id, Permission.TARGET_MANAGE)
    present = (await class_counts(principal, campaign.id))[class_]
    _refuse_other_count(confirmed_count, present)
    return await _begin(principal, campaign, OperationAction.PURGE, class_, present, ports)


async def access_operation(principal: Principal, id: UUID) -> TargetOperation:
    """An operation that the principal may see. Raises NotAllowed, NotFound."""
    principal.require(Permission.TARGET_VIEW)
    row = await TargetOperation.filter(id=id, account_id=principal.account_id).first()
    if row is None:
        raise NotFound("operation", id)
    return row


async def visible_operations(principal: Principal, campaign_id: UUID) -> QuerySet[TargetOperation]:
    """Operations on a campaign's targets. Page them NEWEST_FIRST. Raises NotFound."""
    campaign = await access_campaign(principal, campaign_id, Permission.TARGET_VIEW)
    return TargetOperation.filter(campaign_id=campaign.id)


def _refuse_other_count(typed: int, present: int) -> None:
    if typed != present:
        raise CountChanged(typed, present)


async def _begin(
    principal: Principal,
    campaign: Campaign,
    action: OperationAction,
    class_: TargetClass | None,
    count: int,
    ports: Ports,
) -> TargetOperation:
    """The operation: over if it concerns few targets, else waiting for a worker."""
    newest = await connections.get("default").execute_query_dict(_NEWEST, [campaign.id])
    at_once, now, id = count <= BLOCK_ROWS, ports.clock.now(), new_id()
    async with unit_of_work(ports) as work:
        row = await TargetOperation.create(
            id=id,
            account_id=principal.account_id,
            campaign_id=campaign.id,
            action=action,
            target_class=class_,
            targets_total=count,
            after_id=UUID(int=0),
            until_id=newest[0]["id"] if newest else UUID(int=0),
            created_at=now,
        )
        names = {
            OperationAction.REMOVE_ALL: "targetsRemoveAll",
            OperationAction.RESET: "targetsReset",
            OperationAction.PURGE: "targetsPurge",
        }
        await audit.record(
            principal,
            names[action],
            subject_type="campaign",
            subject_id=campaign.id,
            difference={class_.value if class_ else "targets": [count, 0]},
            at=now,
        )
        if not at_once:
            work.enqueue(OperateOnTargets(id), job_id=f"OperateOnTargets:{id}")
    if at_once:
        await run_operation(id, ports=ports, for_s=float("inf"))
        await row.refresh_from_db()
    return row
