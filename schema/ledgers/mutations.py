"""Having the abandon ledger written to a file."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from domain.access.permissions import Permission
from domain.ledgers.exporting import begin_ledger_export
from domain.targets.models import ExportKind
from schema.context import Info
from schema.guards import requires
from schema.refusals import InvalidInput, NotFound
from schema.targets.exports import TargetExport, TargetExportStarted
from schema.targets.refusals import TooManyForXlsx

AbandonLedgerExportStartResult = Annotated[
    TargetExportStarted | NotFound | InvalidInput | TooManyForXlsx,
    strawberry.union(
        "AbandonLedgerExportStartResult", description="The export, or why there is none."
    ),
]


@strawberry.type
class LedgerMutations:
    @strawberry.mutation(
        description="Write every live answer of a time, and what became of it, to a file without "
        "the people's numbers. Follow it as any other export.",
        extensions=[requires(Permission.TARGET_VIEW)],
    )
    async def abandon_ledger_export_start(
        self,
        info: Info,
        campaign_id: Annotated[UUID, strawberry.argument(description="The campaign.")],
        kind: Annotated[ExportKind, strawberry.argument(description="What kind of file.")],
        since: Annotated[datetime, strawberry.argument(description="From this instant on.")],
        until: Annotated[datetime, strawberry.argument(description="To before this one.")],
        pooled: Annotated[
            bool, strawberry.argument(description="Of all campaigns of its pool.")
        ] = True,
    ) -> AbandonLedgerExportStartResult:
        ctx = info.context
        row = await begin_ledger_export(
            ctx.principal,
            campaign_id,
            kind,
            begins=since,
            ends=until,
            pooled=pooled,
            ports=ctx.ports,
        )
        return TargetExportStarted(target_export=TargetExport.of(row))
