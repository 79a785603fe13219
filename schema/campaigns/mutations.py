"""Making, setting, starting and stopping campaigns."""

from typing import Annotated
from uuid import UUID

import strawberry

from domain.access.permissions import Permission
from domain.campaigns import assignments, service
from domain.campaigns.assignments import Assigned
from schema.campaigns.refusals import CampaignIsClosed, NoAgentsAssigned
from schema.campaigns.settings import CampaignChangeInput, CampaignCreateInput, settings_of
from schema.campaigns.types import Campaign
from schema.chains.refusals import SettingShared
from schema.context import Info
from schema.guards import requires
from schema.refusals import InvalidInput, NotFound

CampaignId = Annotated[UUID, strawberry.argument(description="The campaign.")]


@strawberry.input(description="Who is to work on a campaign, and how early calls are offered.")
class AssignedInput:
    id: UUID = strawberry.field(description="The team, or the agent.")
    level: int = strawberry.field(
        description="1 to 100; a higher one is offered calls later.", default=1
    )
    rank: int | None = strawberry.field(
        description="Of a team: what its agents serve first, 1 to 20. Callers have 11, another "
        "campaign its priority; null: so has this one. Not for agents.",
        default=None,
    )


@strawberry.type(description="There is a new campaign.")
class CampaignCreated:
    campaign: Campaign = strawberry.field(description="The campaign, stopped.")


@strawberry.type(description="A campaign was changed; a running one goes on with it.")
class CampaignChanged:
    campaign: Campaign = strawberry.field(description="The campaign as it is now.")


@strawberry.type(description="A campaign dials, or did already.")
class CampaignStarted:
    campaign: Campaign = strawberry.field(description="The campaign as it is now.")


@strawberry.type(description="A campaign dials no more; its live calls finish.")
class CampaignStopped:
    campaign: Campaign = strawberry.field(description="The campaign as it is now.")
    settled: bool = strawberry.field(
        description="True: no call of it can leave any more. False: no new call can be made for "
        "it, but its floor did not answer in time to confirm that none was on its way to the "
        "switch at that instant; stop again to ask again."
    )


@strawberry.type(description="A campaign is finished and never dials again.")
class CampaignClosed:
    campaign: Campaign = strawberry.field(description="The campaign as it is now.")
    settled: bool = strawberry.field(description="As in `CampaignStopped`.")


CampaignCreateResult = Annotated[
    CampaignCreated | InvalidInput,
    strawberry.union("CampaignCreateResult", description="The campaign, or why there is none."),
]
CampaignChangeResult = Annotated[
    CampaignChanged | NotFound | InvalidInput | CampaignIsClosed | SettingShared,
    strawberry.union("CampaignChangeResult", description="The campaign, or why nothing changed."),
]
CampaignStartResult = Annotated[
    CampaignStarted | NotFound | CampaignIsClosed | NoAgentsAssigned,
    strawberry.union("CampaignStartResult", description="The campaign, or why it doesn't dial."),
]
CampaignStopResult = Annotated[
    CampaignStopped | NotFound | CampaignIsClosed,
    strawberry.union("CampaignStopResult", description="The campaign, or why nothing changed."),
]
CampaignCloseResult = Annotated[
    CampaignClosed | NotFound,
    strawberry.union("CampaignCloseResult", description="The campaign, or why nothing changed."),
]
CampaignAssignResult = Annotated[
    CampaignChanged | NotFound | InvalidInput | CampaignIsClosed | SettingShared,
    strawberry.union("CampaignAssignResult", description="The campaign, or why nothing changed."),
]


