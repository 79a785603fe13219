"""Files of targets, and targets by how far they came."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import strawberry

from domain.access.permissions import Permission
from domain.targets import models
from domain.targets.events import ExportProgressed, export_topic
from domain.targets.exporting import exports
from domain.targets.exporting.export_run import progress_of
from domain.targets.listing import TargetFilter
from domain.targets.managing import classes
from domain.targets.models import ExportKind, ExportState
from domain.targets.rules import TargetClass
from schema.context import Info
from schema.following import follow
from schema.guards import requires
from schema.refusals import InvalidInput, NotFound
from schema.sharing import Share, shared
from schema.targets.queries import CampaignId, TargetFilterInput
from schema.targets.refusals import TooManyForXlsx

strawberry.enum(ExportKind, description="What kind of file targets are written to.")
strawberry.enum(ExportState, description="How far an export is.")


@strawberry.type(description="How many targets are in a class.")
class TargetClassCount:
    target_class: TargetClass = strawberry.field(description="The class.")
    count: int = strawberry.field(description="How many are in it now.")


@strawberry.enum(description="What an exported file is of.")
class ExportContent(StrEnum):
    TARGETS = "targets"
    ABANDON_LEDGER = "abandon ledger"


@strawberry.type(description="A file of targets with their status, or of the abandon ledger.")
class TargetExport:
    id: UUID = strawberry.field(description="Never changes.")
    campaign_id: UUID = strawberry.field(description="The campaign.")
    content: ExportContent = strawberry.field(description="What it is of.")
    kind: ExportKind = strawberry.field(description="What kind of file it is.")
    state: ExportState = strawberry.field(description="How far it is.")
    rows_total: int = strawberry.field(description="How many it was to hold when ordered.")
    rows_written: int = strawberry.field(description="So far.")
    failure_code: str | None = strawberry.field(
        description="Why it failed, as `FILES_UNAVAILABLE`; null: it did not, or before there were "
        "such codes."
    )
    failure: str | None = strawberry.field(description="The same, for people.")
    created_at: datetime = strawberry.field(description="When it was ordered.")
    finished_at: datetime | None = strawberry.field(description="Null: not over yet.")

    @strawberry.field(
        description="Where to fetch the file, with the same authorization; null: not ready, or "
        "gone after a day."
    )
    def path(self) -> str | None:
        return f"/exports/{self.id}" if self.state is ExportState.DONE else None

    @classmethod
    def of(cls, row: models.TargetExport) -> "TargetExport":
        return cls(
            id=row.id,
            campaign_id=row.campaign_id,
            content=ExportContent(exports.name_of(row)),
            kind=row.kind,
            state=row.state,
            rows_total=row.rows_total,
            rows_written=row.rows_written,
            failure_code=row.failure_code,
            failure=row.failure,
            created_at=row.created_at,
            finished_at=row.finished_at,
        )


@strawberry.type(description="How far an export is.")
class ExportProgress:
    export_id: UUID = strawberry.field(description="The export.")
    state: ExportState = strawberry.field(description="How far it is.")
    rows_total: int = strawberry.field(description="How many it was to hold when ordered.")
    rows_written: int = strawberry.field(description="So far.")

    @classmethod
    def of(cls, said: ExportProgressed) -> "ExportProgress":
        return cls(
            export_id=said.target_export,
            state=ExportState(said.state),
            rows_total=said.rows_total,
            rows_written=said.rows_written,
        )


@strawberry.type(description="A file is going to be written.")
class TargetExportStarted:
    target_export: TargetExport = strawberry.field(description="Follow it by its id.")


TargetExportStartResult = Annotated[
    TargetExportStarted | InvalidInput | NotFound | TooManyForXlsx,
    strawberry.union("TargetExportStartResult", description="The export, or why there is none."),
]


@strawberry.type
class ExportQueries:
    @strawberry.field(description="One export.", extensions=[requires(Permission.TARGET_VIEW)])
    async def target_export(
        self, info: Info, id: Annotated[UUID, strawberry.argument(description="The export.")]
    ) -> TargetExport:
        return TargetExport.of(await exports.access_export(info.context.principal, id))

    @strawberry.field(
        description="A campaign's targets by how far they came. Reads all of them.",
        extensions=[requires(Permission.TARGET_VIEW)],
    )
    async def target_classes(self, info: Info, campaign_id: CampaignId) -> list[TargetClassCount]:
        counts = await classes.class_counts(info.context.principal, campaign_id)
        return [TargetClassCount(target_class=name, count=count) for name, count in counts.items()]


@strawberry.type
class ExportMutations:
    @strawberry.mutation(
        description="Write targets with their status to a file.",
        extensions=[requires(Permission.TARGET_VIEW)],
    )
    async def target_export_start(
        self,
        info: Info,
        campaign_id: CampaignId,
        kind: Annotated[ExportKind, strawberry.argument(description="What kind of file.")],
        filter: Annotated[
            TargetFilterInput | None, strawberry.argument(description="Which; null: all.")
        ] = None,
        target_class: Annotated[
            TargetClass | None, strawberry.argument(description="Only of this class; null: all.")
        ] = None,
    ) -> TargetExportStartResult:
        ctx = info.context
        row = await exports.begin_export(
            ctx.principal,
            campaign_id,
            kind,
            filter.wanted() if filter is not None else TargetFilter(),
            class_=target_class,
            ports=ctx.ports,
        )
        return TargetExportStarted(target_export=TargetExport.of(row))


@strawberry.type
class ExportSubscriptions:
    @strawberry.subscription(
        description="How far an export is: now, then twice a second, until it is over.",
        extensions=[requires(Permission.TARGET_VIEW), shared(Share.LATEST)],
    )
    async def target_export_progress(
        self, info: Info, id: Annotated[UUID, strawberry.argument(description="The export.")]
    ) -> AsyncGenerator[ExportProgress, None]:
        ctx = info.context

        async def read() -> ExportProgressed:
            return progress_of(await exports.access_export(ctx.principal, id))

        following = follow(
            ctx.ports.bus,
            export_topic(id),
            read=read,
            is_over=lambda said: said.state not in (ExportState.PENDING, ExportState.RUNNING),
            heard=ExportProgressed,
        )
        async with aclosing(following) as news:
            async for said in news:
                yield ExportProgress.of(said)
