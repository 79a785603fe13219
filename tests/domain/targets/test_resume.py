"""An import that is cut off goes on where it stopped; one that is canceled stops."""

import asyncio
import os
import signal
from collections.abc import AsyncGenerator
from datetime import timedelta

import pytest

from domain.access.principal import Principal
from domain.campaigns.models import Campaign
from domain.core.claims import DEAD_AFTER
from domain.targets.errors import ImportFinished
from domain.targets.importing.import_run import enqueue_orphans, run_import
from domain.targets.importing.imports import cancel_import
from domain.targets.jobs import ImportTargets
from domain.targets.models import Contact, ImportState, Target, TargetImport
from domain.targets.reader import read_blocks
from domain.targets.reading.blocks import Block, End, ReadRequest
from tests.domain.targets.files import us_number, xlsx
from tests.domain.targets.test_import import begun, problems
from tests.fakes import FakePorts

ROWS = 5_000  # three blocks


class Killed(Exception):
    """What a test raises where a process would be killed."""


def killed_after(blocks: int) -> object:
    async def read(request: ReadRequest) -> AsyncGenerator[Block | End, None]:
        count = 0
        async for block in read_blocks(request):
            if count == blocks:
                raise Killed
            yield block
            count += 1

    return read


def long_list() -> bytes:
    rows = [(us_number(index), f"Name {index}") for index in range(ROWS)]
    rows[100] = (us_number(99), "twice")
    rows[4_500] = ("12", "wrong")
    return xlsx(rows)


@pytest.mark.feature("TGT-03")
async def test_an_import_cut_off_at_any_block_goes_on_without_loss_or_doubles(
    supervisor: Principal, campaign: Campaign, fakes: FakePorts
) -> None:
    row = await begun(supervisor, campaign, fakes, long_list())
    for _ in range(3):
        with pytest.raises(Killed):
            await run_import(row.id, ports=fakes.ports, for_s=600, read=killed_after(1))  # type: ignore[arg-type]  # a generator function

    assert await run_import(row.id, ports=fakes.ports, for_s=600)

    row = await TargetImport.get(id=row.id)
    assert (row.state, row.imported, row.duplicates, row.invalid) == (
        ImportState.DONE,
        ROWS - 2,
        1,
        1,
    )
    assert (row.rows_read, row.rows_total) == (ROWS, ROWS)
    assert await Target.filter(campaign_id=campaign.id).count() == ROWS - 2
    assert await Contact.all().count() == ROWS - 2
    assert await problems(row) == [(102, "DUPLICATE_IN_FILE"), (4_502, "NUMBER_INVALID")]


async def test_a_run_that_reached_its_time_limit_says_that_more_is_to_do(
    supervisor: Principal, campaign: Campaign, fakes: FakePorts
) -> None:
    row = await begun(supervisor, campaign, fakes, long_list())

    runs = 1
    while not await run_import(row.id, ports=fakes.ports, for_s=0):
        runs += 1

    row = await TargetImport.get(id=row.id)
    assert (row.state, row.imported, runs) == (ImportState.DONE, ROWS - 2, 4)


async def test_a_run_thought_dead_writes_nothing_once_another_has_its_import(
    supervisor: Principal, campaign: Campaign, fakes: FakePorts
) -> None:
    row = await begun(supervisor, campaign, fakes, long_list())
    paused, go_on = asyncio.Event(), asyncio.Event()

    async def stuck(request: ReadRequest) -> AsyncGenerator[Block | End, None]:
        async for block in read_blocks(request):
            yield block
            paused.set()
            await go_on.wait()

    zombie = asyncio.create_task(run_import(row.id, ports=fakes.ports, for_s=600, read=stuck))
    await paused.wait()
    fakes.clock.advance((DEAD_AFTER + timedelta(seconds=1)).total_seconds())
    assert await run_import(row.id, ports=fakes.ports, for_s=600)
    go_on.set()
    await zombie

    row = await TargetImport.get(id=row.id)
    assert (row.state, row.imported, row.duplicates) == (ImportState.DONE, ROWS - 2, 1)
    assert await Target.filter(campaign_id=campaign.id).count() == ROWS - 2


