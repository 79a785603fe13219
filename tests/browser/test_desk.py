"""An agent's desk, in a browser, on a whole running system."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Page, WebSocket, expect

from tests.browser.conftest import sign_in_as_agent
from tests.browser.stage import Api, Stage, until

pytestmark = pytest.mark.browser

# Of Ofcom's numbers for drama, those that end in 0013: the simulated carrier answers them live
# and hangs up after three simulated seconds.
SHORT_TALKS = [
    f"+44{area}"
    for area in (
        *("2079460013", "1134960013", "1144960013", "1914980013", "1164960013", "1174960013"),
        *("1184960013", "1214960013", "1314960013", "1414960013", "1514960013", "1614960013"),
    )
]
LONG_TALK = "+442079460010"  # until the agent hangs up


def contact(number: str, name: str = "Ada Cohen", **variables: str) -> dict[str, Any]:
    return {
        "numbers": [number],
        "name": name,
        "variables": [{"name": name, "value": value} for name, value in variables.items()],
    }


async def take_calls(page: Page) -> None:
    """Asks again, as the page says, when a busy machine's floor did not answer in time."""
    for patience_ms in (15_000, 15_000, 60_000):
        await page.get_by_role("button", name="Take calls").click()
        try:
            await expect(page.locator("[data-agent-state]")).not_to_have_attribute(
                "data-agent-state", "BREAK", timeout=patience_ms
            )
        except AssertionError:
            if patience_ms == 60_000:
                raise
        else:
            return


@pytest.mark.feature("AGT-06")
async def test_a_pop_shows_the_customer_and_wrap_up_keeps_what_the_agent_wrote(
    page: Page, admin: Api
) -> None:
    campaign = await admin.campaign(
        "A pop",
        "PROGRESSIVE",
        "1017",
        variables=["Plan", "City"],
        crmUrl="https://crm.example/?phone={number}&plan={Plan}",
        wrapUpSeconds=None,
        callGuide=[
            {"id": "how", "text": "How did you hear of us?", "answers": [{"text": "By radio"}]}
        ],
        wrapUpCodes=[
            {"code": "Sold", "effect": "CLOSE"},
            {"code": "Call back", "effect": "RESCHEDULE", "delaySeconds": 3600},
        ],
    )
    await admin.add(campaign, contact(LONG_TALK, City="Leeds", Plan="Family & friends"))
    await sign_in_as_agent(page, "1017")
    await take_calls(page)
    await admin.start(campaign)

    card = page.locator("[data-pop]")
    await expect(card.locator("[data-stage=CONNECTED]")).to_be_visible()
    await expect(card.get_by_role("heading", name="Ada Cohen")).to_be_visible()
    await expect(card).to_contain_text(LONG_TALK)
    assert await card.locator(".variables dt").all_inner_texts() == ["Plan", "City"]
    assert await card.locator(".variables dd").all_inner_texts() == ["Family & friends", "Leeds"]
    link = card.get_by_role("link", name="Open in the CRM")
    await expect(link).to_have_attribute(
        "href", "https://crm.example/?phone=%2B442079460010&plan=Family%20%26%20friends"
    )
    assert await page.title() == "Ada Cohen · Outdial"
    await expect(card.get_by_role("region", name="Call guide")).to_contain_text("By radio")

    await card.get_by_role("button", name="Hang up").dblclick()
    codes = card.get_by_role("group", name="How did it go?")
    await expect(card.locator("[data-stage=ENDED]")).to_be_visible()
    await page.reload()
    await expect(card.locator("[data-stage=ENDED]")).to_have_text("Connected")
    await expect(codes.get_by_role("radio")).to_have_count(2)
    assert await codes.get_by_role("radio").evaluate_all("all => all.map(each => each.value)") == [
        "Sold",
        "Call back",
    ]
    again = card.get_by_label("Call again at")
    await codes.get_by_text("Sold", exact=True).click()
    await expect(again).to_have_count(0)
    await codes.get_by_text("Call back", exact=True).click()
    agreed = (datetime.now().astimezone() + timedelta(days=2)).replace(second=0, microsecond=0)
    await again.fill("2001-01-01T10:00")
    await card.get_by_label("Note").fill("After six.")
    await card.get_by_role("button", name="Save and take calls").click()
    await expect(card.get_by_role("alert")).to_contain_text("Call again at: must be")
    await expect(page.get_by_role("log")).to_be_empty()  # a double click hangs up once
    await again.fill(agreed.strftime("%Y-%m-%dT%H:%M"))
    await card.get_by_role("button", name="Save and take calls").click()
    await expect(page.locator("[data-agent-state=AVAILABLE]")).to_be_visible()
    await expect(card).to_have_count(0)
    (call,) = await admin.calls(campaign)
    assert (call["wrapUpCode"], call["note"]) == ("Call back", "After six.")

    async def put_off() -> bool:
        page = await admin.ask(
            "query ($id: UUID!) { targets(campaignId: $id) { nodes { nextAttemptAt } } }",
            id=campaign,
        )
        (target,) = page["nodes"]
        at = target["nextAttemptAt"]
        return at is not None and datetime.fromisoformat(at) == agreed

    await until(put_off)


