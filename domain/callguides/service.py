"""What customers answered to the questions of a campaign's call guide, kept with the call."""

from collections.abc import Sequence
from uuid import UUID

from domain.access import audit
from domain.access.permissions import Permission
from domain.access.principal import Principal
from domain.agents.desk import access_desk
from domain.callguides.rules import checked_answers
from domain.calls.models import Call
from domain.calls.service import access_call
from domain.campaigns.models import Campaign
from domain.core.errors import NotFound
from domain.core.ports import Ports
from domain.core.problems import Problems
from domain.core.unit_of_work import unit_of_work


async def answer_guide(
    principal: Principal, call_id: UUID, given: Sequence[tuple[str, str]], *, ports: Ports
) -> Call:
    """The call with these answers, which replace earlier ones, during the call or after it.

    An agent answers for own calls, a supervisor for those of the supervised; that is written
    down. Raises NotFound, InvalidInput.
    """
    call = await _access(principal, call_id)
    campaign = await Campaign.filter(id=call.campaign_id, account_id=principal.account_id).first()
    problems = Problems()
    answers = checked_answers(campaign.call_guide if campaign else (), given, problems)
    problems.refuse_any()
    async with unit_of_work(ports):
        # The floor writes other columns of this row meanwhile.
        call.guide_answers = answers
        await call.save(update_fields=["guide_answers"])
        if call.agent_id != principal.agent_id:
            await audit.record(
                principal,
                "callGuideAnswer",
                subject_type="call",
                subject_id=call.id,
                difference=audit.difference({}, {"answers": len(answers)}),
                at=ports.clock.now(),
            )
    return call


async def _access(principal: Principal, call_id: UUID) -> Call:
    if principal.may(Permission.AGENT_SUPERVISE):
        return await access_call(principal, call_id, Permission.AGENT_SUPERVISE)
    agent = await access_desk(principal, None)
    call = await Call.filter(id=call_id, account_id=principal.account_id, agent_id=agent.id).first()
    if call is None:
        raise NotFound("call", call_id)
    return call
