"""The job of one import, and the cron that finds those whose job is gone."""

from datetime import timedelta

from domain.targets.importing import import_run
from domain.targets.jobs import ImportTargets
from workers.functions import Cron, JobContext, JobFunction

# Short, because arq waits for the longest time limit of all before it believes that a job whose
# worker was killed is dead. A long import goes on in a job after this one.
RUN_S = 240.0


async def import_targets(job: ImportTargets, context: JobContext) -> None:
    """Read a file on. Runs at least once; the use case bears repetition."""
    ports = context.ports
    if not await import_run.run_import(job.target_import, ports=ports, for_s=RUN_S):
        await ports.jobs.enqueue(job)  # without a name: this job still has its own


async def find_orphaned_imports(context: JobContext) -> None:
    """Start imports again that nobody works on."""
    await import_run.enqueue_orphans(ports=context.ports)


IMPORT_TARGETS = JobFunction(ImportTargets, import_targets, timeout=timedelta(seconds=RUN_S + 60))
FIND_ORPHANED_IMPORTS = Cron(find_orphaned_imports, every_s=15)
