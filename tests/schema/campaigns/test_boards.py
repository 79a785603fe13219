import asyncio
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from domain.access.permissions import Permission
from domain.agents.rules import AgentState
from domain.calls.rules import AttemptState, Disposition
from domain.campaigns import service as campaigns
from domain.campaigns.events import (
    AgentLine,
    CampaignBoard,
    FloorBoard,
    board_topic,
    floor_board_topic,
)
from domain.campaigns.models import Campaign, CampaignAgent
from domain.campaigns.rules import CampaignState, DialMode
from domain.core.bus import Notice
from tests import rows
from tests.fakes import FakePorts
from tests.schema.asking import Refused, ask, subscribed

FIGURES = """{
  at state targetsLeft dialing waiting talking dialed answered connected abandoned machines
  linesPerAgent abandonRate why agents { state count }
}"""
BOARD = f"subscription ($id: UUID!) {{ campaignBoard(id: $id) {FIGURES} }}"
BOARD_NOW = f"query ($id: UUID!) {{ campaignBoard(id: $id) {FIGURES} }}"
FLOOR = "subscription { floorBoard { agents { agentId state reason } } }"
CHANGES = "subscription { campaignsChanged { campaign { name state } } }"


def a_board(campaign: Campaign, fakes: FakePorts, **given: Any) -> CampaignBoard:
    values: dict[str, Any] = {
        "campaign": campaign.id,
        "at": fakes.clock.now().timestamp(),
        "state": "running",
        "targets_left": 100,
        "dialing": 3,
        "waiting": 0,
        "talking": 2,
        "agents": {AgentState.TALKING: 2},
        "dialed": 50,
        "answered": 20,
        "connected": 19,
        "abandoned": 1,
        "machines": 5,
        "lines_per_agent": 2.5,
        "abandon_rate": 0.05,
        "why": "two agents free soon",
    }
    return CampaignBoard(**(values | given))


async def next_of(events: Any) -> Any:
    return await asyncio.wait_for(anext(events), 20)


