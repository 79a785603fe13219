"""An agent's day: sign in, take calls, take breaks, sign out. The floor decides; this asks it.

A supervisor may do the same to the agents of the supervised teams; that is written down.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from domain.access import audit
from domain.access.errors import SignInFailed
from domain.access.models import Session
from domain.access.permissions import Permission
from domain.access.principal import Principal, PrincipalKind
from domain.access.secrets import verify_secret
from domain.access.sign_in import count_try, sign_out, storable, uncount
from domain.access.tokens import SignedIn, admitted, open_session
from domain.agents import commands
from domain.agents.commands import PreviewDecision
from domain.agents.errors import NO_DESK
from domain.agents.models import Agent
from domain.agents.rules import LONGEST_CODE
from domain.agents.service import access_agent
from domain.core.errors import DomainError, NotFound, Unavailable
from domain.core.floors import FloorCommand
from domain.core.ports import Ports
from domain.core.problems import Problems
from domain.core.throttle import Throttle
from domain.core.unit_of_work import unit_of_work
from domain.wrapups.rules import LONGEST_DELAY_S

DIALED_WITHIN_S = 15.0  # a pre-dial hook may take ten


async def desk_sign_in(
    account: str, code: str, pin: str, *, address: str, ports: Ports, throttle: Throttle
) -> SignedIn:
    """A session of the agent, who is on a break from now on. `account` is the slug.

    Raises SignInFailed whichever of the three is wrong, TooManySignIns, and FloorUnavailable:
    then nobody is signed in.
    """
    tries = await count_try("agent", account, code, address=address, throttle=throttle)
    agent = None
    if storable(account, code, longest=LONGEST_CODE):
        agent = await Agent.filter(
            account__slug=account, code=code, archived_at=None, **admitted(demo=ports.demo)
        ).first()
    if not await verify_secret(agent.pin_hash if agent else None, pin) or agent is None:
        raise SignInFailed()
    await uncount(tries, throttle=throttle)
    signed_in = await open_session(agent.account_id, clock=ports.clock, agent_id=agent.id)
    try:
        await ports.floors.ask(agent.account_id, commands.AgentSignIn(agent=agent.id))
    except (DomainError, Unavailable):
        await Session.filter(id=signed_in.principal.session_id).delete()
        raise
    return signed_in


async def access_desk(principal: Principal, agent_id: UUID | None) -> Agent:
    """The principal's own agent, or another one that the principal supervises.

    Raises NotFound, also for somebody who has no desk and names no agent.
    """
    own = agent_id is None or agent_id == principal.agent_id
    if own and principal.agent_id is not None and principal.may(Permission.DESK):
        agent = await Agent.filter(
            id=principal.agent_id, account_id=principal.account_id, archived_at=None
        ).first()
        if agent is not None:
            return agent
    elif agent_id is not None and principal.may(Permission.AGENT_SUPERVISE):
        return await access_agent(principal, agent_id, Permission.AGENT_SUPERVISE, archived=False)
    if agent_id is None:
        raise NotFound("agent", "of your own", way=f"Name one with `agentId`. {NO_DESK}")
    raise NotFound("agent", agent_id)


async def sign_in(principal: Principal, *, ports: Ports) -> Agent:
    """Open the desk of a user who is an agent, or of an agent who was signed out meanwhile."""
    agent = await access_desk(principal, None)
    return await ask_floor(
        principal, agent, "agentSignIn", commands.AgentSignIn(agent=agent.id), ports
    )


async def sign_out_agent(
    principal: Principal,
    agent_id: UUID | None,
    *,
    reason: str | None,
    force: bool,
    ports: Ports,
) -> Agent:
    """Take the agent off the floor. An agent's own session ends too. Raises AgentBusy."""
    agent = await access_desk(principal, agent_id)
    command = commands.AgentSignOut(agent=agent.id, reason=_checked_reason(reason), force=force)
    await ask_floor(principal, agent, "agentSignOut", command, ports)
    if principal.kind is PrincipalKind.AGENT:
        await sign_out(principal, clock=ports.clock)
    return agent


async def go_available(principal: Principal, agent_id: UUID | None, *, ports: Ports) -> Agent:
    """Take calls. Raises AgentSignedOut, AgentBusy."""
    agent = await access_desk(principal, agent_id)
    command = commands.AgentGoAvailable(agent=agent.id)
    return await ask_floor(principal, agent, "agentGoAvailable", command, ports)


