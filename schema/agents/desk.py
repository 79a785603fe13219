"""What agents do at work, and what supervisors do for them. The floor decides."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from domain.access.permissions import Permission
from domain.agents import desk
from domain.agents.commands import PreviewDecision
from schema.access.refusals import SignInFailed, TooManySignIns
from schema.access.types import Viewer
from schema.agents.refusals import (
    AgentBusy,
    AgentSignedOut,
    CallForbidden,
    NoDefaultCampaign,
    NoLineFree,
    NothingOnTheLine,
    NoWrapUp,
    OfferGone,
)
from schema.agents.types import Agent
from schema.context import Info
from schema.guards import public, requires
from schema.refusals import FloorUnavailable, InvalidInput, NotFound
from schema.targets.refusals import TargetLimitReached

AgentId = Annotated[
    UUID | None,
    strawberry.argument(
        description="The agent; null: the viewer's own desk. For others, the permission to "
        "supervise is needed."
    ),
]
Reason = Annotated[
    str | None, strawberry.argument(description="At most 64 characters; null: none.")
]


@strawberry.type(description="An agent is signed in, on a break until ready to take calls.")
class DeskSignedIn:
    token: str = strawberry.field(
        description="Send it as `Authorization: Bearer <token>`. Shown this once."
    )
    expires_at: datetime = strawberry.field(description="When it ends by itself.")
    viewer: Viewer = strawberry.field(description="Who is signed in.")


@strawberry.type(
    description="The floor has done what was asked. The new state comes by `deskEvents`."
)
class AgentAccepted:
    agent: Agent = strawberry.field(description="The agent.")


DeskSignInResult = Annotated[
    DeskSignedIn | SignInFailed | TooManySignIns | FloorUnavailable,
    strawberry.union("DeskSignInResult", description="A session, or why not."),
]
AgentSignInResult = Annotated[
    AgentAccepted | NotFound | FloorUnavailable,
    strawberry.union("AgentSignInResult", description="The agent, or why not."),
]
AgentSignOutResult = Annotated[
    AgentAccepted | NotFound | InvalidInput | AgentBusy | FloorUnavailable,
    strawberry.union("AgentSignOutResult", description="The agent, or why not."),
]
AgentGoAvailableResult = Annotated[
    AgentAccepted | NotFound | AgentSignedOut | AgentBusy | FloorUnavailable,
    strawberry.union("AgentGoAvailableResult", description="The agent, or why not."),
]
AgentTakeBreakResult = Annotated[
    AgentAccepted | NotFound | InvalidInput | AgentSignedOut | AgentBusy | FloorUnavailable,
    strawberry.union("AgentTakeBreakResult", description="The agent, or why not."),
]
AgentEndWrapUpResult = Annotated[
    AgentAccepted | NotFound | InvalidInput | NoWrapUp | FloorUnavailable,
    strawberry.union("AgentEndWrapUpResult", description="The agent, or why not."),
]
AgentHangUpResult = Annotated[
    AgentAccepted | NotFound | NothingOnTheLine | FloorUnavailable,
    strawberry.union("AgentHangUpResult", description="The agent, or why not."),
]
AgentDialResult = Annotated[
    AgentAccepted
    | NotFound
    | InvalidInput
    | AgentSignedOut
    | AgentBusy
    | NoDefaultCampaign
    | CallForbidden
    | NoLineFree
    | TargetLimitReached
    | FloorUnavailable,
    strawberry.union("AgentDialResult", description="The agent, or why nothing was dialed."),
]
PreviewDecideResult = Annotated[
    AgentAccepted | NotFound | OfferGone | FloorUnavailable,
    strawberry.union("PreviewDecideResult", description="The agent, or why not."),
]


@strawberry.type
class DeskMutations:
    @strawberry.mutation(
        description="Sign in as an agent with code and PIN. Tries are counted by code and by "
        "address.",
        extensions=[public()],
    )
    async def desk_sign_in(
        self,
        info: Info,
        account: Annotated[str, strawberry.argument(description="The account's slug.")],
        code: Annotated[str, strawberry.argument(description="The agent's code.")],
        pin: Annotated[str, strawberry.argument(description="The agent's PIN.")],
    ) -> DeskSignInResult:
        ctx = info.context
        made = await desk.desk_sign_in(
            account,
            code,
            pin,
            address=ctx.request.address,
            ports=ctx.ports,
            throttle=ctx.throttle,
        )
        return DeskSignedIn(
            token=made.token, expires_at=made.expires_at, viewer=Viewer.of(made.principal)
        )

    @strawberry.mutation(
        description="Open the viewer's own desk, as a user who is an agent. Twice changes nothing.",
        extensions=[requires(Permission.DESK)],
    )
    async def agent_sign_in(self, info: Info) -> AgentSignInResult:
        ctx = info.context
        return AgentAccepted(agent=Agent.of(await desk.sign_in(ctx.principal, ports=ctx.ports)))

    @strawberry.mutation(
        description="Leave the floor; the phone is hung up. An agent's session ends too.",
        extensions=[requires(Permission.DESK, Permission.AGENT_SUPERVISE)],
    )
    async def agent_sign_out(
        self,
        info: Info,
        agent_id: AgentId = None,
        reason: Reason = None,
        force: Annotated[
            bool, strawberry.argument(description="Even with a customer on the line.")
        ] = False,
    ) -> AgentSignOutResult:
        ctx = info.context
        row = await desk.sign_out_agent(
            ctx.principal, agent_id, reason=reason, force=force, ports=ctx.ports
        )
        return AgentAccepted(agent=Agent.of(row))

    @strawberry.mutation(
        description="Take calls; the phone is called first unless it is on the line.",
        extensions=[requires(Permission.DESK, Permission.AGENT_SUPERVISE)],
    )
    async def agent_go_available(
        self, info: Info, agent_id: AgentId = None
    ) -> AgentGoAvailableResult:
        ctx = info.context
        row = await desk.go_available(ctx.principal, agent_id, ports=ctx.ports)
        return AgentAccepted(agent=Agent.of(row))

    @strawberry.mutation(
        description="Take no calls for a while: now, or after the call that is on.",
        extensions=[requires(Permission.DESK, Permission.AGENT_SUPERVISE)],
    )
    async def agent_take_break(
        self, info: Info, agent_id: AgentId = None, reason: Reason = None
    ) -> AgentTakeBreakResult:
        ctx = info.context
        row = await desk.take_break(ctx.principal, agent_id, reason=reason, ports=ctx.ports)
        return AgentAccepted(agent=Agent.of(row))

    @strawberry.mutation(
        description="Record how the call went, and take calls again.",
        extensions=[requires(Permission.DESK, Permission.AGENT_SUPERVISE)],
    )
    async def agent_end_wrap_up(
        self,
        info: Info,
        agent_id: AgentId = None,
        code: Annotated[
            str | None, strawberry.argument(description="The wrap-up code; null: none.")
        ] = None,
        note: Annotated[str, strawberry.argument(description="At most 2,000 characters.")] = "",
        then_break: Annotated[
            bool, strawberry.argument(description="Take a break instead of calls.")
        ] = False,
        call_again_at: Annotated[
            datetime | None,
            strawberry.argument(
                description="Only with a code that reschedules; in the next 90 days."
            ),
        ] = None,
    ) -> AgentEndWrapUpResult:
        ctx = info.context
        row = await desk.end_wrap_up(
            ctx.principal,
            agent_id,
            code=code,
            note=note,
            then_break=then_break,
            again_at=call_again_at,
            ports=ctx.ports,
        )
        return AgentAccepted(agent=Agent.of(row))

    @strawberry.mutation(
        description="End the customer call. The agent's own phone stays on the line.",
        extensions=[requires(Permission.DESK, Permission.AGENT_SUPERVISE)],
    )
    async def agent_hang_up(self, info: Info, agent_id: AgentId = None) -> AgentHangUpResult:
        ctx = info.context
        row = await desk.hang_up(ctx.principal, agent_id, ports=ctx.ports)
        return AgentAccepted(agent=Agent.of(row))

    @strawberry.mutation(
        description="Dial a number by hand, from a break too. It goes by the rules of the agent's "
        "default campaign, which must be running, and becomes a target of it. The agent's phone is "
        "called first unless it is on the line. After the call the agent is back on the break.",
        extensions=[requires(Permission.DESK, Permission.AGENT_SUPERVISE)],
    )
    async def agent_dial(
        self,
        info: Info,
        number: Annotated[
            str,
            strawberry.argument(
                description="As one types it: with `+`, or national in the account's country."
            ),
        ],
        agent_id: AgentId = None,
    ) -> AgentDialResult:
        ctx = info.context
        row = await desk.dial(ctx.principal, agent_id, number, ports=ctx.ports)
        return AgentAccepted(agent=Agent.of(row))

    @strawberry.mutation(
        description="Answer a contact that is offered before it is dialed.",
        extensions=[requires(Permission.DESK)],
    )
    async def preview_decide(
        self,
        info: Info,
        target_id: Annotated[UUID, strawberry.argument(description="The target offered.")],
        decision: Annotated[
            PreviewDecision, strawberry.argument(description="What to do with it.")
        ],
    ) -> PreviewDecideResult:
        ctx = info.context
        row = await desk.decide_preview(ctx.principal, target_id, decision, ports=ctx.ports)
        return AgentAccepted(agent=Agent.of(row))
