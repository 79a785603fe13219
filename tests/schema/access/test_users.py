import asyncio

from domain.access.models import AuditEntry, User
from domain.access.permissions import Permission, Role
from domain.access.sign_in import sign_in_user
from domain.access.tokens import open_session, principal_of_token
from tests import rows
from tests.fakes import FakePorts
from tests.queries import at_most
from tests.schema.asking import ask, execute, refusal_code

CREATE = """
mutation ($email: String!, $name: String!, $role: Role!, $password: String!) {
  userCreate(email: $email, name: $name, role: $role, password: $password) {
    ... on UserCreated { user { id email role } }
    ... on Refusal { code message }
    ... on InvalidInput { problems { path message } }
  }
}
"""
CHANGE = """
mutation ($id: UUID!, $role: Role, $teams: [UUID!]) {
  userChange(id: $id, role: $role, supervisedTeamIds: $teams) {
    ... on UserChanged { user { role supervisedTeamIds } }
    ... on Refusal { code }
  }
}
"""
DEACTIVATE = """
mutation ($id: UUID!) {
  userDeactivate(id: $id) {
    ... on UserDeactivated { user { deactivatedAt } }
    ... on Refusal { code }
  }
}
"""
SET_PASSWORD = """
mutation ($id: UUID!, $password: String!) {
  userSetPassword(id: $id, password: $password) {
    ... on UserChanged { user { id } }
    ... on Refusal { code }
  }
}
"""
ACCOUNT_CHANGE = """
mutation ($name: String, $country: String, $timezone: String) {
  accountChange(name: $name, country: $country, timezone: $timezone) {
    ... on AccountChanged { account { name country timezone } }
    ... on InvalidInput { code problems { path } }
  }
}
"""
NEW = {
    "email": "Bo@Example.com",
    "name": "Bo",
    "role": "SUPERVISOR",
    "password": "long enough for us",
}


async def test_a_new_user_signs_in_at_once(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account("acme")
    await ask(CREATE, rows.an_admin(account), fakes, **NEW)

    made = await sign_in_user(
        "acme",
        "bo@example.com",
        "long enough for us",
        address="192.0.2.1",
        clock=fakes.clock,
        throttle=fakes.throttle,
    )
    assert made.principal.may(Permission.CAMPAIGN_RUN)


async def test_every_problem_of_a_new_user_is_told_at_once(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account("acme")
    wrong = {"email": "not an address", "name": " ", "role": "ADMIN", "password": "short"}

    answer = await ask(CREATE, rows.an_admin(account), fakes, **wrong)

    assert answer["code"] == "INVALID_INPUT"
    assert [problem["path"] for problem in answer["problems"]] == ["email", "name", "password"]
    assert "short" not in answer["message"]
    assert await User.all().count() == await AuditEntry.all().count() == 0


async def test_two_users_of_one_account_never_share_an_address(
    database: str, fakes: FakePorts
) -> None:
    account, other = await rows.an_account("acme"), await rows.an_account("other")
    await ask(CREATE, rows.an_admin(account), fakes, **NEW)

    assert await refusal_code(CREATE, rows.an_admin(account), fakes, **NEW) == "EMAIL_TAKEN"
    await ask(CREATE, rows.an_admin(other), fakes, **NEW)
    assert await User.all().count() == 2


async def test_the_same_address_twice_at_once_makes_one_user(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account("acme")
    answers = await asyncio.gather(
        *(execute(CREATE, rows.an_admin(account), fakes, **NEW) for _ in range(4))
    )

    assert all(answer.errors is None for answer in answers)
    assert await User.all().count() == 1


async def test_the_last_admin_stays_an_admin(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account("acme")
    last = await rows.a_user(account, Role.ADMIN)
    await rows.a_user(account, Role.ADMIN, deactivated_at=fakes.clock.now())
    who = rows.an_admin(account)

    assert await refusal_code(CHANGE, who, fakes, id=str(last.id), role="AUDITOR") == "LAST_ADMIN"
    assert await refusal_code(DEACTIVATE, who, fakes, id=str(last.id)) == "LAST_ADMIN"

    await last.refresh_from_db()
    assert (last.role, last.deactivated_at) == (Role.ADMIN, None)
    assert await AuditEntry.all().count() == 0


async def test_two_admins_who_remove_each_other_leave_one(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account("acme")
    ana, bo = await rows.a_user(account), await rows.a_user(account)
    who = rows.an_admin(account)

    await asyncio.gather(*(execute(DEACTIVATE, who, fakes, id=str(user.id)) for user in (ana, bo)))

    assert await User.filter(role=Role.ADMIN, deactivated_at=None).count() == 1


async def test_a_deactivated_users_sessions_end(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account("acme")
    user = await rows.a_user(account, Role.AUDITOR)
    session = await open_session(account.id, clock=fakes.clock, user_id=user.id)

    await ask(DEACTIVATE, rows.an_admin(account), fakes, id=str(user.id))

    assert await principal_of_token(session.token, clock=fakes.clock) is None


async def test_a_supervisor_is_limited_to_teams_and_let_go_again(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account("acme")
    team = await rows.a_team(account)
    user = await rows.a_user(account, Role.SUPERVISOR)
    session = await open_session(account.id, clock=fakes.clock, user_id=user.id)
    who = rows.an_admin(account)

    answer = await ask(CHANGE, who, fakes, id=str(user.id), teams=[str(team.id)])
    assert answer["user"]["supervisedTeamIds"] == [str(team.id)]
    limited = await principal_of_token(session.token, clock=fakes.clock)
    assert limited is not None
    assert limited.teams == frozenset({team.id})

    await ask(CHANGE, who, fakes, id=str(user.id), teams=[])
    free = await principal_of_token(session.token, clock=fakes.clock)
    assert free is not None
    assert free.teams is None


async def test_a_password_set_by_an_admin_is_in_no_audit_entry(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account("acme")
    user = await rows.a_user(account)

    await ask(
        SET_PASSWORD, rows.an_admin(account), fakes, id=str(user.id), password="a secret of ours"
    )

    entry = await AuditEntry.get()
    assert (entry.action, entry.difference) == ("userSetPassword", {"password": [None, "changed"]})


async def test_a_page_of_users_with_their_teams_costs_two_statements(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account("acme")
    for _ in range(5):
        await rows.a_user(account)

    with at_most(2):
        page = await ask(
            "{ users(first: 3) { nodes { email supervisedTeamIds } pageInfo { hasNextPage } } }",
            rows.an_admin(account),
            fakes,
        )
    assert len(page["nodes"]) == 3
    assert page["pageInfo"]["hasNextPage"]


async def test_the_account_is_changed_or_every_problem_told(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account("acme")
    who = rows.an_admin(account)

    bad = await ask(ACCOUNT_CHANGE, who, fakes, name="", country="usa", timezone="Mars/Base")
    assert [problem["path"] for problem in bad["problems"]] == ["name", "country", "timezone"]
    assert await AuditEntry.all().count() == 0

    good = await ask(
        ACCOUNT_CHANGE, who, fakes, name="Acme", country="IL", timezone="Asia/Jerusalem"
    )
    assert good["account"] == {"name": "Acme", "country": "IL", "timezone": "Asia/Jerusalem"}
    entry = await AuditEntry.get()
    assert entry.difference["country"] == ["US", "IL"]
