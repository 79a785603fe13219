"""What an agent chooses at the desk between calls, in a browser, on a whole running system."""

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.conftest import sign_in_as_agent
from tests.browser.stage import Api, until

pytestmark = pytest.mark.browser

NUMBER = "+441184960010"
UNWANTED = "+441174960010"


async def defaults_to(admin: Api, code: str, campaign: str) -> None:
    """Let the agent dial by hand for the campaign."""
    agents = (await admin.ask("{ agents(first: 100) { nodes { id code } } }"))["nodes"]
    (id,) = [agent["id"] for agent in agents if agent["code"] == code]
    changed = await admin.ask(
        """mutation ($id: UUID!, $input: AgentChangeInput!) {
          agentChange(id: $id, input: $input) { __typename }
        }""",
        id=id,
        input={"defaultCampaignId": campaign},
    )
    assert changed == {"__typename": "AgentChanged"}


@pytest.mark.feature("AGT-01")
async def test_an_agent_on_a_break_dials_by_hand_and_a_forbidden_number_is_refused_in_words(
    page: Page, admin: Api
) -> None:
    campaign = await admin.campaign("By hand", "PROGRESSIVE", "1008", wrapUpSeconds=None)
    await defaults_to(admin, "1008", campaign)
    await admin.start(campaign)
    await admin.ask(
        """mutation ($input: NumbersSuppressInput!) {
          numbersSuppress(input: $input) { __typename }
        }""",
        input={"pasted": UNWANTED},
    )
    await sign_in_as_agent(page, "1008")
    dial = page.get_by_role("region", name="Dial by hand")
    number = dial.get_by_role("textbox", name="Number")

    await number.fill(UNWANTED)
    await page.keyboard.press("Enter")
    await expect(dial.get_by_role("alert")).to_contain_text("do-not-call")
    await expect(page.locator("[data-pop]")).to_have_count(0)
    await number.fill(NUMBER)
    await dial.get_by_role("button", name="Dial").click()

    card = page.locator("[data-pop]")
    await expect(card.locator("[data-stage=CONNECTED]")).to_be_visible()
    await expect(card).to_contain_text(NUMBER)
    await expect(dial).to_have_count(0)
    await card.get_by_role("button", name="Hang up").click()
    await expect(card.get_by_role("button", name="Save and take calls")).to_have_count(0)
    await card.get_by_role("button", name="Save and take a break").click()
    await expect(page.locator("[data-agent-state=BREAK]")).to_be_visible()
    (call,) = await admin.calls(campaign)
    assert call["number"] == NUMBER


async def test_an_agent_without_a_default_campaign_is_told_why_there_is_no_dialing(
    page: Page,
) -> None:
    await sign_in_as_agent(page, "1009")
    dial = page.get_by_role("region", name="Dial by hand")
    await expect(dial).to_contain_text("You have no default campaign")
    await expect(dial.get_by_role("button")).to_have_count(0)


@pytest.mark.feature("AGT-02")
async def test_an_agent_logs_into_a_campaign_and_out_of_it(page: Page, admin: Api) -> None:
    await admin.campaign("At will", "PROGRESSIVE", "1010", agentLogin="MANUAL")
    await sign_in_as_agent(page, "1010")
    mine = page.get_by_role("region", name="Your campaigns")
    line = mine.get_by_role("listitem").filter(has_text="At will")
    await expect(line).to_contain_text("Not logged in")
    await mine.get_by_role("button", name="Log in to At will").dblclick()  # counts as one
    await expect(line).to_contain_text("since")
    await page.reload()
    await expect(line).to_contain_text("since")
    logins = await admin.ask("{ campaignLogins { nodes { endedAt agent { code } } } }")
    assert logins == {"nodes": [{"endedAt": None, "agent": {"code": "1010"}}]}

    await mine.get_by_role("button", name="Log out of At will").focus()
    await page.keyboard.press("Enter")
    await expect(line).to_contain_text("Not logged in")


async def test_an_agents_campaigns_stay_on_the_page_while_the_server_is_away(
    page: Page, admin: Api
) -> None:
    await admin.campaign("Stays", "PROGRESSIVE", "1020")
    await sign_in_as_agent(page, "1020")
    mine = page.get_by_role("region", name="Your campaigns")
    await expect(mine).to_contain_text("Stays")
    # Reading fails for longer than two rounds of it.
    refused = 0

    async def refuse(route: Route) -> None:
        nonlocal refused
        refused += 1
        await route.abort()

    async def refused_twice() -> bool:
        return refused >= 2

    await page.route("**/graphql", refuse)
    await until(refused_twice)
    await expect(mine).to_contain_text("Stays")
    await page.get_by_role("button", name="Take calls").click()
    await expect(page.get_by_role("log")).to_contain_text("this may not have been done")
    await page.unroute("**/graphql")
    await expect(page.locator("[data-agent-state=BREAK]")).to_be_visible()
