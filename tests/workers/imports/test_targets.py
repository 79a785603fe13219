"""The job of an import as a worker runs it."""

from pathlib import Path
from typing import Any, cast

import pytest

from domain.core.settings import Settings
from domain.targets.jobs import ImportTargets
from domain.targets.models import ImportState, TargetImport
from tests.domain.targets.conftest import account, campaign, fakes, supervisor
from tests.domain.targets.files import us_number, xlsx
from tests.domain.targets.test_import import begun
from tests.fakes import FakePorts
from workers.functions import JobContext
from workers.imports import targets

__all__ = ["account", "campaign", "fakes", "supervisor"]


def context(fakes: FakePorts) -> JobContext:
    return JobContext(
        settings=Settings(data_dir=Path(".")),
        ports=fakes.ports,
        redis=cast(Any, None),
        job_id="ImportTargets:1",
        job_try=1,
    )


async def test_a_job_reads_a_file_to_its_end(supervisor: Any, campaign: Any, fakes: Any) -> None:
    row = await begun(supervisor, campaign, fakes, xlsx([(us_number(1),)]))
    fakes.forget()

    await targets.import_targets(ImportTargets(row.id), context(fakes))

    assert (await TargetImport.get(id=row.id)).state is ImportState.DONE
    assert fakes.jobs.enqueued == []


async def test_a_long_import_goes_on_in_another_job(
    supervisor: Any, campaign: Any, fakes: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = await begun(supervisor, campaign, fakes, xlsx([(us_number(1),)]))
    fakes.forget()
    monkeypatch.setattr(targets, "RUN_S", 0.0)

    await targets.import_targets(ImportTargets(row.id), context(fakes))

    assert (await TargetImport.get(id=row.id)).state is ImportState.RUNNING
    assert fakes.jobs.enqueued == [ImportTargets(row.id)]


async def test_the_cron_finds_an_import_that_nobody_works_on(
    supervisor: Any, campaign: Any, fakes: Any
) -> None:
    row = await begun(supervisor, campaign, fakes, xlsx([(us_number(1),)]))
    await TargetImport.filter(id=row.id).update(state=ImportState.RUNNING)
    fakes.forget()

    await targets.find_orphaned_imports(context(fakes))

    assert fakes.jobs.enqueued == [ImportTargets(row.id)]