@pytest.mark.feature("AGT-07")
async def test_a_desk_whose_server_is_killed_misses_no_pop_and_shows_none_twice(
    page: Page, admin: Api, stage: Stage
) -> None:
    campaign = await admin.campaign(
        "A kill", "PROGRESSIVE", "1018", wrapUpSeconds=0.2, analysis=False
    )
    await admin.add(campaign, *(contact(number) for number in SHORT_TALKS))
    sockets = list[WebSocket]()
    page.on("websocket", lambda socket: sockets.append(socket))
    await sign_in_as_agent(page, "1018")
    await take_calls(page)
    await admin.start(campaign)

    for met in (2, 5):

        async def so_many(met: int = met) -> bool:
            return len(await admin.calls(campaign)) >= met

        await until(so_many)
        stage.kill_api()
        await stage.serves()

    async def all_done() -> bool:
        calls = await admin.calls(campaign)
        return len(calls) == len(SHORT_TALKS) and all(call["endedAt"] for call in calls)

    await until(all_done, lambda: stage.log.read_text()[-4000:])
    happened = [call["id"] for call in await admin.calls(campaign) if call["connectedAt"]]
    recent = page.locator("[data-recent]")
    await expect(recent).to_have_count(len(happened))
    shown = await recent.evaluate_all("all => all.map(each => each.dataset.recent)")
    assert shown == happened  # both newest first
    assert len(sockets) >= 3
    await expect(page.get_by_role("log")).not_to_contain_text("away for too long")


@pytest.mark.feature("AGT-09")
async def test_a_preview_is_skipped_removed_or_dialed_as_the_agent_says(
    page: Page, admin: Api
) -> None:
    campaign = await admin.campaign(
        "A choice", "PREVIEW", "1019", wrapUpSeconds=0.2, previewSeconds=60
    )
    await admin.add(
        campaign,
        contact("+441134960010", "Skipped"),
        contact("+441144960010", "Removed"),
        contact("+441164960010", "Dialed"),
    )
    await sign_in_as_agent(page, "1019")
    await take_calls(page)
    await admin.start(campaign)
    card = page.locator("[data-pop]")
    for _ in range(3):
        await expect(card.locator("[data-stage=OFFERED]")).to_be_visible()
        name = await card.locator("h2").inner_text()
        button = {"Skipped": "Skip", "Removed": "Never dial", "Dialed": "Dial"}[name]
        await card.get_by_role("button", name=button, exact=True).click()
        await expect(card.filter(has_text=name).locator("[data-stage=OFFERED]")).to_have_count(0)
        if name == "Dialed":
            break
    await expect(card.locator("[data-stage=CONNECTED]")).to_be_visible()
    await expect(card.get_by_role("heading")).to_have_text("Dialed")
    await asyncio.sleep(0.5)
    assert [call["number"] for call in await admin.calls(campaign)] == ["+441164960010"]
