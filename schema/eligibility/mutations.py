"""Changing what binds the account's calls."""

from typing import Annotated, cast

import strawberry
from strawberry import UNSET

from domain.access.permissions import Permission
from domain.eligibility import service
from domain.eligibility.service import PolicySettings
from schema.context import Info
from schema.eligibility.types import DialingPolicy, NumberCapInput, caps_of
from schema.guards import requires
from schema.inputs import given
from schema.refusals import InvalidInput


@strawberry.input(description="What to change; what is left out stays as it is.")
class DialingPolicyInput:
    packs: list[str] | None = strawberry.field(
        description="Ids of `regulationPacks`, or `*` for all of the number's country and state "
        "that hold for every sales call.",
        default=UNSET,
    )
    number_caps: list[NumberCapInput] | None = strawberry.field(
        description="Replaces all of them. At most 10.", default=UNSET
    )


@strawberry.type(description="The policy holds, also for campaigns that dial.")
class DialingPolicyChanged:
    policy: DialingPolicy = strawberry.field(description="As it is now.")


DialingPolicyChangeResult = Annotated[
    DialingPolicyChanged | InvalidInput,
    strawberry.union(
        "DialingPolicyChangeResult", description="The policy, or why nothing changed."
    ),
]


@strawberry.type
class EligibilityMutations:
    @strawberry.mutation(
        description="Change what binds all calls of the account; it holds at once.",
        extensions=[requires(Permission.CAMPAIGN_MANAGE)],
    )
    async def dialing_policy_change(
        self,
        info: Info,
        input: Annotated[DialingPolicyInput, strawberry.argument(description="What to change.")],
    ) -> DialingPolicyChangeResult:
        ctx, values = info.context, given(input)
        if "number_caps" in values:
            values["number_caps"] = caps_of(values["number_caps"])
        settings = cast(PolicySettings, values)
        policy = await service.change_policy(ctx.principal, settings, ports=ctx.ports)
        return DialingPolicyChanged(policy=DialingPolicy.of(policy))
