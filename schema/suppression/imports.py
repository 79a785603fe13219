"""Do-not-call lists from files."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry
from strawberry.file_uploads import Upload

from domain.access.permissions import Permission
from domain.core.pages import PageRequest, page_of
from domain.suppression import imports
from domain.suppression.events import (
    SuppressionImportProgressed,
    progress_of,
    suppression_import_topic,
)
from domain.suppression.imports import EntryOptions
from domain.suppression.rules import SuppressionSource
from domain.targets.importing.imports import ENDED, NEWEST_FIRST
from schema.connections import After, Connection, First, connection_of
from schema.context import Info
from schema.following import follow
from schema.guards import requires
from schema.refusals import InvalidInput, NotFound
from schema.sharing import Share, shared
from schema.suppression.types import SuppressionImport, SuppressionImportProgress
from schema.targets.mutations import COUNTRY
from schema.targets.refusals import FileTooLarge, ImportFileRefused, ImportFinished
from schema.uploads import chunks_of

ImportId = Annotated[UUID, strawberry.argument(description="The import.")]


@strawberry.input(description="Whose list a file is for, and what holds for rows that do not say.")
class SuppressionImportInput:
    campaign_id: UUID | None = strawberry.field(
        description="The campaign whose list it is; null: the account's.", default=None
    )
    country: str | None = strawberry.field(description=COUNTRY, default=None)
    reason: str = strawberry.field(
        description="Of rows that name none; at most 200 characters.", default=""
    )
    source: SuppressionSource = strawberry.field(
        description="Of rows that name none.", default=SuppressionSource.IMPORT
    )
    expires_at: datetime | None = strawberry.field(
        description="Of rows that name none; null: never.", default=None
    )


@strawberry.type(description="A file is waiting to be put on a do-not-call list.")
class SuppressionImportStarted:
    suppression_import: SuppressionImport = strawberry.field(description="Follow it by its id.")


@strawberry.type(description="An import stops. Entries that it made stay.")
class SuppressionImportCanceled:
    suppression_import: SuppressionImport = strawberry.field(description="As it is now.")


SuppressionImportStartResult = Annotated[
    SuppressionImportStarted | NotFound | InvalidInput | FileTooLarge | ImportFileRefused,
    strawberry.union(
        "SuppressionImportStartResult", description="The import, or why there is none."
    ),
]
SuppressionImportCancelResult = Annotated[
    SuppressionImportCanceled | NotFound | ImportFinished,
    strawberry.union("SuppressionImportCancelResult", description="The import, or why it goes on."),
]


@strawberry.type
class SuppressionImportMutations:
    @strawberry.mutation(
        description="Put the numbers of a file on a do-not-call list: XLSX, XLS, CSV, XML, JSON, "
        "NDJSON. A column with numbers, or beginnings of numbers as `+1900*`; columns Reason, "
        "Source and Expires if there are any.",
        extensions=[requires(Permission.TARGET_MANAGE)],
    )
    async def suppression_import_start(
        self,
        info: Info,
        file: Annotated[Upload, strawberry.argument(description="The file.")],
        options: Annotated[
            SuppressionImportInput | None,
            strawberry.argument(description="Whose list, and what holds for all rows."),
        ] = None,
    ) -> SuppressionImportStartResult:
        ctx, given = info.context, options or SuppressionImportInput()
        row = await imports.begin_import(
            ctx.principal,
            given.campaign_id,
            EntryOptions(
                country=given.country,
                source=given.source,
                reason=given.reason,
                expires_at=given.expires_at,
            ),
            file_name=getattr(file, "filename", None) or "list",
            chunks=chunks_of(file),
            limit=ctx.upload_limit,
            ports=ctx.ports,
        )
        return SuppressionImportStarted(suppression_import=SuppressionImport.of(row))

    @strawberry.mutation(
        description="Stop an import into a do-not-call list.",
        extensions=[requires(Permission.TARGET_MANAGE)],
    )
    async def suppression_import_cancel(
        self, info: Info, id: ImportId
    ) -> SuppressionImportCancelResult:
        ctx = info.context
        row = await imports.cancel_import(ctx.principal, id, ports=ctx.ports)
        return SuppressionImportCanceled(suppression_import=SuppressionImport.of(row))


@strawberry.type
class SuppressionImportQueries:
    @strawberry.field(
        description="One import into a do-not-call list.",
        extensions=[requires(Permission.TARGET_VIEW)],
    )
    async def suppression_import(self, info: Info, id: ImportId) -> SuppressionImport:
        return SuppressionImport.of(await imports.access_import(info.context.principal, id))

    @strawberry.field(
        description="Imports into do-not-call lists, newest first.",
        extensions=[requires(Permission.TARGET_VIEW)],
    )
    async def suppression_imports(
        self, info: Info, first: First = 50, after: After = None
    ) -> Connection[SuppressionImport]:
        found = imports.visible_imports(info.context.principal)
        page = await page_of(found, NEWEST_FIRST, PageRequest(first, after))
        return connection_of(page, SuppressionImport.of, count=found.count)


@strawberry.type
class SuppressionSubscriptions:
    @strawberry.subscription(
        description="How far an import is: now, then after every block, until it is over.",
        extensions=[requires(Permission.TARGET_VIEW), shared(Share.LATEST)],
    )
    async def suppression_import_progress(
        self, info: Info, id: ImportId
    ) -> AsyncGenerator[SuppressionImportProgress, None]:
        ctx = info.context

        async def read() -> SuppressionImportProgressed:
            return progress_of(await imports.access_import(ctx.principal, id))

        following = follow(
            ctx.ports.bus,
            suppression_import_topic(id),
            read=read,
            is_over=lambda said: said.state in ENDED,
            heard=SuppressionImportProgressed,
        )
        async with aclosing(following) as news:
            async for said in news:
                yield SuppressionImportProgress.of(said)
