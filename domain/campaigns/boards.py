"""Live figures of campaigns and agents: the newest first, then each change.

The floor works the figures out and remembers the newest; when it is away, or the campaign does
not dial, the rows say what they can.
"""

from collections import Counter
from collections.abc import AsyncGenerator
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from tortoise import connections
from tortoise.expressions import Q

from domain.access.permissions import Permission
from domain.access.principal import Principal
from domain.agents.models import Agent
from domain.agents.rules import AgentState
from domain.agents.service import visible_agents
from domain.agents.states import CurrentState, current_states
from domain.campaigns.events import (
    AgentLine,
    CampaignBoard,
    CampaignRowChanged,
    FloorBoard,
    board_topic,
    campaign_topic,
    floor_board_topic,
)
from domain.campaigns.models import Campaign
from domain.campaigns.results import ANSWERED, DIALED, MACHINES
from domain.campaigns.rules import CampaignState
from domain.campaigns.schedule import waits_for_agents
from domain.campaigns.service import access_campaign
from domain.core.bus import Delivery, Signal
from domain.core.ports import Ports
from domain.targets.figures import target_counts

_board = msgspec.json.Decoder(CampaignBoard).decode
_floor_board = msgspec.json.Decoder(FloorBoard).decode
_row_changed = msgspec.json.Decoder(CampaignRowChanged).decode

# Seconds after which a remembered board says nothing about a running campaign any more.
STALE_S = 5.0

_SINCE_START = f"""
SELECT count(*) FILTER (WHERE created_at >= $2 AND {DIALED}) AS dialed,
    count(*) FILTER (WHERE created_at >= $2 AND {ANSWERED}) AS answered,
    count(connected_at) FILTER (WHERE created_at >= $2) AS connected,
    count(*) FILTER (WHERE created_at >= $2 AND disposition = 'abandoned') AS abandoned,
    count(*) FILTER (WHERE created_at >= $2 AND {MACHINES}) AS machines,
    count(*) FILTER (WHERE state IN ('committed', 'placed', 'ringing')) AS dialing,
    count(*) FILTER (WHERE state = 'waiting') AS waiting,
    count(*) FILTER (WHERE state = 'connected') AS talking,
    count(*) FILTER (WHERE state = 'listening') AS listening,
    count(connected_at) FILTER (WHERE created_at >= $3) AS connected_today,
    count(*) FILTER (WHERE created_at >= $3 AND disposition = 'abandoned') AS abandoned_today
FROM attempt WHERE campaign_id = $1 AND created_at >= least($2, $3)
"""


async def follow_campaign(
    principal: Principal, id: UUID, *, ports: Ports
) -> AsyncGenerator[CampaignBoard, None]:
    """The campaign's board as it is now, then at most one a second. Raises NotFound."""
    campaign = await access_campaign(principal, id, Permission.MONITOR_VIEW)
    async with ports.bus.listen(board_topic(id)) as heard:
        yield await campaign_board(campaign, ports=ports)
        async for delivery in heard:
            # Rights and row are looked at again only when the listener lost its thread.
            if delivery.signal is Signal.MESSAGE:
                yield _board(delivery.payload)
            else:
                campaign = await access_campaign(principal, id, Permission.MONITOR_VIEW)
                yield await campaign_board(campaign, ports=ports)


async def campaign_board(campaign: Campaign, *, ports: Ports) -> CampaignBoard:
    """The newest board: what the floor remembered, or what the rows say."""
    kept = await ports.bus.recall(board_topic(campaign.id))
    if kept is not None:
        board = _board(kept)
        fresh = ports.clock.now().timestamp() - board.at < STALE_S
        if fresh and board.state == campaign.state:
            return board
    return await _board_from_rows(campaign, ports)


async def follow_floor(principal: Principal, *, ports: Ports) -> AsyncGenerator[FloorBoard, None]:
    """The agents whom the principal may see, as they are now, then at most once a second."""
    principal.require(Permission.MONITOR_VIEW)
    topic = floor_board_topic(principal.account_id)
    async with ports.bus.listen(topic) as heard:
        yield await floor_board(principal, ports=ports)
        async for delivery in heard:
            if delivery.signal is Signal.MESSAGE:
                yield await _limited(principal, _floor_board(delivery.payload))
            else:
                yield await floor_board(principal, ports=ports)