async def test_a_run_leaves_an_import_alone_that_another_run_has(
    supervisor: Principal, campaign: Campaign, fakes: FakePorts
) -> None:
    row = await begun(supervisor, campaign, fakes, long_list())
    await TargetImport.filter(id=row.id).update(
        state=ImportState.RUNNING, heartbeat_at=fakes.clock.now()
    )

    assert await run_import(row.id, ports=fakes.ports, for_s=600)

    assert await Target.all().count() == 0


async def test_imports_whose_job_died_or_was_lost_are_enqueued_again(
    supervisor: Principal, campaign: Campaign, fakes: FakePorts
) -> None:
    dead = await begun(supervisor, campaign, fakes, long_list())
    lost = await begun(supervisor, campaign, fakes, long_list())
    alive = await begun(supervisor, campaign, fakes, long_list())
    now = fakes.clock.now()
    await TargetImport.filter(id=dead.id).update(state=ImportState.RUNNING, heartbeat_at=now)
    fakes.clock.advance(61)
    later = fakes.clock.now()
    await TargetImport.filter(id=alive.id).update(state=ImportState.RUNNING, heartbeat_at=later)
    await begun(supervisor, campaign, fakes, long_list())  # its job may still be waiting
    fakes.forget()

    assert await enqueue_orphans(ports=fakes.ports) == 2

    assert set(fakes.jobs.enqueued) == {ImportTargets(dead.id), ImportTargets(lost.id)}


async def test_an_import_that_dies_each_time_before_a_row_is_given_up_with_a_reason(
    supervisor: Principal, campaign: Campaign, fakes: FakePorts
) -> None:
    row = await begun(supervisor, campaign, fakes, long_list())
    for _ in range(5):
        with pytest.raises(Killed):
            await run_import(row.id, ports=fakes.ports, for_s=600, read=killed_after(0))  # type: ignore[arg-type]  # a generator function

    assert await run_import(row.id, ports=fakes.ports, for_s=600)

    row = await TargetImport.get(id=row.id)
    assert (row.state, row.failure_code, row.imported) == (
        ImportState.FAILED,
        "READER_CRASHED",
        0,
    )


async def test_a_reading_process_that_is_killed_fails_the_import_with_a_reason(
    supervisor: Principal, campaign: Campaign, fakes: FakePorts
) -> None:
    row = await begun(supervisor, campaign, fakes, long_list())

    def read(request: ReadRequest) -> AsyncGenerator[Block | End, None]:
        return read_blocks(request, started=lambda pid: os.kill(pid, signal.SIGKILL))

    assert await run_import(row.id, ports=fakes.ports, for_s=600, read=read)

    row = await TargetImport.get(id=row.id)
    assert (row.state, row.failure_code, row.imported) == (ImportState.FAILED, "READER_CRASHED", 0)
    assert await Target.all().count() == 0


@pytest.mark.feature("TGT-03")
async def test_a_canceled_import_stops_and_keeps_what_it_imported(
    supervisor: Principal, campaign: Campaign, fakes: FakePorts
) -> None:
    row = await begun(supervisor, campaign, fakes, long_list())

    async def read(request: ReadRequest) -> AsyncGenerator[Block | End, None]:
        async for block in read_blocks(request):
            yield block
            await cancel_import(supervisor, row.id, ports=fakes.ports)

    assert await run_import(row.id, ports=fakes.ports, for_s=600, read=read)

    row = await TargetImport.get(id=row.id)
    assert (row.state, row.imported, row.rows_read) == (ImportState.CANCELED, 1_999, 2_000)
    assert await Target.all().count() == 1_999
    assert not fakes.files.path(row.file_path).exists()
    with pytest.raises(ImportFinished, match="it is canceled already"):
        await cancel_import(supervisor, row.id, ports=fakes.ports)
