"""Everybody knows the demo's passwords: only a server that is a demo takes them."""

from dataclasses import replace
from uuid import UUID

import pytest

from domain.access.api_keys import create_api_key
from domain.access.errors import SignInFailed
from domain.access.models import Session
from domain.access.permissions import Permission
from domain.access.tokens import credential_of, open_session
from domain.core.ids import new_id
from domain.demo import service as demo
from tests import rows
from tests.fakes import FakePorts
from tests.schema.asking import ask

SIGN_IN = """
mutation ($account: String!, $email: String!, $password: String!) {
  signIn(account: $account, email: $email, password: $password) {
    __typename
    ... on SignedIn { token }
    ... on Refusal { code }
  }
}
"""
DESK_SIGN_IN = """
mutation ($account: String!, $code: String!, $pin: String!) {
  deskSignIn(account: $account, code: $code, pin: $pin) {
    __typename
    ... on DeskSignedIn { token }
    ... on Refusal { code }
  }
}
"""
USER = {"account": "demo", "email": "admin@demo.example", "password": "demo-outdial"}
AGENT = {"account": "demo", "code": "1001", "pin": "2468"}
WAYS_IN = pytest.mark.parametrize(
    ("operation", "who"), [(SIGN_IN, USER), (DESK_SIGN_IN, AGENT)], ids=["user", "agent"]
)


@pytest.fixture
async def left_over(database: str, fakes: FakePorts) -> demo.Demo:
    """The demo account of an earlier start, which no worker has removed."""
    left = await demo.ensure_demo(allowed=True, ports=fakes.ports)
    fakes.forget()
    return left


@WAYS_IN
async def test_a_server_that_is_no_demo_lets_nobody_of_a_left_over_demo_in(
    operation: str, who: dict[str, str], left_over: demo.Demo, fakes: FakePorts
) -> None:
    answer = await ask(operation, None, fakes, **who)

    assert answer == {"__typename": "SignInFailed", "code": "SIGN_IN_FAILED"}
    assert await Session.all().count() == 0
    fakes.assert_untouched()


@WAYS_IN
async def test_a_session_of_the_demo_is_in_force_only_where_the_demo_is(
    operation: str, who: dict[str, str], left_over: demo.Demo, fakes: FakePorts
) -> None:
    fakes.ports = replace(fakes.ports, demo=True)
    token = (await ask(operation, None, fakes, **who))["token"]

    assert await credential_of(token, clock=fakes.clock, demo=True) is not None
    assert await credential_of(token, clock=fakes.clock) is None


async def test_a_key_of_the_demo_is_in_force_only_where_the_demo_is(
    left_over: demo.Demo, fakes: FakePorts
) -> None:
    made = await create_api_key(
        left_over.admin,
        name="CRM",
        scopes=[Permission.CAMPAIGN_VIEW],
        expires_at=None,
        requests_per_minute=60,
        ports=fakes.ports,
    )

    assert await credential_of(made.key, clock=fakes.clock, demo=True) is not None
    assert await credential_of(made.key, clock=fakes.clock) is None


@pytest.mark.parametrize("is_demo", [True, False], ids=["demo", "no demo"])
async def test_other_accounts_sign_in_whether_the_server_is_a_demo_or_not(
    is_demo: bool, left_over: demo.Demo, fakes: FakePorts
) -> None:
    fakes.ports = replace(fakes.ports, demo=is_demo)
    await rows.a_user(await rows.an_account("acme"), email="ana@example.com")

    answer = await ask(
        SIGN_IN, None, fakes, account="acme", email="ana@example.com", password=rows.PASSWORD
    )

    assert answer["__typename"] == "SignedIn"
    assert await credential_of(answer["token"], clock=fakes.clock, demo=is_demo) is not None


@pytest.mark.parametrize("kind", ["user_id", "agent_id"])
async def test_signing_in_to_an_account_that_is_just_removed_fails_as_a_wrong_password_does(
    kind: str, database: str, fakes: FakePorts
) -> None:
    gone: dict[str, UUID] = {kind: new_id()}

    with pytest.raises(SignInFailed):
        await open_session(new_id(), clock=fakes.clock, **gone)

    assert await Session.all().count() == 0
