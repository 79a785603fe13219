"""Listening in on agents, in a browser, on a whole running system."""

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import opened, sign_in_as_supervisor
from tests.browser.stage import Api, Stage
from tests.browser.test_live_call import button, talking

pytestmark = pytest.mark.browser


@pytest.mark.feature("MON-04")
async def test_a_supervisor_listens_whispers_barges_in_and_ends_it(
    page: Page, browser: Browser, stage: Stage, admin: Api
) -> None:
    async with (
        opened(browser, stage, "supervised_agent") as desk,
        talking(desk, admin, "1011", "+441134960010"),
    ):
        await sign_in_as_supervisor(page)
        await page.get_by_role("button", name="Supervise Kasia").focus()
        await page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog", name="Supervise Kasia")
        await dialog.get_by_role("textbox", name="Name of the telephone").fill("boss")
        await page.keyboard.press("Enter")

        bar = page.locator("[data-supervision]")
        await expect(dialog).to_have_count(0)
        await expect(page.get_by_role("button", name="Supervise Kasia")).to_be_focused()
        await expect(bar.get_by_text("You listen to Kasia.")).to_be_visible()
        await button(bar, "Whisper").click()
        await expect(bar.get_by_text("You whisper to Kasia.")).to_be_visible()
        await page.reload()
        await expect(bar.get_by_text("You whisper to Kasia.")).to_be_visible()
        await button(bar, "Barge in").click()
        await expect(bar.get_by_text("You speak with Kasia and the customer.")).to_be_visible()
        await button(bar, "End").click()
        await expect(bar).to_have_count(0)
        (entry, *_) = (
            await admin.ask("{ auditEntries(first: 50) { nodes { action difference } } }")
        )["nodes"]
        assert entry["action"].startswith("agentSupervise")


async def test_a_number_that_is_none_is_refused_in_words_and_no_telephone_rings(
    page: Page, browser: Browser, stage: Stage, admin: Api
) -> None:
    async with (
        opened(browser, stage, "unsupervised_agent") as desk,
        talking(desk, admin, "1012", "+441144960010"),
    ):
        await sign_in_as_supervisor(page)
        await page.get_by_role("button", name="Supervise Leon").click()
        dialog = page.get_by_role("dialog", name="Supervise Leon")
        await dialog.get_by_role("radio", name="A number").check()
        await dialog.get_by_role("textbox", name="Number").fill("0121 496")
        await button(dialog, "Call my telephone").click()
        await expect(dialog.get_by_role("alert").filter(has_text="no number")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(dialog).to_have_count(0)
        await expect(page.locator("[data-supervision]")).to_have_count(0)
