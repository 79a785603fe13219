import pytest

from domain.access.models import ApiKey, AuditEntry
from domain.access.permissions import NEVER_A_SCOPE, Permission
from domain.access.principal import PrincipalKind
from domain.access.tokens import credential_of
from tests import rows
from tests.fakes import FakePorts
from tests.schema.asking import ask, refusal_code

CREATE = """
mutation ($name: String!, $scopes: [Permission!]!, $expiresAt: DateTime, $rate: Int! = 600) {
  apiKeyCreate(name: $name, scopes: $scopes, expiresAt: $expiresAt, requestsPerMinute: $rate) {
    ... on ApiKeyCreated { key apiKey { id prefix scopes lastUsedAt } }
    ... on Refusal { code }
    ... on InvalidInput { problems { path message } }
  }
}
"""
REVOKE = """
mutation ($id: UUID!) {
  apiKeyRevoke(id: $id) { ... on ApiKeyRevoked { apiKey { revokedAt } } ... on Refusal { code } }
}
"""
LIST = "{ apiKeys { nodes { name prefix scopes lastUsedAt revokedAt } } }"


@pytest.mark.feature("API-03")
async def test_a_key_has_its_scopes_and_nothing_more(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account()
    answer = await ask(
        CREATE, rows.an_admin(account), fakes, name="CRM", scopes=["CAMPAIGN_VIEW"], rate=30
    )

    credential = await credential_of(answer["key"], clock=fakes.clock)

    assert credential is not None
    assert credential.principal.kind is PrincipalKind.API_KEY
    assert credential.principal.permissions == {Permission.CAMPAIGN_VIEW}
    assert credential.principal.account_id == account.id
    assert credential.requests_per_minute == 30


async def test_the_key_is_shown_once_and_kept_nowhere(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account()
    answer = await ask(CREATE, rows.an_admin(account), fakes, name="CRM", scopes=["CALL_VIEW"])

    kept = repr([vars(row) for row in [*await ApiKey.all(), *await AuditEntry.all()]])

    assert answer["key"] not in kept
    assert answer["key"].startswith(answer["apiKey"]["prefix"])
    (listed,) = (await ask(LIST, rows.an_admin(account), fakes))["nodes"]
    assert listed["prefix"] == answer["apiKey"]["prefix"]


@pytest.mark.parametrize("scope", sorted(NEVER_A_SCOPE))
async def test_some_permissions_are_never_a_keys(
    scope: Permission, database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    who = rows.somebody(account, *Permission)

    answer = await ask(CREATE, who, fakes, name="CRM", scopes=[scope.name])

    assert answer["problems"] == [
        {"path": "scopes", "message": f"{scope.value} is never given to a key"}
    ]
    assert await ApiKey.all().count() == await AuditEntry.all().count() == 0


async def test_nobody_gives_away_what_they_dont_hold(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account()
    who = rows.somebody(account, Permission.API_KEY_MANAGE)

    assert await refusal_code(CREATE, who, fakes, name="k", scopes=["CALL_VIEW"]) == "INVALID_INPUT"
    assert await ApiKey.all().count() == 0


async def test_every_problem_of_a_new_key_is_told_at_once(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account()
    answer = await ask(
        CREATE,
        rows.an_admin(account),
        fakes,
        name=" ",
        scopes=[],
        expiresAt="2026-03-02T10:00:00+00:00",
        rate=0,
    )

    paths = [problem["path"] for problem in answer["problems"]]
    assert paths == ["name", "scopes", "expiresAt", "requestsPerMinute"]


async def test_a_revoked_key_opens_nothing(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account()
    who = rows.an_admin(account)
    made = await ask(CREATE, who, fakes, name="CRM", scopes=["CALL_VIEW"])

    first = await ask(REVOKE, who, fakes, id=made["apiKey"]["id"])
    fakes.clock.advance(60)
    again = await ask(REVOKE, who, fakes, id=made["apiKey"]["id"])

    assert again == first
    assert await credential_of(made["key"], clock=fakes.clock) is None
    assert [entry.action for entry in await AuditEntry.all().order_by("at")] == [
        "apiKeyCreate",
        "apiKeyRevoke",
    ]


async def test_a_key_ends_when_it_expires(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account()
    made = await ask(
        CREATE,
        rows.an_admin(account),
        fakes,
        name="CRM",
        scopes=["CALL_VIEW"],
        expiresAt="2026-03-02T11:00:00+00:00",
    )

    fakes.clock.advance(3599)
    assert await credential_of(made["key"], clock=fakes.clock) is not None
    fakes.clock.advance(1)
    assert await credential_of(made["key"], clock=fakes.clock) is None


async def test_last_use_is_exact_to_a_minute(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account()
    made = await ask(CREATE, rows.an_admin(account), fakes, name="CRM", scopes=["CALL_VIEW"])
    first = fakes.clock.now()

    await credential_of(made["key"], clock=fakes.clock)
    fakes.clock.advance(59)
    await credential_of(made["key"], clock=fakes.clock)
    assert (await ApiKey.get()).last_used_at == first

    later = fakes.clock.advance(1)
    await credential_of(made["key"], clock=fakes.clock)
    assert (await ApiKey.get()).last_used_at == later


async def test_a_scope_that_no_longer_exists_is_not_held(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account()
    made = await ask(CREATE, rows.an_admin(account), fakes, name="CRM", scopes=["CALL_VIEW"])
    await ApiKey.all().update(scopes=["call:view", "world:rule"])

    credential = await credential_of(made["key"], clock=fakes.clock)

    assert credential is not None
    assert credential.principal.permissions == {Permission.CALL_VIEW}