async def take_break(
    principal: Principal, agent_id: UUID | None, *, reason: str | None, ports: Ports
) -> Agent:
    """Take no calls: now, or after the call. Raises AgentSignedOut, InvalidInput."""
    agent = await access_desk(principal, agent_id)
    command = commands.AgentTakeBreak(agent=agent.id, reason=_checked_reason(reason))
    return await ask_floor(principal, agent, "agentTakeBreak", command, ports)


async def end_wrap_up(
    principal: Principal,
    agent_id: UUID | None,
    *,
    code: str | None,
    note: str,
    then_break: bool,
    again_at: datetime | None = None,
    ports: Ports,
) -> Agent:
    """Record how the call went and go on; `again_at` is for codes that reschedule.

    Raises NoWrapUp; and InvalidInput, also where a promised time would be kept by nobody.
    """
    agent = await access_desk(principal, agent_id)
    problems = Problems()
    code = None if code is None else problems.text("code", code, longest=64)
    problems.unless(len(note) <= 2000, "note", "must be at most 2000 characters")
    problems.unless("\x00" not in note, "note", "must not have control characters")
    if again_at is not None:
        now = ports.clock.now()
        latest = now + timedelta(seconds=LONGEST_DELAY_S)
        problems.unless(now < again_at <= latest, "callAgainAt", "must be in the next 90 days")
    problems.refuse_any()
    command = commands.AgentEndWrapUp(
        agent=agent.id, code=code, note=note, then_break=then_break, again_at=again_at
    )
    return await ask_floor(principal, agent, "agentEndWrapUp", command, ports)


async def hang_up(principal: Principal, agent_id: UUID | None, *, ports: Ports) -> Agent:
    """End the customer call. Raises NothingOnTheLine."""
    agent = await access_desk(principal, agent_id)
    command = commands.AgentHangUp(agent=agent.id)
    return await ask_floor(principal, agent, "agentHangUp", command, ports)


async def decide_preview(
    principal: Principal, target_id: UUID, decision: PreviewDecision, *, ports: Ports
) -> Agent:
    """Dial the offered contact, leave it to others, or never dial it. Raises OfferGone."""
    agent = await access_desk(principal, None)
    command = commands.PreviewDecide(agent=agent.id, target=target_id, decision=decision)
    return await ask_floor(principal, agent, "previewDecide", command, ports)


async def dial(principal: Principal, agent_id: UUID | None, number: str, *, ports: Ports) -> Agent:
    """Dial a number by hand, as a target of the agent's default campaign.

    Raises AgentSignedOut, AgentBusy, NoDefaultCampaign, InvalidInput, CallForbidden, NoLineFree and
    TargetLimitReached; then nothing was dialed.
    """
    agent = await access_desk(principal, agent_id)
    problems = Problems()
    number = problems.text("number", number, longest=40)
    problems.refuse_any()
    command = commands.AgentDial(agent=agent.id, number=number)
    return await ask_floor(principal, agent, "agentDial", command, ports, timeout_s=DIALED_WITHIN_S)


async def ask_floor(
    principal: Principal,
    agent: Agent,
    action: str,
    command: FloorCommand,
    ports: Ports,
    *,
    timeout_s: float = 5.0,
) -> Agent:
    """Have it done; written down as `action` when it is done to somebody else."""
    await ports.floors.ask(agent.account_id, command, timeout_s=timeout_s)
    if agent.id != principal.agent_id:
        await _record(principal, agent, action, command, ports)
    return agent


async def _record(
    principal: Principal, agent: Agent, action: str, command: FloorCommand, ports: Ports
) -> None:
    """Write down what was done to somebody else, and what matters of how.

    What agents do themselves is in their states and in the timelines of their calls.
    """
    given: dict[str, Any] = {
        field: getattr(command, field)
        for field in ("reason", "force", "campaign", "role")
        if getattr(command, field, None)
    }
    async with unit_of_work(ports):
        await audit.record(
            principal,
            action,
            subject_type="agent",
            subject_id=agent.id,
            difference=audit.difference({}, given),
            at=ports.clock.now(),
        )


def _checked_reason(reason: str | None) -> str | None:
    if reason is None:
        return None
    problems = Problems()
    reason = problems.text("reason", reason, longest=64)
    problems.refuse_any()
    return reason
