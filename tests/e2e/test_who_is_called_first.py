"""Priorities between campaigns, and levels of agents, as a customer's program sets them."""

import asyncio
from typing import Any

import pytest

from tests.e2e.callcentre import ASSIGN, CallCentre
from tests.e2e.customer import PATIENCE_S, until
from tests.e2e.desk import GO_AVAILABLE, HANG_UP, SIGN_OUT, Desk

ATTEMPTS = """
{ attempts(first: 100) { nodes { createdAt number disposition agentId campaign { id } } } }
"""
ASSIGN_AGENTS = ASSIGN.replace("$teams: [AssignedInput!]", "$agents: [AssignedInput!]").replace(
    "teams: $teams", "agents: $agents"
)
BOARD = "subscription ($id: UUID!) { campaignBoard(id: $id) { dialed why } }"
AGENTS = "{ agents(first: 100) { nodes { id code } } }"


async def _available(centre: CallCentre, codes: list[str]) -> list[Desk]:
    """Desks that take calls, in this order."""
    desks = [await centre.desk(code) for code in codes]
    for desk in desks:
        desk.listen()
        await desk.do(GO_AVAILABLE)
        await desk.until_state("AVAILABLE")
    return desks


async def _gone(desks: list[Desk]) -> None:
    for desk in desks:
        await desk.until_state("AVAILABLE")
        await desk.do(SIGN_OUT)
        await desk.cut_off()


@pytest.mark.feature("CAM-05")
async def test_the_campaign_of_higher_priority_dials_alone_for_the_agents_it_shares(
    centre: CallCentre,
) -> None:
    codes = await centre.agents(2)
    settings = {"wrapUpSeconds": 0, "retryDelays": [{"disposition": "BUSY", "seconds": 5}]}
    low = await centre.campaign("AGENT_FIRST", name="Low", priority=3, **settings)
    high = await centre.campaign("AGENT_FIRST", name="High", priority=9, maxAttempts=2, **settings)
    await centre.add(low, [f"+1212{n}0013" for n in (600, 601, 602)])
    await centre.add(high, ["+12125000013", "+12125010002"])  # the second is busy, twice
    desks = await _available(centre, codes)
    whys: list[str] = []

    async with centre.admin.socket() as socket:
        await centre.start(high)
        await centre.start(low)
        async with asyncio.timeout(PATIENCE_S):
            async for board in socket.follow(BOARD, id=low):
                whys.append(board["why"])
                if board["dialed"] == 3:
                    break
    await centre.until_closed(high)
    await centre.until_closed(low)
    await _gone(desks)

    assert any("wait for campaign 'High', which has priority 9" in why for why in whys)
    nodes: list[Any] = (await centre.admin.ask(ATTEMPTS))["nodes"]
    order = [node["campaign"]["id"] for node in sorted(nodes, key=lambda node: node["createdAt"])]
    assert order == [high] * 3 + [low] * 3  # its retry, too, comes before the others


@pytest.mark.feature("CAM-12")
async def test_agents_of_the_lowest_level_are_offered_the_calls_and_levels_change_at_once(
    centre: CallCentre,
) -> None:
    codes = await centre.agents(4)
    ids = {node["code"]: node["id"] for node in (await centre.admin.ask(AGENTS))["nodes"]}
    experts, others = codes[2:], codes[:2]
    campaign = await centre.campaign("PROGRESSIVE", wrapUpSeconds=0)

    async def levels(of: dict[str, int]) -> None:
        agents = [{"id": ids[code], "level": level} for code, level in of.items()]
        done = await centre.admin.ask(ASSIGN_AGENTS, id=campaign, agents=agents)
        assert done["__typename"] == "CampaignChanged", done

    async def served(*numbers: str) -> set[str]:
        """The codes of those who speak with these customers, who are fewer than the agents."""
        await centre.add(campaign, numbers)

        async def speaking() -> list[Desk]:
            found = [desk for desk in desks.values() if desk.state == "TALKING"]
            return found if len(found) == len(numbers) else []

        await until(speaking)
        codes = {code for code, desk in desks.items() if desk.state == "TALKING"}
        for code in codes:
            await desks[code].do(HANG_UP)
        for desk in desks.values():
            await desk.until_state("AVAILABLE")
        return codes

    await levels(dict.fromkeys(others, 7) | dict.fromkeys(experts, 2))
    # The experts come last, so the others have waited longer.
    desks = dict(zip(codes, await _available(centre, codes), strict=True))
    await centre.start(campaign)

    assert await served("+12125000010", "+12125010010") == set(experts)
    await levels(dict.fromkeys(others, 1))
    assert await served("+12125020010", "+12125030010") == set(others)
    targets = await centre.until_closed(campaign)
    await _gone(list(desks.values()))
    assert {target["closedReason"] for target in targets} == {"CONNECTED"}
