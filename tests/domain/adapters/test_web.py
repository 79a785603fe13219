"""The way out to other programs: what it reaches, and what it refuses."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from domain.adapters.web import SafeWeb
from domain.core.web import WebFailed, WebReply, is_public
from tests.answering import Answering, Asked, answering, says


@pytest.fixture
async def server() -> AsyncIterator[Answering]:
    async with answering() as said:
        yield said


@pytest.fixture
async def web() -> AsyncIterator[SafeWeb]:
    way_out = SafeWeb(private=True)
    yield way_out
    await way_out.close()


async def post(web: SafeWeb, url: str, *, within_s: float = 5.0) -> WebReply:
    return await web.post(
        url, body=b"{}", headers={"x-one": "1"}, within_s=within_s, most_bytes=100
    )


async def test_an_answer_comes_back_with_its_status(server: Answering, web: SafeWeb) -> None:
    server.answer = says(201, fine=True)
    assert await post(web, server.url) == WebReply(201, b'{"fine": true}')
    assert server.asked[0].headers["x-one"] == "1"
    assert server.asked[0].path == "/ask"


async def test_a_redirect_is_not_followed(server: Answering, web: SafeWeb) -> None:
    server.answer, server.extra_headers = says(307), f"location: {server.url}/inside\r\n"
    assert (await post(web, server.url)).status == 307
    assert len(server.asked) == 1


async def test_what_is_too_slow_too_long_dead_or_no_http_fails_with_a_reason(
    server: Answering, web: SafeWeb
) -> None:
    async def slow(asked: Asked) -> tuple[int, bytes]:
        await asyncio.sleep(5)
        return 200, b""

    server.answer = slow
    with pytest.raises(WebFailed, match=r"did not answer within 0\.05 s"):
        await post(web, server.url, within_s=0.05)
    server.answer = says(200, long="x" * 200)
    with pytest.raises(WebFailed, match="too long"):
        await post(web, server.url)
    with pytest.raises(WebFailed, match="can't be reached"):
        await post(web, "http://127.0.0.1:9/")
    with pytest.raises(WebFailed, match="does not speak HTTP"):
        await post(web, "gopher://127.0.0.1/")
    with pytest.raises(WebFailed, match="can't be read"):
        await post(web, "http://żółw.example/")


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1:8443/", "https://localhost/", "https://[::1]/", "https://10.0.0.1/"]
)
async def test_addresses_of_this_network_are_not_reached(url: str) -> None:
    web = SafeWeb()
    with pytest.raises(WebFailed, match="not a public one"):
        await post(web, url)
    await web.close()


async def test_plain_http_is_not_spoken_unless_the_operator_allows_it(server: Answering) -> None:
    web = SafeWeb()
    with pytest.raises(WebFailed, match="not https"):
        await post(web, server.url)
    assert server.asked == []
    await web.close()


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2a00:1450:4001:829::200e", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),  # where clouds keep their secrets
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:8.8.8.8", True),
        ("64:ff9b::a00:1", False),
        ("2002:0a00:0001::", False),
    ],
)
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert is_public(address) is public
