"""The job of one import into a do-not-call list, and the cron that finds those without a job."""

from datetime import timedelta

from domain.suppression import import_run
from domain.suppression.jobs import ImportSuppressions
from workers.functions import Cron, JobContext, JobFunction
from workers.imports.targets import RUN_S


async def import_suppressions(job: ImportSuppressions, context: JobContext) -> None:
    """Read a file on. Runs at least once; the use case bears repetition."""
    ports = context.ports
    if not await import_run.run_import(job.suppression_import, ports=ports, for_s=RUN_S):
        await ports.jobs.enqueue(job)  # without a name: this job still has its own


async def find_orphaned_suppression_imports(context: JobContext) -> None:
    """Start imports again that nobody works on."""
    await import_run.enqueue_orphans(ports=context.ports)


IMPORT_SUPPRESSIONS = JobFunction(
    ImportSuppressions, import_suppressions, timeout=timedelta(seconds=RUN_S + 60)
)
FIND_ORPHANED_SUPPRESSION_IMPORTS = Cron(find_orphaned_suppression_imports, every_s=15)
