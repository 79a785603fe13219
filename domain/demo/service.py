"""The demo account: made only when the operator asked for the demo, gone when it is over.

Its passwords are in this file, so it must never exist on a server that is not a demo.
"""

from dataclasses import dataclass
from uuid import UUID

from domain.access.models import Account, User
from domain.access.permissions import PERMISSIONS_OF_ROLE, Role
from domain.access.principal import Principal, PrincipalKind
from domain.access.secrets import hash_secret
from domain.agents import teams
from domain.agents.models import Agent, EndpointKind
from domain.agents.service import AgentSettings, create_agent
from domain.calls.models import CallEvent
from domain.campaigns import service as campaigns
from domain.campaigns.assignments import Assigned, assign
from domain.campaigns.models import Campaign
from domain.campaigns.rules import DialMode
from domain.campaigns.settings import CampaignSettings
from domain.core.ports import Ports
from domain.core.unit_of_work import unit_of_work
from domain.demo.errors import DemoNotAllowed
from domain.numbers.models import NumberPurpose
from domain.numbers.service import NumberSettings, create_number
from domain.wrapups.rules import WrapUpCodeSetting, WrapUpEffect

SLUG = "demo"
PASSWORD = "demo-outdial"
PIN = "2468"
USERS = {
    Role.ADMIN: "admin@demo.example",
    Role.SUPERVISOR: "supervisor@demo.example",
    Role.AUDITOR: "auditor@demo.example",
}
CODES = tuple(str(code) for code in range(1001, 1021))
TEAMS = ("North", "South")
CALLER_ID = "+442079460000"  # a number for drama, as are all in people.py

_NAMES = """Ana Boris Chana Dmitri Eeva Filip Gil Hanna Igor Jussi Kasia Leon Miriam Nina Oskar
    Paula Roni Saara Tomasz Yulia""".split()

# What the simulated agents say of their calls.
_CODES: list[WrapUpCodeSetting] = [
    {"code": "Sale", "effect": WrapUpEffect.CLOSE, "delay_s": 0},
    {"code": "Call back", "effect": WrapUpEffect.RESCHEDULE, "delay_s": 2 * 3600},
    {"code": "Not interested", "effect": WrapUpEffect.CLOSE, "delay_s": 0},
    {"code": "Wrong person", "effect": WrapUpEffect.CLOSE, "delay_s": 0},
    {"code": "Do not call", "effect": WrapUpEffect.SUPPRESS, "delay_s": 0},
]

_CAMPAIGNS: tuple[CampaignSettings, ...] = (
    {
        "name": "Renewals",
        "mode": DialMode.PROGRESSIVE,
        "lines_per_agent": 1.5,
        "caller_id": CALLER_ID,
        "wrap_up_s": 5.0,
        "wrap_up_codes": _CODES,
        "variables": ["City", "Plan", "Language"],
        "crm_url": "https://crm.example/contacts?phone={number}&plan={Plan}",
    },
    {
        "name": "New customers",
        "mode": DialMode.PREDICTIVE,
        "caller_id": CALLER_ID,
        "wrap_up_s": 5.0,
        "wrap_up_codes": _CODES,
        "variables": ["City", "Plan", "Language"],
        "crm_url": "https://crm.example/contacts?phone={number}&plan={Plan}",
    },
)


@dataclass(frozen=True, slots=True)
class Demo:
    """The demo account as it stands. `admin` may do everything in it but sit at a desk."""

    account: Account
    admin: Principal
    agents: list[Agent]  # by code
    campaigns: list[Campaign]  # the progressive one, then the predictive one
    made: bool  # False: it was there already


async def ensure_demo(*, allowed: bool, ports: Ports) -> Demo:
    """The demo account: 20 agents in two teams, three users, two stopped campaigns, no targets.

    Made at the first call, as it is at every other. Raises DemoNotAllowed.
    """
    if not allowed:
        raise DemoNotAllowed()
    account = await Account.filter(slug=SLUG, is_demo=True).first()
    if account is not None and (demo := await _as_it_is(account)) is not None:
        return demo
    await remove_demo(ports=ports)  # one that a crash left half made
    return await _make(ports)


async def remove_demo(*, ports: Ports) -> bool:
    """Remove the demo account and all that is in it; whether there was one.

    Servers that are not a demo do this when they start.
    """
    async with unit_of_work(ports):
        account = await Account.filter(slug=SLUG, is_demo=True).first()
        if account is None:
            return False
        await CallEvent.filter(account_id=account.id).delete()
        await Campaign.filter(account_id=account.id).delete()
        await account.delete()
    return True


async def _as_it_is(account: Account) -> Demo | None:
    agents = await Agent.filter(account_id=account.id, code__in=CODES).order_by("code")
    made = await Campaign.filter(account_id=account.id).order_by("serial").limit(len(_CAMPAIGNS))
    admin = await User.filter(account_id=account.id, email=USERS[Role.ADMIN]).first()
    if admin is None or len(agents) < len(CODES) or len(made) < len(_CAMPAIGNS):
        return None
    return Demo(account, _as_admin(admin), agents, made, made=False)


async def _make(ports: Ports) -> Demo:
    password = await hash_secret(PASSWORD)
    async with unit_of_work(ports):
        account = await Account.create(
            name="Demo", slug=SLUG, country="GB", timezone="Europe/London", is_demo=True
        )
        users = [
            await User.create(
                account=account,
                email=email,
                name=f"Demo {role}",
                role=role,
                password_hash=password,
            )
            for role, email in USERS.items()
        ]
    admin = _as_admin(users[0])
    rows = [await teams.create_team(admin, name, ports=ports) for name in TEAMS]
    agents = [
        await create_agent(admin, _agent(name, code, rows[index % len(rows)].id), ports=ports)
        for index, (name, code) in enumerate(zip(_NAMES, CODES, strict=True))
    ]
    number: NumberSettings = {"number": CALLER_ID, "purpose": NumberPurpose.CALLER_ID}
    await create_number(admin, number, ports=ports)
    made = []
    for team, settings in zip(rows, _CAMPAIGNS, strict=True):
        campaign = await campaigns.create(admin, settings, ports=ports)
        await assign(admin, campaign.id, teams=[Assigned(team.id)], ports=ports)
        made.append(campaign)
    return Demo(account, admin, agents, made, made=True)


def _agent(name: str, code: str, team_id: UUID) -> AgentSettings:
    return {
        "name": name,
        "code": code,
        "pin": PIN,
        "team_id": team_id,
        "endpoint_kind": EndpointKind.SIP,
        "endpoint": _phone(code),
    }


def _phone(code: str) -> str:
    """The simulated carrier takes any name; a real PBX of the demo has these phones.

    The last agent's is a softphone, for a person who wants to hear a call.
    """
    return "desk-1" if code == CODES[-1] else f"agent-{int(code) - int(CODES[0]) + 1}"


def _as_admin(user: User) -> Principal:
    return Principal(
        kind=PrincipalKind.USER,
        id=user.id,
        account_id=user.account_id,
        name=user.name,
        permissions=PERMISSIONS_OF_ROLE[Role.ADMIN],
    )
