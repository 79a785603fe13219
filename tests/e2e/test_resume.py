"""AGT-07: a desk that lost its API process goes on from its cursor, on whichever process."""

from collections import Counter
from collections.abc import Awaitable, Callable

import pytest

from tests.e2e.callcentre import CallCentre
from tests.e2e.customer import until
from tests.e2e.desk import GO_AVAILABLE, SIGN_OUT, Desk
from tests.e2e.system import System

TALKS_A_MOMENT = "0013"


def story(desk: Desk) -> list[tuple[str, str]]:
    """What a desk was told of calls, in order."""
    return [
        (event["__typename"] + event.get("stage", ""), event["callId"])
        for update in desk.heard
        if not update["snapshot"] and "callId" in (event := update["event"])
    ]


def told(desk: Desk, count: int) -> Callable[[], Awaitable[bool]]:
    async def enough() -> bool:
        return len(desk.events("ScreenPop", stage="CONNECTED")) >= count

    return enough


def told_of_ends(desk: Desk) -> Callable[[], Awaitable[bool]]:
    """Whether the end of each call that the desk was told of was told, too."""

    async def all_ended() -> bool:
        ended = {event["callId"] for event in desk.events("CallEnded")}
        return {pop["callId"] for pop in desk.events("ScreenPop")} <= ended

    return all_ended


@pytest.mark.feature("AGT-07")
@pytest.mark.feature("API-02")
@pytest.mark.feature("OPS-03")
@pytest.mark.parametrize("over", ["socket", "stream"])
async def test_no_pop_is_missed_and_none_comes_twice_when_the_api_dies_between(
    over: str, system: System, centre: CallCentre
) -> None:
    (code,) = await centre.agents(1)
    campaign = await centre.campaign("PROGRESSIVE", wrapUpSeconds=0)
    await centre.add(campaign, [f"+1212{600 + n}{TALKS_A_MOMENT}" for n in range(16)])
    second = f"second-{over}"
    url = system.start_api(second)
    desk = await centre.desk(code, url=url)
    undisturbed = Desk(desk.agent.at(system.url))  # the same agent at the other process
    desk.listen(over=over)
    undisturbed.listen(over=over)
    await desk.until_state("BREAK")
    await undisturbed.until_state("BREAK")
    await desk.do(GO_AVAILABLE)
    await centre.start(campaign)
    await until(told(desk, 3))

    system.kill(second)
    await desk.cut_off()
    before = len(desk.heard)
    await until(told(undisturbed, 7))  # calls go on while nobody hears them here
    system.start_api(second, port=int(url.rpartition(":")[2]))
    desk.listen(over=over)
    await until(told(desk, 10))
    await desk.cut_off()
    elsewhere = Desk(desk.agent.at(system.url))
    elsewhere.cursor, elsewhere.heard = desk.cursor, desk.heard
    elsewhere.listen(over=over)
    await centre.until_closed(campaign)

    for each in (undisturbed, elsewhere):
        await until(told(each, 16))
        await until(told_of_ends(each))
        await each.until_state("AVAILABLE")
    await undisturbed.do(SIGN_OUT)
    for each in (undisturbed, elsewhere):
        await each.cut_off()
    system.kill(second)
    assert len(elsewhere.heard) > before
    assert elsewhere.events("ResumeGap") == []
    connected = [
        attempt["id"]
        for attempt in await centre.attempts(campaign)
        if attempt["disposition"] == "CONNECTED"
    ]
    for each in (undisturbed, elsewhere):
        pops = [pop["callId"] for pop in each.events("ScreenPop", stage="CONNECTED")]
        assert Counter(pops) == dict.fromkeys(connected, 1)
    assert story(elsewhere) == story(undisturbed)
    assert len({update["cursor"] for update in elsewhere.heard if not update["snapshot"]}) == len(
        [update for update in elsewhere.heard if not update["snapshot"]]
    )
