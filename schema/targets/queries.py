"""What can be asked about targets and imports."""

from typing import Annotated
from uuid import UUID

import strawberry

from domain.access.permissions import Permission
from domain.calls.rules import Disposition
from domain.core.pages import PageRequest, page_of
from domain.targets import listing
from domain.targets.importing import imports
from domain.targets.listing import TargetFilter, TargetOrder, page_of_targets
from domain.targets.managing import removing
from domain.targets.rules import ClosedReason, TargetSource, TargetState
from schema.connections import After, Connection, First, connection_of
from schema.context import Info
from schema.guards import requires
from schema.targets.types import Target, TargetImport

CampaignId = Annotated[UUID, strawberry.argument(description="The campaign.")]


@strawberry.input(description="Which targets; what is left out does not matter.")
class TargetFilterInput:
    states: list[TargetState] = strawberry.field(
        description="In any of these states.", default_factory=list
    )
    closed_reasons: list[ClosedReason] = strawberry.field(
        description="Closed for any of these reasons.", default_factory=list
    )
    customer_statuses: list[Disposition] = strawberry.field(
        description="Whose last attempt ended in any of these ways.", default_factory=list
    )
    batch_id: UUID | None = strawberry.field(description="Of this batch.", default=None)
    number_begins: str = strawberry.field(
        description="How the number begins, as in `+1202`.", default=""
    )
    attempts_at_least: int = strawberry.field(description="Dialed so often.", default=0)
    agent_id: UUID | None = strawberry.field(
        description="Of whose attempts this agent had one.", default=None
    )
    source: TargetSource | None = strawberry.field(
        description="Whether a missed call made them targets.", default=None
    )

    def wanted(self) -> TargetFilter:
        return TargetFilter(
            states=tuple(self.states),
            closed_reasons=tuple(self.closed_reasons),
            dispositions=tuple(self.customer_statuses),
            batch_id=self.batch_id,
            number_begins=self.number_begins,
            attempts_at_least=self.attempts_at_least,
            agent_id=self.agent_id,
            source=self.source,
        )


@strawberry.type
class TargetQueries:
    @strawberry.field(
        description="A campaign's targets.", extensions=[requires(Permission.TARGET_VIEW)]
    )
    async def targets(
        self,
        info: Info,
        campaign_id: CampaignId,
        filter: Annotated[
            TargetFilterInput | None, strawberry.argument(description="Which; null: all.")
        ] = None,
        order: Annotated[
            TargetOrder, strawberry.argument(description="Which come first.")
        ] = TargetOrder.ADDED,
        first: First = 50,
        after: After = None,
    ) -> Connection[Target]:
        wanted = filter.wanted() if filter is not None else TargetFilter()
        found = await listing.visible_targets(info.context.principal, campaign_id, wanted, order)
        page = await page_of_targets(found, wanted, order, PageRequest(first, after))
        return connection_of(page, Target.of, count=found.count)

    @strawberry.field(description="One target.", extensions=[requires(Permission.TARGET_VIEW)])
    async def target(
        self, info: Info, id: Annotated[UUID, strawberry.argument(description="The target.")]
    ) -> Target:
        return Target.of(await removing.access_target(info.context.principal, id))

    @strawberry.field(description="One import.", extensions=[requires(Permission.TARGET_VIEW)])
    async def target_import(
        self, info: Info, id: Annotated[UUID, strawberry.argument(description="The import.")]
    ) -> TargetImport:
        return TargetImport.of(await imports.access_import(info.context.principal, id))

    @strawberry.field(
        description="Imports into a campaign, newest first.",
        extensions=[requires(Permission.TARGET_VIEW)],
    )
    async def target_imports(
        self, info: Info, campaign_id: CampaignId, first: First = 50, after: After = None
    ) -> Connection[TargetImport]:
        found = await imports.visible_imports(info.context.principal, campaign_id)
        page = await page_of(found, imports.NEWEST_FIRST, PageRequest(first, after))
        return connection_of(page, TargetImport.of, count=found.count)
