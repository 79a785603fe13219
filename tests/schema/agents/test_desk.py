from typing import Any

import pytest

from domain.access.models import AuditEntry, Session
from domain.access.permissions import Permission
from domain.access.principal import Principal, PrincipalKind
from domain.access.tokens import principal_of_token
from domain.agents import commands
from domain.agents.commands import PreviewDecision
from domain.agents.errors import AgentBusy, AgentSignedOut, NothingOnTheLine, NoWrapUp, OfferGone
from domain.agents.models import Agent
from domain.agents.rules import AgentState
from domain.core.floors import FloorCommand, FloorUnavailable
from domain.core.ids import new_id
from tests import rows
from tests.fakes import FakePorts
from tests.schema.asking import ask, refusal_code

SIGN_IN = """
mutation ($account: String! = "acme", $code: String! = "1001", $pin: String! = "2468") {
  deskSignIn(account: $account, code: $code, pin: $pin) {
    __typename
    ... on DeskSignedIn { token viewer { kind permissions agentId } }
    ... on Refusal { code }
  }
}
"""


def desk(call: str) -> str:
    shape = "{ ... on AgentAccepted { agent { id } } ... on Refusal { code message } }"
    return f"mutation {{ {call} {shape} }}"


async def an_agent_of_acme(**given: Any) -> Agent:
    return await rows.an_agent(await rows.an_account("acme"), code="1001", **given)


@pytest.mark.feature("AGT-03")
async def test_an_agent_signs_in_with_code_and_pin_and_the_floor_is_asked(
    database: str, fakes: FakePorts
) -> None:
    agent = await an_agent_of_acme()

    answer = await ask(SIGN_IN, None, fakes)

    assert answer["viewer"] == {
        "kind": "AGENT",
        "permissions": ["DESK"],
        "agentId": str(agent.id),
    }
    assert fakes.floors.asked == [(agent.account_id, commands.AgentSignIn(agent=agent.id))]
    principal = await principal_of_token(answer["token"], clock=fakes.clock)
    assert principal is not None
    assert (principal.kind, principal.id) == (PrincipalKind.AGENT, agent.id)


@pytest.mark.parametrize(
    "wrong",
    [
        {"pin": "1111"},
        {"code": "1002"},
        {"account": "other"},
        {"code": "1001\0"},
        {"code": "1" * 1000},
        {"account": "acme\0"},
    ],
    ids=["pin", "code", "slug", "NUL in the code", "long code", "NUL in the slug"],
)
async def test_whatever_is_wrong_nobody_is_signed_in(
    wrong: dict[str, str], database: str, fakes: FakePorts
) -> None:
    await an_agent_of_acme()
    await rows.an_account("other")

    assert await refusal_code(SIGN_IN, None, fakes, **wrong) == "SIGN_IN_FAILED"
    assert await Session.all().count() == 0
    fakes.assert_untouched()


async def test_an_archived_agent_does_not_sign_in(database: str, fakes: FakePorts) -> None:
    await an_agent_of_acme(archived_at=fakes.clock.now())

    assert await refusal_code(SIGN_IN, None, fakes) == "SIGN_IN_FAILED"
    fakes.assert_untouched()


async def test_a_pin_is_not_guessed_ten_thousand_times(database: str, fakes: FakePorts) -> None:
    await an_agent_of_acme()
    for _ in range(10):
        assert await refusal_code(SIGN_IN, None, fakes, pin="0000") == "SIGN_IN_FAILED"

    assert await refusal_code(SIGN_IN, None, fakes) == "TOO_MANY_SIGN_INS"
    fakes.assert_untouched()


async def test_without_a_floor_nobody_is_half_signed_in(database: str, fakes: FakePorts) -> None:
    await an_agent_of_acme()
    fakes.floors.error = FloorUnavailable(5.0)

    assert await refusal_code(SIGN_IN, None, fakes) == "FLOOR_UNAVAILABLE"
    assert await Session.all().count() == 0


