"""The supervisor's live page, in a browser, on a whole running system."""

import asyncio
import io
import re
from collections.abc import AsyncIterator

import pytest
from openpyxl import Workbook
from playwright.async_api import Locator, Page, WebSocket, expect

from domain.demo import service as demo
from domain.demo.people import people
from tests.browser.conftest import sign_in_as_supervisor
from tests.browser.stage import Api, Stage, until
from workers.demo.agents import SimulatedAgent, at_work

pytestmark = pytest.mark.browser

AGENTS = demo.CODES[:8]


@pytest.fixture
async def agents(stage: Stage) -> AsyncIterator[list[SimulatedAgent]]:
    """Eight simulated agents who work while the test looks."""
    all_of_them = [
        SimulatedAgent(stage.url, account=demo.SLUG, code=code, pin=demo.PIN) for code in AGENTS
    ]
    working = asyncio.create_task(at_work(all_of_them))
    yield all_of_them
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)


async def number(page: Page | Locator, figure: str) -> float:
    """What a figure shows; -1 before it shows anything."""
    text = await page.locator(f"[data-figure={figure}]").first.inner_text()
    found = re.search(r"[\d,.]+", text)
    return float(found[0].replace(",", "")) if found else -1.0


async def test_a_wrong_password_is_refused_in_words_and_opens_nothing(page: Page) -> None:
    await page.get_by_label("Account").fill(demo.SLUG)
    await page.get_by_label("E-mail").fill("supervisor@demo.example")
    await page.get_by_label("Password").fill("not the password")
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(page.get_by_role("alert")).to_contain_text("Not signed in")
    await page.get_by_role("button", name="With agent code").click()
    await expect(page.get_by_role("alert")).to_have_count(0)  # it was not said of the PIN
    await expect(page.get_by_role("button", name="Sign out")).to_have_count(0)
    assert await page.evaluate("sessionStorage.length") == 0


async def test_a_reload_keeps_the_session_and_signing_out_ends_it(page: Page) -> None:
    await sign_in_as_supervisor(page)
    await page.reload()
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    await page.reload()
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


async def test_the_form_and_the_page_work_without_a_mouse(page: Page) -> None:
    await page.get_by_label("Account").focus()
    for text in (demo.SLUG, "supervisor@demo.example", demo.PASSWORD):
        await page.keyboard.type(text)
        await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Sign out").wait_for()
    card = page.get_by_role("article", name="Renewals")
    await card.get_by_role("button", name="Close").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)


