"""What is done to many targets at once: removed, reset, purged."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from domain.access.permissions import Permission
from domain.core.pages import PageRequest, page_of
from domain.targets import models
from domain.targets.events import OperationProgressed, operation_topic
from domain.targets.managing import operations
from domain.targets.managing.operation_run import BLOCK_ROWS, progress_of
from domain.targets.managing.operations import NEWEST_FIRST, OVER
from domain.targets.models import OperationState
from domain.targets.rules import OperationAction, TargetClass
from schema.campaigns.refusals import CampaignIsClosed
from schema.connections import After, Connection, First, connection_of
from schema.context import Info
from schema.following import follow
from schema.guards import requires
from schema.refusals import NotFound
from schema.sharing import Share, shared
from schema.targets.queries import CampaignId
from schema.targets.refusals import CountChanged

strawberry.enum(OperationAction, description="What is done to many targets at once.")
strawberry.enum(OperationState, description="How far an operation is.")

ClassArgument = Annotated[TargetClass, strawberry.argument(description="The class.")]
ConfirmedCount = Annotated[
    int, strawberry.argument(description="How many these are, typed by a person.")
]
OperationId = Annotated[UUID, strawberry.argument(description="The operation.")]
LATER = (
    f"More than {BLOCK_ROWS:,} are done in the background, after the answer: follow the operation."
)


@strawberry.type(description="Something done to many targets.")
class TargetOperation:
    id: UUID = strawberry.field(description="Never changes.")
    campaign_id: UUID = strawberry.field(description="The campaign.")
    action: OperationAction = strawberry.field(description="What is done.")
    target_class: TargetClass | None = strawberry.field(
        description="To which targets; null: to all that are still to be dialed."
    )
    state: OperationState = strawberry.field(description="How far it is.")
    targets_total: int = strawberry.field(description="How many there were when it began.")
    targets_done: int = strawberry.field(description="So far.")
    created_at: datetime = strawberry.field(description="When it was confirmed.")
    finished_at: datetime | None = strawberry.field(description="Null: not over yet.")

    @classmethod
    def of(cls, row: models.TargetOperation) -> "TargetOperation":
        return cls(
            id=row.id,
            campaign_id=row.campaign_id,
            action=row.action,
            target_class=row.target_class,
            state=row.state,
            targets_total=row.targets_total,
            targets_done=row.targets_done,
            created_at=row.created_at,
            finished_at=row.finished_at,
        )


@strawberry.type(description="How far an operation is.")
class TargetOperationProgress:
    operation_id: UUID = strawberry.field(description="The operation.")
    state: OperationState = strawberry.field(description="How far it is.")
    targets_total: int = strawberry.field(description="How many there were when it began.")
    targets_done: int = strawberry.field(description="So far.")

    @classmethod
    def of(cls, said: OperationProgressed) -> "TargetOperationProgress":
        return cls(
            operation_id=said.target_operation,
            state=OperationState(said.state),
            targets_total=said.targets_total,
            targets_done=said.targets_done,
        )


@strawberry.type(description="A campaign has, or will have, nothing left to dial.")
class TargetsRemoved:
    removed: int = strawberry.field(description="How many were taken out so far.")
    operation: TargetOperation = strawberry.field(description="How far it is.")


@strawberry.type(description="Targets will be dialed anew.")
class TargetsReset:
    count: int = strawberry.field(description="How many so far.")
    operation: TargetOperation = strawberry.field(description="How far it is.")


@strawberry.type(description="Targets are, or will be, gone for good.")
class TargetsPurged:
    count: int = strawberry.field(description="How many so far.")
    operation: TargetOperation = strawberry.field(description="How far it is.")


TargetsRemoveAllResult = Annotated[
    TargetsRemoved | NotFound | CountChanged,
    strawberry.union("TargetsRemoveAllResult", description="How many, or why none."),
]
TargetsResetResult = Annotated[
    TargetsReset | NotFound | CampaignIsClosed | CountChanged,
    strawberry.union("TargetsResetResult", description="How many, or why none."),
]
TargetsPurgeResult = Annotated[
    TargetsPurged | NotFound | CountChanged,
    strawberry.union("TargetsPurgeResult", description="How many, or why none."),
]


@strawberry.type
class OperationMutations:
    @strawberry.mutation(
        description="Take out all targets that are still to be dialed. Those that were dialed "
        f"before are closed and keep their history. {LATER}",
        extensions=[requires(Permission.TARGET_MANAGE)],
    )
    async def targets_remove_all(
        self, info: Info, campaign_id: CampaignId, confirmed_count: ConfirmedCount
    ) -> TargetsRemoveAllResult:
        ctx = info.context
        row = await operations.remove_all(
            ctx.principal, campaign_id, confirmed_count=confirmed_count, ports=ctx.ports
        )
        return TargetsRemoved(removed=row.targets_done, operation=TargetOperation.of(row))

    @strawberry.mutation(
        description=f"Let all targets of a class be dialed anew, from the first attempt. {LATER}",
        extensions=[requires(Permission.TARGET_MANAGE)],
    )
    async def targets_reset(
        self,
        info: Info,
        campaign_id: CampaignId,
        target_class: ClassArgument,
        confirmed_count: ConfirmedCount,
    ) -> TargetsResetResult:
        ctx = info.context
        row = await operations.reset_class(
            ctx.principal,
            campaign_id,
            target_class,
            confirmed_count=confirmed_count,
            ports=ctx.ports,
        )
        return TargetsReset(count=row.targets_done, operation=TargetOperation.of(row))

    @strawberry.mutation(
        description="Delete all targets of a class for good, with their contacts and attempts. "
        f"{LATER}",
        extensions=[requires(Permission.TARGET_MANAGE)],
    )
    async def targets_purge(
        self,
        info: Info,
        campaign_id: CampaignId,
        target_class: ClassArgument,
        confirmed_count: ConfirmedCount,
    ) -> TargetsPurgeResult:
        ctx = info.context
        row = await operations.purge_class(
            ctx.principal,
            campaign_id,
            target_class,
            confirmed_count=confirmed_count,
            ports=ctx.ports,
        )
        return TargetsPurged(count=row.targets_done, operation=TargetOperation.of(row))


@strawberry.type
class OperationQueries:
    @strawberry.field(
        description="One operation on many targets.", extensions=[requires(Permission.TARGET_VIEW)]
    )
    async def target_operation(self, info: Info, id: OperationId) -> TargetOperation:
        return TargetOperation.of(await operations.access_operation(info.context.principal, id))

    @strawberry.field(
        description="Operations on a campaign's targets, newest first.",
        extensions=[requires(Permission.TARGET_VIEW)],
    )
    async def target_operations(
        self, info: Info, campaign_id: CampaignId, first: First = 50, after: After = None
    ) -> Connection[TargetOperation]:
        found = await operations.visible_operations(info.context.principal, campaign_id)
        page = await page_of(found, NEWEST_FIRST, PageRequest(first, after))
        return connection_of(page, TargetOperation.of, count=found.count)


@strawberry.type
class OperationSubscriptions:
    @strawberry.subscription(
        description="How far an operation is: now, then twice a second, until it is over.",
        extensions=[requires(Permission.TARGET_VIEW), shared(Share.LATEST)],
    )
    async def target_operation_progress(
        self, info: Info, id: OperationId
    ) -> AsyncGenerator[TargetOperationProgress, None]:
        ctx = info.context

        async def read() -> OperationProgressed:
            return progress_of(await operations.access_operation(ctx.principal, id))

        following = follow(
            ctx.ports.bus,
            operation_topic(id),
            read=read,
            is_over=lambda said: said.state in OVER,
            heard=OperationProgressed,
        )
        async with aclosing(following) as news:
            async for said in news:
                yield TargetOperationProgress.of(said)
