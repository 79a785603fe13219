"""GraphQL over HTTP: good requests, bad ones, and what a stranger may know."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from api import credentials, rates
from domain.access.models import Session, User
from domain.access.tokens import open_session
from domain.adapters.system_clock import SystemClock
from schema.ended import ENDING, FORGET
from schema.root import build_schema
from tests.api.conftest import Served

RESPONSE = "application/graphql-response+json"


async def post(server: Served, content: bytes | str, **headers: str) -> tuple[int, dict[str, Any]]:
    given = {"content-type": "application/json"}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    answer = await server.http.post("/graphql", content=content, headers=given)
    return answer.status_code, answer.json()


@pytest.fixture
def long_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is signed in is not looked up again by itself during the test."""
    monkeypatch.setattr(credentials, "REMEMBERED_S", 600.0)


async def refusal(server: Served, token: str) -> str:
    """The code with which a session is refused, once it is; word goes round by Redis."""
    async with asyncio.timeout(20):
        while "errors" not in (answer := await server.ask("{ viewer { id } }", token)):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    code: str = answer["errors"][0]["extensions"]["code"]
    return code


@pytest.mark.feature("API-02")
async def test_a_query_is_answered(server: Served) -> None:
    assert await server.ask("query($t: String!){ echo(text: $t) }", t="שלום") == {
        "data": {"echo": "שלום"}
    }


async def test_a_signed_in_user_is_known(server: Served, token: str, user: User) -> None:
    answer = await server.ask("{ viewer { id name kind account { slug } } }", token)
    assert answer == {
        "data": {
            "viewer": {
                "id": str(user.id),
                "name": "Ana",
                "kind": "USER",
                "account": {"slug": "acme"},
            }
        }
    }


@pytest.mark.feature("API-03")
async def test_a_stranger_is_told_to_sign_in(server: Served) -> None:
    answer = await server.http.post(
        "/graphql", json={"query": "{ viewer { id } }"}, headers={"accept": RESPONSE}
    )
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    (error,) = answer.json()["errors"]
    assert (error["extensions"]["code"], error["path"]) == ("UNAUTHENTICATED", ["viewer"])
    assert answer.json()["data"] is None


