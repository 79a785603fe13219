"""A closer look at a campaign, in a browser, on a whole running system."""

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import sign_in_as_supervisor
from tests.browser.stage import Api
from tests.browser.test_desk import contact
from tests.browser.test_live_call import button

pytestmark = pytest.mark.browser

FILTERED = "+441174960010"
DIALABLE = "+441184960010"


async def details(page: Page, campaign: str) -> Locator:
    """The opened closer look at a campaign."""
    await sign_in_as_supervisor(page)
    card = page.get_by_role("article", name=campaign)
    await card.get_by_role("button", name=f"Details of {campaign}").focus()
    await page.keyboard.press("Enter")
    return page.get_by_role("dialog", name=campaign)


async def test_it_says_how_many_are_not_dialed_by_which_rule_and_why_one_is_not(
    page: Page, admin: Api
) -> None:
    leeds = {"subject": "VARIABLE", "name": "City", "operator": "IS", "values": ["Leeds"]}
    campaign = await admin.campaign(
        "Not dialed", "PROGRESSIVE", "1013", targetFilter={"test": leeds}
    )
    await admin.add(campaign, contact(FILTERED, City="York"), contact(DIALABLE, City="Leeds"))
    dialog = await details(page, "Not dialed")
    await expect(dialog.locator("[data-figure=total]")).to_have_text("2")
    await expect(dialog.locator("[data-figure=dialable]")).to_have_text("1")
    await expect(dialog.locator("[data-campaign-blocked]")).to_contain_text("stopped")
    row = dialog.locator("[data-blocked=FILTERED]")
    await expect(row).to_contain_text("Left out by the filter")
    await expect(row.get_by_role("cell").first).to_have_text("1")

    number = dialog.get_by_role("textbox", name="Number")
    await number.fill(FILTERED)
    await page.keyboard.press("Enter")
    answer = dialog.locator("[data-answer]")
    await expect(answer).to_contain_text("It is not dialed now.")
    await number.fill("+441214960099")
    await button(dialog, "Why not?").click()
    await expect(answer).to_have_text("No target of this campaign has the number +441214960099.")
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await expect(page.get_by_role("button", name="Details of Not dialed")).to_be_focused()


@pytest.mark.feature("WEB-02")
async def test_it_shows_both_windows_of_the_abandon_ledger(page: Page, admin: Api) -> None:
    await admin.campaign("Ledger", "PREDICTIVE", "1014", abandonTarget=0.03)
    dialog = await details(page, "Ledger")
    await button(dialog, "Abandoned").click()
    rolling = dialog.locator("[data-window=rolling]")
    await expect(rolling.get_by_text("Decides", exact=True)).to_be_visible()
    await expect(rolling.get_by_text("Kept", exact=True)).to_be_visible()
    await expect(dialog.locator("[data-window=period]")).to_contain_text("Live answers")
    await expect(dialog).to_contain_text("at most 3.0% may meet no agent in time")


async def test_a_forecast_is_played_shown_with_its_ranges_and_still_there_when_opened_again(
    page: Page, admin: Api
) -> None:
    campaign = await admin.campaign("What if", "PROGRESSIVE", "1015", "1016")
    await admin.add(campaign, contact(DIALABLE))
    dialog = await details(page, "What if")
    await button(dialog, "What if?").click()
    await expect(dialog.get_by_text("Nothing was forecast yet.")).to_be_visible()
    await dialog.get_by_role("combobox", name="Mode").select_option("PREDICTIVE")
    await dialog.get_by_role("spinbutton", name="Agents").fill("10")
    await button(dialog, "Play it").click()
    await expect(dialog.locator("[data-forecast=DONE]")).to_be_visible()
    await expect(dialog.get_by_role("columnheader", name="With your changes")).to_be_visible()
    occupancy = dialog.locator("[data-row=occupancy]").get_by_role("cell")
    await expect(occupancy).to_have_count(2)
    for cell in await occupancy.all_inner_texts():
        assert "%" in cell
        assert " to " in cell

    await button(dialog, "Close").click()
    await page.get_by_role("button", name="Details of What if").click()
    await button(dialog, "What if?").click()
    await expect(dialog.locator("[data-forecast=DONE]")).to_be_visible()
    await button(dialog, "Play another").click()
    await expect(button(dialog, "Play it")).to_be_visible()


async def test_what_got_no_answer_is_said_above_an_open_dialog_too(page: Page, admin: Api) -> None:
    await admin.campaign("Unheard", "PROGRESSIVE", "1019")
    dialog = await details(page, "Unheard")
    await button(dialog, "What if?").click()
    await page.route("**/graphql", lambda route: route.abort())
    await button(dialog, "Play it").click()
    await expect(dialog.get_by_role("log")).to_contain_text("this may not have been done")
    await dialog.get_by_role("button", name="Dismiss").click()
    await expect(dialog.get_by_role("log")).to_be_empty()
    await page.unroute("**/graphql")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("log")).to_have_count(1)


async def test_a_forecast_that_nobody_could_take_calls_in_is_refused_in_words(
    page: Page, admin: Api
) -> None:
    campaign = await admin.campaign("Nobody", "PROGRESSIVE")
    await admin.add(campaign, contact(DIALABLE))
    dialog = await details(page, "Nobody")
    await button(dialog, "What if?").click()
    await button(dialog, "Play it").click()
    await expect(dialog.get_by_role("alert").filter(has_text="agents")).to_be_visible()
    await expect(dialog.locator("[data-forecast]")).to_have_count(0)
