"""Making, setting, starting and stopping campaigns."""

from datetime import datetime
from typing import Annotated, Any, cast
from uuid import UUID

import strawberry
from strawberry import UNSET

from domain.access.permissions import Permission
from domain.callerids.rules import CallerIdStrategy
from domain.calls.rules import Disposition
from domain.campaigns import assignments, service
from domain.campaigns.assignments import Assigned
from domain.campaigns.rules import DialMode, MachineAction
from domain.campaigns.settings import CampaignSettings
from schema.campaigns.refusals import CampaignIsClosed, NoAgentsAssigned
from schema.campaigns.types import Campaign
from schema.context import Info
from schema.eligibility.types import CallingWindowInput, NumberCapInput, caps_of, windows_of
from schema.guards import requires
from schema.inputs import given, renamed
from schema.refusals import InvalidInput, NotFound
from schema.scalars import PhoneNumber
from schema.wrapups.types import WrapUpCodeInput, codes_of

CampaignId = Annotated[UUID, strawberry.argument(description="The campaign.")]


@strawberry.input(description="How long to wait after an attempt that ended so.")
class RetryDelayInput:
    disposition: Disposition = strawberry.field(description="How the attempt ended.")
    seconds: int = strawberry.field(description="Until the next one; at most 30 days.")


@strawberry.input(description="Settings of a campaign; what is left out stays as it is.")
class CampaignSettingsInput:
    priority: int | None = strawberry.field(description="1 to 10; 10 dials first.", default=UNSET)
    caller_id: PhoneNumber | None = strawberry.field(
        description="What customers see; null: withheld.", default=UNSET
    )
    caller_id_strategy: CallerIdStrategy | None = strawberry.field(
        description="Whose number customers see, where a target has none of its own.",
        default=UNSET,
    )
    caller_id_pool: list[PhoneNumber] | None = strawberry.field(
        description="What `RANDOM` and `BEST_MATCH` choose from; replaces it. At most 200.",
        default=UNSET,
    )
    caller_name: str | None = strawberry.field(
        description="What customers see beside it; at most 64 characters.", default=UNSET
    )
    lines_per_agent: float | None = strawberry.field(
        description="Progressive: lines for each free agent, 1 to 10.", default=UNSET
    )
    max_lines_per_agent: float | None = strawberry.field(
        description="Predictive: lines for each agent at most, 1 to 10.", default=UNSET
    )
    abandon_target: float | None = strawberry.field(
        description="Predictive: abandoned of live answers to stay under, 0.001 to 0.5.",
        default=UNSET,
    )
    correction_pace: int | None = strawberry.field(
        description="Predictive: live answers between corrections, 10 to 1000.", default=UNSET
    )
    gain: float | None = strawberry.field(
        description="Predictive: how hard to correct, 0 to 2.", default=UNSET
    )
    minimum_agents: int | None = strawberry.field(
        description="Predictive: below so many agents it dials progressively, 1 to 500.",
        default=UNSET,
    )
    ring_limit_seconds: float | None = strawberry.field(
        description="Then it is no answer, 5 to 120.", default=UNSET
    )
    patience_seconds: float | None = strawberry.field(
        description="How long a live answer waits for an agent, 0 to 30.", default=UNSET
    )
    analysis: bool | None = strawberry.field(
        description="Whether to tell machines from people.", default=UNSET
    )
    machine_action: MachineAction | None = strawberry.field(
        description="What to do with an answering machine.", default=UNSET
    )
    machine_message: str | None = strawberry.field(
        description="The sound to leave on machines, by name; at most 100 characters.",
        default=UNSET,
    )
    agent_announcement: str | None = strawberry.field(
        description="The sound that the agent hears at the connect, by name; empty: none.",
        default=UNSET,
    )
    record: bool | None = strawberry.field(
        description="Whether to record its calls.", default=UNSET
    )
    max_attempts: int | None = strawberry.field(
        description="1 to 30; holds for targets added afterwards only.", default=UNSET
    )
    retry_delays: list[RetryDelayInput] | None = strawberry.field(
        description="Replaces all of them; a disposition that is missing closes the target.",
        default=UNSET,
    )
    wrap_up_seconds: float | None = strawberry.field(
        description="When wrap-up ends by itself, 0 to 3600; null: the agent ends it.",
        default=UNSET,
    )
    preview_seconds: float | None = strawberry.field(
        description="An agent's time to decide, 5 to 3600.", default=UNSET
    )
    variables: list[str] | None = strawberry.field(
        description="Customer fields to show, in this order; empty: all. At most 30.",
        default=UNSET,
    )
    crm_url: str | None = strawberry.field(
        description="Address with {variable} in its path or query; empty: none.", default=UNSET
    )
    calling_windows: list[CallingWindowInput] | None = strawberry.field(
        description="Replaces all of them; empty: at any time. At most 50.", default=UNSET
    )
    skip_holidays: bool | None = strawberry.field(
        description="Whether nobody is called on a public holiday of the contact's country.",
        default=UNSET,
    )
    regulation_packs: list[str] | None = strawberry.field(
        description="Ids of `regulationPacks`, or `*` for all of the contact's country and state "
        "that hold for every sales call; null: the account's.",
        default=UNSET,
    )
    number_caps: list[NumberCapInput] | None = strawberry.field(
        description="Replaces all of them. At most 10.", default=UNSET
    )
    wrap_up_codes: list[WrapUpCodeInput] | None = strawberry.field(
        description="Replaces all of them; empty: the system's. At most 100.", default=UNSET
    )
    starts_at: datetime | None = strawberry.field(
        description="When it starts by itself; null: somebody starts it.", default=UNSET
    )
    stops_at: datetime | None = strawberry.field(
        description="When it stops by itself; null: somebody stops it.", default=UNSET
    )


