"""What agents and supervisors do with the customer on the line. The floor does it; this asks it.

What is done to somebody else, and every listening-in, is written down.
"""

from uuid import UUID

from domain.access.permissions import Permission
from domain.access.principal import Principal
from domain.agents.desk import access_desk, ask_floor
from domain.agents.models import Agent
from domain.agents.rules import ENDPOINT_WANTED, names_an_endpoint
from domain.agents.service import access_agent
from domain.calls.commands import (
    CallHold,
    RecordAction,
    RecordCall,
    SendKeys,
    Supervise,
    SuperviseEnd,
    TransferCancel,
    TransferComplete,
    TransferTo,
)
from domain.calls.models import SupervisionEntry
from domain.core.numbers import is_e164
from domain.core.ports import Ports
from domain.core.problems import Problems
from domain.telephony.port import Role

KEYS = frozenset("0123456789*#ABCD")
MOST_KEYS = 32
SUPERVISOR_ROLES = (Role.LISTEN, Role.WHISPER, Role.BARGE)


async def hold(principal: Principal, agent_id: UUID | None, *, on: bool, ports: Ports) -> Agent:
    """Let the customer hear music, or come back. Raises NothingOnTheLine."""
    agent = await access_desk(principal, agent_id)
    return await ask_floor(principal, agent, "callHold", CallHold(agent=agent.id, on=on), ports)


async def transfer(
    principal: Principal,
    agent_id: UUID | None,
    *,
    to_agent: UUID | None,
    to_number: str | None,
    consult: bool,
    ports: Ports,
) -> Agent:
    """Give the customer to another agent or a number, at once or after a consultation.

    Raises NothingOnTheLine, TransferTargetBusy, AgentBusy, InvalidInput, NotFound, and NoLineFree
    when no trunk has room for the call to the number.
    """
    agent = await access_desk(principal, agent_id)
    problems = Problems()
    problems.unless(
        (to_agent is None) != (to_number is None),
        "toAgentId",
        "give exactly one of toAgentId and toNumber",
    )
    problems.unless(
        to_number is None or is_e164(to_number),
        "toNumber",
        "must be an E.164 number, as +12025550100",
    )
    problems.refuse_any()
    command = TransferTo(agent=agent.id, to_agent=to_agent, to_number=to_number, consult=consult)
    return await ask_floor(principal, agent, "callTransfer", command, ports)


async def complete_transfer(principal: Principal, agent_id: UUID | None, *, ports: Ports) -> Agent:
    """Bring the customer and the party consulted together. Raises NoConsultation."""
    agent = await access_desk(principal, agent_id)
    command = TransferComplete(agent=agent.id)
    return await ask_floor(principal, agent, "callTransferComplete", command, ports)


async def cancel_transfer(principal: Principal, agent_id: UUID | None, *, ports: Ports) -> Agent:
    """Let the party consulted go. Raises NoConsultation."""
    agent = await access_desk(principal, agent_id)
    command = TransferCancel(agent=agent.id)
    return await ask_floor(principal, agent, "callTransferCancel", command, ports)


async def send_keys(
    principal: Principal, agent_id: UUID | None, digits: str, *, ports: Ports
) -> Agent:
    """Send DTMF to the customer's side. Raises NothingOnTheLine, InvalidInput."""
    agent = await access_desk(principal, agent_id)
    problems = Problems()
    problems.unless(
        0 < len(digits) <= MOST_KEYS and set(digits) <= KEYS,
        "digits",
        f"must be 1 to {MOST_KEYS} of the keys 0-9 * # A-D",
    )
    problems.refuse_any()
    command = SendKeys(agent=agent.id, digits=digits)
    return await ask_floor(principal, agent, "callSendKeys", command, ports)


async def record(
    principal: Principal, agent_id: UUID | None, action: RecordAction, *, ports: Ports
) -> Agent:
    """Start, pause, resume or stop recording the customer call.

    Raises NothingOnTheLine, NotRecording.
    """
    agent = await access_desk(principal, agent_id)
    command = RecordCall(agent=agent.id, action=action)
    return await ask_floor(principal, agent, "callRecord", command, ports)


async def supervise(
    principal: Principal,
    agent_id: UUID,
    *,
    role: Role,
    endpoint: str | None,
    number: str | None,
    ports: Ports,
) -> Agent:
    """Call the supervisor's phone into an agent's room, or change what it does there.

    Raises InvalidInput, NotFound, and NoLineFree when no trunk has room for the call to a number.
    """
    agent = await access_agent(principal, agent_id, Permission.AGENT_SUPERVISE, archived=False)
    problems = Problems()
    problems.unless(role in SUPERVISOR_ROLES, "role", "must be listen, whisper or barge")
    problems.unless(
        (endpoint is None) != (number is None),
        "endpoint",
        "give exactly one of endpoint and number",
    )
    if endpoint is not None:
        problems.unless(names_an_endpoint(endpoint), "endpoint", ENDPOINT_WANTED)
    problems.unless(
        number is None or is_e164(number), "number", "must be an E.164 number, as +12025550100"
    )
    problems.refuse_any()
    command = Supervise(
        agent=agent.id, supervisor=principal.id, endpoint=endpoint, number=number, role=role
    )
    return await ask_floor(principal, agent, "agentSupervise", command, ports)


async def newest_supervision(principal: Principal) -> SupervisionEntry | None:
    """What the principal supervises, or did last; None: never did."""
    principal.require(Permission.AGENT_SUPERVISE)
    own = SupervisionEntry.filter(account_id=principal.account_id, supervisor_id=principal.id)
    return await own.order_by("-started_at", "-id").first()


async def end_supervision(principal: Principal, *, ports: Ports) -> None:
    """Hang the supervisor's phone up. Raises NotSupervising."""
    principal.require(Permission.AGENT_SUPERVISE)
    await ports.floors.ask(principal.account_id, SuperviseEnd(supervisor=principal.id))
