"""An agent's telephone in a real browser: SIP over a secure WebSocket, sound over DTLS-SRTP."""

import asyncio
import math
import re
import shutil
import struct
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Page, Route, async_playwright

from tests.browser.conftest import FLAGS
from tests.pbx.bed.servers import Bed
from tests.pbx.ears import HEARD

PAGE = Path(__file__).with_name("browser_phone.html")
SIP_JS = Path("frontend_contracts/node_modules/sip.js/lib")
USER = "browser-1"
RATE = 48_000


class BrowserPhone:
    """Takes every call, and hums into it."""

    def __init__(self, page: Page, bed: Bed) -> None:
        self._page = page
        self._bed = bed

    async def idle(self) -> bool:
        """Whether no call is up."""
        return not await self._page.evaluate("inCall()")

    async def hears(self, hz: int) -> bool:
        """Whether its loudspeaker plays a frequency at this moment."""
        return bool(await self._page.evaluate("hz => inCall() && strength(hz)", hz) > HEARD)

    async def hears_no(self, hz: int) -> bool:
        """Whether it plays none of a frequency at this moment."""
        return not await self.hears(hz)

    def packets(self) -> tuple[int, int]:
        """How many packets of sound Asterisk had from the browser, and sent to it."""
        shown = self._bed.cli("pjsip show channelstats")
        counts = re.search(
            rf"{USER}-\S+ +[\d:]+ +\w+ +(\d+)(K?) +\d+ +\d+ +[\d.]+ +(\d+)(K?) ", shown
        )
        assert counts is not None, shown
        received, sent = int(counts[1]), int(counts[3])
        return received * (1000 if counts[2] else 1), sent * (1000 if counts[4] else 1)


@asynccontextmanager
async def browser_phone(bed: Bed, hums: int) -> AsyncIterator[BrowserPhone]:
    """The phone `browser-1` of the bed, registered. It hums so many Hz whenever it is in a call."""
    program, microphone = _chromium(), bed.run / "media/microphone.wav"
    _write_wave(microphone, hums)
    flags = [
        *FLAGS,
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-audio-capture={microphone}",
        "--autoplay-policy=no-user-gesture-required",
        "--ignore-certificate-errors",  # which Playwright's own setting does not do for sockets
    ]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=flags)
        context = await browser.new_context()
        # What `_serve` makes up is from nowhere, so Chromium would ask the person first.
        await context.grant_permissions(["local-network-access", "microphone"])
        page = await context.new_page()
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        await page.route("http://localhost/**", _serve)
        await page.goto("http://localhost/")
        await page.wait_for_function("window.register !== undefined")
        async with asyncio.timeout(15):
            await page.evaluate(
                "([server, aor, password]) => register(server, aor, password)",
                [f"wss://{bed.net}.1:8089/ws", f"sip:{USER}@{bed.net}.1", f"{USER}-on-loopback"],
            )
        try:
            yield BrowserPhone(page, bed)
            assert faults == []
        finally:
            await browser.close()


def _chromium() -> str:
    assert SIP_JS.is_dir(), "sip.js is not there: make test-web installs it"
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    assert found is not None, "no Chromium here: leave these out with -m 'not browser'"
    return found


async def _serve(route: Route) -> None:
    # Browsers give a microphone only to a page of this machine, or to one that came over TLS.
    path = route.request.url.removeprefix("http://localhost/")
    await route.fulfill(path=SIP_JS / path.removeprefix("sip.js/") if path else PAGE)


def _write_wave(path: Path, hz: int) -> None:
    turn = 2 * math.pi * hz / RATE
    samples = [round(6000 * math.sin(turn * n)) for n in range(RATE)]
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(struct.pack(f"<{RATE}h", *samples))
