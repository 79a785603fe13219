"""What agents and supervisors do with the customer on the line."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

import strawberry

from domain.access.permissions import Permission
from domain.calls import live
from domain.calls.commands import RecordAction
from domain.telephony.port import Role
from schema.agents.desk import AgentAccepted, AgentId
from schema.agents.refusals import AgentBusy, NoLineFree, NothingOnTheLine
from schema.agents.types import Agent
from schema.calls.refusals import NoConsultation, NotRecording, NotSupervising, TransferTargetBusy
from schema.context import Info
from schema.guards import requires
from schema.refusals import FloorUnavailable, InvalidInput, NotFound
from schema.scalars import PhoneNumber

DESK = (Permission.DESK, Permission.AGENT_SUPERVISE)

strawberry.enum(RecordAction, description="What is done with a recording.")


@strawberry.enum(
    description="What a supervisor does in an agent's room: LISTEN hears both and is heard by "
    "nobody, WHISPER is heard by the agent alone, BARGE speaks with both."
)
class SupervisorRole(StrEnum):
    LISTEN = "listen"
    WHISPER = "whisper"
    BARGE = "barge"


@strawberry.type(description="The supervisor's phone is being hung up.")
class SupervisionEnded:
    ended: bool = strawberry.field(description="Always true.")


CallHoldResult = Annotated[
    AgentAccepted | NotFound | NothingOnTheLine | FloorUnavailable,
    strawberry.union("CallHoldResult", description="The agent, or why not."),
]
CallTransferResult = Annotated[
    AgentAccepted
    | NotFound
    | InvalidInput
    | NothingOnTheLine
    | TransferTargetBusy
    | AgentBusy
    | NoLineFree
    | FloorUnavailable,
    strawberry.union("CallTransferResult", description="The agent, or why not."),
]
CallTransferEndResult = Annotated[
    AgentAccepted | NotFound | NothingOnTheLine | NoConsultation | FloorUnavailable,
    strawberry.union("CallTransferEndResult", description="The agent, or why not."),
]
CallSendKeysResult = Annotated[
    AgentAccepted | NotFound | InvalidInput | NothingOnTheLine | FloorUnavailable,
    strawberry.union("CallSendKeysResult", description="The agent, or why not."),
]
CallRecordResult = Annotated[
    AgentAccepted | NotFound | NothingOnTheLine | NotRecording | FloorUnavailable,
    strawberry.union("CallRecordResult", description="The agent, or why not."),
]
AgentSuperviseResult = Annotated[
    AgentAccepted | NotFound | InvalidInput | NoLineFree | FloorUnavailable,
    strawberry.union("AgentSuperviseResult", description="The agent, or why not."),
]
AgentSuperviseEndResult = Annotated[
    SupervisionEnded | NotSupervising | FloorUnavailable,
    strawberry.union("AgentSuperviseEndResult", description="Done, or why not."),
]


@strawberry.type
class LiveCallMutations:
    @strawberry.mutation(
        description="Let the customer hear music, or bring the customer back. Doing it twice "
        "changes nothing.",
        extensions=[requires(*DESK)],
    )
    async def call_hold(
        self,
        info: Info,
        on: Annotated[bool, strawberry.argument(description="False brings the customer back.")],
        agent_id: AgentId = None,
    ) -> CallHoldResult:
        ctx = info.context
        agent = await live.hold(ctx.principal, agent_id, on=on, ports=ctx.ports)
        return AgentAccepted(agent=Agent.of(agent))

    @strawberry.mutation(
        description="Give the customer to another agent or a number: at once, or with `consult` "
        "after speaking with the other party while the customer hears music.",
        extensions=[requires(*DESK)],
    )
    async def call_transfer(
        self,
        info: Info,
        to_agent_id: Annotated[
            UUID | None, strawberry.argument(description="An agent who is available.")
        ] = None,
        to_number: Annotated[
            PhoneNumber | None, strawberry.argument(description="Or a number.")
        ] = None,
        consult: Annotated[
            bool, strawberry.argument(description="Speak with the other party first.")
        ] = False,
        agent_id: AgentId = None,
    ) -> CallTransferResult:
        ctx = info.context
        agent = await live.transfer(
            ctx.principal,
            agent_id,
            to_agent=to_agent_id,
            to_number=to_number,
            consult=consult,
            ports=ctx.ports,
        )
        return AgentAccepted(agent=Agent.of(agent))

    @strawberry.mutation(
        description="Bring the customer and the party consulted together, and go to wrap-up.",
        extensions=[requires(*DESK)],
    )
    async def call_transfer_complete(
        self, info: Info, agent_id: AgentId = None
    ) -> CallTransferEndResult:
        ctx = info.context
        agent = await live.complete_transfer(ctx.principal, agent_id, ports=ctx.ports)
        return AgentAccepted(agent=Agent.of(agent))

    @strawberry.mutation(
        description="Let the party consulted go, and return to the customer.",
        extensions=[requires(*DESK)],
    )
    async def call_transfer_cancel(
        self, info: Info, agent_id: AgentId = None
    ) -> CallTransferEndResult:
        ctx = info.context
        agent = await live.cancel_transfer(ctx.principal, agent_id, ports=ctx.ports)
        return AgentAccepted(agent=Agent.of(agent))

    @strawberry.mutation(
        description="Send DTMF to the customer's side, for instance to a menu there.",
        extensions=[requires(*DESK)],
    )
    async def call_send_keys(
        self,
        info: Info,
        digits: Annotated[
            str, strawberry.argument(description="1 to 32 of the keys 0-9 * # A-D. Not stored.")
        ],
        agent_id: AgentId = None,
    ) -> CallSendKeysResult:
        ctx = info.context
        agent = await live.send_keys(ctx.principal, agent_id, digits, ports=ctx.ports)
        return AgentAccepted(agent=Agent.of(agent))

    @strawberry.mutation(
        description="Start, pause, resume or stop the recording of the customer call. While it "
        "is paused the file holds silence.",
        extensions=[requires(*DESK)],
    )
    async def call_record(
        self,
        info: Info,
        action: Annotated[RecordAction, strawberry.argument(description="What to do.")],
        agent_id: AgentId = None,
    ) -> CallRecordResult:
        ctx = info.context
        agent = await live.record(ctx.principal, agent_id, action, ports=ctx.ports)
        return AgentAccepted(agent=Agent.of(agent))

    @strawberry.mutation(
        description="Call the viewer's phone into an agent's room. Asking again changes the role. "
        "It is written to the audit log.",
        extensions=[requires(Permission.AGENT_SUPERVISE)],
    )
    async def agent_supervise(
        self,
        info: Info,
        agent_id: Annotated[UUID, strawberry.argument(description="The agent.")],
        role: Annotated[SupervisorRole, strawberry.argument(description="What to do there.")],
        endpoint: Annotated[
            str | None, strawberry.argument(description="The viewer's phone at the switch.")
        ] = None,
        number: Annotated[
            PhoneNumber | None, strawberry.argument(description="Or the viewer's number.")
        ] = None,
    ) -> AgentSuperviseResult:
        ctx = info.context
        agent = await live.supervise(
            ctx.principal,
            agent_id,
            role=Role(role.value),
            endpoint=endpoint,
            number=number,
            ports=ctx.ports,
        )
        return AgentAccepted(agent=Agent.of(agent))

    @strawberry.mutation(
        description="Hang the viewer's phone up, wherever it listens.",
        extensions=[requires(Permission.AGENT_SUPERVISE)],
    )
    async def agent_supervise_end(self, info: Info) -> AgentSuperviseEndResult:
        ctx = info.context
        await live.end_supervision(ctx.principal, ports=ctx.ports)
        return SupervisionEnded(ended=True)
