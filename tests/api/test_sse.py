"""graphql-sse on `/graphql/stream`, distinct connections."""

import asyncio
import json
from typing import Any

import pytest

from domain.core.bus import Notice
from tests.api.conftest import Served

STREAM = {"accept": "text/event-stream"}


async def events(server: Served, query: str, token: str | None = None) -> list[tuple[str, Any]]:
    headers = STREAM | ({"authorization": f"Bearer {token}"} if token else {})
    answer = await server.http.post("/graphql/stream", json={"query": query}, headers=headers)
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    found = []
    for block in answer.text.strip().split("\n\n"):
        kind, _, data = block.partition("\n")
        text = data.partition(":")[2].strip()
        found.append((kind.removeprefix("event: "), json.loads(text) if text else None))
    return found


@pytest.mark.feature("API-02")
async def test_a_subscription_streams_to_its_end(server: Served) -> None:
    assert await events(server, "subscription { count(to: 2) }") == [
        ("next", {"data": {"count": 0}}),
        ("next", {"data": {"count": 1}}),
        ("complete", None),
    ]


async def test_a_query_is_one_event(server: Served) -> None:
    assert await events(server, "{ echo }") == [
        ("next", {"data": {"echo": "hello"}}),
        ("complete", None),
    ]


async def test_a_get_may_subscribe_but_not_change(server: Served) -> None:
    parameters = {"query": "subscription { count(to: 1) }"}
    answer = await server.http.get("/graphql/stream", params=parameters, headers=STREAM)
    assert answer.text.startswith('event: next\ndata: {"data":{"count":0}}\n\n')
    parameters = {"query": "mutation { deskTouch }"}
    answer = await server.http.get("/graphql/stream", params=parameters, headers=STREAM)
    assert answer.status_code == 405


@pytest.mark.parametrize("query", ["{ nothing }", "{", "query A { echo } query B { echo }"])
async def test_what_cannot_run_is_told_in_the_stream(server: Served, query: str) -> None:
    (kind, body), end = await events(server, query)
    assert (kind, list(body), end) == ("next", ["errors"], ("complete", None))


async def test_a_stranger_is_told_to_sign_in(server: Served) -> None:
    (_, body), _ = await events(server, 'subscription { board(topic: "x") { value } }')
    assert body["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_a_bad_request_is_no_stream(server: Served) -> None:
    answer = await server.http.post("/graphql/stream", content=b"{", headers=STREAM)
    assert answer.status_code == 415
    answer = await server.http.post("/graphql/stream", json={"query": "{ echo }"})
    assert answer.status_code in (200, 406)
    bad = STREAM | {"authorization": "Bearer nonsense"}
    answer = await server.http.post("/graphql/stream", json={"query": "{ echo }"}, headers=bad)
    assert answer.status_code == 401


@pytest.mark.parametrize("name", ["board", "news", "follow"])
async def test_a_stream_follows_the_bus_and_lets_go(server: Served, token: str, name: str) -> None:
    selection = "" if name == "follow" else "{ value }"
    body = {"query": f'subscription {{ {name}(topic: "s-{name}") {selection} }}'}
    headers = STREAM | {"authorization": f"Bearer {token}"}
    async with (
        asyncio.timeout(10),
        server.http.stream("POST", "/graphql/stream", json=body, headers=headers) as answer,
    ):
        lines = answer.aiter_lines()
        assert await anext(lines) == "event: next"
        await anext(lines)
        await server.door.ports.bus.publish([Notice(f"s-{name}", b"41")])
        while "41" not in (line := await anext(lines)):
            pass
        assert line.startswith("data: {")
    figures = server.door.metrics.registry
    for gauge in ("outdial_event_streams", "outdial_shared_runs"):  # one goes after the other
        async with asyncio.timeout(20):
            while figures.get_sample_value(gauge) != 0:  # noqa: ASYNC110  # a gauge tells nobody
                await asyncio.sleep(0.01)


async def test_a_shared_stream_ends_when_its_run_ends(server: Served, token: str) -> None:
    body = {"query": 'subscription { news(topic: "e1") { value } }'}
    headers = STREAM | {"authorization": f"Bearer {token}"}
    async with (
        asyncio.timeout(20),
        server.http.stream("POST", "/graphql/stream", json=body, headers=headers) as answer,
    ):
        lines = answer.aiter_lines()
        heard = [await anext(lines) for _ in range(2)]  # now it listens
        await server.publish("e1", "1")
        await server.publish("e1", "end")
        heard += [line async for line in lines]
    assert [line for line in heard if line and not line.startswith(":")] == [
        "event: next",
        'data: {"data":{"news":{"value":0}}}',
        "event: next",
        'data: {"data":{"news":{"value":1}}}',
        "event: complete",
        "data: ",
    ]
