"""A campaign asks a real HTTP server before its calls: one that answers, is slow, is dead, lies."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from domain.calls.models import Attempt
from domain.campaigns.commands import CampaignChanged
from domain.campaigns.models import Campaign
from domain.campaigns.rules import DialMode
from domain.eligibility.parts import BlockCode
from domain.floor.boards import Boards
from domain.floor.director import Floor
from domain.hooks.models import PreDialHook
from domain.hooks.rules import HookFallback, new_secret, signature
from domain.targets.models import Target
from domain.targets.rules import TargetState
from tests.answering import Answering, Asked, answering, says
from tests.domain.floor.rig import Rig

SECRET = new_secret(b"s" * 32)


@pytest.fixture
async def server() -> AsyncIterator[Answering]:
    async with answering() as said:
        yield said


async def a_hook(campaign: Campaign, url: str, **given: Any) -> PreDialHook:
    values: dict[str, Any] = {"time_limit_ms": 10_000, "variables": ["City"], **given}
    return await PreDialHook.create(
        campaign=campaign,
        account_id=campaign.account_id,
        url=url,
        secret=SECRET,
        created_at=campaign.created_at,
        **values,
    )


async def at_work(rig: Rig, count: int = 1) -> Floor:
    agents = await rig.agents(count)
    await rig.carrier()
    floor = await rig.floor()
    await rig.at_work(*agents)
    return floor


def why(floor: Floor, campaign: Campaign) -> str:
    return Boards(floor.context).of_run(floor.state.runs[campaign.id]).why


@pytest.mark.feature("CAM-09")
@pytest.mark.parametrize("mode", [DialMode.PROGRESSIVE, DialMode.PREDICTIVE, DialMode.PREVIEW])
async def test_a_hook_is_asked_before_the_call_and_what_it_said_is_kept(
    mode: DialMode, rig: Rig, server: Answering
) -> None:
    await rig.number("+12025550188")
    campaign = await rig.campaign(mode, preview_s=300.0)
    await a_hook(campaign, server.url)
    (target,) = await rig.targets(campaign, "+12025550013", caller_id="+12025550100")
    server.answer = says(callerId="+12025550188")
    floor = await at_work(rig)

    if mode is DialMode.PREVIEW:
        await rig.until(lambda: _is_offered(floor))
        assert len(server.asked) == 1
        return
    await rig.until(lambda: rig.ended(1))

    attempt = await Attempt.get(account=rig.row)
    assert attempt.caller_id == "+12025550188"
    assert attempt.decided_by is not None
    kept = attempt.decided_by["hook"]
    assert (kept["answer"], kept["callerId"]) == ("dial", "+12025550188")
    assert kept["tookMs"] >= 0
    (asked,) = server.asked
    assert asked.data == {
        "campaignId": str(campaign.id),
        "targetId": str(target.id),
        "number": "+12025550013",
        "attempt": 1,
        "variables": {"City": "Łódź"},
    }
    id, stamp = asked.headers["webhook-id"], asked.headers["webhook-timestamp"]
    assert asked.headers["webhook-signature"] == signature(SECRET, id, stamp, asked.body)
    assert abs(int(stamp) - rig.clock.now().timestamp()) < 3600


async def _is_offered(floor: Floor) -> bool:
    return any(seat.offer is not None for seat in floor.state.seats.values())


@pytest.mark.feature("CAM-09")
async def test_a_hook_skips_a_call_and_says_when_to_ask_again(rig: Rig, server: Answering) -> None:
    async def only_one(asked: Asked) -> tuple[int, bytes]:
        if asked.data["number"] == "+12025550013":
            return 200, b'{"action": "skip", "retryAfterSeconds": 7200}'
        return 204, b""

    server.answer = only_one
    campaign = await rig.campaign(DialMode.PROGRESSIVE)
    await a_hook(campaign, server.url)
    skipped, _ = await rig.targets(campaign, "+12025550013", "+12025560013")
    await at_work(rig)

    await rig.until(lambda: rig.ended(1))
    await rig.until(lambda: _held(skipped))

    assert [each.number for each in await Attempt.filter(account=rig.row)] == ["+12025560013"]
    await skipped.refresh_from_db()
    assert (skipped.state, skipped.attempts) == (TargetState.RETRY, 0)
    assert skipped.next_at is not None
    left = skipped.next_at - rig.clock.now()
    assert timedelta(minutes=100) < left <= timedelta(hours=2)


async def _held(target: Target) -> bool:
    return await Target.filter(id=target.id, held_by=BlockCode.HOOK).exists()


@pytest.mark.feature("CAM-09")
async def test_a_number_of_somebody_else_is_not_shown_whatever_the_hook_says(
    rig: Rig, server: Answering
) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE)
    await a_hook(campaign, server.url)
    await rig.targets(campaign, "+12025550013")
    server.answer = says(callerId="+442079460999")
    await at_work(rig)

    await rig.until(lambda: rig.ended(1))

    assert (await Attempt.get(account=rig.row)).caller_id == "+12025550100"


async def _slow(asked: Asked) -> tuple[int, bytes]:
    await asyncio.sleep(30)
    return 200, b""


@pytest.mark.feature("CAM-09")
@pytest.mark.parametrize("behaviour", ["slow", "dead", "lies", "redirects", "fails"])
async def test_without_a_sensible_answer_in_time_calls_leave_as_the_fallback_says(
    behaviour: str, rig: Rig, server: Answering
) -> None:
    server.answer = {
        "slow": _slow,
        "dead": says(),
        "lies": says(action="dance"),
        "redirects": says(302),
        "fails": says(500),
    }[behaviour]
    campaign = await rig.campaign(DialMode.PROGRESSIVE)
    url = "http://127.0.0.1:9/" if behaviour == "dead" else server.url
    await a_hook(campaign, url, time_limit_ms=100, fallback=HookFallback.DIAL)
    await rig.targets(campaign, *[f"+12025{n:03d}013" for n in range(8)])
    floor = await at_work(rig, 2)

    await rig.until(lambda: rig.ended(8))

    for attempt in await Attempt.filter(account=rig.row):
        assert attempt.decided_by is not None
        assert attempt.decided_by["hook"]["answer"] == "none"
        assert attempt.decided_by["hook"]["reason"]
    assert "the pre-dial hook failed" in why(floor, campaign)


@pytest.mark.feature("CAM-09")
async def test_a_hook_that_fails_again_and_again_is_left_alone_and_the_board_says_so(
    slow_rig: Rig, server: Answering
) -> None:
    rig = slow_rig
    server.answer = says(503)
    campaign = await rig.campaign(DialMode.PROGRESSIVE)
    await a_hook(campaign, server.url, fallback=HookFallback.SKIP, retry_s=86_400)
    targets = await rig.targets(campaign, *[f"+12025{n:03d}013" for n in range(60)])
    floor = await at_work(rig)

    await rig.until(lambda: _rests(floor, campaign))
    said = why(floor, campaign)
    await rig.until(lambda: _asks_nobody(floor, campaign))  # what was on its way
    asked = len(server.asked)
    await rig.pass_time(4)

    assert "its answer" not in said
    assert "it answered with status 503" in said
    assert "calls wait until" in said
    assert len(server.asked) == asked
    assert await Attempt.filter(account=rig.row).count() == 0
    # The others wait as they were: a hook that is away must not use a whole list up.
    put_off = await Target.filter(campaign=campaign, held_by=BlockCode.HOOK).count()
    assert put_off < len(targets) / 2

    server.answer = says(204)
    await rig.until(lambda: rig.ended(2), seconds=120)
    assert "hook" not in why(floor, campaign)


async def _asks_nobody(floor: Floor, campaign: Campaign) -> bool:
    hook = floor.state.runs[campaign.id].hook
    return hook is not None and not hook.asking


async def _rests(floor: Floor, campaign: Campaign) -> bool:
    run = floor.state.runs[campaign.id]
    assert run.hook is not None
    return run.hook.breaker.rests(floor.context.clock.monotonic())


@pytest.mark.feature("CAM-09")
async def test_a_hook_that_is_slow_holds_neither_another_campaign_nor_the_floor_up(
    rig: Rig, server: Answering
) -> None:
    server.answer = _slow
    held = await rig.campaign(DialMode.PROGRESSIVE, priority=9)
    free = await rig.campaign(DialMode.PROGRESSIVE, priority=1)
    await a_hook(held, server.url, time_limit_ms=10_000, fallback=HookFallback.SKIP)
    await rig.targets(held, "+12025550013")
    await rig.targets(free, *[f"+12025{n:03d}013" for n in range(5)])
    await at_work(rig, 2)

    await rig.until(lambda: rig.ended(2))

    assert await Attempt.filter(campaign=held).count() == 0


@pytest.mark.feature("CAM-09")
async def test_a_hook_that_is_set_or_removed_holds_at_once_on_a_running_campaign(
    rig: Rig, server: Answering
) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE)
    floor = await at_work(rig)
    await a_hook(campaign, server.url)
    await rig.ask(CampaignChanged(campaign=campaign.id))
    run = floor.state.runs[campaign.id]
    assert run.hook is not None

    await PreDialHook.filter(campaign=campaign).delete()
    await rig.ask(CampaignChanged(campaign=campaign.id))
    assert run.hook is None


@pytest.mark.feature("CAM-09")
async def test_the_next_owner_of_the_floor_asks_and_shows_the_same(
    rig: Rig, server: Answering
) -> None:
    server.answer = says(callerId="+12025550188")
    await rig.number("+12025550188")
    campaign = await rig.campaign(DialMode.PROGRESSIVE)
    await a_hook(campaign, server.url)
    agents = await rig.agents(1)
    await rig.carrier()
    first = await rig.floor()
    await rig.let_go(first)
    await rig.floor()
    await rig.targets(campaign, "+12025550013")
    await rig.at_work(*agents)

    await rig.until(lambda: rig.ended(1))

    assert (await Attempt.get(account=rig.row)).caller_id == "+12025550188"
