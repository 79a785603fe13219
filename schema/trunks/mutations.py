"""Managing trunks."""

from typing import Annotated, cast
from uuid import UUID

import strawberry
from strawberry import UNSET

from domain.access.permissions import Permission
from domain.trunks import service
from domain.trunks.service import TrunkSettings
from schema.context import Info
from schema.guards import requires
from schema.inputs import given
from schema.refusals import InvalidInput, NotFound
from schema.trunks.refusals import TrunkNameTaken
from schema.trunks.types import Trunk


@strawberry.input(description="Settings of a trunk; what is left out stays as it is.")
class TrunkSettingsInput:
    channels: int | None = strawberry.field(
        description="Most calls at once, 1 to 10,000; 30 at first.", default=UNSET
    )
    calls_per_second: float | None = strawberry.field(
        description="Most calls begun in a second, 1 to 1,000; 5 at first.", default=UNSET
    )
    record: bool | None = strawberry.field(
        description="Record every call through it.", default=UNSET
    )
    position: int | None = strawberry.field(
        description="1 to 100; the lowest is tried first.", default=UNSET
    )
    enabled: bool | None = strawberry.field(
        description="False: no new call leaves through it.", default=UNSET
    )


@strawberry.type(description="The trunk as it is now.")
class TrunkSaved:
    trunk: Trunk = strawberry.field(description="The trunk.")


@strawberry.type(description="The campaign's trunks in their failover order.")
class CampaignTrunksSaved:
    trunks: list[Trunk] = strawberry.field(description="The first is tried first.")


TrunkCreateResult = Annotated[
    TrunkSaved | InvalidInput | TrunkNameTaken,
    strawberry.union("TrunkCreateResult", description="The trunk, or why not."),
]
TrunkChangeResult = Annotated[
    TrunkSaved | NotFound | InvalidInput | TrunkNameTaken,
    strawberry.union("TrunkChangeResult", description="The trunk, or why not."),
]
CampaignTrunksResult = Annotated[
    CampaignTrunksSaved | NotFound | InvalidInput,
    strawberry.union("CampaignTrunksResult", description="The order, or why not."),
]

Name = Annotated[
    str, strawberry.argument(description="The switch's name of the trunk; unique in the account.")
]


@strawberry.type
class TrunkMutations:
    @strawberry.mutation(
        description="Let calls leave through a trunk of the switch.",
        extensions=[requires(Permission.TRUNK_MANAGE)],
    )
    async def trunk_create(
        self,
        info: Info,
        name: Name,
        settings: Annotated[
            TrunkSettingsInput | None, strawberry.argument(description="Null: as at first.")
        ] = None,
    ) -> TrunkCreateResult:
        ctx = info.context
        values = cast("TrunkSettings", {"name": name, **(given(settings) if settings else {})})
        return TrunkSaved(
            trunk=Trunk.of(await service.create_trunk(ctx.principal, values, ports=ctx.ports))
        )

    @strawberry.mutation(
        description="Change a trunk; holds for calls from now on.",
        extensions=[requires(Permission.TRUNK_MANAGE)],
    )
    async def trunk_change(
        self,
        info: Info,
        id: Annotated[UUID, strawberry.argument(description="The trunk.")],
        settings: Annotated[TrunkSettingsInput, strawberry.argument(description="What to change.")],
    ) -> TrunkChangeResult:
        ctx = info.context
        values = cast("TrunkSettings", given(settings))
        return TrunkSaved(
            trunk=Trunk.of(await service.change_trunk(ctx.principal, id, values, ports=ctx.ports))
        )

    @strawberry.mutation(
        description="The trunks that a campaign's calls leave through, in failover order. None: "
        "the account's own order.",
        extensions=[requires(Permission.CAMPAIGN_MANAGE)],
    )
    async def campaign_trunks(
        self,
        info: Info,
        id: Annotated[UUID, strawberry.argument(description="The campaign.")],
        trunk_ids: Annotated[
            list[UUID], strawberry.argument(description="At most 100; the first is tried first.")
        ],
    ) -> CampaignTrunksResult:
        ctx = info.context
        trunks = await service.order_trunks(ctx.principal, id, trunk_ids, ports=ctx.ports)
        return CampaignTrunksSaved(trunks=[Trunk.of(trunk) for trunk in trunks])
