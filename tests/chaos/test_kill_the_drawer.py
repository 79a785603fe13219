"""OPS-03: workers die while one campaign draws what another finishes; each target is drawn once."""

import asyncio
from collections import Counter
from pathlib import Path

import pytest
from redis.asyncio import Redis

from domain.adapters.floor_door import RedisFloorDoor
from domain.agents.commands import AgentGoAvailable, AgentSignIn
from domain.calls.models import Attempt
from domain.calls.rules import AttemptState
from domain.campaigns.rules import DialMode
from domain.chains.models import CampaignSource, TargetDraw
from domain.chains.rules import DrawResult
from domain.floor.lease import lease_key
from domain.targets.models import Target, TargetBatch
from domain.targets.rules import TargetState
from tests.chaos.processes import processes
from tests.domain.floor.rig import Rig, rigged

TARGETS = 80
AGENTS = 12
DEATHS = 3


@pytest.mark.feature("CAM-17")
async def test_every_target_is_drawn_once_whoever_dies(
    database: str, redis: Redis, redis_url: str, tmp_path: Path
) -> None:
    environment = {
        "OUTDIAL_DATABASE": database,
        "OUTDIAL_REDIS": redis_url,
        "OUTDIAL_NODE": "sim",
        "OUTDIAL_SIM_SPEED": "2",
        "OUTDIAL_DATA_DIR": str(tmp_path / "data"),
    }
    async with rigged(redis, speed=1.0) as rig:
        account = await rig.account()
        once = {"retry_delays_s": {}, "max_attempts": 1, "wrap_up_s": 1.0}
        source = await rig.campaign(DialMode.PROGRESSIVE, **once)
        taker = await rig.campaign(DialMode.PROGRESSIVE, **once)
        batch = await TargetBatch.create(campaign=taker, name="From", created_at=rig.clock.now())
        await CampaignSource.create(
            account=account,
            campaign=taker,
            source=source,
            dispositions=["busy", "no_answer", "canceled", "not_placed", "failed", "unreachable"],
            batch_id=batch.id,
            created_at=rig.clock.now(),
        )
        await rig.targets(source, *[f"+12{n:05d}0002" for n in range(TARGETS)])
        agents = await rig.agents(AGENTS)
        key = lease_key(account.id)

        async def owner() -> str | None:
            held = await redis.get(key)
            return held.decode().split(":")[1] if held else None

        with processes(environment, tmp_path) as children:
            try:
                pids = {str(children.start(name, "workers").pid): name for name in ("0", "1")}
                children.start("gateway", "workers.gateway")
                async with RedisFloorDoor(redis) as door:

                    async def owned() -> bool:
                        return await owner() in pids

                    await rig.until(owned, seconds=30)
                    for agent in agents:
                        await door.ask(account.id, AgentSignIn(agent=agent.id), timeout_s=20)
                        await door.ask(account.id, AgentGoAvailable(agent=agent.id), timeout_s=20)
                    for death in range(DEATHS):
                        await _until_drawn(rig, (death + 1) * TARGETS // 6)
                        await rig.until(owned, seconds=20)
                        dead = pids.pop(await owner() or "")
                        children.kill(dead)
                        pids[str(children.start(f"next {death}", "workers").pid)] = f"next {death}"
                    await rig.until(lambda: _all_closed(2 * TARGETS), seconds=180)
            except (AssertionError, TimeoutError):
                print(children.logs())  # noqa: T201  # shown by pytest when the test fails
                raise

    draws = await TargetDraw.all()
    assert {draw.result for draw in draws} == {DrawResult.DRAWN}
    assert Counter(draw.from_target_id for draw in draws) == Counter(
        target.id for target in await Target.filter(campaign=source)
    )
    assert Counter(draw.target_id for draw in draws) == Counter(
        target.id for target in await Target.filter(campaign=taker)
    )
    assert (await CampaignSource.get()).drawn == TARGETS
    for campaign in (source, taker):
        placed = await Attempt.filter(campaign=campaign).exclude(disposition="not_placed")
        assert set(Counter(attempt.target_id for attempt in placed).values()) == {1}


async def _until_drawn(rig: Rig, count: int) -> None:
    async def drawn() -> bool:
        await asyncio.sleep(0.05)
        return await TargetDraw.all().count() >= count

    await rig.until(drawn, seconds=90)


async def _all_closed(count: int) -> bool:
    await asyncio.sleep(0.2)
    under_way = await Attempt.exclude(state=AttemptState.ENDED).count()
    return under_way == 0 and await Target.filter(state=TargetState.CLOSED).count() == count
