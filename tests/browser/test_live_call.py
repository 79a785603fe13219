"""What an agent does with a customer on the line, in a browser, on a whole running system."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.browser.conftest import opened, sign_in_as_agent
from tests.browser.stage import Api, Stage
from tests.browser.test_desk import contact, take_calls

pytestmark = pytest.mark.browser

CUSTOMERS = [f"+44{area}4960010" for area in ("113", "114", "116", "117", "118")]
THIRD = "+441214960010"  # answers, and stays until somebody hangs up
NOBODY = "+441214960003"  # rings, and is never answered


@asynccontextmanager
async def talking(
    page: Page, admin: Api, code: str, number: str, **settings: Any
) -> AsyncIterator[Locator]:
    """The agent's card with a customer on the line; the campaign is stopped afterwards."""
    campaign = await admin.campaign(f"Live {code}", "PROGRESSIVE", code, **settings)
    await admin.add(campaign, contact(number))
    await sign_in_as_agent(page, code)
    await take_calls(page)
    await admin.start(campaign)
    card = page.locator("[data-pop]")
    await expect(card.locator("[data-stage=CONNECTED]")).to_be_visible()
    yield card
    await admin.ask("mutation ($id: UUID!) { campaignStop(id: $id) { __typename } }", id=campaign)


def button(inside: Page | Locator, name: str) -> Locator:
    return inside.get_by_role("button", name=name, exact=True)


@pytest.mark.feature("AGT-11")
async def test_a_customer_on_hold_is_on_hold_after_a_reload_and_comes_back(
    page: Page, admin: Api
) -> None:
    async with talking(page, admin, "1001", CUSTOMERS[0]) as card:
        await button(card, "Hold").focus()
        await page.keyboard.press("Enter")
        await expect(card.get_by_text("On hold: the customer hears music.")).to_be_visible()
        await expect(button(card, "Back to the customer")).to_be_focused()
        await page.reload()
        await expect(card.get_by_text("On hold: the customer hears music.")).to_be_visible()
        await button(card, "Back to the customer").click()
        await expect(button(card, "Hold")).to_be_visible()
        await expect(card.get_by_text("On hold")).to_have_count(0)


@pytest.mark.feature("REC-01")
async def test_a_paused_recording_is_paused_after_a_reload_too(page: Page, admin: Api) -> None:
    async with talking(page, admin, "1002", CUSTOMERS[1], record=True) as card:
        mark = card.locator(".recording-mark")
        await expect(mark).to_have_text("Recording")
        await button(card, "Pause recording").click()
        await expect(mark).to_have_text("Recording paused")
        await page.reload()
        await expect(mark).to_have_text("Recording paused")
        await button(card, "Resume recording").click()
        await expect(mark).to_have_text("Recording")
        await button(card, "Stop recording").click()
        await expect(mark).to_have_count(0)
        await expect(button(card, "Record")).to_be_visible()


@pytest.mark.feature("AGT-11")
async def test_a_colleague_is_asked_joins_in_and_gets_the_customer(
    page: Page, browser: Browser, stage: Stage, admin: Api
) -> None:
    async with (
        opened(browser, stage, "a_colleague") as other,
        talking(page, admin, "1003", CUSTOMERS[2]) as card,
    ):
        await button(card, "Transfer …").click()
        await expect(card.get_by_text("No other agent is available now.")).to_be_visible()
        await button(card, "Ask first").click()
        await expect(card.get_by_text("Choose somebody first.")).to_be_visible()

        await sign_in_as_agent(other, "1004")
        await take_calls(other)
        await expect(other.locator("[data-agent-state=AVAILABLE]")).to_be_visible()
        await card.get_by_role("searchbox", name="Name or code").fill("1004")
        await card.get_by_role("radio", name="Dmitri 1004").check()
        await button(card, "Ask first").click()
        await expect(card.get_by_text("You speak with Dmitri.")).to_be_visible()
        await expect(other.locator("[data-agent-state=RESERVED]")).to_be_visible()
        await page.reload()
        await expect(card.get_by_text("You speak with Dmitri.")).to_be_visible()
        await button(card, "Bring the customer in").click()
        await expect(
            card.get_by_text("You, Dmitri and the customer hear each other.")
        ).to_be_visible()

        await button(card, "Hand over").click()
        await expect(page.locator("[data-agent-state=WRAP_UP]")).to_be_visible()
        theirs = other.locator("[data-pop]")
        await expect(theirs.locator("[data-stage=CONNECTED]")).to_be_visible()
        await expect(theirs).to_contain_text(CUSTOMERS[2])
        await button(theirs, "Hang up").click()


@pytest.mark.feature("AGT-11")
async def test_a_number_that_is_asked_is_taken_back_and_a_wrong_one_is_refused_in_words(
    page: Page, admin: Api
) -> None:
    async with talking(page, admin, "1005", CUSTOMERS[3]) as card:
        await button(card, "Transfer …").click()
        await button(card, "A number").click()
        number = card.get_by_role("textbox", name="Number")
        await expect(number).to_be_focused()
        await number.fill("0121 496")
        await button(card, "Ask first").click()
        await expect(card.get_by_role("alert").filter(has_text="no number")).to_be_visible()
        await number.fill(NOBODY)
        await button(card, "Ask first").click()
        await expect(card.get_by_text(f"{NOBODY} is being called.")).to_be_visible()
        await expect(button(card, "Hand over")).to_have_count(0)
        await button(card, "Take back").click()
        await expect(button(card, "Hold")).to_be_visible()

        await button(card, "Transfer …").click()
        await button(card, "A number").click()
        await number.fill(THIRD)
        await page.keyboard.press("Enter")
        await expect(card.get_by_text(f"You speak with {THIRD}.")).to_be_visible()
        await button(card, "Hand over").click()
        await expect(page.locator("[data-agent-state=WRAP_UP]")).to_be_visible()


@pytest.mark.feature("AGT-11")
async def test_a_customer_is_given_away_at_once(
    page: Page, browser: Browser, stage: Stage, admin: Api
) -> None:
    async with opened(browser, stage, "given_away") as other:
        await sign_in_as_agent(other, "1007")
        await take_calls(other)
        await expect(other.locator("[data-agent-state=AVAILABLE]")).to_be_visible()
        async with talking(page, admin, "1006", CUSTOMERS[4]) as card:
            await button(card, "Transfer …").click()
            await card.get_by_role("radio", name="Gil 1007").check()
            await button(card, "Hand over now").click()
            await expect(page.locator("[data-agent-state=WRAP_UP]")).to_be_visible()
            theirs = other.locator("[data-pop]")
            await expect(theirs.locator("[data-stage=CONNECTED]")).to_be_visible()
            await button(theirs, "Hang up").click()