@pytest.mark.feature("AGT-03")
async def test_a_user_who_is_an_agent_opens_the_desk_with_the_users_token(
    database: str, fakes: FakePorts
) -> None:
    agent = await an_agent_of_acme()
    account = await agent.account
    who = rows.somebody(account, Permission.DESK, agent=agent)

    await ask(desk("agentSignIn"), who, fakes)

    assert fakes.floors.commands == [commands.AgentSignIn(agent=agent.id)]


ACTIONS: list[tuple[str, Any]] = [
    ("agentGoAvailable", lambda id: commands.AgentGoAvailable(agent=id)),
    (
        'agentTakeBreak(reason: "lunch")',
        lambda id: commands.AgentTakeBreak(agent=id, reason="lunch"),
    ),
    (
        'agentEndWrapUp(code: "sale", note: "two", thenBreak: true)',
        lambda id: commands.AgentEndWrapUp(agent=id, code="sale", note="two", then_break=True),
    ),
    ("agentHangUp", lambda id: commands.AgentHangUp(agent=id)),
    (
        'agentSignOut(reason: "home")',
        lambda id: commands.AgentSignOut(agent=id, reason="home", force=False),
    ),
]


@pytest.mark.feature("AGT-03")
@pytest.mark.parametrize(("call", "command"), ACTIONS)
async def test_an_agent_asks_the_floor_for_the_own_desk(
    call: str, command: Any, database: str, fakes: FakePorts
) -> None:
    agent = await an_agent_of_acme()

    answer = await ask(desk(call), rows.at_the_desk_of(agent), fakes)

    assert answer == {"agent": {"id": str(agent.id)}}
    assert fakes.floors.asked == [(agent.account_id, command(agent.id))]
    assert await AuditEntry.all().count() == 0


async def test_signing_out_ends_the_agents_session(database: str, fakes: FakePorts) -> None:
    await an_agent_of_acme()
    token = (await ask(SIGN_IN, None, fakes))["token"]
    who = await principal_of_token(token, clock=fakes.clock)

    await ask(desk("agentSignOut"), who, fakes)

    assert await principal_of_token(token, clock=fakes.clock) is None


async def test_an_agent_who_may_not_leave_stays_signed_in(database: str, fakes: FakePorts) -> None:
    agent = await an_agent_of_acme()
    token = (await ask(SIGN_IN, None, fakes))["token"]
    who = await principal_of_token(token, clock=fakes.clock)
    fakes.floors.answers[commands.AgentSignOut] = AgentBusy(agent.id, AgentState.TALKING)

    assert await refusal_code(desk("agentSignOut"), who, fakes) == "AGENT_BUSY"
    assert await principal_of_token(token, clock=fakes.clock) is not None


REFUSALS: list[tuple[str, type[FloorCommand], Any, str]] = [
    ("agentGoAvailable", commands.AgentGoAvailable, AgentSignedOut, "AGENT_SIGNED_OUT"),
    ("agentTakeBreak", commands.AgentTakeBreak, AgentSignedOut, "AGENT_SIGNED_OUT"),
    (
        "agentEndWrapUp",
        commands.AgentEndWrapUp,
        lambda id: NoWrapUp(id, AgentState.AVAILABLE),
        "NO_WRAP_UP",
    ),
    ("agentHangUp", commands.AgentHangUp, NothingOnTheLine, "NOTHING_ON_THE_LINE"),
    ("agentHangUp", commands.AgentHangUp, lambda id: FloorUnavailable(5.0), "FLOOR_UNAVAILABLE"),
]


@pytest.mark.parametrize(("call", "command", "error", "code"), REFUSALS)
async def test_what_the_floor_refuses_is_refused(
    call: str, command: type[FloorCommand], error: Any, code: str, database: str, fakes: FakePorts
) -> None:
    agent = await an_agent_of_acme()
    fakes.floors.answers[command] = error(agent.id)

    assert await refusal_code(desk(call), rows.at_the_desk_of(agent), fakes) == code


