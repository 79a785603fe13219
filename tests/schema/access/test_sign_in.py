import pytest

from domain.access.models import Session
from domain.access.permissions import Permission, Role
from domain.access.secrets import digest_of
from domain.access.tokens import credential_of, principal_of_token
from tests import rows
from tests.fakes import FakePorts
from tests.schema.asking import ask, refusal_code

SIGN_IN = """
mutation ($account: String!, $email: String!, $password: String!) {
  signIn(account: $account, email: $email, password: $password) {
    __typename
    ... on SignedIn { token expiresAt viewer { kind name permissions account { slug } } }
    ... on Refusal { code message }
    ... on TooManySignIns { retryAfterSeconds }
  }
}
"""
SIGN_OUT = "mutation { signOut { at } }"
SESSIONS = "{ sessions { id current } }"
SESSION_REVOKE = """
mutation ($id: UUID!) {
  sessionRevoke(id: $id) {
    ... on SessionRevoked { session { id } }
    ... on Refusal { code }
  }
}
"""
PASSWORD_CHANGE = """
mutation ($current: String!, $new: String!) {
  passwordChange(current: $current, new: $new) {
    ... on PasswordChanged { user { id } }
    ... on Refusal { code message }
  }
}
"""


async def sign_in(fakes: FakePorts, **given: str) -> dict[str, object]:
    variables = {"account": "acme", "email": "ana@example.com", "password": rows.PASSWORD}
    answer: dict[str, object] = await ask(SIGN_IN, None, fakes, **(variables | given))
    return answer