@pytest.mark.feature("MON-03")
async def test_a_board_is_a_snapshot_and_then_each_change(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account()
    campaign = await rows.a_campaign(account, state=CampaignState.RUNNING)
    topic = board_topic(campaign.id)
    await fakes.bus.remember(topic, msgspec.json.encode(a_board(campaign, fakes)), seconds=60)

    async with subscribed(BOARD, rows.an_admin(account), fakes, id=str(campaign.id)) as events:
        first = await next_of(events)
        changed = a_board(campaign, fakes, talking=7)
        await fakes.bus.publish([Notice(topic, msgspec.json.encode(changed))])
        second = await next_of(events)

    assert first == {
        "at": "2026-03-02T10:00:00+00:00",
        "state": "RUNNING",
        "targetsLeft": 100,
        "dialing": 3,
        "waiting": 0,
        "talking": 2,
        "dialed": 50,
        "answered": 20,
        "connected": 19,
        "abandoned": 1,
        "machines": 5,
        "linesPerAgent": 2.5,
        "abandonRate": 0.05,
        "why": "two agents free soon",
        "agents": [{"state": "TALKING", "count": 2}],
    }
    assert (first | {"talking": 7}) == second
    assert fakes.bus.listeners == 0


async def test_without_a_floor_the_board_is_worked_out_from_the_rows(
    database: str, fakes: FakePorts
) -> None:
    account, now = await rows.an_account(), fakes.clock.now()
    campaign = await rows.a_campaign(account, started_at=now - timedelta(hours=1))
    agent = await rows.an_agent(account)
    await CampaignAgent.create(campaign=campaign, agent=agent)
    await rows.a_state(agent, AgentState.AVAILABLE, now)
    await rows.a_target(campaign)
    ended: dict[str, Any] = {"state": AttemptState.ENDED, "ended_at": now}
    live: dict[str, Any] = {"answered_at": now, **ended}
    for at, given in (
        (now, {"disposition": Disposition.CONNECTED, "connected_at": now, **live}),
        (now, {"disposition": Disposition.ABANDONED, **live}),
        (now, {"disposition": Disposition.MACHINE, **live}),
        (now, {"disposition": Disposition.BUSY, **ended}),
        (now, {"disposition": Disposition.NOT_PLACED, **ended}),
        (now, {"state": AttemptState.RINGING}),
        (now - timedelta(hours=2), {"disposition": Disposition.ABANDONED, **live}),  # last start
        (now - timedelta(days=2), {"disposition": Disposition.ABANDONED, **live}),
    ):
        target = await rows.a_target(campaign, state="closed")
        await rows.an_attempt(target, at, **given)

    board = await ask(BOARD_NOW, rows.an_admin(account), fakes, id=str(campaign.id))

    assert board == {
        "at": now.isoformat(),
        "state": "STOPPED",
        "targetsLeft": 1,
        "dialing": 1,
        "waiting": 0,
        "talking": 0,
        "dialed": 5,
        "answered": 2,
        "connected": 1,
        "abandoned": 1,
        "machines": 1,
        "linesPerAgent": 1.0,
        "abandonRate": pytest.approx(2 / 3),
        "why": "stopped",
        "agents": [{"state": "AVAILABLE", "count": 1}],
    }


async def test_a_board_that_is_old_or_of_another_state_is_not_shown(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    campaign = await rows.a_campaign(account)
    topic, who = board_topic(campaign.id), rows.an_admin(account)
    await fakes.bus.remember(topic, msgspec.json.encode(a_board(campaign, fakes)), seconds=60)

    board = await ask(BOARD_NOW, who, fakes, id=str(campaign.id))
    assert (board["state"], board["talking"]) == ("STOPPED", 0)

    await Campaign.filter(id=campaign.id).update(state=CampaignState.RUNNING)
    assert (await ask(BOARD_NOW, who, fakes, id=str(campaign.id)))["talking"] == 2
    fakes.clock.advance(60)
    assert (await ask(BOARD_NOW, who, fakes, id=str(campaign.id)))["talking"] == 0


async def test_a_listener_that_lost_its_thread_gets_the_whole_board_again(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    campaign = await rows.a_campaign(account)

    async with subscribed(BOARD, rows.an_admin(account), fakes, id=str(campaign.id)) as events:
        await next_of(events)
        await rows.a_target(campaign)
        fakes.bus.resync(board_topic(campaign.id))
        assert (await next_of(events))["targetsLeft"] == 1


@pytest.mark.feature("MON-03")
async def test_the_floor_board_shows_a_supervisor_the_supervised_alone(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    team = await rows.a_team(account)
    own, other = await rows.an_agent(account, team=team), await rows.an_agent(account)
    offline = await rows.an_agent(account, team=team)
    for agent in (own, other):
        await rows.a_state(agent, AgentState.BREAK, fakes.clock.now(), reason="lunch")
    await rows.a_state(offline, AgentState.OFFLINE, fakes.clock.now())
    who = rows.somebody(account, Permission.MONITOR_VIEW, teams=frozenset({team.id}))
    published = FloorBoard(
        account=account.id,
        at=fakes.clock.now().timestamp(),
        agents=tuple(
            AgentLine(agent=agent.id, state=AgentState.AVAILABLE, since=0.0)
            for agent in (own, other)
        ),
    )

    async with subscribed(FLOOR, who, fakes) as events:
        first = await next_of(events)
        topic = floor_board_topic(account.id)
        await fakes.bus.publish([Notice(topic, msgspec.json.encode(published))])
        second = await next_of(events)

    assert first["agents"] == [{"agentId": str(own.id), "state": "BREAK", "reason": "lunch"}]
    assert second["agents"] == [{"agentId": str(own.id), "state": "AVAILABLE", "reason": None}]


async def test_changed_campaigns_come_with_the_rights_of_the_listener(
    database: str, fakes: FakePorts
) -> None:
    account, other = await rows.an_account("acme"), await rows.an_account("other")
    who = rows.an_admin(account)

    async with subscribed(CHANGES, who, fakes) as events:
        hearing = asyncio.ensure_future(next_of(events))
        while not fakes.bus.listeners:  # noqa: ASYNC110  # the listener has no event to wait for
            await asyncio.sleep(0)
        await campaigns.create(
            rows.an_admin(other), {"name": "Theirs", "mode": DialMode.PREVIEW}, ports=fakes.ports
        )
        await campaigns.create(who, {"name": "Ours", "mode": DialMode.PREVIEW}, ports=fakes.ports)
        assert (await hearing)["campaign"] == {"name": "Ours", "state": "STOPPED"}

        fakes.bus.resync(f"campaigns:{account.id}")
        assert (await next_of(events))["campaign"] is None


async def test_another_accounts_board_is_none(database: str, fakes: FakePorts) -> None:
    account, other = await rows.an_account("acme"), await rows.an_account("other")
    theirs = await rows.a_campaign(other)

    async with subscribed(BOARD, rows.an_admin(account), fakes, id=str(theirs.id)) as events:
        with pytest.raises(Refused, match="NOT_FOUND"):
            await anext(events)
    assert fakes.bus.listeners == 0


@pytest.mark.feature("CAM-07")
async def test_the_board_of_a_campaign_whose_date_has_come_says_that_it_waits_for_agents(
    database: str, fakes: FakePorts
) -> None:
    account, now = await rows.an_account(), fakes.clock.now()
    admin = rows.an_admin(account)
    campaign = await rows.a_campaign(account, starts_at=now - timedelta(minutes=1))

    board = await ask(BOARD_NOW, admin, fakes, id=str(campaign.id))
    assert board["why"] == "its start date has come; it starts as soon as an agent is assigned"

    await CampaignAgent.create(campaign=campaign, agent=await rows.an_agent(account))
    board = await ask(BOARD_NOW, admin, fakes, id=str(campaign.id))
    assert board["why"] == "stopped"