@pytest.mark.feature("API-03")
async def test_a_right_that_is_missing_is_named(server: Served, token: str) -> None:
    answer = await server.ask("mutation { deskTouch }", token)
    assert answer["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "desk"}


@pytest.mark.parametrize("authorization", ["Bearer nonsense", "Bearer", "Basic YTpi", "ods_x", "é"])
async def test_a_token_that_is_none_is_never_taken_for_nobodys(
    server: Served, authorization: str
) -> None:
    answer = await server.http.post(
        "/graphql",
        json={"query": "{ echo }"},
        headers=[(b"authorization", authorization.encode())],
    )
    assert answer.status_code == 401
    assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert "data" not in answer.json()


async def test_an_expired_session_is_refused(server: Served, token: str) -> None:
    await Session.all().update(expires_at=SystemClock().now())
    answer = await server.ask("{ viewer { id } }", token)
    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_a_session_that_ends_is_forgotten_at_once(
    server: Served, token: str, long_remembered: None
) -> None:
    assert "errors" not in await server.ask("{ viewer { id } }", token)
    await Session.all().update(revoked_at=SystemClock().now())
    await server.door.ports.bus.publish([FORGET])
    assert await refusal(server, token) == "UNAUTHENTICATED"


@pytest.mark.parametrize(
    ("content", "status", "message"),
    [
        (b"", 400, "not JSON"),
        (b"{", 400, "not JSON"),
        (b"\xff\xfe", 400, "not JSON"),
        (b"null", 400, "JSON object"),
        (b"[]", 400, "Batches are switched off"),
        (b"{}", 400, "`query` must be a string"),
        (b'{"query": 7}', 400, "`query` must be a string"),
        (b'{"query": " "}', 400, "`query` must be a string"),
        (b'{"query": "{echo}", "variables": []}', 400, "`variables` must be an object"),
        (b'{"query": "{echo}", "variables": "{}"}', 400, "`variables` must be an object"),
        (b'{"query": "{echo}", "operationName": 7}', 400, "`operationName` must be a string"),
        (b'{"query": "{echo}", "extensions": 7}', 400, "`extensions` must be an object"),
    ],
)
async def test_a_malformed_body_is_named(
    server: Served, content: bytes, status: int, message: str
) -> None:
    found, body = await post(server, content)
    assert found == status
    assert message in body["errors"][0]["message"]
    assert body["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "application/graphql", ""]
)
async def test_a_body_of_another_type_is_refused(server: Served, kind: str) -> None:
    status, _ = await post(server, b'{"query":"{echo}"}', content_type=kind)
    assert status == 415


async def test_another_charset_is_refused(server: Served) -> None:
    kind = "application/json; charset=utf-16"
    assert (await post(server, "{}".encode("utf-16"), content_type=kind))[0] == 415
    kind = 'application/json; charset="UTF-8"'
    assert (await post(server, b'{"query":"{echo}"}', content_type=kind))[0] == 200


async def test_an_answer_that_nobody_makes_is_not_acceptable(server: Served) -> None:
    status, body = await post(server, b'{"query":"{echo}"}', accept="image/png")
    assert (status, list(body)) == (406, ["errors"])


async def test_a_huge_body_is_refused_before_it_is_read(server: Served) -> None:
    status, body = await post(server, b" " * 1_000_001)
    assert status == 413
    assert "1,000,000" in body["errors"][0]["message"]


async def test_a_huge_body_without_a_length_is_refused_too(server: Served) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(21):
            yield b" " * 50_000

    answer = await server.http.post(
        "/graphql", content=endless(), headers={"content-type": "application/json"}
    )
    assert answer.status_code == 413


async def test_methods_other_than_get_and_post_are_refused(server: Served) -> None:
    for method in ("PUT", "DELETE", "PATCH", "HEAD"):
        answer = await server.http.request(method, "/graphql")
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")


async def test_get_asks_queries_and_never_changes_anything(server: Served) -> None:
    answer = await server.http.get(
        "/graphql", params={"query": "query($t:String){echo(text:$t)}", "variables": '{"t":"x"}'}
    )
    assert answer.json() == {"data": {"echo": "x"}}
    answer = await server.http.get("/graphql", params={"query": "mutation{deskTouch}"})
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    answer = await server.http.get("/graphql", params={"query": "{echo}", "variables": "{"})
    assert answer.status_code == 400


async def test_a_subscription_is_sent_elsewhere(server: Served) -> None:
    status, body = await post(server, b'{"query":"subscription{count(to:1)}"}')
    assert status == 400
    assert "/graphql/stream" in body["errors"][0]["message"]


@pytest.mark.parametrize(
    ("query", "name", "message"),
    [
        ("{ echo }", "Missing", "no operation named 'Missing'"),
        ("query A { echo } query B { echo }", None, "Say which operation to run"),
        ("fragment F on Query { echo }", None, "never used"),
        ("{ nothing }", None, "Cannot query field 'nothing'"),
        ("{ echo ", None, "Syntax Error"),
        ("query($s: Float!) { slow(seconds: $s) }", None, "Variable '$s'"),
        ("{ users(first: %s) { totalCount } }" % ("9" * 5_000), None, "number in the document"),
    ],
    ids=["missing", "two", "unused", "unknown", "syntax", "variable", "long number"],
)
async def test_an_operation_that_cannot_run_says_why(
    server: Served, query: str, name: str | None, message: str
) -> None:
    body = {"query": query, "operationName": name}
    answer = await server.http.post("/graphql", json=body, headers={"accept": RESPONSE})
    assert answer.status_code == 400
    assert message in answer.json()["errors"][0]["message"]
    assert "data" not in answer.json()
    old = await server.http.post("/graphql", json=body)
    assert (old.status_code, old.json()) == (200, answer.json())


async def test_our_own_bug_is_hidden_behind_a_reference(
    server: Served, caplog: pytest.LogCaptureFixture
) -> None:
    (error,) = (await server.ask("{ broken }"))["errors"]
    assert error["extensions"]["code"] == "INTERNAL"
    reference = error["extensions"]["reference"]
    assert reference in error["message"]
    assert f"internal error {reference} at broken: RuntimeError" in caplog.text
    assert "2025550199" not in caplog.text + str(error)


@pytest.mark.feature("API-04")
@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("{" + "again{" * 13 + "echo" + "}" * 14, "levels deep"),
        ("{" + "".join(f"a{n}:echo " for n in range(31)) + "}", "31 aliases"),
        ("{" + "echo " * 5_000 + "}", "4000 tokens"),
        ("{" * 20_000, "Syntax Error"),
        ("{" + "again{" * 1_900 + "echo" + "}" * 1_901, "levels deep|nested too deeply"),
        (
            "{again{...f0}}"
            + "".join(
                f"fragment f{n} on TestQueries{{...f{n + 1} a{n}:echo ...f{n + 1}}}"
                for n in range(150)
            )
            + "fragment f150 on TestQueries{echo}",
            "too large",
        ),
        ("{...f} fragment f on Query{...f}", "Cannot spread fragment 'f' within itself"),
        ("{...missing}", "Unknown fragment"),
    ],
)
async def test_an_operation_that_is_too_large_is_refused_quickly(
    server: Served, query: str, message: str
) -> None:
    async with asyncio.timeout(20):
        answer = await server.ask(query)
    said = answer["errors"][0]["message"]
    assert any(part in said for part in message.split("|")), said
    assert "data" not in answer


