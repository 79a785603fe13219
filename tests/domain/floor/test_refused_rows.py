"""Rows that the database refuses, or that are another's by now: the floor lives, and tells."""

from uuid import UUID

import asyncpg
import pytest
from tortoise.backends.base.client import BaseDBAsyncClient

from domain.calls.models import Attempt, Call, CallEvent
from domain.campaigns.models import Campaign
from domain.campaigns.rules import DialMode
from domain.core.ids import new_id
from domain.floor.calls import callers
from domain.floor.director import Floor
from domain.targets.models import Target
from domain.targets.rules import TargetState
from tests.domain.floor.rig import Rig
from tests.domain.floor.test_call_backs import CALLER, OURS, a_line

TALKS = "+12025550013"


async def calls_in(rig: Rig, caller: str, name: str = "") -> UUID:
    leg = rig.carrier_of().arrive(OURS, caller, name=name, account=rig.row.id)
    assert leg is not None
    return leg


async def is_known(leg: UUID) -> bool:
    return await Call.filter(id=leg).exists()


@pytest.mark.parametrize("shown", ["+011442079460123456", "a.very.long.sip.user"])
async def test_a_caller_who_shows_no_number_of_this_world_is_taken_and_ends_no_floor(
    rig: Rig, shown: str
) -> None:
    await a_line(rig, None)
    await rig.carrier()
    floor = await rig.floor()

    leg = await calls_in(rig, shown)
    await rig.until(lambda: is_known(leg))

    assert (await Call.get(id=leg)).number == ""
    line = floor.state.lines[leg]
    assert (line.number, line.target.name) == ("", shown)


async def test_a_row_that_nobody_foresaw_is_left_out_and_all_others_are_written(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(callers, "LONGEST_NUMBER", 99)
    await a_line(rig, None)
    await rig.carrier()
    floor = await rig.floor()
    at = rig.clock.now()

    bad, good = await calls_in(rig, "+" + "9" * 40), await calls_in(rig, CALLER)
    floor.journal.event(new_id(), at, "noted")
    await rig.until(lambda: is_known(good))
    later = await calls_in(rig, CALLER)
    await rig.until(lambda: is_known(later))

    assert not await is_known(bad)
    assert await CallEvent.filter(account_id=rig.row.id, kind="noted").count() == 1
    told = [record.getMessage() for record in caplog.records if "refused" in record.getMessage()]
    assert told
    assert set(told) == {'a row was refused and is lost: "call", 22001'}
    assert "999" not in caplog.text


async def has_in_hopper(floor: Floor, target: Target) -> bool:
    return any(each.id == target.id for run in floor.state.runs.values() for each in run.hopper)


async def has_none_in_hopper(floor: Floor, campaign: Campaign) -> bool:
    run = floor.state.runs[campaign.id]
    return not run.hopper and not run.lines and not floor.journal.backlog


async def test_a_target_that_another_call_took_meanwhile_is_left_to_it(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE, max_attempts=3)
    (target,) = await rig.targets(campaign, TALKS)
    (agent,) = await rig.agents(1)
    await rig.carrier()
    floor = await rig.floor()
    await rig.until(lambda: has_in_hopper(floor, target))
    taken = {"state": TargetState.DIALING, "attempts": 1, "last_ordinal": 1}
    await Target.filter(id=target.id).update(**taken)

    await rig.at_work(agent)
    await rig.until(lambda: has_none_in_hopper(floor, campaign))
    await floor.journal.flush(everything=True)

    (row,) = await Target.filter(id=target.id).values(*taken)
    assert row == taken
    assert await Attempt.filter(account=rig.row).count() == 0


async def test_of_two_writers_who_waited_in_a_circle_the_floor_tries_again(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE)
    await rig.targets(campaign, TALKS)
    (agent,) = await rig.agents(1)
    await rig.carrier()
    floor = await rig.floor()
    launch = floor.journal._launch
    failed: list[object] = []

    async def deadlocked(connection: BaseDBAsyncClient, *rest: object) -> object:
        lines = await launch(connection, *rest)  # type: ignore[arg-type]
        if not failed:
            failed.append(lines)
            raise asyncpg.DeadlockDetectedError("deadlock detected")
        return lines

    monkeypatch.setattr(floor.journal, "_launch", deadlocked)
    await rig.at_work(agent)
    await rig.until(lambda: connected(rig))

    assert failed
    attempt = await Attempt.get(account=rig.row)
    assert attempt.ordinal == 1
    assert rig.placed.count(attempt.id) == 1


async def connected(rig: Rig) -> bool:
    return await Attempt.filter(account=rig.row, connected_at__isnull=False).exists()
