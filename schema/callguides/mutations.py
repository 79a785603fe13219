"""Keeping what customers answered."""

from typing import Annotated
from uuid import UUID

import strawberry

from domain.access.permissions import Permission
from domain.callguides import service
from schema.callguides.types import GuideAnswerInput
from schema.calls.types import Call
from schema.context import Info
from schema.guards import requires
from schema.refusals import InvalidInput, NotFound

DESK = (Permission.DESK, Permission.AGENT_SUPERVISE)


@strawberry.type(description="The answers are kept with the call.")
class CallGuideAnswered:
    call: Call = strawberry.field(description="The call as it is now.")


CallGuideAnswerResult = Annotated[
    CallGuideAnswered | NotFound | InvalidInput,
    strawberry.union("CallGuideAnswerResult", description="The call, or why nothing was kept."),
]


@strawberry.type
class CallGuideMutations:
    @strawberry.mutation(
        description="Keep what the customer answered to the questions of the campaign's call "
        "guide, during the call or after it. Replaces earlier answers.",
        extensions=[requires(*DESK)],
    )
    async def call_guide_answer(
        self,
        info: Info,
        call_id: Annotated[
            UUID,
            strawberry.argument(description="The call: the agent's own, or of the supervised."),
        ],
        answers: Annotated[
            list[GuideAnswerInput], strawberry.argument(description="All of them; at most 100.")
        ],
    ) -> CallGuideAnswerResult:
        ctx = info.context
        given = [(each.question_id, each.answer) for each in answers]
        call = await service.answer_guide(ctx.principal, call_id, given, ports=ctx.ports)
        return CallGuideAnswered(call=Call.of(call))
