"""The job of one export, and the cron that tends to them."""

from datetime import timedelta

from domain.targets.exporting import export_run
from domain.targets.jobs import ExportTargets
from workers.functions import Cron, JobContext, JobFunction


async def export_targets(job: ExportTargets, context: JobContext) -> None:
    """Write a file. Runs at least once; the use case bears repetition."""
    await export_run.run_export(job.target_export, ports=context.ports)


async def tend_exports(context: JobContext) -> None:
    """Start exports again that nobody works on; remove old files."""
    await export_run.tend_exports(ports=context.ports)


EXPORT_TARGETS = JobFunction(ExportTargets, export_targets, timeout=timedelta(minutes=10))
TEND_EXPORTS = Cron(tend_exports, every_s=30)
