"""Setting, rotating and removing pre-dial hooks."""

from typing import Annotated, Any, cast
from uuid import UUID

import strawberry
from strawberry import UNSET

from domain.access.permissions import Permission
from domain.hooks import service
from domain.hooks.rules import HookFallback
from domain.hooks.service import HookChange
from schema.campaigns.refusals import CampaignIsClosed
from schema.context import Info
from schema.guards import requires
from schema.hooks.queries import HookCampaignId
from schema.hooks.refusals import NoHook
from schema.hooks.types import PreDialHook
from schema.inputs import given, renamed
from schema.refusals import InvalidInput, NotFound


@strawberry.input(description="What to set of a hook; what is left out stays as it is.")
class PreDialHookInput:
    url: str | None = strawberry.field(
        description="https, of a public address; at most 500 characters. Given the first time.",
        default=UNSET,
    )
    time_limit_ms: int | None = strawberry.field(
        description="50 to 10,000; 1,000 unless set.", default=UNSET
    )
    fallback: HookFallback | None = strawberry.field(description="DIAL unless set.", default=UNSET)
    retry_seconds: int | None = strawberry.field(
        description="A second to 30 days; an hour unless set.", default=UNSET
    )
    variables: list[str] | None = strawberry.field(
        description="Customer fields that the question holds; none unless set. At most 30, none "
        "that is sensitive.",
        default=UNSET,
    )


@strawberry.type(description="The campaign asks before each call.")
class PreDialHookSaved:
    hook: PreDialHook = strawberry.field(description="As it is now.")
    secret: str | None = strawberry.field(
        description="What signs the questions; shown this once. Null: it is the same as before."
    )


@strawberry.type(description="The campaign asks nobody any more.")
class PreDialHookRemoved:
    campaign_id: UUID = strawberry.field(description="The campaign.")


PreDialHookSetResult = Annotated[
    PreDialHookSaved | NotFound | InvalidInput | CampaignIsClosed,
    strawberry.union("PreDialHookSetResult", description="The hook, or why nothing changed."),
]
PreDialHookRotateResult = Annotated[
    PreDialHookSaved | NotFound | NoHook | CampaignIsClosed,
    strawberry.union("PreDialHookRotateResult", description="The hook, or why nothing changed."),
]
PreDialHookRemoveResult = Annotated[
    PreDialHookRemoved | NotFound,
    strawberry.union("PreDialHookRemoveResult", description="The campaign, or why not."),
]


@strawberry.type
class HookMutations:
    @strawberry.mutation(
        description="Ask another program before each call of a campaign; holds at once.",
        extensions=[requires(Permission.CAMPAIGN_MANAGE)],
    )
    async def pre_dial_hook_set(
        self,
        info: Info,
        campaign_id: HookCampaignId,
        input: Annotated[PreDialHookInput, strawberry.argument(description="What to set.")],
    ) -> PreDialHookSetResult:
        ctx = info.context
        values: dict[str, Any] = renamed(given(input), {"retry_seconds": "retry_s"})
        done = await service.set_hook(
            ctx.principal, campaign_id, cast(HookChange, values), ports=ctx.ports
        )
        return PreDialHookSaved(hook=PreDialHook.of(done.hook), secret=done.secret)

    @strawberry.mutation(
        description="Make a new secret; for a day the former one signs, too.",
        extensions=[requires(Permission.CAMPAIGN_MANAGE)],
    )
    async def pre_dial_hook_rotate(
        self, info: Info, campaign_id: HookCampaignId
    ) -> PreDialHookRotateResult:
        ctx = info.context
        done = await service.rotate_secret(ctx.principal, campaign_id, ports=ctx.ports)
        return PreDialHookSaved(hook=PreDialHook.of(done.hook), secret=done.secret)

    @strawberry.mutation(
        description="Ask nobody any more. A campaign without a hook stays so.",
        extensions=[requires(Permission.CAMPAIGN_MANAGE)],
    )
    async def pre_dial_hook_remove(
        self, info: Info, campaign_id: HookCampaignId
    ) -> PreDialHookRemoveResult:
        ctx = info.context
        id = await service.remove_hook(ctx.principal, campaign_id, ports=ctx.ports)
        return PreDialHookRemoved(campaign_id=id)