def workbook(*rows: tuple[str, ...]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (("Phone", "Customer Name", "City"), *rows):
        sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.mark.feature("TGT-03")
async def test_an_import_says_row_by_row_what_could_not_be_used(page: Page) -> None:
    rows = [(number, name, city) for number, name, _, city, *_ in people(60, seed=7)]
    bad = workbook(*rows, ("12", "Nobody", "Nowhere"), rows[0])
    await sign_in_as_supervisor(page)
    card = page.get_by_role("article", name="Renewals")
    await card.get_by_role("button", name="Import a list").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("File").set_input_files(
        {"name": "list.xlsx", "mimeType": "application/octet-stream", "buffer": bad}
    )
    await dialog.get_by_role("button", name="Import", exact=True).click()
    await expect(dialog.locator("[data-import=DONE]")).to_be_visible()
    figures = [await number(dialog, name) for name in ("imported", "duplicates", "invalid")]
    assert figures == [60, 1, 1]
    row = dialog.get_by_role("row").filter(has_text="62")
    await expect(row).to_contain_text("12")
    await dialog.get_by_role("button", name="Close").click()
    await expect(card).to_contain_text("60 of 60 targets left")


async def test_a_file_that_is_no_list_is_refused_in_words_and_nothing_is_kept(page: Page) -> None:
    await sign_in_as_supervisor(page)
    card = page.get_by_role("article", name="New customers")
    await card.get_by_role("button", name="Import a list").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("File").set_input_files(
        {"name": "list.xlsx", "mimeType": "application/octet-stream", "buffer": b"PK\x03\x04 no"}
    )
    await dialog.get_by_role("button", name="Import", exact=True).click()
    refusal = dialog.get_by_role("alert")
    await expect(refusal).not_to_be_empty()
    await dialog.get_by_label("Country").fill("Atlantis")
    await dialog.get_by_role("button", name="Import", exact=True).click()
    await expect(refusal).to_have_text("Country: must be a code like US, or multiple")
    await expect(dialog.get_by_role("log")).to_be_empty()  # it is said once, beside the fields
    await page.set_viewport_size({"width": 390, "height": 844})
    hangs_out = "each => each.scrollWidth > each.clientWidth"
    assert not await dialog.evaluate(hangs_out)
    await dialog.get_by_role("button", name="Close").click()
    await expect(dialog).to_have_count(0)
    await expect(card).to_contain_text("No targets yet")


async def numbers_campaign(admin: Api, name: str, *, seed: int) -> None:
    """A stopped campaign with 200 ordinary people, for the simulated agents."""
    id = await admin.campaign(name, "PROGRESSIVE", *AGENTS, linesPerAgent=2, wrapUpSeconds=1)
    rows = [{"numbers": [number], "name": who} for number, who, *_ in people(200, seed=seed)]
    for begin in (0, 100):
        await admin.add(id, *rows[begin : begin + 100])


async def grows(card: Locator, figure: str, beyond: float) -> None:
    """Wait until a figure shows more."""

    async def more() -> bool:
        return await number(card, figure) > beyond

    await until(more, lambda: f"{figure} stays at {beyond}")


@pytest.mark.feature("MON-03")
@pytest.mark.usefixtures("agents")
async def test_a_campaign_starts_its_figures_move_and_it_stops(page: Page, admin: Api) -> None:
    await numbers_campaign(admin, "Figures", seed=11)
    await sign_in_as_supervisor(page)
    card = page.get_by_role("article", name="Figures")
    await card.get_by_role("button", name="Start").click()
    await expect(card.locator("[data-campaign-state=RUNNING]")).to_be_visible()
    await grows(card, "connected", 2)
    await grows(card, "dialed", await number(card, "dialed"))
    assert await card.locator("[data-figure=why]").inner_text() != "–"
    await expect(page.locator("[data-figure=atWork]")).to_have_text("8 agents at work")
    await expect(page.locator("[data-call]").nth(2)).to_be_visible()  # read again every 2 s

    await card.get_by_role("button", name="Stop").click()
    await expect(card.locator("[data-campaign-state=STOPPED]")).to_be_visible()
    await expect(page.get_by_role("log")).to_contain_text("No further call leaves")
    attempts = "{ attempts(first: 1) { totalCount } }"
    dialed = await admin.ask(attempts)
    await asyncio.sleep(2.0)
    assert await admin.ask(attempts) == dialed


@pytest.mark.usefixtures("agents")
async def test_the_page_comes_back_by_itself_when_the_server_was_killed(
    page: Page, stage: Stage, admin: Api
) -> None:
    await numbers_campaign(admin, "Comes back", seed=12)
    await sign_in_as_supervisor(page)
    card = page.get_by_role("article", name="Comes back")
    await card.get_by_role("button", name="Start").click()
    await grows(card, "dialed", 0)
    sockets = list[WebSocket]()
    page.on("websocket", lambda socket: sockets.append(socket))
    stage.kill_api()
    await stage.serves()
    await expect(page.locator(".pill[data-phase=live]")).to_be_visible()
    await grows(card, "dialed", await number(card, "dialed"))
    assert sockets != []
    await card.get_by_role("button", name="Stop").click()
    await expect(card.locator("[data-campaign-state=STOPPED]")).to_be_visible()