@strawberry.input(description="A new campaign. What is left out has a sound default.")
class CampaignCreateInput(CampaignSettingsInput):
    name: str = strawberry.field(description="At most 100 characters.")
    mode: DialMode = strawberry.field(description="How calls are placed.")


@strawberry.input(description="What to change of a campaign; what is left out stays as it is.")
class CampaignChangeInput(CampaignSettingsInput):
    name: str | None = strawberry.field(description="At most 100 characters.", default=UNSET)
    mode: DialMode | None = strawberry.field(description="How calls are placed.", default=UNSET)


@strawberry.input(description="Who is to work on a campaign, and how early calls are offered.")
class AssignedInput:
    id: UUID = strawberry.field(description="The team, or the agent.")
    level: int = strawberry.field(
        description="1 to 100; a higher one is offered calls later.", default=1
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
    CampaignChanged | NotFound | InvalidInput | CampaignIsClosed,
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
    CampaignChanged | NotFound | InvalidInput | CampaignIsClosed,
    strawberry.union("CampaignAssignResult", description="The campaign, or why nothing changed."),
]


NULLABLE = ("caller_id", "wrap_up_seconds", "regulation_packs", "starts_at", "stops_at")


def _settings(input: CampaignSettingsInput) -> CampaignSettings:
    values = given(input, nullable=NULLABLE)
    if "calling_windows" in values:
        values["calling_windows"] = windows_of(values["calling_windows"])
    if "wrap_up_codes" in values:
        values["wrap_up_codes"] = codes_of(values["wrap_up_codes"])
    if "number_caps" in values:
        values["number_caps"] = caps_of(values["number_caps"])
    if "retry_delays" in values:
        values["retry_delays"] = {row.disposition: row.seconds for row in values["retry_delays"]}
    columns: dict[str, Any] = renamed(
        values,
        {
            "ring_limit_seconds": "ring_limit_s",
            "patience_seconds": "patience_s",
            "retry_delays": "retry_delays_s",
            "wrap_up_seconds": "wrap_up_s",
            "preview_seconds": "preview_s",
        },
    )
    return cast(CampaignSettings, columns)


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
        row = await service.create(ctx.principal, _settings(input), ports=ctx.ports)
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
        row = await service.change(ctx.principal, id, _settings(input), ports=ctx.ports)
        return CampaignChanged(campaign=Campaign.of(row))

    @strawberry.mutation(
        description="Dial, or go on dialing. Starting a running campaign changes nothing.",
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
            teams=[Assigned(item.id, item.level) for item in teams or ()],
            agents=[Assigned(item.id, item.level) for item in agents or ()],
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