async def floor_board(principal: Principal, *, ports: Ports) -> FloorBoard:
    """The newest board of the agents whom the principal may see."""
    now = ports.clock.now().timestamp()
    kept = await ports.bus.recall(floor_board_topic(principal.account_id))
    if kept is not None and now - (board := _floor_board(kept)).at < STALE_S:
        return await _limited(principal, board)
    agents = await visible_agents(principal, Permission.MONITOR_VIEW).only("id")
    states = await current_states([agent.id for agent in agents])
    lines = tuple(
        _line(state) for state in states.values() if state.state is not AgentState.OFFLINE
    )
    return FloorBoard(account=principal.account_id, at=now, agents=lines)


async def follow_changes(
    principal: Principal, *, ports: Ports
) -> AsyncGenerator[Campaign | None, None]:
    """Each campaign after it was made or changed; None: news were lost, read the list again."""
    principal.require(Permission.CAMPAIGN_VIEW)
    async with ports.bus.listen(campaign_topic(principal.account_id)) as heard:
        async for delivery in heard:
            yield await _changed(principal, delivery)


async def _changed(principal: Principal, delivery: Delivery) -> Campaign | None:
    if delivery.signal is not Signal.MESSAGE:
        return None
    return await access_campaign(principal, _row_changed(delivery.payload).campaign)


async def _limited(principal: Principal, board: FloorBoard) -> FloorBoard:
    if principal.teams is None:
        return board
    visible = await visible_agents(principal, Permission.MONITOR_VIEW).only("id")
    ids = {agent.id for agent in visible}
    return msgspec.structs.replace(
        board, agents=tuple(line for line in board.agents if line.agent in ids)
    )


def _line(current: CurrentState) -> AgentLine:
    return AgentLine(
        agent=current.agent_id,
        state=current.state,
        since=current.since.timestamp() if current.since else 0.0,
        reason=current.reason,
        campaign=current.campaign_id,
        call=current.call_id,
    )


async def _board_from_rows(campaign: Campaign, ports: Ports) -> CampaignBoard:
    now = ports.clock.now()
    started = campaign.started_at or now
    (row,) = await connections.get("default").execute_query_dict(
        _SINCE_START, [campaign.id, started, now - timedelta(hours=24)]
    )
    counts = (await target_counts([campaign.id]))[campaign.id]
    agents = await _crew_by_state(campaign.id)
    today = row["connected_today"] + row["abandoned_today"]
    on_the_job = sum(count for state, count in agents.items() if state in _TAKES_CALLS)
    lines = row["dialing"] + row["waiting"] + row["talking"]
    return CampaignBoard(
        campaign=campaign.id,
        at=now.timestamp(),
        state=campaign.state,
        targets_left=counts.left,
        dialing=row["dialing"],
        waiting=row["waiting"],
        talking=row["talking"],
        listening=row["listening"],
        agents=agents,
        dialed=row["dialed"],
        answered=row["answered"],
        connected=row["connected"],
        abandoned=row["abandoned"],
        machines=row["machines"],
        lines_per_agent=lines / on_the_job if on_the_job else 0.0,
        abandon_rate=row["abandoned_today"] / today if today else 0.0,
        why=await _why(campaign, now),
    )


_TAKES_CALLS = frozenset(
    {AgentState.AVAILABLE, AgentState.RESERVED, AgentState.TALKING, AgentState.WRAP_UP}
)
_WHY = {
    CampaignState.STOPPED: "stopped",
    CampaignState.CLOSED: "closed",
    CampaignState.WAITING: "waits for another campaign of its chain",
    CampaignState.RUNNING: "the floor has not said anything yet",
}


async def _why(campaign: Campaign, now: datetime) -> str:
    if campaign.waits_for_id is not None:
        names = await Campaign.filter(id=campaign.waits_for_id).values_list("name", flat=True)
        return "".join(f"waits for campaign {name!r}" for name in names)
    if await waits_for_agents(campaign, now):
        return "its start date has come; it starts as soon as an agent is assigned"
    return _WHY[campaign.state]


async def _crew_by_state(campaign_id: UUID) -> dict[AgentState, int]:
    crew = await (
        Agent.filter(
            Q(campaigns__campaign_id=campaign_id) | Q(team__campaigns__campaign_id=campaign_id),
            archived_at=None,
        )
        .distinct()
        .only("id")
    )
    states = await current_states([agent.id for agent in crew])
    return dict(Counter(state.state for state in states.values()))
