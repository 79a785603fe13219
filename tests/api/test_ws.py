"""graphql-transport-ws on `/graphql`, with a client that says exactly what a test wants."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from api.door import DoorSettings
from api.runtime import Runtime
from domain.access.models import Account, Session, User
from domain.access.tokens import open_session
from domain.adapters.system_clock import SystemClock
from domain.core.bus import Notice
from domain.targets.exporting.export_run import run_export
from domain.targets.models import ExportKind, TargetExport
from schema.ended import FORGET
from tests.api.conftest import RUNS, Served, served
from tests.rows import a_campaign

PROTOCOL = Subprotocol("graphql-transport-ws")
FAST = DoorSettings(init_wait_s=0.2, recheck_s=0.1, stalled_s=1.0, subscriptions_per_socket=3)


@asynccontextmanager
async def socket(
    server: Served, *, token: str | None = None, init: Any = None, **options: Any
) -> AsyncIterator[ClientConnection]:
    """An acknowledged socket."""
    async with connect(server.ws, subprotocols=[PROTOCOL], proxy=None, **options) as ws:
        payload = init or ({"authorization": f"Bearer {token}"} if token else None)
        await say(ws, {"type": "connection_init", **({"payload": payload} if payload else {})})
        assert await hear(ws) == {"type": "connection_ack"}
        yield ws


async def say(ws: ClientConnection, message: Any) -> None:
    await ws.send(message if isinstance(message, str | bytes) else json.dumps(message))


async def hear(ws: ClientConnection) -> Any:
    async with asyncio.timeout(20):
        return json.loads(await ws.recv())


async def closed(ws: ClientConnection) -> tuple[int, str]:
    """The code and reason that the server closed with, whatever it says before."""
    async with asyncio.timeout(10):
        await ws.wait_closed()
    return ws.close_code or 0, ws.close_reason or ""


async def subscribe(ws: ClientConnection, id: str, query: str, **variables: Any) -> None:
    payload = {"query": query, "variables": variables}
    await say(ws, {"id": id, "type": "subscribe", "payload": payload})


@pytest.fixture
async def hasty(runtime: Runtime) -> AsyncIterator[Served]:
    """A server with short limits."""
    async with served(runtime, FAST) as server:
        yield server


@pytest.mark.feature("API-02")
async def test_a_subscription_runs_to_its_end(server: Served) -> None:
    async with socket(server) as ws:
        await subscribe(ws, "1", "subscription { count(to: 2) }")
        assert [await hear(ws) for _ in range(3)] == [
            {"id": "1", "type": "next", "payload": {"data": {"count": 0}}},
            {"id": "1", "type": "next", "payload": {"data": {"count": 1}}},
            {"id": "1", "type": "complete"},
        ]
        await subscribe(ws, "1", "{ echo }")
        assert (await hear(ws))["payload"] == {"data": {"echo": "hello"}}


@pytest.mark.feature("API-03")
async def test_a_token_in_connection_init_signs_in(server: Served, token: str) -> None:
    async with socket(server, token=token) as ws:
        await subscribe(ws, "q", "{ viewer { name } }")
        assert (await hear(ws))["payload"] == {"data": {"viewer": {"name": "Ana"}}}


async def test_a_token_in_the_header_signs_in(server: Served, token: str) -> None:
    headers = {"authorization": f"Bearer {token}"}
    async with socket(server, additional_headers=headers) as ws:
        await subscribe(ws, "q", "{ viewer { name } }")
        assert (await hear(ws))["payload"] == {"data": {"viewer": {"name": "Ana"}}}


async def test_events_of_the_bus_reach_the_socket(server: Served, token: str) -> None:
    async with socket(server, token=token) as ws:
        await subscribe(ws, "f", "subscription($t: String!) { follow(topic: $t) }", t="t1")
        assert (await hear(ws))["payload"] == {"data": {"follow": "ready"}}
        await server.publish("t1", "news")
        assert (await hear(ws))["payload"] == {"data": {"follow": "message news"}}


async def test_what_was_completed_is_silent_and_lets_go(server: Served, token: str) -> None:
    async with socket(server, token=token) as ws:
        await subscribe(ws, "f", 'subscription { follow(topic: "t2") }')
        await hear(ws)
        await say(ws, {"id": "f", "type": "complete"})
        await say(ws, {"type": "ping"})
        assert await hear(ws) == {"type": "pong"}
        await server.publish("t2", "too late")
        await subscribe(ws, "f", "{ echo }")
        assert (await hear(ws))["payload"] == {"data": {"echo": "hello"}}
    await gone(server)


def _held(server: Served) -> float:
    figures = server.door.metrics.registry
    return sum(
        figures.get_sample_value(f"outdial_{name}") or 0
        for name in ("subscriptions", "shared_runs", "sockets")
    )


async def gone(server: Served) -> None:
    """Wait until no subscription is left: what a socket held is let go of with it."""
    async with asyncio.timeout(20):
        while _held(server) > 0:  # noqa: ASYNC110  # a gauge has no event
            await asyncio.sleep(0.01)


async def test_a_socket_that_goes_mid_flight_leaves_nothing(server: Served, token: str) -> None:
    async with socket(server, token=token) as ws:
        await subscribe(ws, "f", 'subscription { follow(topic: "t3") }')
        await subscribe(ws, "b", 'subscription { board(topic: "t3") { value } }')
        await subscribe(ws, "s", "{ slow(seconds: 5) }")
        await hear(ws)
        ws.transport.abort()
    await gone(server)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("not json", 4400),
        ("[]", 4400),
        ("7", 4400),
        ('{"id":"1"}', 4400),
        ('{"type":"unknown"}', 4400),
        ('{"type":"subscribe","payload":{"query":"{echo}"}}', 4400),
        ('{"type":"subscribe","id":"","payload":{"query":"{echo}"}}', 4400),
        ('{"type":"connection_init"}', 4429),
        (b"binary", 4400),
        ('{"type":"ping","payload":"' + "x" * 300_000 + '"}', 1009),
    ],
)
async def test_a_message_that_breaks_the_protocol_closes(
    server: Served, message: str | bytes, code: int
) -> None:
    async with socket(server) as ws:
        await say(ws, message)
        assert (await closed(ws))[0] == code


async def test_an_id_that_is_taken_closes(server: Served) -> None:
    async with socket(server) as ws:
        await subscribe(ws, "1", "{ slow(seconds: 5) }")
        await subscribe(ws, "1", "{ echo }")
        assert await closed(ws) == (4409, "Subscriber for 1 already exists")


async def test_one_who_asks_before_saying_hello_is_closed(server: Served) -> None:
    async with connect(server.ws, subprotocols=[PROTOCOL], proxy=None) as ws:
        await subscribe(ws, "1", "{ echo }")
        assert (await closed(ws))[0] == 4401


async def test_one_who_never_says_hello_is_closed(hasty: Served) -> None:
    async with connect(hasty.ws, subprotocols=[PROTOCOL], proxy=None) as ws:
        assert (await closed(ws))[0] == 4408


async def test_another_protocol_is_not_spoken(server: Served) -> None:
    async with connect(server.ws, subprotocols=[Subprotocol("graphql-ws")], proxy=None) as ws:
        assert (await closed(ws))[0] == 4406


@pytest.mark.parametrize(
    "payload", [{"authorization": "Bearer nonsense"}, {"authorization": 7}, {"authorization": ""}]
)
async def test_a_bad_token_is_forbidden(server: Served, payload: Any) -> None:
    async with connect(server.ws, subprotocols=[PROTOCOL], proxy=None) as ws:
        await say(ws, {"type": "connection_init", "payload": payload})
        assert await closed(ws) == (4403, "Forbidden")


async def test_a_page_of_another_origin_is_kept_out(server: Served) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with socket(server, origin="https://evil.example"):
            pass
    assert refused.value.response.status_code == 403
    async with socket(server, origin=server.url):
        pass


async def test_an_origin_that_was_allowed_comes_in(runtime: Runtime) -> None:
    origin = "https://desk.example.com"
    settings = replace(DoorSettings(), origins=frozenset({origin}))
    async with served(runtime, settings) as server:
        async with socket(server, origin=origin):
            pass
        answer = await server.http.post(
            "/graphql", json={"query": "{echo}"}, headers={"origin": origin}
        )
        assert answer.headers["access-control-allow-origin"] == origin
        answer = await server.http.post(
            "/graphql", json={"query": "{echo}"}, headers={"origin": "https://evil.example"}
        )
        assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("subscription { nothing }", "Cannot query field"),
        ("subscription {", "Syntax Error"),
        ('subscription { count(to: 1) board(topic: "x") { value } }', "must select only one"),
        ('subscription { follow(topic: "x") }', "Sign in first"),
        ('subscription { board(topic: "x") { value } }', "Sign in first"),
        ("query A { echo } query B { echo }", "Say which operation"),
        ("", "`query` must be a string"),
    ],
)
async def test_an_operation_that_cannot_run_is_an_error_message(
    server: Served, query: str, message: str
) -> None:
    async with socket(server) as ws:
        await subscribe(ws, "1", query)
        said = await hear(ws)
        assert (said["id"], said["type"]) == ("1", "error")
        assert message in said["payload"][0]["message"]
        assert "code" in said["payload"][0]["extensions"]
        await subscribe(ws, "1", "{ echo }")
        assert (await hear(ws))["payload"] == {"data": {"echo": "hello"}}


async def test_a_subscription_that_breaks_is_told_and_ended(server: Served) -> None:
    async with socket(server) as ws:
        await subscribe(ws, "1", "subscription { snap }")
        assert (await hear(ws))["payload"] == {"data": {"snap": 1}}
        broken = await hear(ws)
        assert broken["payload"]["errors"][0]["extensions"]["code"] == "INTERNAL"
        assert "2025550199" not in json.dumps(broken)
        assert await hear(ws) == {"id": "1", "type": "complete"}


async def test_a_socket_has_only_so_many_subscriptions(hasty: Served, token: str) -> None:
    async with socket(hasty, token=token) as ws:
        for number in range(3):
            await subscribe(ws, str(number), 'subscription { follow(topic: "x") }')
            await hear(ws)
        await subscribe(ws, "3", "subscription { count(to: 1) }")
        assert (await hear(ws))["payload"][0]["extensions"]["code"] == "TOO_MANY"
        await say(ws, {"id": "0", "type": "complete"})
        await subscribe(ws, "3", "subscription { count(to: 1) }")
        assert (await hear(ws))["payload"] == {"data": {"count": 0}}


async def test_an_old_socket_is_asked_to_come_back(runtime: Runtime) -> None:
    async with served(runtime, replace(FAST, socket_life_s=0.1)) as server:
        async with socket(server) as ws:
            assert await closed(ws) == (1012, "Connect again")


async def test_a_socket_ends_with_its_session(hasty: Served, token: str, user: User) -> None:
    async with socket(hasty, token=token) as ws:
        await Session.all().update(revoked_at=SystemClock().now())
        await hasty.door.ports.bus.publish([FORGET])
        assert await closed(ws) == (4403, "Forbidden")


async def test_a_socket_whose_rights_change_comes_back_with_the_new_ones(
    hasty: Served, token: str, user: User
) -> None:
    async with socket(hasty, token=token) as ws:
        await User.filter(id=user.id).update(role="auditor")
        hasty.door.credentials.forget()
        assert await closed(ws) == (1012, "Your rights changed: connect again")


@pytest.mark.feature("API-02")
async def test_a_shared_board_runs_once_and_greets_the_late(
    server: Served, token: str, user: User
) -> None:
    other = await open_session(user.account_id, clock=SystemClock(), user_id=user.id)
    query = 'subscription { board(topic: "b1") { value name } }'
    async with socket(server, token=token) as first, socket(server, token=other.token) as late:
        await subscribe(first, "1", query)
        assert (await hear(first))["payload"] == {"data": {"board": {"value": 0, "name": ""}}}
        await server.publish("b1", "7")
        seven = {"data": {"board": {"value": 7, "name": ""}}}
        assert (await hear(first))["payload"] == seven
        await subscribe(late, "other id", query)
        assert await hear(late) == {"id": "other id", "type": "next", "payload": seven}
        await server.publish("b1", "8")
        for ws in (first, late):
            assert (await hear(ws))["payload"]["data"]["board"]["value"] == 8
        assert RUNS["b1"] == 1
        await server.publish("b1", "end")
        assert (await hear(first))["type"] == (await hear(late))["type"] == "complete"
    await gone(server)


@pytest.mark.feature("API-02")
async def test_an_export_followed_by_many_is_read_once(
    server: Served, token: str, user: User
) -> None:
    campaign = await a_campaign(await Account.get(id=user.account_id))
    export = await TargetExport.create(
        account_id=user.account_id,
        campaign=campaign,
        kind=ExportKind.CSV,
        rows_total=0,
        file_path="exports/a.csv",
    )
    other = await open_session(user.account_id, clock=SystemClock(), user_id=user.id)
    query = "subscription($export: UUID!) { targetExportProgress(id: $export) { state } }"
    async with socket(server, token=token) as first, socket(server, token=other.token) as late:
        for ws in (first, late):
            await subscribe(ws, "1", query, export=str(export.id))
            said = (await hear(ws))["payload"]["data"]["targetExportProgress"]
            assert said == {"state": "PENDING"}
        assert server.door.metrics.registry.get_sample_value("outdial_shared_runs") == 1
        await run_export(export.id, ports=server.door.ports)
        for ws in (first, late):
            said = await hear(ws)
            while said["payload"]["data"]["targetExportProgress"]["state"] == "RUNNING":
                said = await hear(ws)
            assert said["payload"]["data"]["targetExportProgress"]["state"] == "DONE"
            assert (await hear(ws))["type"] == "complete"
    await gone(server)


async def test_other_rights_or_variables_have_a_run_of_their_own(
    server: Served, token: str, user: User
) -> None:
    auditor = await User.create(
        account_id=user.account_id, email="b@example.com", name="B", role="auditor",
        password_hash="-",
    )  # fmt: skip
    theirs = await open_session(user.account_id, clock=SystemClock(), user_id=auditor.id)
    query = "subscription($t: String!) { board(topic: $t) { value } }"
    async with socket(server, token=token) as a, socket(server, token=theirs.token) as b:
        await subscribe(a, "1", query, t="b2")
        await subscribe(a, "2", query, t="b3")
        await subscribe(b, "1", query, t="b2")
        for ws in (a, a, b):
            await hear(ws)
    assert (RUNS["b2"], RUNS["b3"]) == (2, 1)


async def test_one_who_joins_shared_news_hears_only_what_follows(
    server: Served, token: str
) -> None:
    query = 'subscription { news(topic: "n1") { value } }'
    async with socket(server, token=token) as first, socket(server, token=token) as late:
        await subscribe(first, "1", query)
        await hear(first)
        await subscribe(late, "1", query)
        await say(late, {"type": "ping"})
        assert await hear(late) == {"type": "pong"}
        await server.publish("n1", "5")
        assert (await hear(late))["payload"] == {"data": {"news": {"value": 5}}}


async def test_a_run_that_was_left_starts_anew(server: Served, token: str) -> None:
    query = 'subscription { board(topic: "b4") { value } }'
    async with socket(server, token=token) as ws:
        for round_ in range(1, 4):
            await subscribe(ws, "1", query)
            assert (await hear(ws))["payload"]["data"]["board"]["value"] == 0
            await say(ws, {"id": "1", "type": "complete"})
            await say(ws, {"type": "ping"})
            assert await hear(ws) == {"type": "pong"}
            assert RUNS["b4"] == round_


async def test_one_who_does_not_read_is_closed_and_costs_no_memory(
    hasty: Served, token: str
) -> None:
    async with socket(hasty, token=token, max_queue=1) as slow:
        await subscribe(slow, "f", 'subscription { news(topic: "n2") { value bulk } }')
        await hear(slow)
        slow.transport.pause_reading()
        async with asyncio.timeout(20):
            while _held(hasty) > 0:
                # What the kernel takes for us is not ours to bound; fill it.
                await hasty.door.ports.bus.publish([Notice("n2", b"1")] * 20)
    await gone(hasty)


async def _nag(ws: ClientConnection) -> None:
    while True:
        await subscribe(ws, "1", "{ nothing" + " " * 30_000 + "}")
        await say(ws, '{"type":"ping"}')


async def test_one_who_asks_and_does_not_read_is_not_read_further(hasty: Served) -> None:
    async with socket(hasty, max_queue=1) as rude:
        rude.transport.pause_reading()
        with pytest.raises((TimeoutError, ConnectionClosed)):
            await asyncio.wait_for(_nag(rude), 8)
        rude.transport.abort()
    await gone(hasty)


async def test_a_stopping_server_asks_clients_to_come_back(runtime: Runtime, token: str) -> None:
    async with served(runtime) as server:
        async with socket(server, token=token) as ws:
            await subscribe(ws, "f", 'subscription { follow(topic: "x") }')
            await hear(ws)
            server.server.should_exit = True
            assert (await closed(ws))[0] == 1012
