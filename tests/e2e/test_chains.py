"""Campaigns that work together, as a customer's program sees them."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.e2e.callcentre import CallCentre
from tests.e2e.customer import until
from tests.e2e.desk import GO_AVAILABLE, SIGN_OUT, TAKE_BREAK, Desk, wraps_up

TALKS = "0013"  # for three seconds
BUSY = "0002"

DRAW = """
mutation ($id: UUID!, $source: UUID!, $input: CampaignDrawInput!) {
  campaignDraw(id: $id, sourceId: $source, input: $input) {
    __typename
    ... on CampaignDraws { source { id } }
    ... on Refusal { code message }
  }
}
"""
LINK = """
mutation ($id: UUID!, $after: UUID!) {
  campaignLink(id: $id, afterId: $after, chainName: "Spring") {
    __typename
    ... on CampaignLinked { campaign { mode chain { name campaigns { name } } } }
    ... on Refusal { code message }
  }
}
"""
STATES = """
query ($id: UUID!) {
  campaign(id: $id) { chain { campaigns { name state waitsFor { name } targets { left } } } }
}
"""
SOURCES = """
query ($id: UUID!) {
  campaign(id: $id) { sources { id drawn duplicates suppressed readsEarlier } }
}
"""
DRAWN = """
query ($campaign: UUID!) {
  targets(campaignId: $campaign) { nodes {
    number state attempts lastAttemptAt nextAttemptAt
    drawnFrom { campaignId attempts lastAttemptAt customerStatus }
  } }
}
"""
DRAWS = """
query ($id: UUID!) {
  targetDraws(sourceId: $id, results: [DUPLICATE]) { nodes { fromTarget { number } } }
}
"""
PLACED = "query ($campaign: UUID!) { attempts(campaignId: $campaign) { nodes { createdAt } } }"
CHANGED = "subscription { campaignsChanged { campaign { name state waitsFor { name } } } }"


async def at_work(centre: CallCentre, codes: list[str]) -> list[Desk]:
    desks = [await centre.desk(code) for code in codes]
    for desk in desks:
        desk.listen(wraps_up)
        await desk.until_state("BREAK")
        await desk.do(GO_AVAILABLE)
    return desks


async def gone_home(desks: list[Desk]) -> None:
    for desk in desks:
        await desk.until_state("AVAILABLE")
        await desk.do(SIGN_OUT)
        await desk.cut_off()


@pytest.mark.feature("CAM-17")
async def test_a_second_campaign_dials_what_the_first_could_not_reach_after_a_delay(
    centre: CallCentre,
) -> None:
    codes = await centre.agents(2)
    first = await centre.campaign("PROGRESSIVE", name="First")
    second = await centre.campaign("PROGRESSIVE", name="Second")
    third = await centre.campaign("PROGRESSIVE", name="Third")
    busy = [f"+12025{n:02d}{BUSY}" for n in range(10, 16)]
    await centre.add(first, [*busy, *(f"+12025{n:02d}{TALKS}" for n in range(20, 24))])
    await centre.add(second, busy[:1])
    unreached = {"dispositions": ["BUSY"], "closedReasons": ["ATTEMPTS_EXHAUSTED"]}
    made = await centre.admin.ask(
        DRAW, id=second, source=first, input={**unreached, "delayMinutes": 1}
    )
    assert made["__typename"] == "CampaignDraws", made
    # A chain of any length: the third takes at once what the second could not reach, either.
    await centre.admin.ask(DRAW, id=third, source=second, input=unreached)
    desks = await at_work(centre, codes)
    for campaign in (first, second, third):
        await centre.start(campaign)

    await centre.until_closed(first)

    async def all_closed(campaign: str) -> list[Any]:
        page = await centre.admin.ask(DRAWN, campaign=campaign)
        closed = [node for node in page["nodes"] if node["state"] == "CLOSED"]
        return closed if len(closed) == len(busy) else []

    drawn = await until(lambda: all_closed(second), seconds=120)
    last = await until(lambda: all_closed(third), seconds=60)
    await gone_home(desks)

    assert sorted(node["number"] for node in drawn) == sorted(node["number"] for node in last)
    delayed = [node for node in drawn if node["drawnFrom"]]
    assert len(delayed) == len(busy) - 1  # one was there already
    for node in delayed:
        before = node["drawnFrom"]
        assert (before["campaignId"], before["customerStatus"]) == (first, "BUSY")
        waited = _at(node["lastAttemptAt"]) - _at(before["lastAttemptAt"])
        assert waited >= timedelta(minutes=1)
    assert {node["drawnFrom"]["campaignId"] for node in last} == {second}
    (link,) = (await centre.admin.ask(SOURCES, id=second))["sources"]
    assert link == {
        "id": link["id"],
        "drawn": len(busy) - 1,
        "duplicates": 1,
        "suppressed": 0,
        "readsEarlier": False,
    }
    told = await centre.admin.ask(DRAWS, id=link["id"])
    assert [node["fromTarget"]["number"] for node in told["nodes"]] == busy[:1]
    attempts = [a for c in (first, second, third) for a in await centre.attempts(c)]
    placed = [a["number"] for a in attempts if a["disposition"] != "NOT_PLACED"]
    assert Counter(n for n in placed if n.endswith(BUSY)) == dict.fromkeys(busy, 3)


@pytest.mark.feature("CAM-18")
async def test_three_campaigns_dial_one_after_the_other_and_pause_and_go_on(
    centre: CallCentre,
) -> None:
    codes = await centre.agents(2)
    names = ["One", "Two", "Three"]
    modes = ["PROGRESSIVE", "PREVIEW", "PREVIEW"]
    ids = [await centre.campaign(m, name=n) for n, m in zip(names, modes, strict=True)]
    for later, earlier in ((1, 0), (2, 1)):
        linked = await centre.admin.ask(LINK, id=ids[later], after=ids[earlier])
        assert linked["campaign"]["mode"] == "PROGRESSIVE"  # as the main campaign's
    assert linked["campaign"]["chain"] == {
        "name": "Spring",
        "campaigns": [{"name": name} for name in names],
    }
    counts = [10, 24, 4]  # enough that each turn can be seen
    for place, (id, count) in enumerate(zip(ids, counts, strict=True)):
        await centre.add(id, [f"+1202{place + 5}{n:02d}{TALKS}" for n in range(10, 10 + count)])
    desks = await at_work(centre, codes)
    heard: list[Any] = []

    async with asyncio.TaskGroup() as group, centre.admin.socket() as socket:
        listening = group.create_task(_collect(socket.follow(CHANGED), heard))
        assert (await centre.start(ids[0]))["campaign"]["state"] == "RUNNING"

        async def states(*wanted: str) -> list[Any]:
            page = await centre.admin.ask(STATES, id=ids[0])
            rows = page["chain"]["campaigns"]
            found = [
                f"waits for {row['waitsFor']['name']}" if row["waitsFor"] else row["state"]
                for row in rows
            ]
            return rows if found == list(wanted) else []

        await until(lambda: states("RUNNING", "waits for One", "waits for One"))
        turn = await until(lambda: states("RUNNING", "RUNNING", "waits for Two"))
        assert turn[0]["targets"] == {"left": 0}

        for desk in desks:  # nobody takes the new target before the pause is seen
            await desk.do(TAKE_BREAK)
        for desk in desks:
            await desk.until_state("BREAK")
        await centre.add(ids[0], [f"+1202300{TALKS}"])
        await until(lambda: states("RUNNING", "waits for One", "waits for One"))
        for desk in desks:
            await desk.do(GO_AVAILABLE)
        await until(lambda: states("RUNNING", "RUNNING", "RUNNING"))
        for id in ids:
            await centre.until_closed(id)
        stopped = await centre.stop(ids[2])
        assert stopped["campaign"]["state"] == "STOPPED"
        await until(_heard(heard, {"name": "Two", "state": "WAITING", "waitsFor": {"name": "One"}}))
        listening.cancel()
    await gone_home(desks)

    order: list[list[datetime]] = []
    for id in ids:
        attempts = (await centre.admin.ask(PLACED, campaign=id))["nodes"]
        order.append(sorted(_at(each["createdAt"]) for each in attempts))
    one, two, three = order
    assert len(one) >= counts[0] + 1  # a break may call one off that is not placed yet
    assert one[counts[0] - 1] < two[0]
    assert max(one[-1], two[-1]) < three[0]


async def _collect(news: AsyncIterator[Any], found: list[Any]) -> None:
    async for each in news:
        found.append(each["campaign"])


def _heard(found: list[Any], wanted: Any) -> Any:
    async def did() -> bool:
        return wanted in found

    return did


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)
