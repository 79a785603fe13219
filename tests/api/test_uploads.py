"""Files in GraphQL requests, as the multipart request specification says."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from api.door import DoorSettings
from api.runtime import Runtime
from tests.api.conftest import Served, served

MEASURE = "mutation($file: Upload!) { fileMeasure(file: $file) }"


async def send(server: Served, operations: Any, places: Any, content: bytes = b"abc") -> Any:
    return await server.http.post(
        "/graphql",
        data={
            "operations": operations if isinstance(operations, str) else json.dumps(operations),
            "map": places if isinstance(places, str) else json.dumps(places),
        },
        files={"0": ("list.xlsx", content)},
    )


GOOD = {"query": MEASURE, "variables": {"file": None}}


async def test_a_file_reaches_its_variable(server: Served) -> None:
    answer = await send(server, GOOD, {"0": ["variables.file"]}, b"x" * 2_000_000)
    assert answer.json() == {"data": {"fileMeasure": 2_000_000}}


@pytest.mark.parametrize(
    ("operations", "places", "message"),
    [
        ("{", {}, "`operations` is not JSON"),
        (GOOD, "{", "`map` is not JSON"),
        (GOOD, [], "`map` must be an object"),
        (GOOD, {"1": ["variables.file"]}, "a file that was not sent"),
        (GOOD, {"0": []}, "a list of places"),
        (GOOD, {"0": ["query"]}, "places in `variables`"),
        (GOOD, {"0": ["variables.file.deeper"]}, "places in `variables`"),
        (GOOD, {"0": [7]}, "places in `variables`"),
        ({"query": MEASURE}, {"0": ["variables.file"]}, "places in `variables`"),
        ({"query": MEASURE, "variables": {"file": 1}}, {"0": ["variables.file"]}, "are null"),
        ([GOOD], {"0": ["0.variables.file"]}, "Batches are switched off"),
    ],
)
async def test_a_malformed_upload_is_named(
    server: Served, operations: Any, places: Any, message: str
) -> None:
    answer = await send(server, operations, places)
    assert answer.status_code == 400
    assert message in answer.json()["errors"][0]["message"]


async def test_broken_multipart_is_a_bad_request(server: Served) -> None:
    for kind in ("multipart/form-data", "multipart/form-data; boundary=x"):
        answer = await server.http.post(
            "/graphql", content=b"--y\r\nnonsense", headers={"content-type": kind}
        )
        assert answer.status_code == 400


async def test_a_variable_that_is_no_file_is_refused(server: Served) -> None:
    answer = await server.ask(MEASURE, file="text")
    assert "Expected a file" in answer["errors"][0]["message"]


@pytest.fixture
async def narrow(runtime: Runtime) -> AsyncIterator[Served]:
    async with served(runtime, replace(DoorSettings(), upload_limit=100_000)) as server:
        yield server


async def test_an_upload_over_the_limit_is_refused(narrow: Served) -> None:
    answer = await send(narrow, GOOD, {"0": ["variables.file"]}, b"x" * 100_001)
    assert answer.status_code == 413
    assert answer.json()["errors"][0]["extensions"]["code"] == "FILE_TOO_LARGE"
