"""Rows that tests begin with, and principals who ask."""

from datetime import datetime
from itertools import count
from typing import Any
from uuid import UUID

from domain.access.models import Account, User
from domain.access.permissions import Permission, Role
from domain.access.principal import Principal, PrincipalKind
from domain.agents.models import Agent, AgentStateEntry, Team
from domain.agents.rules import AgentState
from domain.calls.models import Attempt, Call
from domain.calls.rules import AttemptState, CallDirection
from domain.campaigns.models import Campaign
from domain.campaigns.rules import DEFAULT_RETRY_DELAYS_S, DialMode
from domain.core.ids import new_id
from domain.numbers.models import InboundNumber, NumberPurpose
from domain.targets.models import Contact, Target

PASSWORD = "correct horse battery"
PIN = "2468"
# argon2id of the two, made once: a hash costs tens of milliseconds.
PASSWORD_HASH = (
    "$argon2id$v=19$m=19456,t=2,p=1$9C2JbzsYR21b33SgZAjGkA$"
    "f5JpWakzSVW3TPe++0A0tCmV25/O+olxb+c260AWPKQ"
)
PIN_HASH = (
    "$argon2id$v=19$m=19456,t=2,p=1$NCLVRgR+Wss+u00D3YKkXg$"
    "1y9ALtmnd1YRgDsZNOkjXgjc++S99FfdvSS7p53gMTw"
)

_serials = count(100)  # tests name smaller ones themselves


async def an_account(slug: str = "acme", **given: Any) -> Account:
    return await Account.create(name=slug.title(), slug=slug, **given)


async def a_user(account: Account, role: Role = Role.ADMIN, **given: Any) -> User:
    given.setdefault("email", f"user{next(_serials)}@example.com")
    return await User.create(
        account=account, name="Ana", role=role, password_hash=PASSWORD_HASH, **given
    )


async def a_team(account: Account, name: str | None = None) -> Team:
    return await Team.create(account=account, name=name or f"Team {next(_serials)}")


async def an_agent(account: Account, **given: Any) -> Agent:
    given.setdefault("code", str(1000 + next(_serials)))
    given.setdefault("endpoint", f"agent-{given['code']}")
    given.setdefault("name", "Bo")
    return await Agent.create(account=account, pin_hash=PIN_HASH, **given)


async def a_campaign(account: Account, **given: Any) -> Campaign:
    serial = given.pop("serial", None) or next(_serials)
    given.setdefault("retry_delays_s", {str(d): s for d, s in DEFAULT_RETRY_DELAYS_S.items()})
    given.setdefault("mode", DialMode.PROGRESSIVE)
    return await Campaign.create(
        account=account, serial=serial, name=f"Campaign {serial}", api_code=f"c{serial}", **given
    )


async def a_number(account: Account, number: str) -> InboundNumber:
    return await InboundNumber.create(
        account=account, number=number, purpose=NumberPurpose.CALLER_ID
    )


async def a_target(campaign: Campaign, number: str | None = None, **given: Any) -> Target:
    contact = await Contact.create(
        account_id=campaign.account_id,
        name=given.pop("name", "Cleo Customer"),
        variables=given.pop("variables", {}),
    )
    return await Target.create(
        account_id=campaign.account_id,
        campaign=campaign,
        contact=contact,
        number=number or f"+1202555{next(_serials):04}",
        max_attempts=campaign.max_attempts,
        **given,
    )


async def an_attempt(target: Target, at: datetime, **given: Any) -> Attempt:
    return await Attempt.create(
        account_id=target.account_id,
        campaign_id=target.campaign_id,
        target=target,
        ordinal=given.pop("ordinal", 1),
        number=target.number,
        node="main",
        epoch=1,
        created_at=at,
        state=given.pop("state", AttemptState.COMMITTED),
        **given,
    )


async def a_call(account: Account, at: datetime, **given: Any) -> Call:
    given.setdefault("number", "+12025550123")
    return await Call.create(
        account=account,
        direction=given.pop("direction", CallDirection.OUTBOUND),
        answered_at=at,
        **given,
    )


async def a_state(
    agent: Agent, state: AgentState, at: datetime, *, ended_at: datetime | None = None, **given: Any
) -> AgentStateEntry:
    return await AgentStateEntry.create(
        account_id=agent.account_id,
        agent=agent,
        state=state,
        started_at=at,
        ended_at=ended_at,
        **given,
    )


def somebody(
    account: Account,
    *permissions: Permission,
    teams: frozenset[UUID] | None = None,
    agent: Agent | None = None,
    kind: PrincipalKind = PrincipalKind.USER,
    id: UUID | None = None,
    session_id: UUID | None = None,
) -> Principal:
    """A principal of the account with these permissions."""
    return Principal(
        kind=kind,
        id=id or new_id(),
        account_id=account.id,
        name="Somebody",
        permissions=frozenset(permissions),
        agent_id=agent.id if agent else None,
        teams=teams,
        session_id=session_id,
    )


def an_admin(account: Account, **given: Any) -> Principal:
    return somebody(account, *(set(Permission) - {Permission.DESK}), **given)


def at_the_desk_of(agent: Agent) -> Principal:
    """The agent, signed in."""
    return Principal(
        kind=PrincipalKind.AGENT,
        id=agent.id,
        account_id=agent.account_id,
        name=agent.name,
        permissions=frozenset({Permission.DESK}),
        agent_id=agent.id,
    )