@pytest.mark.parametrize("decision", list(PreviewDecision))
async def test_an_agent_decides_about_an_offered_contact(
    decision: PreviewDecision, database: str, fakes: FakePorts
) -> None:
    agent, target = await an_agent_of_acme(), new_id()
    call = f'previewDecide(targetId: "{target}", decision: {decision.name})'

    await ask(desk(call), rows.at_the_desk_of(agent), fakes)

    assert fakes.floors.commands == [
        commands.PreviewDecide(agent=agent.id, target=target, decision=decision)
    ]


async def test_an_offer_that_is_gone_is_refused(database: str, fakes: FakePorts) -> None:
    agent, target = await an_agent_of_acme(), new_id()
    fakes.floors.answers[commands.PreviewDecide] = OfferGone(target)
    call = f'previewDecide(targetId: "{target}", decision: ACCEPT)'

    assert await refusal_code(desk(call), rows.at_the_desk_of(agent), fakes) == "OFFER_GONE"


async def a_supervisor_of(agent: Agent) -> Principal:
    account = await agent.account
    assert agent.team_id is not None
    return rows.somebody(account, Permission.AGENT_SUPERVISE, teams=frozenset({agent.team_id}))


async def test_what_a_supervisor_does_to_an_agent_is_written_down(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account("acme")
    agent = await rows.an_agent(account, team=await rows.a_team(account))
    who = await a_supervisor_of(agent)
    call = f'agentSignOut(agentId: "{agent.id}", reason: "closing time", force: true)'

    await ask(desk(call), who, fakes)

    assert fakes.floors.commands == [
        commands.AgentSignOut(agent=agent.id, reason="closing time", force=True)
    ]
    entry = await AuditEntry.get()
    assert (entry.action, entry.principal_id, entry.subject_id) == (
        "agentSignOut",
        who.id,
        agent.id,
    )
    assert entry.difference == {"reason": [None, "closing time"], "force": [None, True]}


async def test_a_supervisor_reaches_the_supervised_alone(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account("acme")
    agent = await rows.an_agent(account, team=await rows.a_team(account))
    other = await rows.an_agent(account, team=await rows.a_team(account))
    who = await a_supervisor_of(agent)

    for subject in (other.id, (await rows.an_agent(account)).id):
        call = f'agentTakeBreak(agentId: "{subject}")'
        assert await refusal_code(desk(call), who, fakes) == "NOT_FOUND"

    assert await AuditEntry.all().count() == 0
    fakes.assert_untouched()


async def test_an_agent_never_acts_for_a_colleague(database: str, fakes: FakePorts) -> None:
    agent = await an_agent_of_acme()
    colleague = await rows.an_agent(await agent.account)
    call = f'agentHangUp(agentId: "{colleague.id}")'

    assert await refusal_code(desk(call), rows.at_the_desk_of(agent), fakes) == "NOT_FOUND"
    fakes.assert_untouched()


async def test_somebody_without_a_desk_must_name_an_agent(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account("acme")
    who = rows.somebody(account, Permission.AGENT_SUPERVISE)

    answer = await ask(desk("agentGoAvailable"), who, fakes)

    assert answer["code"] == "NOT_FOUND"
    assert "Name one with `agentId`" in answer["message"]
    fakes.assert_untouched()


@pytest.mark.parametrize(
    "call",
    [
        f'agentTakeBreak(reason: "{"x" * 65}")',
        'agentTakeBreak(reason: "  ")',
        f'agentEndWrapUp(note: "{"x" * 2001}")',
        f'agentEndWrapUp(code: "{"x" * 65}")',
        f'agentSignOut(reason: "{"x" * 65}")',
    ],
)
async def test_words_that_are_too_long_are_asked_of_nobody(
    call: str, database: str, fakes: FakePorts
) -> None:
    agent = await an_agent_of_acme()

    assert await refusal_code(desk(call), rows.at_the_desk_of(agent), fakes) == "INVALID_INPUT"
    fakes.assert_untouched()
