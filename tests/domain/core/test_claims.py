"""One job at a time has a row of work."""

from domain.core import claims
from domain.core.claims import DEAD_AFTER, LOST_AFTER
from domain.targets.jobs import ExportTargets
from domain.targets.models import ExportKind, ExportState, TargetExport
from tests.fakes import FakePorts
from tests.rows import a_campaign, an_account


async def work(fakes: FakePorts) -> TargetExport:
    """A row that waits: an export, for one."""
    account = await an_account()
    campaign = await a_campaign(account)
    return await TargetExport.create(
        account=account,
        campaign=campaign,
        kind=ExportKind.CSV,
        rows_total=0,
        file_path="exports/a.csv",
        created_at=fakes.clock.now(),
    )


async def test_a_row_is_taken_by_one_until_that_one_is_dead(
    database: str, fakes: FakePorts
) -> None:
    row = await work(fakes)
    first = await claims.take(TargetExport, row.id, now=fakes.clock.now())
    fakes.clock.advance(DEAD_AFTER.total_seconds())
    assert await claims.take(TargetExport, row.id, now=fakes.clock.now()) is None
    fakes.clock.advance(1)
    second = await claims.take(TargetExport, row.id, now=fakes.clock.now())

    assert first is not None
    assert second is not None
    assert await first.held().update(rows_written=1) == 0
    assert await second.held().update(rows_written=2) == 1


async def test_a_claim_that_was_let_go_is_free_at_once(database: str, fakes: FakePorts) -> None:
    row = await work(fakes)
    first = await claims.take(TargetExport, row.id, now=fakes.clock.now())
    assert first is not None
    await first.let_go()

    assert await claims.take(TargetExport, row.id, now=fakes.clock.now()) is not None


async def test_starts_are_in_vain_beyond_the_limit_unless_something_was_committed(
    database: str, fakes: FakePorts
) -> None:
    row = await work(fakes)
    vain = []
    for start in range(7):
        claim = await claims.take(TargetExport, row.id, now=fakes.clock.now(), starts=3)
        assert claim is not None
        vain.append(claim.is_vain)
        if start == 3:
            await claim.held().update(fruitless_starts=0)
        await claim.let_go()

    assert vain == [False, False, False, True, False, False, False]


async def test_what_is_over_is_not_taken(database: str, fakes: FakePorts) -> None:
    row = await work(fakes)
    await TargetExport.filter(id=row.id).update(state=ExportState.EXPIRED)

    assert await claims.take(TargetExport, row.id, now=fakes.clock.now()) is None

    await row.refresh_from_db()
    assert (row.state, row.runner, row.fruitless_starts) == (ExportState.EXPIRED, None, 0)


async def test_an_orphan_gets_a_job_of_a_new_name(database: str, fakes: FakePorts) -> None:
    row = await work(fakes)
    fakes.clock.advance(LOST_AFTER.total_seconds())
    early = await claims.enqueue_orphans(TargetExport, ExportTargets, ports=fakes.ports)
    fakes.clock.advance(1)
    found = await claims.enqueue_orphans(TargetExport, ExportTargets, ports=fakes.ports)

    assert (early, found) == (0, 1)
    assert fakes.jobs.enqueued == [ExportTargets(row.id)]
    assert fakes.jobs.ids == {f"ExportTargets:{row.id}:{fakes.clock.now():%d%H%M%S}"}