@strawberry.type
class CampaignMutations:
    @strawberry.mutation(
        description="Make a campaign. It is stopped and has no agents and no targets yet.",
        extensions=[requires(Permission.CAMPAIGN_MANAGE)],
    )
    async def campaign_create(
        self,
        info: Info,
        input: Annotated[CampaignCreateInput, strawberry.argument(description="Its settings.")],
    ) -> CampaignCreateResult:
        ctx = info.context
        row = await service.create(ctx.principal, settings_of(input), ports=ctx.ports)
        return CampaignCreated(campaign=Campaign.of(row))

    @strawberry.mutation(
        description="Change any setting, also while it dials.",
        extensions=[requires(Permission.CAMPAIGN_MANAGE)],
    )
    async def campaign_change(
        self,
        info: Info,
        id: CampaignId,
        input: Annotated[CampaignChangeInput, strawberry.argument(description="What to change.")],
    ) -> CampaignChangeResult:
        ctx = info.context
        row = await service.change(ctx.principal, id, settings_of(input), ports=ctx.ports)
        return CampaignChanged(campaign=Campaign.of(row))

    @strawberry.mutation(
        description="Dial, or go on dialing. Starting a running campaign changes nothing. One "
        "that comes after others is WAITING until they have nothing left; the main campaign of a "
        "chain starts the others of it, too.",
        extensions=[requires(Permission.CAMPAIGN_RUN)],
    )
    async def campaign_start(self, info: Info, id: CampaignId) -> CampaignStartResult:
        ctx = info.context
        row = await service.start(ctx.principal, id, ports=ctx.ports)
        return CampaignStarted(campaign=Campaign.of(row))

    @strawberry.mutation(
        description="Place no further call; live calls finish. Answers when none can leave.",
        extensions=[requires(Permission.CAMPAIGN_RUN)],
    )
    async def campaign_stop(self, info: Info, id: CampaignId) -> CampaignStopResult:
        ctx = info.context
        done = await service.stop(ctx.principal, id, ports=ctx.ports)
        return CampaignStopped(campaign=Campaign.of(done.campaign), settled=done.settled)

    @strawberry.mutation(
        description="Stop for good, and move to the finished ones.",
        extensions=[requires(Permission.CAMPAIGN_RUN)],
    )
    async def campaign_close(self, info: Info, id: CampaignId) -> CampaignCloseResult:
        ctx = info.context
        done = await service.close(ctx.principal, id, ports=ctx.ports)
        return CampaignClosed(campaign=Campaign.of(done.campaign), settled=done.settled)

    @strawberry.mutation(
        description="Let teams and agents work on a campaign, or change their level.",
        extensions=[requires(Permission.CAMPAIGN_MANAGE)],
    )
    async def campaign_assign(
        self,
        info: Info,
        id: CampaignId,
        teams: Annotated[
            list[AssignedInput] | None, strawberry.argument(description="At most 100 teams.")
        ] = None,
        agents: Annotated[
            list[AssignedInput] | None, strawberry.argument(description="At most 100 agents.")
        ] = None,
    ) -> CampaignAssignResult:
        ctx = info.context
        row = await assignments.assign(
            ctx.principal,
            id,
            teams=[Assigned(item.id, item.level, item.rank) for item in teams or ()],
            agents=[Assigned(item.id, item.level, item.rank) for item in agents or ()],
            ports=ctx.ports,
        )
        return CampaignChanged(campaign=Campaign.of(row))

    @strawberry.mutation(
        description="Let teams and agents work on a campaign no more; their calls go on.",
        extensions=[requires(Permission.CAMPAIGN_MANAGE)],
    )
    async def campaign_unassign(
        self,
        info: Info,
        id: CampaignId,
        team_ids: Annotated[
            list[UUID] | None, strawberry.argument(description="At most 100 teams.")
        ] = None,
        agent_ids: Annotated[
            list[UUID] | None, strawberry.argument(description="At most 100 agents.")
        ] = None,
    ) -> CampaignAssignResult:
        ctx = info.context
        row = await assignments.unassign(
            ctx.principal, id, teams=team_ids or (), agents=agent_ids or (), ports=ctx.ports
        )
        return CampaignChanged(campaign=Campaign.of(row))
