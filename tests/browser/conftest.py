"""A browser before a running system. `make test` builds the page first."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from api.pages import CONSOLE
from domain.demo import service as demo
from tests.browser.stage import PATIENCE_S, Api, Stage

# The flags keep Chromium from looking for updates and for hosts that aren't ours.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
expect.set_options(timeout=PATIENCE_S * 1000)
ARTEFACTS = Path(os.environ.get("OUTDIAL_ARTEFACTS", tempfile.gettempdir())) / "outdial-browser"


@pytest.fixture(scope="module")
async def stage(
    database_server: str, redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Stage]:
    assert (CONSOLE / "index.html").is_file(), "the console is not built: make console"
    name = f"outdial_browser_{uuid4().hex[:12]}"
    await _admin(database_server, f"CREATE DATABASE {name}")
    database = urlunsplit(urlsplit(database_server)._replace(path=f"/{name}"))
    running = Stage(
        database=database, redis=redis_url, folder=tmp_path_factory.mktemp("browser-stage")
    )
    try:
        await running.ready()
        yield running
    finally:
        running.stop()
        await _admin(database_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
async def admin(stage: Stage) -> Api:
    return await Api.of_admin(stage.url)


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    program = next(
        (
            found
            for name in ("chromium", "chromium-browser", "google-chrome")
            if (found := shutil.which(name))
        ),
        None,
    )
    assert program is not None, "no Chromium here: leave these out with -m 'not browser'"
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield opened
        await opened.close()


@pytest.fixture
async def page(
    browser: Browser, stage: Stage, request: pytest.FixtureRequest
) -> AsyncIterator[Page]:
    async with opened(browser, stage, request.node.name) as page:
        yield page


@asynccontextmanager
async def opened(browser: Browser, stage: Stage, name: str) -> AsyncIterator[Page]:
    """A fresh page at the sign-in form, where no script may fail. A picture of its end is kept."""
    context = await browser.new_context(viewport={"width": 1440, "height": 1000})
    page = await context.new_page()
    page.set_default_timeout(PATIENCE_S * 1000)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    try:
        await page.goto(f"{stage.url}/")
        yield page
        assert faults == []
    finally:
        ARTEFACTS.mkdir(parents=True, exist_ok=True)
        await page.screenshot(path=ARTEFACTS / f"{name}.png", full_page=True)
        await context.close()


async def sign_in_as_supervisor(page: Page) -> None:
    await page.get_by_label("Account").fill(demo.SLUG)
    await page.get_by_label("E-mail").fill("supervisor@demo.example")
    await page.get_by_label("Password").fill(demo.PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await page.get_by_role("button", name="Sign out").wait_for()


async def sign_in_as_agent(page: Page, code: str) -> None:
    await page.get_by_role("button", name="With agent code").click()
    await page.get_by_label("Account").fill(demo.SLUG)
    await page.get_by_label("Agent code").fill(code)
    await page.get_by_label("PIN").fill(demo.PIN)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await page.get_by_role("button", name="Sign out").wait_for()


async def _admin(server: str, statement: str) -> None:
    connection = await asyncpg.connect(server)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
