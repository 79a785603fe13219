"""The job of one operation on many targets, and the cron that finds those without a job."""

from datetime import timedelta

from domain.targets.jobs import OperateOnTargets
from domain.targets.managing import operation_run
from workers.functions import Cron, JobContext, JobFunction

RUN_S = 120.0  # then another job goes on, as arq waits for the longest job of a dead worker


async def operate_on_targets(job: OperateOnTargets, context: JobContext) -> None:
    """Go on with an operation. Runs at least once; the use case bears repetition."""
    ports = context.ports
    if not await operation_run.run_operation(job.target_operation, ports=ports, for_s=RUN_S):
        await ports.jobs.enqueue(job)  # without a name: this job still has its own


async def find_orphaned_operations(context: JobContext) -> None:
    """Start operations again that nobody works on."""
    await operation_run.enqueue_orphans(ports=context.ports)


OPERATE_ON_TARGETS = JobFunction(
    OperateOnTargets, operate_on_targets, timeout=timedelta(seconds=RUN_S + 60)
)
FIND_ORPHANED_OPERATIONS = Cron(find_orphaned_operations, every_s=15)