@pytest.mark.feature("API-03")
async def test_a_user_signs_in_and_holds_the_rights_of_the_role(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account("acme")
    user = await rows.a_user(account, Role.AUDITOR, email="ana@example.com")

    answer = await sign_in(fakes, email=" Ana@Example.com ")

    assert answer["__typename"] == "SignedIn"
    assert answer["expiresAt"] == "2026-03-02T22:00:00+00:00"
    principal = await principal_of_token(str(answer["token"]), clock=fakes.clock)
    assert principal is not None
    assert (principal.id, principal.account_id) == (user.id, account.id)
    assert principal.may(Permission.AUDIT_VIEW)
    assert not principal.may(Permission.CAMPAIGN_RUN)


async def test_the_token_itself_is_kept_nowhere(database: str, fakes: FakePorts) -> None:
    await rows.a_user(await rows.an_account("acme"), email="ana@example.com")

    token = str((await sign_in(fakes))["token"])

    session = await Session.get()
    assert session.digest == digest_of(token)
    assert token not in repr(vars(session))


@pytest.mark.parametrize(
    "wrong",
    [
        {"password": "not the password"},
        {"email": "nobody@example.com"},
        {"account": "nowhere"},
        {"email": "gone@example.com"},
        {"account": "acme\0"},
        {"account": "a" * 1000},
        {"email": "ana\0@example.com"},
        {"email": "a" * 1000},
    ],
    ids=[
        *("password", "email", "account", "deactivated"),
        *("NUL in the account", "long account", "NUL in the email", "long email"),
    ],
)
async def test_whatever_is_wrong_the_answer_is_the_same(
    wrong: dict[str, str], database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account("acme")
    await rows.a_user(account, email="ana@example.com")
    await rows.a_user(account, email="gone@example.com", deactivated_at=fakes.clock.now())

    answer = await sign_in(fakes, **wrong)

    assert answer == {
        "__typename": "SignInFailed",
        "code": "SIGN_IN_FAILED",
        "message": "Not signed in: the account, the e-mail address or code, or the password or "
        "PIN is wrong. Check them, or ask an administrator for a new password or PIN.",
    }
    assert await Session.all().count() == 0


async def test_a_user_of_another_account_does_not_sign_in_here(
    database: str, fakes: FakePorts
) -> None:
    await rows.an_account("acme")
    await rows.a_user(await rows.an_account("other"), email="ana@example.com")

    assert (await sign_in(fakes))["__typename"] == "SignInFailed"


async def test_after_ten_wrong_tries_the_right_password_waits_too(
    database: str, fakes: FakePorts
) -> None:
    await rows.a_user(await rows.an_account("acme"), email="ana@example.com")
    for _ in range(10):
        assert (await sign_in(fakes, password="wrong"))["code"] == "SIGN_IN_FAILED"

    answer = await sign_in(fakes)

    assert answer["code"] == "TOO_MANY_SIGN_INS"
    assert answer["retryAfterSeconds"] == 900
    assert await Session.all().count() == 0

    fakes.clock.advance(900)
    assert (await sign_in(fakes))["__typename"] == "SignedIn"


async def test_sign_ins_that_succeed_do_not_count(database: str, fakes: FakePorts) -> None:
    await rows.a_user(await rows.an_account("acme"), email="ana@example.com")

    for _ in range(12):
        assert (await sign_in(fakes))["__typename"] == "SignedIn"


async def test_a_token_ends_after_twelve_hours(database: str, fakes: FakePorts) -> None:
    await rows.a_user(await rows.an_account("acme"), email="ana@example.com")
    token = str((await sign_in(fakes))["token"])

    fakes.clock.advance(12 * 3600 - 1)
    assert await credential_of(token, clock=fakes.clock) is not None
    fakes.clock.advance(1)
    assert await credential_of(token, clock=fakes.clock) is None


async def test_a_token_ends_when_its_user_signs_out(database: str, fakes: FakePorts) -> None:
    await rows.a_user(await rows.an_account("acme"), email="ana@example.com")
    token = str((await sign_in(fakes))["token"])
    other = str((await sign_in(fakes))["token"])
    who = await principal_of_token(token, clock=fakes.clock)

    await ask(SIGN_OUT, who, fakes)

    assert await principal_of_token(token, clock=fakes.clock) is None
    assert await principal_of_token(other, clock=fakes.clock) is not None


async def test_a_token_ends_when_another_place_revokes_it(database: str, fakes: FakePorts) -> None:
    await rows.a_user(await rows.an_account("acme"), email="ana@example.com")
    lost = str((await sign_in(fakes))["token"])
    kept = str((await sign_in(fakes))["token"])
    who = await principal_of_token(kept, clock=fakes.clock)
    sessions = await ask(SESSIONS, who, fakes)
    (stale,) = [session["id"] for session in sessions if not session["current"]]

    await ask(SESSION_REVOKE, who, fakes, id=stale)

    assert await principal_of_token(lost, clock=fakes.clock) is None
    assert await principal_of_token(kept, clock=fakes.clock) is not None


async def test_nobody_revokes_a_colleagues_session(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account("acme")
    await rows.a_user(account, email="ana@example.com")
    token = str((await sign_in(fakes))["token"])
    session = await Session.get()

    code = await refusal_code(SESSION_REVOKE, rows.an_admin(account), fakes, id=str(session.id))

    assert code == "NOT_FOUND"
    assert await principal_of_token(token, clock=fakes.clock) is not None


async def test_a_new_password_ends_every_session(database: str, fakes: FakePorts) -> None:
    await rows.a_user(await rows.an_account("acme"), email="ana@example.com")
    token = str((await sign_in(fakes))["token"])
    who = await principal_of_token(token, clock=fakes.clock)

    await ask(PASSWORD_CHANGE, who, fakes, current=rows.PASSWORD, new="another long one")

    assert await principal_of_token(token, clock=fakes.clock) is None
    assert (await sign_in(fakes))["code"] == "SIGN_IN_FAILED"
    assert (await sign_in(fakes, password="another long one"))["__typename"] == "SignedIn"


async def test_a_stolen_session_is_no_way_to_guess_the_password(
    database: str, fakes: FakePorts
) -> None:
    await rows.a_user(await rows.an_account("acme"), email="ana@example.com")
    who = await principal_of_token(str((await sign_in(fakes))["token"]), clock=fakes.clock)
    codes = [
        await refusal_code(PASSWORD_CHANGE, who, fakes, current="guess", new="another long one")
        for _ in range(11)
    ]

    assert codes == ["SIGN_IN_FAILED"] * 10 + ["TOO_MANY_SIGN_INS"]
    assert (await sign_in(fakes))["__typename"] == "SignedIn"


@pytest.mark.parametrize("token", ["", "ods_", "ods_made-up", "odk_made-up", "Bearer x", "\x00"])
async def test_a_made_up_token_is_nobodys(token: str, database: str, fakes: FakePorts) -> None:
    assert await credential_of(token, clock=fakes.clock) is None


async def test_rights_that_were_taken_away_end_at_once(database: str, fakes: FakePorts) -> None:
    user = await rows.a_user(await rows.an_account("acme"), Role.ADMIN, email="ana@example.com")
    token = str((await sign_in(fakes))["token"])

    user.role = Role.AUDITOR
    await user.save()
    demoted = await principal_of_token(token, clock=fakes.clock)
    assert demoted is not None
    assert not demoted.may(Permission.USER_MANAGE)

    user.deactivated_at = fakes.clock.now()
    await user.save()
    assert await principal_of_token(token, clock=fakes.clock) is None


async def test_a_user_who_is_an_agent_has_a_desk(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account("acme")
    user = await rows.a_user(account, Role.AGENT, email="ana@example.com")
    token = str((await sign_in(fakes))["token"])
    without = await principal_of_token(token, clock=fakes.clock)
    assert without is not None
    assert without.permissions == frozenset()

    agent = await rows.an_agent(account, user=user)
    principal = await principal_of_token(token, clock=fakes.clock)
    assert principal is not None
    assert (principal.agent_id, principal.permissions) == (agent.id, frozenset({Permission.DESK}))