@pytest.mark.feature("API-04")
async def test_one_who_asks_too_often_is_told_when_to_come_back(
    server: Served, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rates, "OF_A_PERSON", 3)
    for _ in range(3):
        assert "errors" not in await server.ask("{ echo }", token)
    answer = await server.http.post(
        "/graphql", json={"query": "{ echo }"}, headers={"authorization": f"Bearer {token}"}
    )
    assert answer.status_code == 429
    wait_s = int(answer.headers["retry-after"])
    assert 1 <= wait_s <= 60
    (error,) = answer.json()["errors"]
    assert error["extensions"] == {"code": "RATE_LIMITED", "retryAfterSeconds": wait_s}
    assert (await server.ask("{ echo }")) == {"data": {"echo": "hello"}}


async def test_two_users_are_counted_apart(
    server: Served, user: User, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rates, "OF_A_PERSON", 1)
    other = await open_session(user.account_id, clock=SystemClock(), user_id=user.id)
    assert "errors" not in await server.ask("{ echo }", token)
    assert "errors" in await server.ask("{ echo }", token)
    assert "errors" not in await server.ask("{ echo }", other.token)


async def test_a_client_that_hangs_up_breaks_nothing(server: Served) -> None:
    task = asyncio.create_task(server.ask("{ slow(seconds: 0.3) }"))
    await asyncio.sleep(0.05)
    task.cancel()
    assert await server.ask("{ echo }") == {"data": {"echo": "hello"}}


@pytest.mark.feature("API-07")
async def test_health_readiness_and_metrics(server: Served) -> None:
    await server.ask("{ echo }")
    assert (await server.http.get("/health")).json() == {"status": "ok"}
    ready = await server.http.get("/ready")
    assert (ready.status_code, ready.json()) == (200, {"status": "ready", "redis": "ok"})
    figures = await server.http.get("/metrics")
    assert 'outdial_graphql_requests_total{kind="query",outcome="200"} 1.0' in figures.text


async def test_every_answer_has_the_safe_headers(server: Served) -> None:
    for path in ("/graphql", "/health", "/nowhere"):
        headers = (await server.http.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert "server" not in headers or "uvicorn" in headers["server"]


async def test_a_browser_gets_the_explorer_and_nothing_from_elsewhere(server: Served) -> None:
    answer = await server.http.get("/graphql", headers={"accept": "text/html,*/*;q=0.8"})
    assert answer.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "http://" not in answer.text
    assert "https://" not in answer.text


async def test_who_signs_out_is_out_at_once(
    server: Served, token: str, long_remembered: None
) -> None:
    assert "errors" not in await server.ask("{ viewer { id } }", token)
    assert "errors" not in await server.ask("mutation { signOut { __typename } }", token)
    assert await refusal(server, token) == "UNAUTHENTICATED"


def test_every_mutation_that_may_end_a_token_is_there() -> None:
    mutations = build_schema()._schema.mutation_type
    assert mutations is not None
    assert ENDING <= set(mutations.fields)
